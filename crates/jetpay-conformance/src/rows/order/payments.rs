//! Callbacks before their payment, and callbacks after the final one.

use jetpay_platform::next_operation_id;

use crate::check::CheckResult;
use crate::check_context::{CheckContext, unknown_payment_id};
use crate::expect::{self, Seen};
use crate::row::sections::{ANSWERS, ANY_ORDER};
use crate::row::{Row, Sent, must, run, should};
use crate::rows::expectations::expect_unchanged;

pub(crate) static ROWS: &[Row] = &[
    should("callback-unknown-payment", ANSWERS)
        .that("a callback of an unknown payment is not acknowledged, so that it is repeated")
        .why("A success that arrives before the payment is stored is lost.")
        .runs(run!(unknown_payment)),
    should("callback-payout", ANSWERS)
        .that("a callback of an unknown payout is not acknowledged")
        .why("Money leaves the account, and the merchant never learns of it.")
        .runs(run!(payout)),
    must("callback-decline-after-success", ANY_ORDER)
        .that("a decline after a success changes nothing")
        .why("A late decline takes money from a customer who has paid.")
        .credits_once(&[Sent::Other("success"), Sent::Same("decline")]),
    must("callback-other-decline-after-success", ANY_ORDER)
        .that("a decline of another operation after a success changes nothing")
        .why("A failed second attempt takes back what the first one paid.")
        .credits_once(&[Sent::Other("success"), Sent::Other("decline")]),
    must("callback-success-after-decline", ANY_ORDER)
        .that("a success after a decline credits")
        .why("The first attempt failed, the second one was paid, and the payer gets nothing.")
        .credits_once(&[Sent::Other("decline"), Sent::Other("success")]),
    must("callback-processing-after-success", ANY_ORDER)
        .that("an old intermediate callback after a success changes nothing")
        .why("An old message reopens a finished payment, which can then be credited again.")
        .credits_once(&[
            Sent::Other("success"),
            Sent::Same("processing"),
            // If the payment was reopened, this repeat credits it again.
            Sent::Same("success"),
        ]),
    must("callback-success-after-processing", ANY_ORDER)
        .that("a success after an intermediate callback of its operation credits")
        .why("A payment that is reported in two steps stops after the first, and the payer gets nothing.")
        .credits_once(&[Sent::Other("processing"), Sent::Same("success")]),
    must("deposit-after-early-callback", ANY_ORDER)
        .that("after a callback of an unknown payment, check_deposit opens a new payment that can be paid")
        .why("A callback that comes too early must not take the place of a payment or block it.")
        .runs(run!(after_early_callback)),
];

async fn unknown_payment(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = unknown_payment_id();
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
    let unknown = unknown_payment_id();
    // Another check is about the answer.
    let early = context.any_callback(&unknown);
    context.post_callback(&early).await?;
    let payment_id = context.new_payment().await?;
    let seen = || Seen::received(&payment_id);
    expect::holds("another payment_id", payment_id != unknown, seen)?;
    expect_unchanged(context, &payment_id).await?;
    let callback = context.any_callback(&payment_id);
    context.expect_processed_once(&payment_id, &callback).await
}
