//! Faults in the shape of answers.

use jetpay_platform::{CASHIN_KZ, KASSA24, KASSA24_BVU, QIWI_KZ};
use serde_json::{Value, json};

use super::Broken;
use crate::merchant::{Answer, Fault};

pub(super) static ALL: &[Broken] = &[
    Broken::new(
        "floats",
        "Writes amounts of contracts as floats, in tenge.",
        Fault::Answers(|_, answer| answer.edit(|it| each_contract(it, "payment", &json!(1000.5)))),
        &["verify-contracts", "shape-amounts"],
    ),
    Broken::new(
        "whole-floats",
        "Writes amounts of contracts as floats that are whole.",
        Fault::Answers(|_, answer| {
            answer.edit(|it| each_contract(it, "payment", &json!(100_000.0)));
        }),
        &["verify-contracts"],
    ),
    Broken::new(
        "amounts-as-text",
        "Writes amounts of contracts as texts.",
        Fault::Answers(|_, answer| {
            answer.edit(|it| each_contract(it, "payment", &json!("100000")));
        }),
        &["verify-contracts"],
    ),
    Broken::new(
        "contract-ids-as-numbers",
        "Writes the ids of contracts as numbers.",
        Fault::Answers(|_, answer| answer.edit(|it| each_contract(it, "id", &json!(12_345)))),
        &["verify-contracts"],
    ),
    Broken::new(
        "code-as-text",
        "Writes the code as a text.",
        Fault::Answers(|_, answer| {
            answer.edit(|it| it["code"] = json!(it["code"].to_string()));
        }),
        &[
            "verify-good",
            "deposit-good",
            "verify-unknown",
            "shape-code-integer",
        ],
    )
    .everywhere(),
    Broken::new(
        "code-as-float",
        "Writes the code as a float.",
        Fault::Answers(|_, answer| answer.edit(|it| it["code"] = json!(it["code"].as_f64()))),
        &["verify-good", "deposit-good", "shape-code-integer"],
    )
    .everywhere(),
    Broken::new(
        "no-currency",
        "Leaves the currency out.",
        Fault::Answers(|_, answer| answer.edit(|it| remove(it, "currency"))),
        &["verify-good"],
    ),
    Broken::new(
        "currency-as-number",
        "Writes the currency as the number of ISO 4217.",
        Fault::Answers(|_, answer| {
            answer.edit(|it| {
                if it.get("currency").is_some() {
                    it["currency"] = json!(398);
                }
            });
        }),
        &["verify-good"],
    )
    .by(&QIWI_KZ),
    Broken::new(
        "no-name-for-the-platform",
        "Leaves additional_customer_id out.",
        Fault::Answers(|_, answer| answer.edit(|it| remove(it, "additional_customer_id"))),
        &["verify-good"],
    ),
    Broken::new(
        "payment-id-as-number",
        "Writes payment_id as a number.",
        Fault::Answers(|_, answer| {
            answer.edit(|it| {
                if it.get("payment_id").is_some() {
                    it["payment_id"] = json!(47);
                }
            });
        }),
        &["deposit-good", "shape-payment-id"],
    )
    .everywhere(),
    Broken::new(
        "text-in-another-place",
        "Writes the text of a refusal in error_description, where this method has message.",
        Fault::Answers(|_, answer| moves(answer, "message", "error_description")),
        &["verify-unknown", "deposit-unknown"],
    ),
    Broken::new(
        "bvu-text-in-message",
        "Writes the text of a refusal in message, where BVU has error_description.",
        Fault::Answers(|_, answer| moves(answer, "error_description", "message")),
        &["verify-unknown", "deposit-unknown"],
    )
    .by(&KASSA24_BVU),
    Broken::new(
        "cashin-without-errors",
        "Leaves out errors.message, where Cash-in has the text of a refusal.",
        Fault::Answers(|_, answer| answer.edit(|it| remove(it, "errors"))),
        &["verify-unknown", "deposit-unknown"],
    )
    .by(&CASHIN_KZ),
    Broken::new(
        "kassa24-without-message",
        "Answers option 1 of Kassa24 with error_description alone in a refusal.",
        Fault::Answers(|_, answer| moves(answer, "message", "error_description")),
        &["option-1-unknown", "verify-unknown"],
    )
    .account_only(),
    Broken::new(
        "kassa24-contracts-without-message",
        "Answers option 2 of Kassa24 with error_description instead of message.",
        Fault::Answers(|_, answer| moves(answer, "message", "error_description")),
        &["option-2-unknown", "verify-unknown"],
    )
    .by(&KASSA24),
    Broken::new(
        "no-text",
        "Refuses without saying why.",
        Fault::Answers(|_, answer| {
            if answer.is_refusal() {
                answer.edit(|it| it["message"] = json!(""));
            }
        }),
        &[
            "verify-unknown",
            "deposit-unknown",
            "shape-refusal-text-verify",
            "shape-refusal-text-deposit",
        ],
    ),
    Broken::new(
        "html-around",
        "Writes the answer into an HTML page.",
        Fault::Answers(|_, answer| answer.rewrite(|it| format!("<html><body>{it}</body></html>"))),
        &["verify-good", "deposit-good", "shape-json"],
    )
    .everywhere(),
    Broken::new(
        "byte-order-mark",
        "Writes a byte order mark before the answer, as a source file with one does in PHP.",
        Fault::Answers(|_, answer| answer.rewrite(|it| format!("\u{feff}{it}"))),
        &["verify-good", "deposit-good", "shape-json"],
    )
    .everywhere(),
    Broken::new(
        "warning-before",
        "Prints a warning of the language before the answer to verify.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_verify() && answer.is_good() {
                answer.rewrite(|it| format!("Notice: Undefined index: info in line 7\n{it}"));
            }
        }),
        &["verify-good"],
    ),
    Broken::new(
        "contracts-of-kaspi",
        "Shows contracts where the method has none.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_verify() && answer.is_good() {
                answer.edit(|it| it["entities"] = json!([{"id": "1", "number": "1"}]));
            }
        }),
        &["verify-no-contracts"],
    )
    .by(&QIWI_KZ)
    .advised_against(),
    Broken::new(
        "204-of-kassa24",
        "Answers a customer who owes nothing with 204, although the method has no such code.",
        Fault::Answers(|incoming, answer| {
            if incoming.text().contains("7000000204") {
                answer.edit(|it| it["code"] = json!(204));
            }
        }),
        &["verify-no-204"],
    )
    .by(&QIWI_KZ)
    .advised_against(),
    Broken::new(
        "204-of-the-other-option",
        "Answers a customer who owes nothing with 204, even in option 1 of Kassa24.",
        Fault::Answers(|incoming, answer| {
            if incoming.text().contains("7000000204") {
                answer.edit(|it| it["code"] = json!(204));
            }
        }),
        &["option-1-no-204"],
    )
    .account_only()
    .advised_against(),
];

pub(super) fn remove(answer: &mut Value, name: &str) {
    if let Some(answer) = answer.as_object_mut() {
        answer.remove(name);
    }
}

fn each_contract(answer: &mut Value, name: &str, value: &Value) {
    let contracts = answer.get_mut("entities").and_then(Value::as_array_mut);
    for contract in contracts.into_iter().flatten() {
        contract[name] = value.clone();
    }
}

/// Moves the text of a refusal.
fn moves(answer: &mut Answer, from: &str, to: &str) {
    if answer.is_refusal() {
        answer.edit(|it| {
            let text = it[from].take();
            remove(it, from);
            it[to] = text;
        });
    }
}
