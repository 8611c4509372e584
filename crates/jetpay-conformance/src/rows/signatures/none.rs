//! Texts that are no signature.

use serde_json::{Value, json};

use super::forged::{REFUSAL, both, signature_of};
use crate::check_context::CheckContext;
use crate::edit::{tampered, with, without};
use crate::row::{Level, Play, Row};
use crate::rows::sections::UNSIGNED;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "signature-missing",
        Level::Must,
        UNSIGNED,
        "a request without a signature is refused with code 400",
        "Anybody who knows the URL can ask for accounts and begin payments.",
        Play::Refused(missing, REFUSAL),
    ),
    Row::new(
        "signature-malformed",
        Level::Should,
        UNSIGNED,
        "a signature that is cut, spaced or padded otherwise is refused with code 400",
        "What is compared loosely will one day take a signature that is none.",
        Play::Refused(malformed, REFUSAL),
    ),
    Row::new(
        "signature-legacy",
        Level::Must,
        UNSIGNED,
        "the 40 hexadecimal digits of an old scheme are refused with code 400",
        "Whoever can forge the old, weak scheme can speak for the platform.",
        Play::Refused(legacy, REFUSAL.naming("SHA-1")),
    ),
    Row::new(
        "signature-placeholder",
        Level::Must,
        UNSIGNED,
        "the placeholders of the documents' samples are refused with code 400",
        "A signature printed in a public document opens the endpoint to all its readers.",
        Play::Refused(placeholders, REFUSAL),
    ),
    Row::new(
        "signature-lower-case",
        Level::Must,
        UNSIGNED,
        "a signature in lower case is refused with code 400",
        "A comparison that ignores case makes a signature far easier to guess.",
        Play::Refused(lower_case, REFUSAL),
    ),
];

fn with_signatures(
    scene: &CheckContext<'_>,
    texts: impl IntoIterator<Item = Value>,
) -> Vec<Vec<u8>> {
    let requests = [scene.verify_json(), scene.check_deposit_json()];
    let set = |text: Value| {
        requests.clone().map(|request| {
            with(request, "/signature", text.clone())
                .to_string()
                .into_bytes()
        })
    };
    texts.into_iter().flat_map(set).collect()
}

fn missing(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let mut bodies = with_signatures(
        scene,
        [
            Value::Null,
            json!(""),
            json!(7),
            json!(false),
            json!([]),
            json!({"a": "b"}),
        ],
    );
    bodies.extend(both(scene).map(|signed| tampered(&signed, |it| without(it, "/signature"))));
    bodies
}

fn malformed(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let good = signature_of(&both(scene)[0]);
    let texts = [
        good[..86].to_owned(),
        format!("{good}="),
        format!(" {good}"),
        format!("{good}\n"),
        good.replace('=', ""),
        format!("{}-_{}", &good[..40], &good[42..]),
        "signature".to_owned(),
        "Ж".repeat(44),
        good.repeat(100),
    ];
    texts
        .into_iter()
        .map(|text| tampered(&both(scene)[0], |it| with(it, "/signature", json!(text))))
        .collect()
}

fn legacy(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    with_signatures(scene, [json!("e19695449545fac562843ca06e7e0f3e51281ad6")])
}

/// As the five documents print them.
fn placeholders(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let texts = [
        "lY0LTSAzpR7zGce5qfYGacOuYlHANnkIR7mdOqRXJnL1kO0lUmkQ0YYLWRg==",
        "lY0LT8AzpR7zGce5qfYGacOuYlHGWqkMcQlqmjlsDDZI2gVcE1qVeWANnkIR7mdOqRXJnL1kO0lUmkQ0YYLWRg==",
        "lY0LTSAzpR7zGce5qfYGacOuYlHGWqkMcQlqmjlsDDZI2gVcE1qVeWANnkIR7mdOqRXJnL1kO0lUmkQ0YYLWRg==",
        "HRcDJN84ghAJL2hPW9yUbVMm7SRPewQJuH+mz4gcipXc8sI dToQunzSUEiy7w5vA3+MVIO8xHSNsQB5qCCm5kXA==",
        "lY0LTSAzpR7...dOqRXJnL1kO0lUmkQ0YYLWRg==",
        "kUi2x9dKHAVNU0FY",
    ];
    with_signatures(scene, texts.map(Value::from))
}

fn lower_case(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    both(scene)
        .map(|signed| {
            tampered(&signed, |it| {
                with(
                    it,
                    "/signature",
                    json!(signature_of(&signed).to_lowercase()),
                )
            })
        })
        .into()
}
