//! The time of answers. No document says how long the platform waits, but a payer at a kiosk does not wait long.

use jetpay_platform::Exchange;

use crate::check::CheckResult;
use crate::check_context::{CheckContext, unknown_payment_id, without};
use crate::expect;
use crate::row::{Row, Source, run, should};

const OPEN: Source = Source::Other("our advice: answer within the time limit");
/// The number of verifies in a row.
const IN_A_ROW: usize = 10;

pub(super) static ROWS: &[Row] = &[
    should("time-verify", OPEN)
        .that("verify is answered within the time limit")
        .why("The payer waits at a kiosk and gives up.")
        .runs(run!(verify)),
    should("time-deposit", OPEN)
        .that("check_deposit is answered within the time limit")
        .why("The cash is in the machine, and the platform takes the silence for a refusal.")
        .runs(run!(deposit)),
    should("time-callback", OPEN)
        .that("a callback is answered within the time limit")
        .why("A callback that times out is repeated for days, although the money may already be credited.")
        .runs(run!(callback)),
    should("time-refusals", OPEN)
        .that("refusals are answered within the time limit")
        .why("A sender of invalid requests can keep the endpoint busy and payers waiting.")
        .runs(run!(refusals)),
    should("time-in-a-row", OPEN)
        .that("ten verifies in a row are each answered within the time limit")
        .why("An endpoint that becomes slow under load turns payers away when most of them pay.")
        .runs(run!(in_a_row)),
];

async fn verify(context: &CheckContext<'_>) -> CheckResult {
    good_in_time(context, &context.call_verify().await?)
}

async fn deposit(context: &CheckContext<'_>) -> CheckResult {
    good_in_time(context, &context.call_deposit().await?)
}

fn good_in_time(context: &CheckContext<'_>, exchange: &Exchange) -> CheckResult {
    expect::answer(exchange, 0)?;
    in_time(context, exchange)
}

fn in_time(context: &CheckContext<'_>, exchange: &Exchange) -> CheckResult {
    expect::in_time(exchange, context.target.time_limit)
}

async fn callback(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let callback = context.any_callback(&payment_id);
    let exchange = context.post_callback(&callback).await?;
    context.expect_status(&exchange, 200)?;
    in_time(context, &exchange)
}

async fn refusals(context: &CheckContext<'_>) -> CheckResult {
    let unknown = context.verify(&context.target.customers.unknown);
    let no_customer = without(context.check_deposit_json(), "/customer_id");
    for body in [
        context.platform.sign(&unknown),
        context.verify_json().to_string().into(),
        context.platform.sign(&no_customer),
        b"{".to_vec(),
    ] {
        in_time(context, &context.send(body).await?)?;
    }
    let callback = context.any_callback(&unknown_payment_id());
    in_time(context, &context.post_callback(&callback).await?)
}

async fn in_a_row(context: &CheckContext<'_>) -> CheckResult {
    for _ in 0..IN_A_ROW {
        verify(context).await?;
    }
    Ok(())
}
