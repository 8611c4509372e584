//! Refunds and reversals, and the other URLs for callbacks.

use jetpay_platform::messages::Callback;

use crate::check::CheckResult;
use crate::check_context::CheckContext;
use crate::expect;
use crate::row::sections::{ANSWERS, REFUNDS};
use crate::row::{Level, Row, run};
use crate::rows::conditions::exact;
use crate::rows::expectations::{expect_credited, expect_taken_back};

pub(crate) static ROWS: &[Row] = &[
    Row::new(
        "callback-refund",
        Level::Should,
        REFUNDS,
        "a refund takes the amount back",
        "The payer has the money back and keeps the credit.",
        run!(refund),
    )
    .credits(),
    Row::new(
        "callback-refund-partial",
        Level::Must,
        REFUNDS,
        "if refunds are processed, a partial refund takes back its part: sum_initial, not payment.sum",
        "The customer, who paid for the rest, loses too much or too little.",
        run!(partial),
    )
    .credits(),
    Row::new(
        "callback-refund-rest",
        Level::Must,
        REFUNDS,
        "if refunds are processed, two partial refunds take back both parts",
        "The second refund counts as a repeat, and the merchant pays for it.",
        run!(rest),
    )
    .credits(),
    Row::new(
        "callback-reversal",
        Level::Should,
        REFUNDS,
        "a reversal takes the amount back",
        "The platform has taken the payment back, and the merchant loses the money.",
        run!(reversal),
    )
    .credits(),
    Row::new(
        "callback-refund-balance",
        Level::Must,
        REFUNDS,
        "after a success and a refund the balance is the same as before",
        "The customer gains or loses a coin each time a payment is refunded.",
        run!(balance),
    )
    .credits()
    .only(exact),
    Row::new(
        "callback-refund-declined",
        Level::Must,
        REFUNDS,
        "a declined refund takes nothing back",
        "The customer loses money to a refund that did not happen.",
        run!(declined),
    )
    .credits(),
    Row::new(
        "callback-url",
        Level::Should,
        ANSWERS,
        "a success at /callback credits",
        "The documented address does not work, and no payment is credited.",
        run!(at_callback),
    )
    .credits()
    .only(exact),
    Row::new(
        "callback-other-urls",
        Level::Should,
        ANSWERS,
        "a success at the URL of another method credits",
        "One URL in the wrong line of the Dashboard stops all credits of a method.",
        run!(at_other_methods),
    )
    .credits()
    .only(exact),
];

/// The amount of the first refund, in minor units.
pub(super) const PART_MINOR: i64 = 3_000;

/// A refund of the full amount, by an operation of its own.
pub(super) fn full(context: &CheckContext<'_>, payment_id: &str) -> Callback {
    Callback::refund(
        context.method,
        context.project.id,
        payment_id,
        context.amount(),
    )
}

pub(super) fn part(context: &CheckContext<'_>, payment_id: &str) -> Callback {
    let (part, left) = (
        context.money(PART_MINOR),
        context.money(context.amount().minor() - PART_MINOR),
    );
    Callback::partial_refund(context.method, context.project.id, payment_id, part, left)
}

async fn refund(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, _) = context.new_credited_payment().await?;
    context
        .expect_acknowledged(&full(context, &payment_id))
        .await?;
    let amount = context.amount().minor();
    context
        .expect_money(&payment_id, "refunded", &[amount, -amount])
        .await
}

async fn partial(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, _) = context.new_credited_payment().await?;
    context
        .expect_acknowledged(&part(context, &payment_id))
        .await?;
    let amounts = [context.amount().minor(), -PART_MINOR];
    expect_taken_back(context, &payment_id, "partially_refunded", &amounts).await
}

async fn rest(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, _) = context.new_credited_payment().await?;
    context
        .expect_acknowledged(&part(context, &payment_id))
        .await?;
    let rest = context.amount().minor() - PART_MINOR;
    let last = Callback::refund(
        context.method,
        context.project.id,
        &payment_id,
        context.money(rest),
    );
    context.expect_acknowledged(&last).await?;
    let amounts = [context.amount().minor(), -PART_MINOR, -rest];
    expect_taken_back(context, &payment_id, "refunded", &amounts).await
}

async fn reversal(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, _) = context.new_credited_payment().await?;
    context
        .expect_acknowledged(&Callback::reversal(
            context.method,
            context.project.id,
            &payment_id,
            context.amount(),
        ))
        .await?;
    let amount = context.amount().minor();
    context
        .expect_money(&payment_id, "reversed", &[amount, -amount])
        .await
}

async fn balance(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let payer = &context.target.customers.payer;
    let before = context.admin()?.balance(payer).await?;
    context
        .expect_acknowledged(&context.success(&payment_id))
        .await?;
    context
        .expect_acknowledged(&full(context, &payment_id))
        .await?;
    expect::equal(
        "a balance of",
        &before,
        &context.admin()?.balance(payer).await?,
    )
}

async fn declined(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, _) = context.new_credited_payment().await?;
    let mut refund = full(context, &payment_id).with_remaining_sum(context.amount());
    refund.payment.status = "success".into();
    refund.operation.status = "decline".into();
    context.expect_acknowledged(&refund).await?;
    expect_credited(context, &payment_id).await
}

async fn credits_at(context: &CheckContext<'_>, url: &str) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let success = context.platform.sign(&context.success(&payment_id));
    context.expect_status(&context.send_at(url, success).await?, 200)?;
    expect_credited(context, &payment_id).await
}

async fn at_callback(context: &CheckContext<'_>) -> CheckResult {
    for url in context.callback_urls().iter().skip(1) {
        credits_at(context, url).await?;
    }
    Ok(())
}

async fn at_other_methods(context: &CheckContext<'_>) -> CheckResult {
    for other in context
        .target
        .methods()
        .filter(|method| method.name != context.method.name)
    {
        credits_at(context, &context.target.url_of(other)).await?;
    }
    Ok(())
}
