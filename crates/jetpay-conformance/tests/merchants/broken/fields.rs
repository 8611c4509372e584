//! Faults in the checks of fields, and in the signed string.

use jetpay_platform::{KASSA24, QIWI_KZ};
use serde_json::{Value, json};

use super::{Broken, change_text, has_text, merchant};

pub(super) static ALL: &[Broken] = &[
    // In any case, with white space around it.
    merchant("any-type-word")
        .reads(|it| change_text(it, "/type", |it| it.trim().to_lowercase()))
        .fails(&["field-type"]),
    merchant("customer-as-number")
        .reads(|it| {
            if let Some(number) = it["customer_id"].as_i64() {
                it["customer_id"] = json!(number.to_string());
            }
        })
        .fails(&["field-customer"]),
    merchant("cleans-customers")
        .reads(|it| {
            let digits = |id: &str| id.chars().filter(char::is_ascii_digit).collect();
            change_text(it, "/customer_id", digits);
        })
        .fails(&["field-customer-id"]),
    merchant("ignores-payment-method")
        .reads(|it| assume(it, "payment_method", "qiwi-kz"))
        .by(&QIWI_KZ)
        .fails(&["field-payment-method"]),
    merchant("ignores-entity")
        .reads(|it| assume(it, "entity_id", "12345"))
        .fails(&["field-entity"]),
    merchant("ignores-half-a-contract")
        .reads(|it| {
            assume(it, "entity_id", "12345");
            assume(it, "number", "1234_ABC");
        })
        .by(&KASSA24)
        .fails(&["field-entity-without-number", "field-number-without-entity"]),
    // A double cannot represent all ids of 16 digits.
    merchant("ids-as-doubles")
        .reads(|it| {
            let id = it.pointer("/operation/id").and_then(Value::as_u64);
            if let Some(odd) = id.filter(|id| *id > 1 << 53) {
                it["operation"]["id"] = json!(odd & !1);
            }
        })
        .fails(&["number-operation-id"]),
    merchant("cuts-floats")
        .reads(|it| {
            if let Some(amount) = it["amount"].as_f64().filter(|_| !it["amount"].is_i64()) {
                it["amount"] = json!(format!("{amount:.0}").parse::<i64>().unwrap_or(1));
            }
        })
        .fails(&["field-amount-float"]),
    // Accepts a negative amount as a positive one.
    merchant("drops-the-sign")
        .reads(|it| {
            if let Some(amount) = it["amount"].as_i64() {
                it["amount"] = json!(amount.saturating_abs());
            }
        })
        .fails(&["field-amount-not-positive"]),
    merchant("assumes-the-currency")
        .reads(|it| assume(it, "currency", "KZT"))
        .fails(&["field-currency"]),
    // Signs the fields in the order of the body. The signature is last, unless the fields were reordered.
    merchant("wants-an-order")
        .refuses(400, |it| {
            it.is_signed() && !it.text().trim_end().ends_with("==\"}")
        })
        .fails(&["signed-reordered"]),
    merchant("signs-the-bytes")
        .refuses(400, |it| {
            it.is_signed() && it.json().to_string().len() != it.body.len()
        })
        .fails(&["signed-white-space", "signed-escapes"]),
    merchant("wants-no-white-space")
        .refuses(400, |it| it.text().contains(['\n', '\r']))
        .fails(&["signed-white-space"]),
    // Signs a text with its escapes.
    merchant("knows-no-escapes")
        .refuses(400, |it| {
            it.text().contains("\\/") || it.text().contains("\\u04")
        })
        .fails(&["signed-escapes", "signed-scripts"]),
    // Signs known fields only, and refuses messages with others.
    merchant("signs-what-it-knows")
        .refuses(400, |it| {
            let other = ["a_note", "terminal", "is_test", "list", "Terminal_Id"];
            other.iter().any(|name| it.json().get(name).is_some())
        })
        .fails(&[
            "signed-extra-fields",
            "signed-booleans",
            "signed-long-array",
            "request-unknown-fields",
        ]),
    // As the word true or false.
    merchant("signs-true")
        .refuses(400, |it| it.json()["is_kiosk"].is_boolean())
        .fails(&["signed-booleans"]),
    // The numbers of a list.
    merchant("sorts-numbers-as-text")
        .refuses(400, |it| {
            it.json()["list"].as_array().map_or(0, Vec::len) > 10 && it.is_signed()
        })
        .fails(&["signed-long-array"]),
    // Signs letters of other scripts in another encoding.
    merchant("knows-one-script")
        .refuses(400, |it| {
            has_text(it, "/payment/description", |it| !it.is_ascii())
        })
        .fails(&["signed-scripts"]),
    // As a word.
    merchant("signs-null")
        .refuses(400, |it| it.is_null("/operation/provider/auth_code"))
        .fails(&["signed-null"]),
    merchant("signs-empty-lists")
        .refuses(400, |it| {
            it.at("/errors").as_array().is_some_and(Vec::is_empty)
        })
        .fails(&["signed-empty-containers"]),
];

/// Reads this text in a field of `check_deposit`, whatever it has there.
fn assume(message: &mut Value, name: &str, text: &str) {
    if message["type"] == "check_deposit" {
        message[name] = json!(text);
    }
}
