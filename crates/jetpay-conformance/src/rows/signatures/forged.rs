//! Signatures that are none, and those of somebody else.

use serde_json::{Value, json};

use crate::check_context::CheckContext;
use crate::edit::{tampered, with, without};
use crate::refusal::Refusal;
use jetpay_platform::Platform;

pub(crate) const REFUSAL: Refusal = Refusal::new(200, 400);

/// Bodies that differ from a signed one in their signature, which is none any more.
pub(crate) fn no_signatures(signed: &[u8]) -> [Vec<u8>; 5] {
    let set = |value: Value| tampered(signed, |it| with(it, "/signature", value));
    [
        tampered(signed, |it| without(it, "/signature")),
        set(Value::Null),
        set(json!("")),
        set(json!("e19695449545fac562843ca06e7e0f3e51281ad6")),
        set(json!("AAAA".repeat(21) + "AA==")),
    ]
}

pub(crate) fn both(scene: &CheckContext<'_>) -> [Vec<u8>; 2] {
    [
        scene.platform.sign(&scene.verify_json()),
        scene.platform.sign(&scene.check_deposit_json()),
    ]
}

pub(crate) fn signature_of(signed: &[u8]) -> String {
    let message: Value = serde_json::from_slice(signed).unwrap_or_default();
    message["signature"].as_str().unwrap_or_default().to_owned()
}

/// The platform with a secret that no project has.
pub(crate) fn with_a_secret_nobody_has(scene: &CheckContext<'_>) -> Platform {
    scene
        .platform
        .in_the_name_of(scene.project.id, nobodys_key())
}

fn nobodys_key() -> jetpay_core::signature::Key {
    jetpay_core::signature::Key::new("a secret that nobody has").expect("the secret is not empty")
}
