//! Requests with a field that is wrong, and taken all the same.

use jetpay_platform::{KASSA24, QIWI_KZ};
use serde_json::{Value, json};

use super::Broken;
use crate::merchant::Fault;

pub(super) static ALL: &[Broken] = &[
    Broken::new(
        "any-type-word",
        "Takes the type in any case, with white space around it.",
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
        "Takes a customer_id that is a number.",
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
        "Takes from a customer_id what does not belong there.",
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
        "Takes check_deposit of any payment_method.",
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
        "Takes check_deposit without an entity_id.",
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
        "Takes check_deposit with half of a contract.",
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
        "Reads operation.id as a double, which does not tell all ids of 16 digits apart.",
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
        "Takes an amount that is a float, and cuts it.",
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
        "Takes an amount below zero for one above.",
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
        "Takes any currency for tenge.",
        Fault::Comes(|incoming| {
            if incoming.is_check_deposit() {
                incoming.edit(|it| it["currency"] = json!("KZT"));
            }
        }),
        &["field-currency"],
    ),
];
