//! Requests with a bad signature.

use jetpay_core::signature::{Canonical, Key};
use jetpay_platform::Platform;
use serde_json::{Value, json};

use super::projects::{in_both, refusal_of_unknown};

use crate::check::CheckResult;
use crate::check_context::{AMOUNT_MINOR, CheckContext, edited, tampered, with, without};
use crate::expect::Refusal;
use crate::row::sections::UNSIGNED;
use crate::row::{Row, must, run, should};

pub(crate) static ROWS: &[Row] = &[
    must("signature-missing", UNSIGNED)
        .that("a request without a signature, or with another value in its place, is refused with code 400")
        .why("Anybody who knows the URL can ask for accounts and begin payments.")
        .refused(|context| of_both(context, no_signature), REFUSAL),
    must("signature-part", UNSIGNED)
        .that("a signature of which only a part is right is refused with code 400: cut, changed, or with more around it")
        .why("A program that compares a part accepts a guess: often a single letter is enough.")
        .refused(|context| of_both(context, right_in_part), REFUSAL),
    should("signature-malformed", UNSIGNED)
        .that("the signature in another form is refused with code 400: spaced, without padding, or in hexadecimal")
        .why("All its bytes are right, so no attacker gains, but programs that read it loosely disagree about it.")
        .refused(|context| of_both(context, in_another_form), REFUSAL),
    must("signature-legacy", UNSIGNED)
        .that("a signature of the old scheme, 40 hexadecimal digits, is refused with code 400")
        .why("The old scheme is weak: an attacker who can forge it can speak for the platform.")
        .refused(|context| of_both(context, |signed| resigned(signed, [LEGACY])),
            REFUSAL.naming("SHA-1")),
    must("signature-placeholder", UNSIGNED)
        .that("the placeholder signatures of the documents are refused with code 400")
        .why("The placeholders are public, so every reader of the documents could sign.")
        .refused(|context| of_both(context, |signed| resigned(signed, PLACEHOLDERS)),
            REFUSAL),
    must("signature-lower-case", UNSIGNED)
        .that("a signature in lower case or in upper case is refused with code 400")
        .why("A comparison that ignores case makes a signature much easier to guess.")
        .refused(|context| of_both(context, in_one_case), REFUSAL),
    must("signature-other-message", UNSIGNED)
        .that("the signature of another message is refused with code 400")
        .why("An attacker who saw one signed message can sign any other message with it.")
        .refused(other_message, REFUSAL),
    must("signature-changed", UNSIGNED)
        .that("a message that was changed after signing is refused with code 400")
        .why("An attacker can change the amount or the customer on the way.")
        .refused(changed, REFUSAL),
    must("signature-other-secret", UNSIGNED)
        .that("a signature with another secret, or with an empty one, is refused with code 400")
        .why("Any secret works, or the one of a project that has none, so the signature protects nothing.")
        .runs(run!(other_secret)),
    must("signature-other-project", UNSIGNED)
        .that("a signature with another project's secret is refused with code 400")
        .why("One project can begin payments in the name of another.")
        .runs(run!(other_project)),
];

/// Both requests, signed and then changed.
fn of_both(context: &CheckContext<'_>, forge: fn(&[u8]) -> Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    context
        .signed_requests()
        .map(|signed| forge(&signed))
        .concat()
}

/// The message with each of these values in the place of its signature.
pub(crate) fn resigned(
    signed: &[u8],
    values: impl IntoIterator<Item = impl Into<Value>>,
) -> Vec<Vec<u8>> {
    let with_value = |value: Value| tampered(signed, |message| with(message, "/signature", value));
    values.into_iter().map(Into::into).map(with_value).collect()
}

/// The message without a signature, and with other values in its place. In some languages `true` equals every text, 0
/// equals most texts, and a function that compares texts gives 0, which means equal, for a list.
pub(crate) fn no_signature(signed: &[u8]) -> Vec<Vec<u8>> {
    let right = signature_of(signed);
    let values = [
        Value::Null,
        json!(""),
        json!(0),
        json!(7),
        json!(true),
        json!(false),
        json!([]),
        json!([right]),
        json!({"signature": right}),
        json!("signature"),
        json!("\u{416}".repeat(44)),
        json!("AAAA".repeat(21) + "AA=="),
    ];
    let mut bodies = resigned(signed, values);
    bodies.push(tampered(signed, |it| without(it, "/signature")));
    bodies
}

/// How many letters of the right signature a text has. The 86th is the last one before the padding.
const LETTERS: [usize; 12] = [1, 4, 8, 20, 22, 32, 40, 43, 44, 64, 84, 85];

/// The message with a part of its signature, with one other letter in it, and with more around it.
pub(crate) fn right_in_part(signed: &[u8]) -> Vec<Vec<u8>> {
    let right = signature_of(signed);
    let begins = LETTERS.iter().map(|letters| right[..*letters].to_owned());
    let ends = LETTERS.iter().map(|letters| right[*letters..].to_owned());
    let changed = [0, 1, 19, 43, 84, 85].map(|place| {
        // These two letters differ in a bit that counts at each place, and not only in their case.
        let other = if right[place..].starts_with(['A', 'a']) {
            "Q"
        } else {
            "A"
        };
        format!("{}{other}{}", &right[..place], &right[place + 1..])
    });
    let around = [
        "==".to_owned(),
        right[20..40].to_owned(),
        format!("{right}A"),
        format!("{right}{right}"),
        format!("{right}\0A"),
        format!("{right},A"),
        format!("A{right}"),
        format!("A {right}"),
        format!("A,{right}"),
        format!("sha512={right}"),
        right.repeat(100),
    ];
    let texts = begins.chain(ends).chain(changed).chain(around);
    resigned(signed, texts)
}

