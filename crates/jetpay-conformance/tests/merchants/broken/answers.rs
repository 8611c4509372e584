//! Faults in the shape of answers.

use jetpay_platform::{CASHIN_KZ, KASSA24, KASSA24_BVU, QIWI_KZ};
use serde_json::{Value, json};

use super::{Broken, each_contract, merchant, owes_nothing, refused, remove, replace, verified};

pub(super) static ALL: &[Broken] = &[
    merchant("floats")
        .edits(|it| each_contract(it, |it| it["payment"] = json!(1000.5)))
        .fails(&["verify-contracts", "shape-amounts"]),
    merchant("whole-floats")
        .edits(|it| each_contract(it, |it| it["payment"] = json!(100_000.0)))
        .fails(&["verify-contracts"]),
    merchant("amounts-as-text")
        .edits(|it| each_contract(it, |it| it["payment"] = json!("100000")))
        .fails(&["verify-contracts"]),
    merchant("contract-ids-as-numbers")
        .edits(|it| each_contract(it, |it| it["id"] = json!(12_345)))
        .fails(&["verify-contracts"]),
    merchant("code-as-text")
        .edits(|it| it["code"] = json!(it["code"].to_string()))
        .fails(&[
            "verify-good",
            "deposit-good",
            "verify-unknown",
            "shape-code-integer",
        ])
        .everywhere(),
    merchant("code-as-float")
        .edits(|it| it["code"] = json!(it["code"].as_f64()))
        .fails(&["verify-good", "deposit-good", "shape-code-integer"])
        .everywhere(),
    merchant("no-currency")
        .edits(|it| remove(it, "currency"))
        .fails(&["verify-good"]),
    // The number of ISO 4217.
    merchant("currency-as-number")
        .edits(|it| replace(it, "currency", 398))
        .by(&QIWI_KZ)
        .fails(&["verify-good"]),
    merchant("no-name-for-the-platform")
        .edits(|it| remove(it, "additional_customer_id"))
        .fails(&["verify-good"]),
    merchant("payment-id-as-number")
        .edits(|it| replace(it, "payment_id", 47))
        .fails(&["deposit-good", "shape-payment-id"])
        .everywhere(),
    merchant("text-in-another-place")
        .edits(|it| move_text(it, "message", "error_description"))
        .on(refused)
        .fails(&["verify-unknown", "deposit-unknown"]),
    // BVU has error_description.
    merchant("bvu-text-in-message")
        .edits(|it| move_text(it, "error_description", "message"))
        .on(refused)
        .by(&KASSA24_BVU)
        .fails(&["verify-unknown", "deposit-unknown"]),
    // Cash-in has the text of a refusal in errors.message.
    merchant("cashin-without-errors")
        .edits(|it| remove(it, "errors"))
        .by(&CASHIN_KZ)
        .fails(&["verify-unknown", "deposit-unknown"]),
    merchant("kassa24-without-message")
        .edits(|it| move_text(it, "message", "error_description"))
        .on(refused)
        .account_only()
        .fails(&["option-1-unknown", "verify-unknown"]),
    merchant("kassa24-contracts-without-message")
        .edits(|it| move_text(it, "message", "error_description"))
        .on(refused)
        .by(&KASSA24)
        .fails(&["option-2-unknown", "verify-unknown"]),
    // Refuses without saying why.
    merchant("no-text")
        .edits(|it| it["message"] = json!(""))
        .on(refused)
        .fails(&[
            "verify-unknown",
            "deposit-unknown",
            "shape-refusal-text-verify",
            "shape-refusal-text-deposit",
        ]),
    merchant("html-around")
        .rewrites(|it| format!("<html><body>{it}</body></html>"))
        .fails(&["verify-good", "deposit-good", "shape-json"])
        .everywhere(),
    // As a source file with a byte order mark does in PHP.
    merchant("byte-order-mark")
        .rewrites(|it| format!("\u{feff}{it}"))
        .fails(&["verify-good", "deposit-good", "shape-json"])
        .everywhere(),
    // Prints a warning of the language.
    merchant("warning-before")
        .rewrites(|it| format!("Notice: Undefined index: info in line 7\n{it}"))
        .on(verified)
        .fails(&["verify-good"]),
    // Shows contracts where the method has none.
    merchant("contracts-of-kaspi")
        .edits(|it| it["entities"] = json!([{"id": "1", "number": "1"}]))
        .on(verified)
        .by(&QIWI_KZ)
        .fails(&["verify-no-contracts"]),
    merchant("204-of-kassa24")
        .edits(|it| it["code"] = json!(204))
        .on(owes_nothing)
        .by(&QIWI_KZ)
        .fails(&["verify-no-204"]),
    // Option 1 of Kassa24 has no such code.
    merchant("204-of-the-other-option")
        .edits(|it| it["code"] = json!(204))
        .on(owes_nothing)
        .account_only()
        .fails(&["option-1-no-204"]),
];

/// Moves the text of a refusal.
fn move_text(answer: &mut Value, from: &str, to: &str) {
    let text = answer[from].take();
    remove(answer, from);
    answer[to] = text;
}
