//! The same for callbacks, which have free texts, empty ones and empty lists.

use serde_json::{Value, json};

use crate::check_context::CheckContext;
use crate::edit::with;
use crate::outcome::Checked;
use crate::row::{Level, Row, play};
use crate::rows::sections::SIGNED;

/// In two scripts and beyond 16 bits.
const TEXT: &str = "Төлем № 7 \u{1F4B0}";
const ESCAPED: &str = "\\u0422\\u04e9\\u043b\\u0435\\u043c \\u2116 7 \\ud83d\\udcb0";

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "signed-scripts",
        Level::Must,
        SIGNED,
        "a callback with a text in another script is taken, raw and in \\u escapes",
        "A payment is described in the payer's language, and refused for ever.",
        play!(scripts),
    ),
    Row::new(
        "signed-null",
        Level::Must,
        SIGNED,
        "a callback is taken with null and with an empty text: they are signed alike",
        "A field without a value makes the platform repeat a callback for days, and the payer wait.",
        play!(null),
    ),
    Row::new(
        "signed-empty-containers",
        Level::Must,
        SIGNED,
        "a callback with empty lists and objects is taken: they are not signed",
        "A callback without errors is refused for its empty list of errors.",
        play!(empty_containers),
    ),
];

/// A callback that credits nothing, changed so, is acknowledged under its signature.
async fn taken(scene: &CheckContext<'_>, change: impl Fn(Value) -> Value) -> Checked<Vec<u8>> {
    let payment_id = scene.pending().await?;
    let decline = jetpay_platform::messages::Callback::decline(
        scene.method,
        scene.project.id,
        &payment_id,
        scene.amount(),
    );
    let message = change(serde_json::to_value(decline).unwrap_or_default());
    let signed = scene.callbacks.sign(&message);
    acknowledged(scene, signed.clone()).await?;
    Ok(signed)
}

async fn acknowledged(scene: &CheckContext<'_>, body: Vec<u8>) -> Checked {
    scene.expect_status(&scene.send_callback(body).await?, 200)
}

async fn scripts(scene: &CheckContext<'_>) -> Checked {
    let signed = taken(scene, |it| with(it, "/payment/description", json!(TEXT))).await?;
    let escaped = String::from_utf8_lossy(&signed).replace(TEXT, ESCAPED);
    acknowledged(scene, escaped.into()).await
}

async fn null(scene: &CheckContext<'_>) -> Checked {
    let null = |it, value: Value| {
        let it = with(it, "/payment/description", value.clone());
        with(it, "/operation/provider/auth_code", value)
    };
    taken(scene, |it| null(it, json!(""))).await?;
    let signed = taken(scene, |it| null(it, Value::Null)).await?;
    // The signature of one is the other's.
    let empty = String::from_utf8_lossy(&signed).replace("null", "\"\"");
    acknowledged(scene, empty.into()).await
}

async fn empty_containers(scene: &CheckContext<'_>) -> Checked {
    let full = |it| {
        let it = with(it, "/errors", json!([]));
        let it = with(it, "/account", json!({}));
        with(it, "/provider_extra_fields", json!({"lines": [[], {}]}))
    };
    taken(scene, full).await.map(drop)
}
