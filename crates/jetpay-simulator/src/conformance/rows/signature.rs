//! Signatures, projects and lists of methods: what is refused with the code 400.

use serde_json::{Value, json};

use super::super::check::{Play, Row, play};
use super::super::edit::{tampered, with, without};
use super::super::expect::{self, Refusal};
use super::super::outcome::{Checked, Stop};
use super::super::scene::Scene;
use super::{SIGNATURE, UNSIGNED};
use crate::platform::Platform;

const REFUSAL: Refusal = Refusal::new(200, 400);

pub(super) static ROWS: &[Row] = &[
    Row::new("signature-missing", UNSIGNED, "no signature is refused with HTTP 200 and code 400", Play::Refused(missing, REFUSAL)),
    Row::new("signature-malformed", UNSIGNED, "a text that is no signature is", Play::Refused(malformed, REFUSAL)),
    Row::new("signature-legacy", UNSIGNED, "40 hexadecimal digits are, and the text says SHA-1", Play::Refused(legacy, REFUSAL.naming("SHA-1"))),
    Row::new("signature-placeholder", UNSIGNED, "the placeholders of the documents' samples are", Play::Refused(placeholders, REFUSAL)),
    Row::new("signature-lower-case", UNSIGNED, "a signature in lower case is", Play::Refused(lower_case, REFUSAL)),
    Row::new("signature-other-message", UNSIGNED, "the signature of another message is", Play::Refused(other_message, REFUSAL)),
    Row::new("signature-changed", UNSIGNED, "a message changed after it was signed is", Play::Refused(changed, REFUSAL)),
    Row::new("signature-other-secret", UNSIGNED, "another secret is", Play::Refused(other_secret, REFUSAL)),
    Row::new("signature-other-project", UNSIGNED, "the secret of another project is", play!(other_project)),
    Row::new("signature-next-secret", SIGNATURE, "during rotation either secret is good", play!(next_secret)),
    Row::new("signature-byte-order", SIGNATURE, "a signature over paths in byte order is good", play!(byte_order)),
    Row::new("project-unknown", UNSIGNED, "a project that is not configured is refused with code 400", Play::Refused(unknown_project, REFUSAL)),
    Row::new("project-without-method", UNSIGNED, "a project that does not take the method is", play!(method_not_taken)),
];

/// Bodies that differ from a signed one in their signature, which is none any more.
pub(super) fn no_signatures(signed: &[u8]) -> [Vec<u8>; 5] {
    let set = |value: Value| tampered(signed, |it| with(it, "/signature", value));
    [
        tampered(signed, |it| without(it, "/signature")),
        set(Value::Null),
        set(json!("")),
        set(json!("e19695449545fac562843ca06e7e0f3e51281ad6")),
        set(json!("AAAA".repeat(21) + "AA==")),
    ]
}

fn with_signatures(scene: &Scene<'_>, texts: impl IntoIterator<Item = Value>) -> Vec<Vec<u8>> {
    let requests = [scene.verify_json(), scene.check_deposit_json()];
    let set = |text: Value| requests.clone().map(|request| with(request, "/signature", text.clone()).to_string().into_bytes());
    texts.into_iter().flat_map(set).collect()
}

fn both(scene: &Scene<'_>) -> [Vec<u8>; 2] {
    [scene.platform.sign(&scene.verify_json()), scene.platform.sign(&scene.check_deposit_json())]
}

fn signature_of(signed: &[u8]) -> String {
    let message: Value = serde_json::from_slice(signed).unwrap_or_default();
    message["signature"].as_str().unwrap_or_default().to_owned()
}

fn missing(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let mut bodies = with_signatures(scene, [Value::Null, json!(""), json!(7), json!(false), json!([]), json!({"a": "b"})]);
    bodies.extend(both(scene).map(|signed| tampered(&signed, |it| without(it, "/signature"))));
    bodies
}

fn malformed(scene: &Scene<'_>) -> Vec<Vec<u8>> {
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
    texts.into_iter().map(|text| tampered(&both(scene)[0], |it| with(it, "/signature", json!(text)))).collect()
}

