//! A callback that overtakes the answer to `check_deposit`: for a moment nobody has its payment.

use crate::conformance::expect;
use crate::conformance::outcome::Checked;
use crate::conformance::row::{Level, Row, play};
use crate::conformance::rows::callbacks::unchanged;
use crate::conformance::rows::sections::RULE_5;
use crate::conformance::scene::Scene;
use crate::operation_ids::next_operation_id;

pub(super) static ROWS: &[Row] = &[Row::new(
    "deposit-after-early-callback",
    Level::Must,
    RULE_5,
    "after a callback of a payment that nobody has, check_deposit opens a fresh one, and its callback is acknowledged",
    "A callback that came too early must not take the place of a payment, or block it.",
    play!(after_early_callback),
)];

async fn after_early_callback(scene: &Scene<'_>) -> Checked {
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
