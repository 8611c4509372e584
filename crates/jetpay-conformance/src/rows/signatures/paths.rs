//! The order of paths in the signed string.

use serde_json::{Value, json};

use crate::check_context::CheckContext;
use crate::edit::{tampered, with};
use crate::expect;
use crate::outcome::Checked;
use crate::row::{Level, Row, play};
use crate::rows::sections::PATHS;
use jetpay_platform::messages::{Callback, Operation};

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "signature-byte-order",
        Level::Should,
        PATHS,
        "a signature over paths in byte order is good",
        "The published SDKs differ here; a message signed by another one is refused.",
        play!(byte_order),
    ),
    Row::new(
        "callback-long-array",
        Level::Should,
        PATHS,
        "a callback with an array of 12 is signed in natural order",
        "A decline with eleven errors or more is refused as forged and comes again for days.",
        play!(long_array),
    ),
];

async fn byte_order(scene: &CheckContext<'_>) -> Checked {
    let list: Vec<u8> = (0..12).collect();
    let message = with(scene.verify_json(), "/list", json!(list)).to_string();
    let canonical = jetpay_core::signature::Canonical::parse(message.as_bytes());
    let string = canonical
        .ok()
        .and_then(|canonical| canonical.byte_ordered())
        .unwrap_or_default();
    let signed = tampered(message.as_bytes(), |it| {
        with(it, "/signature", json!(scene.platform.key().sign(&string)))
    });
    expect::answer(&scene.send(signed).await?, 0).map(drop)
}

async fn long_array(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let operation =
        Operation::new("sale", "decline", scene.amount()).because("20000", "General decline");
    let decline = Callback::new(
        scene.method,
        scene.project.id,
        &payment_id,
        "decline",
        operation,
    );
    let errors: Vec<Value> = (0..12)
        .map(|number| json!({"code": 20_000 + number, "message": "wrong"}))
        .collect();
    let decline = with(
        serde_json::to_value(decline).unwrap_or_default(),
        "/errors",
        json!(errors),
    );
    scene.tell(&decline).await?;
    scene.expect_money(&payment_id, "declined", &[]).await
}
