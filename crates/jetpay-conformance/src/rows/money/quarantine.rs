//! Callbacks that do not fit their payment. The operator must see them, and they must not credit.

use jetpay_core::Currency;
use jetpay_platform::messages::Callback;

use crate::check::{CheckResult, Stop};
use crate::check_context::CheckContext;
use crate::row::{Level, Row, run};
use crate::rows::expectations::{
    expect_acknowledged_if_exact, expect_credited, post_wrong_callback,
};
use crate::rows::sections::{ANY_ORDER, ONE_CREDIT};

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-partially-paid",
        Level::Should,
        ONE_CREDIT,
        "a partially paid payment credits nothing by itself",
        "The full amount is credited although only a part was paid.",
        run!(partially_paid),
    )
    .credits(),
    Row::new(
        "callback-other-amount",
        Level::Must,
        ONE_CREDIT,
        "a success with another amount than the announced one is not credited",
        "An amount that is wrong by a factor of 100 is credited before a person sees it.",
        run!(other_amount),
    )
    .credits(),
    Row::new(
        "callback-other-currency",
        Level::Must,
        ONE_CREDIT,
        "a success in another currency is not credited",
        "Dollars are credited as tenge, or tenge as dollars.",
        run!(other_currency),
    )
    .credits(),
    Row::new(
        "callback-other-project",
        Level::Must,
        ONE_CREDIT,
        "a success signed by another project is not credited",
        "An attacker with the secret of one project can credit accounts of all others.",
        run!(other_project),
    )
    .credits(),
    Row::new(
        "callback-success-after-quarantine",
        Level::Must,
        ANY_ORDER,
        "the right success after a wrong one credits",
        "One wrong message blocks the payment for ever, although the money arrived.",
        run!(right_after_wrong),
    )
    .credits(),
];

async fn partially_paid(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let paid = context.money(context.amount().minor() - 4_000);
    let partly = Callback::partially_paid(context.method, context.project.id, &payment_id, paid);
    post_wrong_callback(context, &partly).await?;
    context.expect_money(&payment_id, "quarantined", &[]).await
}

fn wrong_success(context: &CheckContext<'_>, payment_id: &str) -> Callback {
    Callback::success(
        context.method,
        context.project.id,
        payment_id,
        context.money(context.amount().minor() * 2),
    )
}

async fn other_amount(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    post_wrong_callback(context, &wrong_success(context, &payment_id)).await?;
    context.expect_money(&payment_id, "quarantined", &[]).await
}

async fn other_currency(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let other = if context.target.currency.code() == "USD" {
        "KZT"
    } else {
        "USD"
    };
    let other =
        Currency::parse(other).map_err(|error| Stop::failed("a currency", error.to_string()))?;
    post_wrong_callback(context, &context.success(&payment_id).with_currency(other)).await?;
    context.expect_money(&payment_id, "quarantined", &[]).await
}

async fn other_project(context: &CheckContext<'_>) -> CheckResult {
    let other = context.another_project()?;
    let payment_id = context.new_payment().await?;
    let success = Callback::success(
        context.method,
        other.project_id(),
        &payment_id,
        context.amount(),
    );
    let exchange = context.send_callback(other.sign(&success)).await?;
    expect_acknowledged_if_exact(context, &exchange)?;
    context.expect_entries(&payment_id, &[]).await
}

async fn right_after_wrong(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    post_wrong_callback(context, &wrong_success(context, &payment_id)).await?;
    context
        .expect_acknowledged(&context.success(&payment_id))
        .await?;
    expect_credited(context, &payment_id).await
}
