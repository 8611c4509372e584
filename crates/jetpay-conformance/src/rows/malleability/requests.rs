//! Requests changed so that their signature still fits.

use serde_json::json;

use super::cut::hide;
use crate::check_context::CheckContext;
use crate::edit::{tampered, with};
use crate::refusal::Refusal;
use crate::row::{Level, Play, Row};
use crate::rows::sections::SIGNATURE;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "attack-request-cut",
        Level::Must,
        SIGNATURE,
        "a request whose fields hide in another text is refused",
        "A recorded request is cut anew, and a payment begins for another account.",
        Play::Refused(request_cut, Refusal::new(200, 500)),
    ),
    Row::new(
        "attack-keys",
        Level::Should,
        SIGNATURE,
        "keys with `;` and two values of one path are refused",
        "One signature then fits two messages, and the endpoint may read the other one.",
        Play::Refused(keys, Refusal::new(200, 500)),
    ),
];

fn request_cut(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = scene.platform.sign(&scene.check_deposit_json());
    let after_customer = if scene.has_contracts() {
        "/entity_id"
    } else {
        "/payment_method"
    };
    vec![
        tampered(&signed, |it| hide(it, "/currency", "/customer_id")),
        tampered(&signed, |it| hide(it, "/customer_id", after_customer)),
        tampered(
            &scene
                .platform
                .sign(&with(scene.check_deposit_json(), "/a", json!("b"))),
            |it| hide(it, "/a", "/amount"),
        ),
    ]
}

fn keys(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let semicolon = with(scene.verify_json(), "/a;b", json!("c"));
    let control = with(scene.verify_json(), "/a\nb", json!("c"));
    let equal_paths = with(
        with(scene.verify_json(), "/a:", json!({"b": 1})),
        "/a",
        json!({":b": 2}),
    );
    [semicolon, control, equal_paths]
        .map(|message| scene.platform.sign(&message))
        .into()
}
