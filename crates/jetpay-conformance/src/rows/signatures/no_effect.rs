//! What nobody has signed moves no money, whatever it was answered.

use serde_json::json;

use crate::check_context::CheckContext;
use crate::edit::{tampered, with, without};
use crate::expect;
use crate::outcome::{Checked, Stop};
use crate::row::{Level, Row, play};
use crate::rows::sections::UNSIGNED_CALLBACK;
use jetpay_core::signature::Key;

pub(super) static ROWS: &[Row] = &[Row::new(
    "callback-refused-no-effect",
    Level::Must,
    UNSIGNED_CALLBACK,
    "forged and changed successes credit nothing, and the right one then credits once",
    "Anybody who knows the URL could credit himself.",
    play!(no_effect),
)
.credits()];

async fn no_effect(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let success = scene.success(&payment_id);
    let signed = scene.callbacks.sign(&success);
    let stranger = Key::new("a secret that nobody has")
        .map_err(|error| Stop::failed("a key", error.to_string()))?;
    let forged = scene
        .callbacks
        .in_the_name_of(scene.project.id, stranger)
        .sign(&success);
    let dearer = scene.amount().minor() * 100;
    let bodies = [
        tampered(&signed, |it| without(it, "/signature")),
        tampered(&signed, |it| with(it, "/signature", json!(""))),
        forged,
        tampered(&signed, |it| {
            with(it, "/operation/sum_initial/amount", json!(dearer))
        }),
        tampered(&signed, |it| {
            with(it, "/operation/message", json!("Succes"))
        }),
    ];
    for body in bodies {
        scene.send_callback(body).await?;
    }
    scene.expect_money(&payment_id, "pending", &[]).await?;
    scene.tell(&success).await?;
    let amount = [scene.amount().minor()];
    scene.expect_money(&payment_id, "credited", &amount).await?;
    // What is acknowledged is never sent again, so a forged success must not be.
    let again = tampered(&signed, |it| without(it, "/signature"));
    let exchange = scene.send_callback(again).await?;
    let what = "no HTTP 200 to a forged repeat of a success";
    expect::holds(what, exchange.status != 200, || expect::brief(&exchange))
}
