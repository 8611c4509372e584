//! Requests with a bad signature.

use jetpay_platform::Platform;
use serde_json::{Value, json};

use crate::check::CheckResult;
use crate::check_context::{CheckContext, tampered, with, without};
use crate::expect::Refusal;
use crate::row::sections::UNSIGNED;
use crate::row::{Level, Procedure, Row, run};

pub(crate) static ROWS: &[Row] = &[
    Row::new(
        "signature-missing",
        Level::Must,
        UNSIGNED,
        "a request without a signature is refused with code 400",
        "Anybody who knows the URL can ask for accounts and begin payments.",
        Procedure::Refused(missing, REFUSAL),
    ),
    Row::new(
        "signature-malformed",
        Level::Should,
        UNSIGNED,
        "a truncated, spaced or wrongly padded signature is refused with code 400",
        "A loose comparison can accept a text that is not a signature.",
        Procedure::Refused(malformed, REFUSAL),
    ),
    Row::new(
        "signature-legacy",
        Level::Must,
        UNSIGNED,
        "a signature of the old scheme, 40 hexadecimal digits, is refused with code 400",
        "The old scheme is weak: an attacker who can forge it can speak for the platform.",
        Procedure::Refused(legacy, REFUSAL.naming("SHA-1")),
    ),
    Row::new(
        "signature-placeholder",
        Level::Must,
        UNSIGNED,
        "the placeholder signatures of the documents are refused with code 400",
        "The placeholders are public, so every reader of the documents could sign.",
        Procedure::Refused(placeholders, REFUSAL),
    ),
    Row::new(
        "signature-lower-case",
        Level::Must,
        UNSIGNED,
        "a signature in lower case is refused with code 400",
        "A comparison that ignores case makes a signature much easier to guess.",
        Procedure::Refused(lower_case, REFUSAL),
    ),
    Row::new(
        "signature-other-message",
        Level::Must,
        UNSIGNED,
        "the signature of another message is refused with code 400",
        "An attacker who saw one signed message can sign any other message with it.",
        Procedure::Refused(other_message, REFUSAL),
    ),
    Row::new(
        "signature-changed",
        Level::Must,
        UNSIGNED,
        "a message that was changed after signing is refused with code 400",
        "An attacker can change the amount or the customer on the way.",
        Procedure::Refused(changed, REFUSAL),
    ),
    Row::new(
        "signature-other-secret",
        Level::Must,
        UNSIGNED,
        "a signature with another secret is refused with code 400",
        "Any secret works, so the signature protects nothing.",
        Procedure::Refused(other_secret, REFUSAL),
    ),
    Row::new(
        "signature-other-project",
        Level::Must,
        UNSIGNED,
        "a signature with another project's secret is refused with code 400",
        "One project can begin payments in the name of another.",
        run!(other_project),
    ),
];

fn with_signatures(
    context: &CheckContext<'_>,
    texts: impl IntoIterator<Item = Value>,
) -> Vec<Vec<u8>> {
    let requests = [context.verify_json(), context.check_deposit_json()];
    let set = |text: Value| {
        requests.clone().map(|request| {
            with(request, "/signature", text.clone())
                .to_string()
                .into_bytes()
        })
    };
    texts.into_iter().flat_map(set).collect()
}

fn missing(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let mut bodies = with_signatures(
        context,
        [
            Value::Null,
            json!(""),
            json!(7),
            json!(false),
            json!([]),
            json!({"a": "b"}),
        ],
    );
    bodies.extend(both(context).map(|signed| tampered(&signed, |it| without(it, "/signature"))));
    bodies
}

fn malformed(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let good = signature_of(&both(context)[0]);
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
        .map(|text| tampered(&both(context)[0], |it| with(it, "/signature", json!(text))))
        .collect()
}

fn legacy(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    with_signatures(context, [json!("e19695449545fac562843ca06e7e0f3e51281ad6")])
}

/// The signatures that the five documents show.
fn placeholders(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let texts = [
        "lY0LTSAzpR7zGce5qfYGacOuYlHANnkIR7mdOqRXJnL1kO0lUmkQ0YYLWRg==",
        "lY0LT8AzpR7zGce5qfYGacOuYlHGWqkMcQlqmjlsDDZI2gVcE1qVeWANnkIR7mdOqRXJnL1kO0lUmkQ0YYLWRg==",
        "lY0LTSAzpR7zGce5qfYGacOuYlHGWqkMcQlqmjlsDDZI2gVcE1qVeWANnkIR7mdOqRXJnL1kO0lUmkQ0YYLWRg==",
        "HRcDJN84ghAJL2hPW9yUbVMm7SRPewQJuH+mz4gcipXc8sI dToQunzSUEiy7w5vA3+MVIO8xHSNsQB5qCCm5kXA==",
        "lY0LTSAzpR7...dOqRXJnL1kO0lUmkQ0YYLWRg==",
        "kUi2x9dKHAVNU0FY",
    ];
    with_signatures(context, texts.map(Value::from))
}

fn lower_case(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    both(context)
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

fn other_message(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let [verify, deposit] = both(context);
    vec![
        tampered(&verify, |it| {
            with(it, "/signature", json!(signature_of(&deposit)))
        }),
        tampered(&deposit, |it| {
            with(it, "/signature", json!(signature_of(&verify)))
        }),
    ]
}

fn changed(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let [verify, deposit] = both(context);
    // A program that reads the fields before it verifies the signature notices the missing field and says so.
    let less = (context.target.exact).then(|| tampered(&deposit, |it| without(it, "/currency")));
    let more = [
        tampered(&verify, |it| {
            with(it, "/customer_id", json!(context.target.customers.unknown))
        }),
        tampered(&deposit, |it| {
            with(it, "/amount", json!(context.amount().minor() * 10))
        }),
        tampered(&deposit, |it| {
            with(it, "/amount", json!(context.amount().minor() + 1))
        }),
        tampered(&verify, |it| with(it, "/note", json!("one field more"))),
    ];
    more.into_iter().chain(less).collect()
}

fn other_secret(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let platform = with_unknown_secret(context);
    vec![
        platform.sign(&context.verify_json()),
        platform.sign(&context.check_deposit_json()),
    ]
}

async fn other_project(context: &CheckContext<'_>) -> CheckResult {
    let other = context.another_project()?;
    let bodies = vec![
        other.sign(&context.verify_json()),
        other.sign(&context.check_deposit_json()),
    ];
    context.expect_refused(bodies, REFUSAL).await
}

pub(crate) const REFUSAL: Refusal = Refusal::new(200, 400);

/// Bodies with a text in the place of the signature that is not a signature.
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

pub(crate) fn both(context: &CheckContext<'_>) -> [Vec<u8>; 2] {
    [
        context.platform.sign(&context.verify_json()),
        context.platform.sign(&context.check_deposit_json()),
    ]
}

pub(crate) fn signature_of(signed: &[u8]) -> String {
    let message: Value = serde_json::from_slice(signed).unwrap_or_default();
    message["signature"].as_str().unwrap_or_default().to_owned()
}

/// The platform with a secret that no project has.
pub(crate) fn with_unknown_secret(context: &CheckContext<'_>) -> Platform {
    context
        .platform
        .with_project(context.project.id, unknown_key())
}

fn unknown_key() -> jetpay_core::signature::Key {
    jetpay_core::signature::Key::new("a secret of no project").expect("the secret is not empty")
}
