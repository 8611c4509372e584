//! Faults in the exchanges that the documents show.

use std::sync::atomic::{AtomicUsize, Ordering};

use jetpay_platform::{CASHIN_KZ, KASSA24, QIWI_KZ};
use serde_json::json;

use super::Broken;
use super::answers::remove;
use crate::merchant::{Answer, Fault};

static ASKED: AtomicUsize = AtomicUsize::new(0);

pub(super) static ALL: &[Broken] = &[
    Broken::new(
        "verify-counts",
        "Verify has an effect: each one changes the debt.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_verify() && answer.is_good() {
                let asked = ASKED.fetch_add(1, Ordering::Relaxed);
                answer.edit(|it| it["entities"][0]["payment"] = json!(asked));
            }
        }),
        &["verify-repeated"],
    ),
    Broken::new(
        "wants-more",
        "Refuses an amount of less than a tenge.",
        Fault::Stops(|incoming| {
            (incoming.json()["amount"] == 1).then(|| refuses("too little"))
        }),
        &["deposit-smallest"],
    )
    .advised_against(),
    Broken::new(
        "refuses-beyond-limits",
        "Refuses an amount beyond the limits, although the cash is in the machine.",
        Fault::Stops(|incoming| {
            let much = incoming.json()["amount"].as_i64() > Some(50_000_000);
            much.then(|| refuses("too much"))
        }),
        &["deposit-beyond-limits"],
    )
    .by(&KASSA24)
    .advised_against(),
    Broken::new(
        "refuses-unknown-contracts",
        "Refuses an unknown contract of a known customer, although the cash is in the machine.",
        Fault::Stops(|incoming| {
            (incoming.json()["entity_id"] == "no-such-contract").then(|| refuses("no contract"))
        }),
        &["deposit-unknown-contract"],
    )
    .advised_against(),
    Broken::new(
        "refuses-closed-contracts",
        "Refuses a contract that cannot be paid, although the cash is in the machine.",
        Fault::Stops(|incoming| {
            let of_closed = incoming.is_check_deposit() && incoming.json()["entity_id"] == "67890";
            of_closed.then(|| refuses("closed"))
        }),
        &["deposit-closed-contract"],
    )
    .advised_against(),
    Broken::new(
        "no-contracts",
        "Shows no contracts where the method has them.",
        Fault::Answers(|_, answer| answer.edit(|it| remove(it, "entities"))),
        &["verify-contracts"],
    ),
    Broken::new(
        "shows-closed-contracts",
        "Shows contracts that cannot be paid, with a status_code that the method does not have.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_verify() && answer.is_good() {
                answer.edit(|it| {
                    let closed = json!({"id": "67890", "number": "5678", "status_code": 204});
                    it["entities"].as_array_mut().unwrap().push(closed);
                });
            }
        }),
        &["verify-only-payable"],
    )
    .advised_against(),
    Broken::new(
        "shows-an-empty-list",
        "Answers a customer without a contract to pay with code 0 and no contracts.",
        Fault::Answers(|incoming, answer| {
            if incoming.text().contains("7000000204") {
                answer.edit(|it| {
                    *it = json!({"code": 0, "currency": "KZT", "additional_customer_id": "1", "entities": []});
                });
            }
        }),
        &["verify-nothing-payable"],
    )
    .advised_against(),
    Broken::new(
        "hides-status-codes",
        "Shows contracts of Kassa24 without status_code.",
        Fault::Answers(|_, answer| {
            answer.edit(|it| {
                let contracts = it.get_mut("entities").and_then(|it| it.as_array_mut());
                for contract in contracts.into_iter().flatten() {
                    remove(contract, "status_code");
                }
            });
        }),
        &["option-2-status"],
    )
    .by(&KASSA24),
    Broken::new(
        "0-for-204",
        "Answers a customer who owes nothing on any contract of Kassa24 with code 0.",
        Fault::Answers(|_, answer| {
            if answer.json()["code"] == 204 {
                answer.edit(|it| it["code"] = json!(0));
            }
        }),
        &["option-2-204"],
    )
    .by(&KASSA24),
    Broken::new(
        "option-1-for-2",
        "Refuses check_deposit of Kassa24 with a contract.",
        Fault::Stops(|incoming| {
            (incoming.json().get("entity_id").is_some()).then(|| refuses("what is entity_id?"))
        }),
        &["option-2-deposit", "deposit-good"],
    )
    .by(&KASSA24)
    .everywhere(),
    Broken::new(
        "option-2-for-1",
        "Refuses check_deposit of Kassa24 without a contract.",
        Fault::Stops(|incoming| {
            let none = incoming.is_check_deposit() && incoming.json().get("entity_id").is_none();
            none.then(|| refuses("entity_id is missing"))
        }),
        &["option-1-deposit", "deposit-good"],
    )
    .account_only()
    .everywhere(),
    Broken::new(
        "account-without-currency",
        "Answers option 1 of Kassa24 without the currency.",
        Fault::Answers(|_, answer| answer.edit(|it| remove(it, "currency"))),
        &["option-1-verify", "verify-good"],
    )
    .account_only(),
    Broken::new(
        "typed-verify-is-a-verify",
        "Trusts the type of every message of Cash-in: a check_deposit with type verify gets no payment_id.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_verify() && answer.json().get("payment_id").is_some() {
                *answer = Answer::new(
                    200,
                    "{\"code\":0,\"currency\":\"KZT\",\"additional_customer_id\":\"1\"}",
                );
            }
        }),
        &["typed-verify"],
    )
    .by(&CASHIN_KZ)
    .advised_against(),
    Broken::new(
        "amount-makes-a-deposit",
        "Processes a verify with an amount as a check_deposit, although only one method has that.",
        Fault::Comes(|incoming| {
            incoming.edit(|it| {
                if it["type"] == "verify" && it.get("amount").is_some() {
                    it["type"] = json!("check_deposit");
                }
            });
        }),
        &["typed-verify-is-verify"],
    )
    .by(&QIWI_KZ)
    .advised_against(),
];

fn refuses(text: &str) -> Answer {
    Answer::new(200, json!({"code": 500, "message": text}).to_string())
}
