//! Good signatures of messages in an unusual form. The signed string is the same, so they are valid.

use serde_json::{Value, json};

use crate::check::CheckResult;
use crate::check_context::{CheckContext, as_json, replaced, with};
use crate::row::sections::{PATHS, SIGNED};
use crate::row::{Row, must, run, should};

pub(crate) static ROWS: &[Row] = &[
    must("signed-reordered", SIGNED)
        .that("a good signature is valid in any order of the keys")
        .why("The platform writes its keys in another order, and every payer is turned away.")
        .answered(reordered),
    must("signed-white-space", SIGNED)
        .that("a good signature is valid with any white space between the fields")
        .why("White space that means nothing turns payers away.")
        .answered(white_space),
    must("signed-escapes", SIGNED)
        .that("a good signature is valid when letters are written as \\u escapes and / as \\/")
        .why("PHP writes JSON this way; a program that signs the raw bytes turns every payer away.")
        .answered(escapes),
    should("signed-extra-fields", SIGNED)
        .that("a good signature is valid with signed fields that the document does not have")
        .why("The platform adds a field, and every payer is turned away.")
        .answered(extra_fields),
    should("signed-booleans", SIGNED)
        .that("a good signature is valid with booleans: true is signed as 1, false as 0")
        .why("Callbacks have booleans; if they are refused, they are repeated and the payer gets nothing.")
        .answered(booleans),
    should("signed-long-array", PATHS)
        .that("a good signature is valid with a list of 12 entries in natural order")
        .why("A message with a long list is refused each time it is sent.")
        .answered(long_array),
    must("signed-scripts", SIGNED)
        .that("a callback with a text in another script is accepted, raw and with \\u escapes")
        .why("A description in the payer's language makes the endpoint refuse the callback each time.")
        .runs(run!(scripts)),
    must("signed-null", SIGNED)
        .that("a callback with null and with an empty text is accepted, because both are signed alike")
        .why("A field without a value makes the platform repeat the callback for days while the payer waits.")
        .runs(run!(null)),
    must("signed-empty-containers", SIGNED)
        .that("a callback with empty lists and objects is accepted, because they are not signed")
        .why("A callback with an empty list of errors is refused each time.")
        .runs(run!(empty_containers)),
];

fn reordered(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let orders = context.signed_requests().map(|signed| {
        let message: Value = serde_json::from_slice(&signed).unwrap_or_default();
        let fields = message.as_object().into_iter().flatten();
        let mut fields: Vec<_> = fields
            .map(|(name, it)| format!("\"{name}\":{it}"))
            .collect();
        let written = |fields: &[String]| format!("{{{}}}", fields.join(",")).into_bytes();
        // Each field is the first one once.
        let mut bodies = Vec::new();
        for _ in 0..fields.len() {
            fields.rotate_left(1);
            bodies.push(written(&fields));
        }
        fields.reverse();
        bodies.push(written(&fields));
        bodies
    });
    orders.concat()
}

fn white_space(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let spaced = context.signed_requests().map(|signed| {
        let message: Value = serde_json::from_slice(&signed).unwrap_or_default();
        let pretty = serde_json::to_string_pretty(&message).unwrap_or_default();
        let tabs = pretty.replace('\n', "\r\n\t");
        [tabs, format!(" \r\n{pretty}\n\n")].map(String::into_bytes)
    });
    spaced.concat()
}

fn escapes(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let payer = &context.target.customers.payer;
    let units = payer.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
    let escaped = format!("\"{}\"", units.collect::<Vec<_>>().concat());
    let name = "\"c\\u0075stomer_\\u0069d\"";
    let bodies = context.signed_requests().map(|signed| {
        // The signature also has slashes.
        let slashes = String::from_utf8_lossy(&signed).replace('/', "\\/");
        [
            slashes.into_bytes(),
            replaced(&signed, "\"customer_id\"", name),
            replaced(&signed, &json!(payer).to_string(), &escaped),
        ]
    });
    bodies.concat()
}

/// Both requests with more fields, signed.
fn extended(context: &CheckContext<'_>, extend: impl Fn(Value) -> Value) -> Vec<Vec<u8>> {
    let extended = context.requests().map(extend);
    extended.map(|it| context.platform.sign(&it)).into()
}

fn extra_fields(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    extended(context, |it| {
        let it = with(it, "/a_note", json!("Оплата № 7"));
        let it = with(it, "/zone", json!({"id": 5, "name": "x"}));
        with(it, "/Terminal_Id", json!(70_001))
    })
}

fn booleans(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    extended(context, |it| {
        let it = with(it, "/is_test", json!(false));
        with(it, "/is_kiosk", json!(true))
    })
}

fn long_array(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let list: Vec<u8> = (1..=12).collect();
    extended(context, |it| with(it, "/list", json!(list)))
}

/// Two scripts, and a character beyond 16 bits.
const TEXT: &str = "Төлем № 7 \u{1F4B0}";
const ESCAPED: &str = "\\u0422\\u04e9\\u043b\\u0435\\u043c \\u2116 7 \\ud83d\\udcb0";

/// Expects that a changed callback without a credit is acknowledged.
async fn taken(
    context: &CheckContext<'_>,
    change: impl Fn(Value) -> Value,
) -> CheckResult<Vec<u8>> {
    let payment_id = context.new_payment().await?;
    let decline = as_json(&context.decline(&payment_id));
    let signed = context.callbacks.sign(&change(decline));
    acknowledged(context, signed.clone()).await?;
    Ok(signed)
}

async fn acknowledged(context: &CheckContext<'_>, body: Vec<u8>) -> CheckResult {
    context.expect_status(&context.send_callback(body).await?, 200)
}

async fn scripts(context: &CheckContext<'_>) -> CheckResult {
    let signed = taken(context, |it| with(it, "/payment/description", json!(TEXT))).await?;
    let escaped = String::from_utf8_lossy(&signed).replace(TEXT, ESCAPED);
    acknowledged(context, escaped.into()).await
}

async fn null(context: &CheckContext<'_>) -> CheckResult {
    let null = |it, value: Value| {
        let it = with(it, "/payment/description", value.clone());
        with(it, "/operation/provider/auth_code", value)
    };
    taken(context, |it| null(it, json!(""))).await?;
    let signed = taken(context, |it| null(it, Value::Null)).await?;
    // Both forms have the same signature.
    let empty = String::from_utf8_lossy(&signed).replace("null", "\"\"");
    acknowledged(context, empty.into()).await
}

async fn empty_containers(context: &CheckContext<'_>) -> CheckResult {
    let full = |it| {
        let it = with(it, "/errors", json!([]));
        let it = with(it, "/account", json!({}));
        with(it, "/provider_extra_fields", json!({"lines": [[], {}]}))
    };
    taken(context, full).await.map(drop)
}
