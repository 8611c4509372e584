//! Refunds that come too early, twice, for too much, or are reversed.

use jetpay_platform::is_acknowledged;
use jetpay_platform::messages::{Callback, Operation};

use super::refund::{PART_MINOR, full, part};
use crate::check::{CheckResult, Stop};
use crate::check_context::CheckContext;
use crate::row::sections::REFUNDS;
use crate::row::{Level, Row, run};
use crate::rows::expectations::{
    expect_acknowledged_if_exact, expect_credited, expect_taken_back, post_wrong_callback,
};

pub(crate) static ROWS: &[Row] = &[
    Row::new(
        "callback-refund-before-sale",
        Level::Must,
        REFUNDS,
        "if refunds are processed, a refund that comes before its sale takes the amount back after the credit",
        "Callbacks come in any order: the payer has the money back and keeps the credit.",
        run!(before_sale),
    )
    .credits(),
    Row::new(
        "callback-refund-second",
        Level::Must,
        REFUNDS,
        "a second full refund by another operation takes nothing more",
        "The customer loses the amount twice, and the balance becomes negative.",
        run!(second),
    )
    .credits(),
    Row::new(
        "callback-refund-too-large",
        Level::Must,
        REFUNDS,
        "a refund of more than is left takes no more than is left",
        "The customer loses the money of other payments to one wrong message.",
        run!(too_large),
    )
    .credits(),
    Row::new(
        "callback-refund-reversed",
        Level::Must,
        REFUNDS,
        "if refunds are processed, a reversed refund (refund reverse) gives the amount back to the customer",
        "The payer did not get the money, and the customer has lost the credit.",
        run!(reversed),
    )
    .credits(),
];

async fn before_sale(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let refund = full(context, &payment_id);
    let early = context.post_callback(&refund).await?;
    expect_acknowledged_if_exact(context, &early)?;
    context
        .expect_acknowledged(&context.success(&payment_id))
        .await?;
    if !is_acknowledged(early.status) {
        // The platform repeats what was not acknowledged.
        context.expect_acknowledged(&refund).await?;
    }
    let followed = expect_refunded(context, &payment_id).await;
    let failed = matches!(followed, Err(Stop::Failed { .. }));
    if failed && !context.target.exact && !processes_refunds(context).await? {
        return Ok(());
    }
    followed
}

async fn expect_refunded(context: &CheckContext<'_>, payment_id: &str) -> CheckResult {
    let amount = context.amount().minor();
    context
        .expect_money(payment_id, "refunded", &[amount, -amount])
        .await
}

/// Whether a refund in the usual order takes the amount back. To process refunds is advice, which another check gives.
async fn processes_refunds(context: &CheckContext<'_>) -> CheckResult<bool> {
    let (payment_id, _) = context.new_credited_payment().await?;
    context
        .expect_acknowledged(&full(context, &payment_id))
        .await?;
    Ok(expect_refunded(context, &payment_id).await.is_ok())
}

async fn second(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, _) = context.new_credited_payment().await?;
    context
        .expect_acknowledged(&full(context, &payment_id))
        .await?;
    post_wrong_callback(context, &full(context, &payment_id)).await?;
    let amount = context.amount().minor();
    expect_taken_back(context, &payment_id, "refunded", &[amount, -amount]).await
}

async fn too_large(context: &CheckContext<'_>) -> CheckResult {
    let amount = context.amount().minor();
    let (payment_id, _) = context.new_credited_payment().await?;
    let refund = Callback::refund(
        context.method,
        context.project.id,
        &payment_id,
        context.money(amount + 1),
    );
    post_wrong_callback(context, &refund).await?;
    expect_at_most(context, &payment_id, ("credited", &[amount]), amount).await?;

    let (payment_id, _) = context.new_credited_payment().await?;
    context
        .expect_acknowledged(&part(context, &payment_id))
        .await?;
    post_wrong_callback(context, &full(context, &payment_id)).await?;
    let before = ("partially_refunded", &[amount, -PART_MINOR][..]);
    expect_at_most(context, &payment_id, before, amount - PART_MINOR).await
}

/// Expects that a refund that does not fit left the payment as it was before. A merchant may also take what was left, or
/// process no refunds. The service `jetpay` must leave it for a person.
async fn expect_at_most(
    context: &CheckContext<'_>,
    payment_id: &str,
    (state, before): (&str, &[i64]),
    left: i64,
) -> CheckResult {
    let untouched = context.expect_money(payment_id, state, before).await;
    let failed = matches!(untouched, Err(Stop::Failed { .. }));
    if !failed || context.target.exact {
        return untouched;
    }
    let amounts = [before, &[-left]].concat();
    let all_taken = context.expect_money(payment_id, "refunded", &amounts).await;
    if all_taken.is_ok() || expect_credited(context, payment_id).await.is_ok() {
        return Ok(());
    }
    untouched
}

async fn reversed(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, _) = context.new_credited_payment().await?;
    context
        .expect_acknowledged(&full(context, &payment_id))
        .await?;
    let reverse = Callback::new(
        context.method,
        context.project.id,
        &payment_id,
        "success",
        Operation::new("refund reverse", "success", context.amount()),
    );
    context.expect_acknowledged(&reverse).await?;
    let amount = context.amount().minor();
    expect_taken_back(context, &payment_id, "credited", &[amount, -amount, amount]).await
}
