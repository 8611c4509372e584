//! Faults in the checks of fields, and in the signed string.

use jetpay_platform::{KASSA24, QIWI_KZ};
use serde_json::{Value, json};

use super::Broken;
use super::signed::refusal;
use crate::merchant::{Answer, Fault, Incoming};

pub(super) static ALL: &[Broken] = &[
    Broken::new(
        "any-type-word",
        "Accepts the type in any case, with white space around it.",
        Fault::Comes(|incoming| {
            incoming.edit(|it| {
                if let Some(word) = it["type"].as_str() {
                    it["type"] = json!(word.trim().to_lowercase());
                }
            });
        }),
        &["field-type"],
    )
    .advised_against(),
    Broken::new(
        "customer-as-number",
        "Accepts a customer_id that is a number.",
        Fault::Comes(|incoming| {
            incoming.edit(|it| {
                if let Some(number) = it["customer_id"].as_i64() {
                    it["customer_id"] = json!(number.to_string());
                }
            });
        }),
        &["field-customer"],
    )
    .advised_against(),
    Broken::new(
        "cleans-customers",
        "Removes invalid characters from a customer_id.",
        Fault::Comes(|incoming| {
            incoming.edit(|it| {
                if let Some(id) = it["customer_id"].as_str() {
                    let id: String = id.chars().filter(char::is_ascii_digit).collect();
                    it["customer_id"] = json!(id);
                }
            });
        }),
        &["field-customer-id"],
    )
    .advised_against(),
    Broken::new(
        "ignores-payment-method",
        "Accepts a check_deposit with any payment_method.",
        Fault::Comes(|incoming| {
            if incoming.is_check_deposit() {
                incoming.edit(|it| it["payment_method"] = json!("qiwi-kz"));
            }
        }),
        &["field-payment-method"],
    )
    .by(&QIWI_KZ)
    .advised_against(),
    Broken::new(
        "ignores-entity",
        "Accepts a check_deposit without an entity_id.",
        Fault::Comes(|incoming| {
            if incoming.is_check_deposit() {
                incoming.edit(|it| it["entity_id"] = json!("12345"));
            }
        }),
        &["field-entity"],
    )
    .advised_against(),
    Broken::new(
        "ignores-half-a-contract",
        "Accepts a check_deposit with half of a contract.",
        Fault::Comes(|incoming| {
            if incoming.is_check_deposit() {
                incoming.edit(|it| {
                    it["entity_id"] = json!("12345");
                    it["number"] = json!("1234_ABC");
                });
            }
        }),
        &["field-entity-without-number", "field-number-without-entity"],
    )
    .by(&KASSA24)
    .advised_against(),
    Broken::new(
        "ids-as-doubles",
        "Reads operation.id as a double, which cannot represent all ids of 16 digits.",
        Fault::Comes(|incoming| {
            incoming.edit(|it| {
                let id = it.pointer("/operation/id").and_then(Value::as_u64);
                if let Some(odd) = id.filter(|id| *id > 1 << 53) {
                    it["operation"]["id"] = json!(odd & !1);
                }
            });
        }),
        &["number-operation-id"],
    ),
    Broken::new(
        "cuts-floats",
        "Accepts a float as the amount and cuts it.",
        Fault::Comes(|incoming| {
            incoming.edit(|it| {
                if let Some(amount) = it["amount"].as_f64().filter(|_| !it["amount"].is_i64()) {
                    it["amount"] = json!(format!("{amount:.0}").parse::<i64>().unwrap_or(1));
                }
            });
        }),
        &["field-amount-float"],
    )
    .advised_against(),
    Broken::new(
        "drops-the-sign",
        "Accepts a negative amount as a positive one.",
        Fault::Comes(|incoming| {
            incoming.edit(|it| {
                if let Some(amount) = it["amount"].as_i64() {
                    it["amount"] = json!(amount.saturating_abs());
                }
            });
        }),
        &["field-amount-not-positive"],
    )
    .advised_against(),
    Broken::new(
        "assumes-the-currency",
        "Accepts any currency as tenge.",
        Fault::Comes(|incoming| {
            if incoming.is_check_deposit() {
                incoming.edit(|it| it["currency"] = json!("KZT"));
            }
        }),
        &["field-currency"],
    ),
    Broken::new(
        "wants-an-order",
        "Signs the fields in the order of the body.",
        Fault::Stops(|incoming| {
            // The signature is last, unless the fields were reordered.
            let text = incoming.text();
            let last = text.trim_end().ends_with("==\"}");
            (incoming.is_signed() && !last).then(refusal)
        }),
        &["signed-reordered"],
    ),
    Broken::new(
        "signs-the-bytes",
        "Signs the raw bytes.",
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
        "Signs a text with its escapes.",
        Fault::Stops(|incoming| {
            let text = incoming.text();
            let escaped = text.contains("\\/") || text.contains("\\u04");
            escaped.then(|| refused(incoming))
        }),
        &["signed-escapes", "signed-scripts"],
    ),
    Broken::new(
        "signs-what-it-knows",
        "Signs known fields only, and refuses messages with others.",
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
        "Signs letters of other scripts in another encoding.",
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

/// A refusal because of the signature, for a callback too.
fn refused(incoming: &Incoming) -> Answer {
    if incoming.is_callback() {
        Answer::new(400, "")
    } else {
        refusal()
    }
}
