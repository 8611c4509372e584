//! GET and HEAD, which caches, previews and monitors send of themselves.

use crate::check_context::CheckContext;
use crate::expect;
use crate::outcome::{Checked, Stop};
use crate::row::{Level, Row, Section, play};
use crate::rows::callbacks::unchanged;
use jetpay_platform::Platform;

const SAFE: Section = Section::Ours("RFC 9110, section 9.2.1: safe methods");

pub(super) static ROWS: &[Row] = &[Row::new(
    "http-get",
    Level::Should,
    SAFE,
    "a signed message by GET or HEAD is not answered as a success",
    "Whatever fetches a link again would repeat what it did to the money.",
    play!(get),
)];

async fn get(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let callback = scene.any_callback(&payment_id);
    let bodies = [
        (&scene.platform, scene.platform.sign(&scene.verify_json())),
        (&scene.callbacks, scene.callbacks.sign(&callback)),
    ];
    for (platform, body) in bodies {
        for method in ["GET", "HEAD"] {
            refused(scene, platform, method, &body).await?;
        }
    }
    unchanged(scene, &payment_id).await?;
    scene.alive().await?;
    scene.still_settles(&payment_id, &callback).await
}

async fn refused(
    scene: &CheckContext<'_>,
    platform: &Platform,
    method: &str,
    body: &[u8],
) -> Checked {
    let json = Some("application/json");
    let exchange = platform.send_as(method, "", json, body).await?;
    if scene.target.exact && exchange.status != 405 {
        return Err(Stop::failed(
            format!("HTTP 405 to {method}"),
            expect::brief(&exchange),
        ));
    }
    // 501 is what HTTP has for a method that nobody has written.
    if exchange.code() == Some(0) || (exchange.status >= 500 && exchange.status != 501) {
        return Err(Stop::failed(
            format!("neither code 0 nor HTTP 5xx to {method}"),
            expect::brief(&exchange),
        ));
    }
    Ok(())
}
