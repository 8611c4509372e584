//! A callback that overtakes the answer to `check_deposit`: for a moment nobody has its payment.

use crate::check_context::CheckContext;
use crate::expect;
use crate::outcome::Checked;
use crate::row::{Level, Row, play};
use crate::rows::callbacks::unchanged;
use crate::rows::sections::RULE_5;
use jetpay_platform::next_operation_id;

pub(super) static ROWS: &[Row] = &[Row::new(
    "deposit-after-early-callback",
    Level::Must,
    RULE_5,
    "after a callback of a payment that nobody has, check_deposit opens a fresh one, and its callback is acknowledged",
    "A callback that came too early must not take the place of a payment, or block it.",
    play!(after_early_callback),
)];

async fn after_early_callback(scene: &CheckContext<'_>) -> Checked {
    let nobodys = format!("nobody-{}", next_operation_id());
    // Whatever it is answered: that is another check's.
    scene.told(&scene.any_callback(&nobodys)).await?;
    let payment_id = scene.pending().await?;
    let another = payment_id != nobodys;
    expect::holds("another payment_id", another, || payment_id.clone())?;
    unchanged(scene, &payment_id).await?;
    scene
        .still_settles(&payment_id, &scene.any_callback(&payment_id))
        .await
}
