//! The examples of the document "Kassa24 Terminal BVU".

use jetpay_core::id::PaymentId;
use jetpay_core::{Currency, Refused};
use jetpay_kassa24_bvu::{CheckDepositResponse, Kassa24Bvu, Refusal, VerifyResponse};
use jetpay_testing::{pretty, snapshot};

#[test]
fn every_example_is_read_or_made_as_its_snapshot() {
    insta::glob!("../../../fixtures/kassa24-bvu", "*.json", |path| {
        insta::assert_snapshot!(snapshot::<Kassa24Bvu>(path, ours));
    });
}

/// Our answer in place of the document's.
fn ours(file: &str) -> String {
    match file {
        "verify-answer.json" => pretty(&VerifyResponse::new(Currency::KZT, "HFVDW42345")),
        "check_deposit-answer.json" => {
            pretty(&deposit().with_description("Test payment via terminal"))
        }
        "verify-refusal.json" => {
            pretty(&Refusal::from(Refused::not_found("Account does not exist")))
        }
        "check_deposit-refusal.json" => {
            pretty(&Refusal::from(Refused::failed("Something went wrong")))
        }
        other => panic!("no answer of ours for {other}"),
    }
}

fn deposit() -> CheckDepositResponse {
    CheckDepositResponse::new(PaymentId::new("Asfdsaf3252345").unwrap())
}

#[test]
fn optional_customer_of_check_deposit_is_sent_as_the_document_names_it() {
    insta::assert_snapshot!(pretty(&deposit().with_customer_id("johndoe@example.com")));
}
