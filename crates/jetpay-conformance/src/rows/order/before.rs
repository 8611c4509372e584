//! Callbacks before the payment that they are about.

use crate::check_context::CheckContext;
use crate::outcome::Checked;
use crate::row::{Level, Row, play};
use crate::rows::sections::ANSWERS;
use jetpay_platform::next_operation_id;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-unknown-payment",
        Level::Should,
        ANSWERS,
        "a callback of an unknown payment is not acknowledged, so that it comes again",
        "A success that comes before the payment is stored is lost, and the payer with it.",
        play!(unknown_payment),
    ),
    Row::new(
        "callback-payout",
        Level::Should,
        ANSWERS,
        "a callback of a payout that nobody asked for is not acknowledged",
        "Money leaves the account, and nobody here ever hears of it again.",
        play!(payout),
    ),
];

async fn unknown_payment(scene: &CheckContext<'_>) -> Checked {
    let payment_id = format!("nobody-{}", next_operation_id());
    let success = scene.any_callback(&payment_id);
    for _ in 0..2 {
        scene.expect_status(&scene.told(&success).await?, 404)?;
    }
    scene.expect_entries(&payment_id, &[]).await
}

async fn payout(scene: &CheckContext<'_>) -> Checked {
    let payment_id = format!("payout-{}", next_operation_id());
    let mut payout = scene.any_callback(&payment_id);
    payout.payment.kind = "payout".into();
    payout.operation.kind = "payout".into();
    scene.expect_status(&scene.told(&payout).await?, 404)?;
    scene.expect_entries(&payment_id, &[]).await
}
