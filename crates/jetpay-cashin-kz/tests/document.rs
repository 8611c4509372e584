//! The examples of the document "Cash-in Kazakhstan".

use jetpay_cashin_kz::{CashinKz, CheckDepositResponse, Refusal, VerifyResponse};
use jetpay_core::id::PaymentId;
use jetpay_core::{Currency, Refused};
use jetpay_testing::{json, pretty, snapshot};

#[test]
fn every_example_also_a_check_deposit_typed_verify_is_read_or_made_as_its_snapshot() {
    insta::glob!("../../../fixtures/cashin-kz", "*.json", |path| {
        insta::assert_snapshot!(snapshot::<CashinKz>(path, ours));
    });
}

/// Our answer in place of the document's. The text of a refusal is where the document names it, and in `message`.
fn ours(file: &str) -> String {
    let text = || {
        let sample = json("cashin-kz", file);
        sample["errors"]["message"].as_str().unwrap().to_owned()
    };
    match file {
        "verify-answer.json" => pretty(&VerifyResponse::new(Currency::KZT, "HFVDW42345")),
        "check_deposit-answer.json" => pretty(
            &CheckDepositResponse::new(PaymentId::new("test2345").unwrap())
                .with_description("test payment via terminal"),
        ),
        "verify-refusal.json" => pretty(&Refusal::from(Refused::not_found(text()))),
        "check_deposit-refusal.json" => pretty(&Refusal::from(Refused::failed(text()))),
        other => panic!("no answer of ours for {other}"),
    }
}
