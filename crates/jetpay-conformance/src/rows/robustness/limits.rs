//! How large and how deep a body may be.

use serde_json::json;

use crate::check_context::CheckContext;
use crate::edit::{replaced, with};
use crate::expect;
use crate::outcome::Checked;
use crate::refusal::Refusal;
use crate::row::{Level, Play, Row, play};
use crate::rows::applies::strict;
use crate::rows::callbacks::unchanged;
use crate::rows::sections::SIZE;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "bad-deep",
        Level::Should,
        SIZE,
        "a body of 128 levels or more is refused",
        "One small request exhausts the stack and takes the endpoint from all payers.",
        Play::Refused(deep, REFUSAL),
    ),
    Row::new(
        "bad-not-too-deep",
        Level::Should,
        SIZE,
        "a body of 127 levels is read",
        "A limit that is too low turns away a message that is right.",
        play!(not_too_deep),
    ),
    Row::new(
        "bad-too-large",
        Level::Should,
        SIZE,
        "a body of 65 KiB is refused with HTTP 413 and code 500",
        "A few large requests fill the memory, and no payer is served.",
        Play::Refused(too_large, Refusal::new(413, 500).with_all_texts()),
    )
    .only(strict),
    Row::new(
        "bad-not-too-large",
        Level::Should,
        SIZE,
        "a body of 64 KiB is read",
        "A long but real message is refused, and its payment with it.",
        play!(not_too_large),
    )
    .only(strict),
    Row::new(
        "callback-too-large",
        Level::Should,
        SIZE,
        "a callback over the limit is answered 413 without a body",
        "Whoever sends huge callbacks can stop the real ones.",
        play!(callback_too_large),
    )
    .only(strict)
    .once(),
];

const REFUSAL: Refusal = Refusal::new(400, 500).with_all_texts();

/// The most that is taken, in bytes.
const LIMIT: usize = 64 * 1024;

const OVER_THE_LIMIT: usize = LIMIT + 1024;

/// The levels that are read.
const LEVELS: usize = 127;

/// A field of so many levels, the object around it being the first.
fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels - 1), "]".repeat(levels - 1))
}

fn deep(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = scene.platform.sign(&scene.check_deposit_json());
    let objects = format!("{}1{}", "{\"a\":".repeat(LEVELS), "}".repeat(LEVELS));
    [nested(LEVELS + 1), nested(20_000), objects]
        .map(|deep| replaced(&signed, "{", &format!("{{\"a\":{deep},")))
        .into()
}

async fn not_too_deep(scene: &CheckContext<'_>) -> Checked {
    let plain = scene.verify_json().to_string();
    let deep = replaced(
        plain.as_bytes(),
        "{",
        &format!("{{\"a\":{},", nested(LEVELS)),
    );
    expect::answer(&scene.send(scene.platform.sign_text(deep)).await?, 0).map(drop)
}

/// The body with spaces behind it, so that it has this many bytes.
fn padded(body: &[u8], bytes: usize) -> Vec<u8> {
    let mut body = body.to_vec();
    body.resize(bytes, b' ');
    body
}

fn too_large(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let text = with(
        scene.verify_json(),
        "/note",
        json!("x".repeat(OVER_THE_LIMIT)),
    );
    let signed = scene.platform.sign(&scene.check_deposit_json());
    vec![
        padded(&signed, OVER_THE_LIMIT),
        padded(&signed, LIMIT + 1),
        scene.platform.sign(&text),
    ]
}

async fn not_too_large(scene: &CheckContext<'_>) -> Checked {
    let body = padded(&scene.platform.sign(&scene.verify_json()), LIMIT);
    expect::answer(&scene.send(body).await?, 0).map(drop)
}

async fn callback_too_large(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let signed = scene.platform.sign(&scene.any_callback(&payment_id));
    scene.expect_status(
        &scene
            .send_callbacks_own(padded(&signed, OVER_THE_LIMIT))
            .await?,
        413,
    )?;
    unchanged(scene, &payment_id).await
}
