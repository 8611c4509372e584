//! Refunds and reversals, and the other URLs for callbacks.

use jetpay_platform::is_acknowledged;
use jetpay_platform::messages::{Callback, Operation};

use crate::check::{CheckResult, Stop};
use crate::check_context::{AMOUNT_MINOR, CheckContext};
use crate::expect;
use crate::row::sections::{ANSWERS, REFUNDS};
use crate::row::{Procedure, Row, must, run, should};
use crate::rows::conditions::EXACT;
use crate::rows::expectations::expect_credited;

pub(crate) static ROWS: &[Row] = &[
    should("callback-refund", REFUNDS)
        .that("a refund takes the amount back")
        .why("The payer has the money back and keeps the credit.")
        .credits(run!(refund)),
    must("callback-refund-partial", REFUNDS)
        .that("if refunds are processed, a partial refund takes back its part: sum_initial, not payment.sum")
        .why("The customer, who paid for the rest, loses too much or too little.")
        .credits(Procedure::Steps(1, &[(&[("refund", PART_MINOR)], "partially_refunded")])),
    must("callback-refund-rest", REFUNDS)
        .that("if refunds are processed, two partial refunds take back both parts")
        .why("The second refund counts as a repeat, and the merchant pays for it.")
        .credits(Procedure::Steps(1, &[(&[("refund", PART_MINOR), ("refund", REST_MINOR)], "refunded")])),
    should("callback-reversal", REFUNDS)
        .that("a reversal takes the amount back")
        .why("The platform has taken the payment back, and the merchant loses the money.")
        .credits(run!(reversal)),
    must("callback-refund-balance", REFUNDS)
        .that("after a success and a refund the balance is the same as before")
        .why("The customer gains or loses a coin each time a payment is refunded.")
        .only(EXACT)
        .credits(run!(balance)),
    must("callback-refund-declined", REFUNDS)
        .that("a refund or reversal that failed, is in progress or has an unknown status takes nothing back")
        .why("The customer loses money to a refund that did not happen.")
        .credits(run!(declined)),
    should("callback-url", ANSWERS)
        .that("a success at /callback credits")
        .why("The documented address does not work, and no payment is credited.")
        .only(EXACT)
        .credits(run!(at_callback)),
    should("callback-other-urls", ANSWERS)
        .that("a success at the URL of another method credits")
        .why("One URL in the wrong line of the Dashboard stops all credits of a method.")
        .only(EXACT)
        .credits(run!(at_other_methods)),
];

/// The amount of a partial refund, in minor units.
pub(crate) const PART_MINOR: i64 = 3_000;

const REST_MINOR: i64 = AMOUNT_MINOR - PART_MINOR;

