//! Faults in the exchanges that the documents show.

use std::sync::atomic::{AtomicUsize, Ordering};

use jetpay_platform::{CASHIN_KZ, KASSA24, QIWI_KZ};
use serde_json::json;

use super::{Broken, each_contract, merchant, owes_nothing, remove, replace, verified};
use crate::merchant::Answer;

static ASKED: AtomicUsize = AtomicUsize::new(0);

pub(super) static ALL: &[Broken] = &[
    // Each verify changes the debt.
    merchant("verify-counts")
        .edits(|it| it["entities"][0]["payment"] = json!(ASKED.fetch_add(1, Ordering::Relaxed)))
        .on(verified)
        .fails(&["verify-repeated"]),
    // Refuses an amount of less than a tenge.
    merchant("wants-more")
        .refuses(500, |it| it.json()["amount"] == 1)
        .fails(&["deposit-smallest"]),
    // Although the cash is in the machine, like the next two.
    merchant("refuses-beyond-limits")
        .refuses(500, |it| it.json()["amount"].as_i64() > Some(50_000_000))
        .by(&KASSA24)
        .fails(&["deposit-beyond-limits"]),
    merchant("refuses-unknown-contracts")
        .refuses(500, |it| it.json()["entity_id"] == "no-such-contract")
        .fails(&["deposit-unknown-contract"]),
    merchant("refuses-closed-contracts")
        .refuses(500, |it| {
            it.is_check_deposit() && it.json()["entity_id"] == "67890"
        })
        .fails(&["deposit-closed-contract"]),
    // Where the method has contracts.
    merchant("no-contracts")
        .edits(|it| remove(it, "entities"))
        .fails(&["verify-contracts"]),
    // With a status_code that the method does not have.
    merchant("shows-closed-contracts")
        .edits(|it| {
            let closed = json!({"id": "67890", "number": "5678", "status_code": 204});
            it["entities"].as_array_mut().unwrap().push(closed);
        })
        .on(verified)
        .fails(&["verify-only-payable"]),
    // Answers a customer without a contract to pay with code 0.
    merchant("shows-an-empty-list")
        .edits(|it| {
            *it = json!({"code": 0, "currency": "KZT", "additional_customer_id": "1", "entities": []});
        })
        .on(owes_nothing)
        .fails(&["verify-nothing-payable"]),
    merchant("hides-status-codes")
        .edits(|it| each_contract(it, |it| remove(it, "status_code")))
        .by(&KASSA24)
        .fails(&["option-2-status"]),
    // The customer owes nothing on any contract.
    merchant("0-for-204")
        .edits(|it| replace(it, "code", 0))
        .on(|_, answer| answer.json()["code"] == 204)
        .by(&KASSA24)
        .fails(&["option-2-204"]),
    // Refuses check_deposit of Kassa24 with a contract.
    merchant("option-1-for-2")
        .refuses(500, |it| it.json().get("entity_id").is_some())
        .by(&KASSA24)
        .fails(&["option-2-deposit", "deposit-good"])
        .everywhere(),
    // Refuses check_deposit of Kassa24 without a contract.
    merchant("option-2-for-1")
        .refuses(500, |it| {
            it.is_check_deposit() && it.json().get("entity_id").is_none()
        })
        .account_only()
        .fails(&["option-1-deposit", "deposit-good"])
        .everywhere(),
    merchant("account-without-currency")
        .edits(|it| remove(it, "currency"))
        .account_only()
        .fails(&["option-1-verify", "verify-good"]),
    // Trusts the type of every message of Cash-in: a check_deposit with type verify gets no payment_id.
    merchant("typed-verify-is-a-verify")
        .changes(|it| {
            let account = "{\"code\":0,\"currency\":\"KZT\",\"additional_customer_id\":\"1\"}";
            *it = Answer::new(200, account);
        })
        .on(|it, answer| it.is_verify() && answer.json().get("payment_id").is_some())
        .by(&CASHIN_KZ)
        .fails(&["typed-verify"]),
    // Processes a verify with an amount as a check_deposit, although only one method has that.
    merchant("amount-makes-a-deposit")
        .reads(|it| {
            if it["type"] == "verify" && it.get("amount").is_some() {
                it["type"] = json!("check_deposit");
            }
        })
        .by(&QIWI_KZ)
        .fails(&["typed-verify-is-verify"]),
];
