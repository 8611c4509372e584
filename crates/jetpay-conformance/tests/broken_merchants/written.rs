//! Messages that are written in another way than the merchant expects, and signed rightly.

use serde_json::Value;

use super::Broken;
use super::signed::refusal;
use crate::merchant::{Answer, Fault, Incoming};

pub(super) static ALL: &[Broken] = &[
    Broken::new(
        "wants-an-order",
        "Signs the fields in the order in which they come.",
        Fault::Stops(|incoming| {
            // The signature comes last, unless somebody has put the fields in another order.
            let text = incoming.text();
            let last = text.trim_end().ends_with("==\"}");
            (incoming.is_signed() && !last).then(refusal)
        }),
        &["signed-reordered"],
    ),
    Broken::new(
        "signs-the-bytes",
        "Signs the bytes as they come.",
        Fault::Stops(|incoming| {
            let other = incoming.json().to_string().len() != incoming.body.len();
            (incoming.is_signed() && other).then(|| refused(incoming))
        }),
        &["signed-white-space", "signed-escapes"],
    ),
    Broken::new(
        "wants-no-white-space",
        "Refuses white space between fields.",
        Fault::Stops(|incoming| {
            incoming
                .text()
                .contains(['\n', '\r'])
                .then(|| refused(incoming))
        }),
        &["signed-white-space"],
    ),
    Broken::new(
        "knows-no-escapes",
        "Signs a text with its escapes as they stand.",
        Fault::Stops(|incoming| {
            let text = incoming.text();
            let escaped = text.contains("\\/") || text.contains("\\u04");
            escaped.then(|| refused(incoming))
        }),
        &["signed-escapes", "signed-scripts"],
    ),
    Broken::new(
        "signs-what-it-knows",
        "Signs the fields that it knows, and refuses what was signed with others.",
        Fault::Stops(|incoming| {
            let json = incoming.json();
            let other = ["a_note", "terminal", "is_test", "list", "Terminal_Id"];
            let other = other.iter().any(|name| json.get(name).is_some());
            other.then(refusal)
        }),
        &[
            "signed-extra-fields",
            "signed-booleans",
            "signed-long-array",
            "request-unknown-fields",
        ],
    )
    .advised_against(),
    Broken::new(
        "signs-true",
        "Signs a boolean as the word true or false.",
        Fault::Stops(|incoming| incoming.json()["is_kiosk"].is_boolean().then(refusal)),
        &["signed-booleans"],
    )
    .advised_against(),
    Broken::new(
        "sorts-numbers-as-text",
        "Sorts the numbers of a list as texts.",
        Fault::Stops(|incoming| {
            let list = incoming.json()["list"].as_array().map_or(0, Vec::len);
            (list > 10 && incoming.is_signed()).then(refusal)
        }),
        &["signed-long-array"],
    )
    .advised_against(),
    Broken::new(
        "knows-one-script",
        "Signs letters of other scripts in an encoding of its own.",
        Fault::Stops(|incoming| {
            let other = incoming.json()["payment"]["description"]
                .as_str()
                .is_some_and(|text| !text.is_ascii());
            other.then(|| Answer::new(400, ""))
        }),
        &["signed-scripts"],
    ),
    Broken::new(
        "signs-null",
        "Signs null as a word.",
        Fault::Stops(|incoming| {
            let json = incoming.json();
            let null = json.pointer("/operation/provider/auth_code") == Some(&Value::Null);
            null.then(|| Answer::new(400, ""))
        }),
        &["signed-null"],
    ),
    Broken::new(
        "signs-empty-lists",
        "Signs empty lists and objects.",
        Fault::Stops(|incoming| {
            let empty = incoming.json()["errors"]
                .as_array()
                .is_some_and(Vec::is_empty);
            empty.then(|| Answer::new(400, ""))
        }),
        &["signed-empty-containers"],
    ),
];

/// A refusal of a signature, also of a callback's.
fn refused(incoming: &Incoming) -> Answer {
    if incoming.is_callback() {
        Answer::new(400, "")
    } else {
        refusal()
    }
}