/// An operation after the sale: its type, and its amount in minor units.
pub(crate) type Step = (&'static str, i64);

/// The sale has made this entry, and each step one more.
pub(super) fn entries_of(steps: &[Step]) -> Vec<i64> {
    let entry = |(kind, minor): &Step| {
        if *kind == "refund reverse" {
            *minor
        } else {
            -minor
        }
    };
    std::iter::once(AMOUNT_MINOR)
        .chain(steps.iter().map(entry))
        .collect()
}

/// The callback of a step. `left` is the rest of the payment after it, in minor units.
pub(super) fn callback_of(
    context: &CheckContext<'_>,
    payment_id: &str,
    (kind, minor): Step,
    left: i64,
) -> Callback {
    let status = match (kind, left) {
        (_, left) if left == AMOUNT_MINOR => "success",
        ("reversal", 0) => "reversed",
        ("reversal", _) => "partially reversed",
        (_, 0) => "refunded",
        _ => "partially refunded",
    };
    let operation = Operation::new(kind, "success", context.money(minor));
    context
        .callback(payment_id, status, operation)
        .with_remaining_sum(context.money(left))
}

/// Sends these steps after the credit of a payment, each as often, and expects that each is acknowledged. Returns the
/// entries that they should make.
async fn send_steps(
    context: &CheckContext<'_>,
    payment_id: &str,
    steps: &[Step],
    deliveries: usize,
) -> CheckResult<Vec<i64>> {
    let entries = entries_of(steps);
    for (index, step) in steps.iter().enumerate() {
        let left = entries[..index + 2].iter().sum();
        let callback = callback_of(context, payment_id, *step, left);
        for _ in 0..deliveries {
            context.expect_acknowledged(&callback).await?;
        }
    }
    Ok(entries)
}

/// The same, and expects that each moves its amount once.
async fn expect_steps(
    context: &CheckContext<'_>,
    payment_id: &str,
    steps: &[Step],
    deliveries: usize,
    state: &str,
) -> CheckResult {
    let entries = send_steps(context, payment_id, steps, deliveries).await?;
    context.expect_money(payment_id, state, &entries).await
}

/// The same with a new payment for each of these cases, if the merchant processes operations of its first step's type.
pub(crate) async fn steps(
    context: &CheckContext<'_>,
    deliveries: usize,
    cases: &[(&[Step], &str)],
) -> CheckResult {
    for (steps, state) in cases {
        let processed = processes(context, steps[0].0).await?;
        let (payment_id, _) = context.new_credited_payment().await?;
        let outcome = expect_steps(context, &payment_id, steps, deliveries, state).await;
        if_processed(context, processed, &payment_id, outcome).await?;
    }
    Ok(())
}

/// Expects that the success of a new payment, and then these steps, change the payer's balance by exactly their entries.
pub(super) async fn expect_balance(context: &CheckContext<'_>, steps: &[Step]) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let payer = &context.target.customers.payer;
    let before = context.admin()?.balance(payer).await?;
    context.expect_success_taken(&payment_id).await?;
    let entries = send_steps(context, &payment_id, steps, 1).await?;
    let after = context.admin()?.balance(payer).await?;
    let wanted = before + entries.iter().sum::<i64>();
    expect::equal("a balance of", &wanted, &after)
}

/// Whether the merchant acknowledges an operation of this type for the full amount and takes it back. The service `jetpay`
/// must do so. It is asked before the rest of a check, so that a report shows last what failed.
pub(super) async fn processes(context: &CheckContext<'_>, kind: &'static str) -> CheckResult<bool> {
    if context.target.exact {
        return Ok(true);
    }
    let all = (kind, AMOUNT_MINOR);
    let (payment_id, _) = context.new_credited_payment().await?;
    let callback = callback_of(context, &payment_id, all, 0);
    let exchange = context.post_callback(&callback).await?;
    let entries = entries_of(&[all]);
    let taken = context.expect_entries(&payment_id, &entries).await.is_ok();
    Ok(taken && is_acknowledged(exchange.status))
}

/// The outcome of a check of how operations of a type are processed. To process them is advice, which another check gives:
/// a merchant that processes none passes if it left this payment as it was.
pub(super) async fn if_processed(
    context: &CheckContext<'_>,
    processed: bool,
    payment_id: &str,
    outcome: CheckResult,
) -> CheckResult {
    let failed = matches!(outcome, Err(Stop::Failed { .. }));
    if processed || !failed || expect_credited(context, payment_id).await.is_err() {
        return outcome;
    }
    Ok(())
}

async fn refund(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, _) = context.new_credited_payment().await?;
    expect_steps(
        context,
        &payment_id,
        &[("refund", AMOUNT_MINOR)],
        1,
        "refunded",
    )
    .await
}

async fn reversal(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, _) = context.new_credited_payment().await?;
    expect_steps(
        context,
        &payment_id,
        &[("reversal", AMOUNT_MINOR)],
        1,
        "reversed",
    )
    .await
}

async fn balance(context: &CheckContext<'_>) -> CheckResult {
    expect_balance(context, &[("refund", AMOUNT_MINOR)]).await
}

async fn declined(context: &CheckContext<'_>) -> CheckResult {
    for kind in ["refund", "reversal"] {
        let processed = processes(context, kind).await?;
        for status in ["decline", "error", "processing", "completed"] {
            let (payment_id, _) = context.new_credited_payment().await?;
            let mut refund = callback_of(context, &payment_id, (kind, AMOUNT_MINOR), AMOUNT_MINOR);
            refund.operation = Operation::new(kind, status, context.amount());
            let exchange = context.post_callback(&refund).await?;
            expect_credited(context, &payment_id).await?;
            // To acknowledge an unknown word is advice.
            if status != "completed" || context.target.exact {
                let acknowledged = context.expect_status(&exchange, 200);
                if_processed(context, processed, &payment_id, acknowledged).await?;
            }
        }
    }
    Ok(())
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
    let methods = context.target.methods();
    for other in methods.filter(|method| method.name != context.method.name) {
        credits_at(context, &context.target.url_of(other)).await?;
    }
    Ok(())
}
