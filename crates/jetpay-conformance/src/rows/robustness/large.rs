//! Bodies of one MiB: many servers take them, and whoever does not must say so and go on.

use serde_json::{Value, json};

use crate::check_context::CheckContext;
use crate::edit::with;
use crate::expect;
use crate::outcome::{Checked, Stop};
use crate::row::{Level, Row, Section, play};
use jetpay_platform::Platform;

const TOO_LARGE: Section = Section::Ours("RFC 9110, section 15.5.14: content too large");
/// In bytes.
const MIB: usize = 1024 * 1024;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "large-verify",
        Level::Must,
        TOO_LARGE,
        "after a verify of one MiB, whatever came of it, a plain one is answered",
        "One large request would close the counter for every payer.",
        play!(verify),
    ),
    Row::new(
        "large-callback",
        Level::Must,
        TOO_LARGE,
        "after a callback of one MiB, whatever came of it, the plain one is acknowledged",
        "A callback that blocks its own repeats leaves a payer without his money.",
        play!(callback),
    ),
];

/// Signed, with white space behind the object, and with a long text in it.
fn large(platform: &Platform, message: &Value, text: &str) -> [Vec<u8>; 2] {
    let mut padded = platform.sign(message);
    padded.resize(MIB, b' ');
    let long = with(message.clone(), text, json!("x".repeat(MIB)));
    [padded, platform.sign(&long)]
}

async fn verify(scene: &CheckContext<'_>) -> Checked {
    for body in large(&scene.platform, &scene.verify_json(), "/note") {
        survives(scene, &scene.platform, &body).await?;
    }
    Ok(())
}

async fn callback(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let callback = scene.any_callback(&payment_id);
    let message = serde_json::to_value(&callback).unwrap_or_default();
    for body in large(&scene.callbacks, &message, "/payment/description") {
        survives(scene, &scene.callbacks, &body).await?;
    }
    scene.still_settles(&payment_id, &callback).await
}

/// Any answer will do, also none but the connection's end: many a server hangs up on who says too much.
async fn survives(scene: &CheckContext<'_>, platform: &Platform, body: &[u8]) -> Checked {
    let mut wire = scene.wire(platform).await?;
    wire.post(body);
    match wire.heard().await? {
        Ok((exchange, _)) if scene.target.exact && exchange.status != 413 => {
            return Err(Stop::failed("HTTP 413", expect::brief(&exchange)));
        }
        Ok(_) => {}
        Err(lost) if lost.is_closed() && !scene.target.exact => {}
        Err(lost) => return Err(Stop::failed("an answer", lost.to_string())),
    }
    scene.alive().await
}