/// The message with all bytes of its signature in another form than standard base64 with padding.
pub(crate) fn in_another_form(signed: &[u8]) -> Vec<Vec<u8>> {
    let right = signature_of(signed);
    let bytes = Canonical::parse(signed).map(|it| it.signature().decode());
    let bytes = bytes.into_iter().flatten().flatten();
    let hexadecimal = bytes.map(|byte| format!("{byte:02x}"));
    let hexadecimal = hexadecimal.collect::<Vec<_>>().concat();
    // Four bits of the last letter say nothing.
    let last = char::from(right.as_bytes()[85] + 1);
    let forms = [
        format!("{}{last}==", &right[..85]),
        format!(" {right}"),
        format!("{right}\n"),
        format!("{}\r\n{}", &right[..76], &right[76..]),
        format!("{right}="),
        right.replace('=', ""),
        right.replacen("==", "=", 1),
        right.replace('+', "-").replace('/', "_"),
        hexadecimal.to_uppercase(),
        hexadecimal,
    ];
    // A signature without `+` and `/` is the same in both alphabets.
    resigned(signed, forms.into_iter().filter(|form| *form != right))
}

/// The message with its signature in lower case and in upper case.
pub(crate) fn in_one_case(signed: &[u8]) -> Vec<Vec<u8>> {
    let right = signature_of(signed);
    resigned(signed, [right.to_lowercase(), right.to_uppercase()])
}

/// A signature of the old scheme.
pub(crate) const LEGACY: &str = "e19695449545fac562843ca06e7e0f3e51281ad6";

/// The signatures that the five documents show.
const PLACEHOLDERS: [&str; 6] = [
    "lY0LTSAzpR7zGce5qfYGacOuYlHANnkIR7mdOqRXJnL1kO0lUmkQ0YYLWRg==",
    "lY0LT8AzpR7zGce5qfYGacOuYlHGWqkMcQlqmjlsDDZI2gVcE1qVeWANnkIR7mdOqRXJnL1kO0lUmkQ0YYLWRg==",
    "lY0LTSAzpR7zGce5qfYGacOuYlHGWqkMcQlqmjlsDDZI2gVcE1qVeWANnkIR7mdOqRXJnL1kO0lUmkQ0YYLWRg==",
    "HRcDJN84ghAJL2hPW9yUbVMm7SRPewQJuH+mz4gcipXc8sI dToQunzSUEiy7w5vA3+MVIO8xHSNsQB5qCCm5kXA==",
    "lY0LTSAzpR7...dOqRXJnL1kO0lUmkQ0YYLWRg==",
    "kUi2x9dKHAVNU0FY",
];

fn other_message(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let [verify, deposit] = context.signed_requests();
    vec![
        edited(&verify, "/signature", signature_of(&deposit)),
        edited(&deposit, "/signature", signature_of(&verify)),
    ]
}

fn changed(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let [verify, deposit] = context.signed_requests();
    let unknown = context.target.customers.unknown.as_str();
    // A program that reads the fields before it verifies the signature notices the missing field and says so.
    let less = (context.target.exact).then(|| tampered(&deposit, |it| without(it, "/currency")));
    let more = [
        edited(&deposit, "/amount", AMOUNT_MINOR * 10),
        edited(&verify, "/customer_id", unknown),
        edited(&deposit, "/amount", AMOUNT_MINOR + 1),
        edited(&verify, "/note", "one field more"),
    ];
    more.into_iter().chain(less).collect()
}

async fn other_secret(context: &CheckContext<'_>) -> CheckResult {
    let requests = |platform: Platform| context.requests().map(|it| platform.sign(&it));
    let keys = [UNKNOWN_SECRET, EMPTY_SECRET].map(|secret| with_secret(context, secret));
    let bodies = keys.into_iter().flat_map(requests).collect();
    context.expect_refused(bodies, REFUSAL).await?;
    let unknown = in_both(context, &json!(context.no_project()));
    let platform = with_secret(context, EMPTY_SECRET);
    let bodies = unknown.iter().map(|it| platform.sign(it)).collect();
    context
        .expect_refused(bodies, refusal_of_unknown(context))
        .await
}

async fn other_project(context: &CheckContext<'_>) -> CheckResult {
    let other = context.another_project()?;
    let bodies = context.requests().map(|it| other.sign(&it));
    context.expect_refused(bodies.into(), REFUSAL).await
}

pub(crate) const REFUSAL: Refusal = Refusal::new(200, 400);

pub(crate) fn signature_of(signed: &[u8]) -> String {
    let message: Value = serde_json::from_slice(signed).unwrap_or_default();
    message["signature"].as_str().unwrap_or_default().to_owned()
}

/// The secret of no project.
pub(crate) const UNKNOWN_SECRET: &str = "a secret of no project";
/// HMAC fills a short key with zeros, so this one signs like an empty one, which is no key.
pub(crate) const EMPTY_SECRET: &str = "\0";

/// The platform with another secret.
pub(crate) fn with_secret(context: &CheckContext<'_>, secret: &str) -> Platform {
    let key = Key::new(secret).expect("the secret is not empty");
    context.platform.with_project(context.project.id, key)
}
