//! Callbacks before the payment that they are about.

use jetpay_platform::messages::Callback;
use jetpay_platform::next_operation_id;

use crate::check::CheckResult;
use crate::check_context::CheckContext;
use crate::expect;
use crate::row::{Level, Row, run};
use crate::rows::expectations::{expect_credited, expect_unchanged};
use crate::rows::sections::{ANSWERS, RULE_5};

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-unknown-payment",
        Level::Should,
        ANSWERS,
        "a callback of an unknown payment is not acknowledged, so that it comes again",
        "A success that comes before the payment is stored is lost, and the payer with it.",
        run!(unknown_payment),
    ),
    Row::new(
        "callback-payout",
        Level::Should,
        ANSWERS,
        "a callback of a payout that nobody asked for is not acknowledged",
        "Money leaves the account, and nobody here ever hears of it again.",
        run!(payout),
    ),
    Row::new(
        "callback-decline-after-success",
        Level::Must,
        RULE_5,
        "a decline after a success changes nothing",
        "A late decline takes money from a customer who has paid.",
        run!(decline_after_success),
    )
    .credits(),
    Row::new(
        "callback-other-decline-after-success",
        Level::Must,
        RULE_5,
        "a decline of another operation after a success changes nothing",
        "A failed second try takes back what the first one has paid.",
        run!(other_decline_after_success),
    )
    .credits(),
    Row::new(
        "callback-success-after-decline",
        Level::Must,
        RULE_5,
        "a success after a decline credits",
        "The first try failed, the second one was paid, and the payer gets nothing.",
        run!(success_after_decline),
    )
    .credits(),
    Row::new(
        "callback-processing-after-success",
        Level::Must,
        RULE_5,
        "an old intermediate callback after a success changes nothing",
        "An old message opens a payment that is done, and it can be credited again.",
        run!(processing_after_success),
    )
    .credits(),
    Row::new(
        "callback-success-after-processing",
        Level::Must,
        RULE_5,
        "a success after an intermediate callback of its operation credits",
        "A payment told in two steps stops after the first, and the payer waits for nothing.",
        run!(success_after_processing),
    )
    .credits(),
    Row::new(
        "deposit-after-early-callback",
        Level::Must,
        RULE_5,
        "after a callback of a payment that nobody has, check_deposit opens a fresh one, and its callback is acknowledged",
        "A callback that came too early must not take the place of a payment, or block it.",
        run!(after_early_callback),
    ),
];

async fn unknown_payment(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = format!("nobody-{}", next_operation_id());
    let success = context.any_callback(&payment_id);
    for _ in 0..2 {
        context.expect_status(&context.post_callback(&success).await?, 404)?;
    }
    context.expect_entries(&payment_id, &[]).await
}

async fn payout(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = format!("payout-{}", next_operation_id());
    let mut payout = context.any_callback(&payment_id);
    payout.payment.kind = "payout".into();
    payout.operation.kind = "payout".into();
    context.expect_status(&context.post_callback(&payout).await?, 404)?;
    context.expect_entries(&payment_id, &[]).await
}

async fn after_early_callback(context: &CheckContext<'_>) -> CheckResult {
    let nobodys = format!("nobody-{}", next_operation_id());
    // Whatever it is answered: that is another check's.
    context
        .post_callback(&context.any_callback(&nobodys))
        .await?;
    let payment_id = context.new_payment().await?;
    let another = payment_id != nobodys;
    expect::holds("another payment_id", another, || payment_id.clone())?;
    expect_unchanged(context, &payment_id).await?;
    context
        .expect_processed_once(&payment_id, &context.any_callback(&payment_id))
        .await
}

fn decline(context: &CheckContext<'_>, payment_id: &str) -> Callback {
    Callback::decline(
        context.method,
        context.project.id,
        payment_id,
        context.amount(),
    )
}

fn processing(context: &CheckContext<'_>, payment_id: &str) -> Callback {
    Callback::processing(
        context.method,
        context.project.id,
        payment_id,
        context.amount(),
    )
}

async fn decline_after_success(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, success) = context.new_credited_payment().await?;
    context
        .expect_acknowledged(&decline(context, &payment_id).of_operation(success.operation.id))
        .await?;
    expect_credited(context, &payment_id).await
}

async fn other_decline_after_success(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, _) = context.new_credited_payment().await?;
    context
        .expect_acknowledged(&decline(context, &payment_id))
        .await?;
    expect_credited(context, &payment_id).await
}

async fn success_after_decline(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    context
        .expect_acknowledged(&decline(context, &payment_id))
        .await?;
    context
        .expect_acknowledged(&context.success(&payment_id))
        .await?;
    expect_credited(context, &payment_id).await
}

async fn processing_after_success(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, success) = context.new_credited_payment().await?;
    context
        .expect_acknowledged(&processing(context, &payment_id).of_operation(success.operation.id))
        .await?;
    // A payment that was opened again would be credited by the next repeat.
    context.expect_acknowledged(&success).await?;
    expect_credited(context, &payment_id).await
}

async fn success_after_processing(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let processing = processing(context, &payment_id);
    context.expect_acknowledged(&processing).await?;
    context
        .expect_acknowledged(
            &context
                .success(&payment_id)
                .of_operation(processing.operation.id),
        )
        .await?;
    expect_credited(context, &payment_id).await
}