fn legacy(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    with_signatures(scene, [json!("e19695449545fac562843ca06e7e0f3e51281ad6")])
}

/// As the five documents print them.
fn placeholders(scene: &Scene<'_>) -> Vec<Vec<u8>> {
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

fn lower_case(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    both(scene).map(|signed| tampered(&signed, |it| with(it, "/signature", json!(signature_of(&signed).to_lowercase())))).into()
}

fn other_message(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let [verify, deposit] = both(scene);
    vec![
        tampered(&verify, |it| with(it, "/signature", json!(signature_of(&deposit)))),
        tampered(&deposit, |it| with(it, "/signature", json!(signature_of(&verify)))),
    ]
}

fn changed(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let [verify, deposit] = both(scene);
    vec![
        tampered(&verify, |it| with(it, "/customer_id", json!(scene.target.customers.unknown))),
        tampered(&deposit, |it| with(it, "/amount", json!(scene.amount().minor() * 10))),
        tampered(&deposit, |it| with(it, "/amount", json!(scene.amount().minor() + 1))),
        tampered(&verify, |it| with(it, "/note", json!("one field more"))),
        tampered(&deposit, |it| without(it, "/currency")),
    ]
}

/// The platform with a secret that no project has.
pub(super) fn with_a_secret_nobody_has(scene: &Scene<'_>) -> Platform {
    scene.platform.in_the_name_of(scene.project.id, nobodys_key())
}

fn nobodys_key() -> jetpay_core::signature::Key {
    jetpay_core::signature::Key::new("a secret that nobody has").expect("the secret is not empty")
}

fn other_secret(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let platform = with_a_secret_nobody_has(scene);
    vec![platform.sign(&scene.verify_json()), platform.sign(&scene.check_deposit_json())]
}

async fn other_project(scene: &Scene<'_>) -> Checked {
    let other = scene.another_project()?;
    let bodies = vec![other.sign(&scene.verify_json()), other.sign(&scene.check_deposit_json())];
    scene.expect_refused(bodies, REFUSAL).await
}

async fn next_secret(scene: &Scene<'_>) -> Checked {
    let next = scene.project.keys.get(1).ok_or(Stop::Skipped { why: "needs a project with two secrets" })?;
    let platform = scene.platform.in_the_name_of(scene.project.id, next.clone());
    expect::answer(&scene.send(platform.sign(&scene.verify_json())).await?, 0).map(drop)
}

async fn byte_order(scene: &Scene<'_>) -> Checked {
    let list: Vec<u8> = (0..12).collect();
    let message = with(scene.verify_json(), "/list", json!(list)).to_string();
    let canonical = jetpay_core::signature::Canonical::parse(message.as_bytes());
    let string = canonical.ok().and_then(|canonical| canonical.byte_ordered()).unwrap_or_default();
    let signed = tampered(message.as_bytes(), |it| with(it, "/signature", json!(scene.platform.key().sign(&string))));
    expect::answer(&scene.send(signed).await?, 0).map(drop)
}

fn unknown_project(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let named = |value: Value| [scene.verify_json(), scene.check_deposit_json()].map(|it| with(it, "/project_id", value.clone()));
    let wrong = [json!(scene.no_project()), json!(0), json!(-1), Value::Null].into_iter().flat_map(named);
    let none = [scene.verify_json(), scene.check_deposit_json()].map(|it| without(it, "/project_id"));
    wrong.chain(none).map(|it| scene.platform.sign(&it)).collect()
}

async fn method_not_taken(scene: &Scene<'_>) -> Checked {
    let project = scene.project_without_the_method()?;
    let platform = scene.platform.in_the_name_of(project.id, project.keys[0].clone());
    let named = |it| platform.sign(&with(it, "/project_id", json!(project.id.number())));
    let bodies = vec![named(scene.verify_json()), named(scene.check_deposit_json())];
    scene.expect_refused(bodies, REFUSAL).await
}
