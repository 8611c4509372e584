//! The examples of the document "Kassa24 Terminal BVU".

use jetpay_core::id::PaymentId;
use jetpay_core::{Currency, Refused};
use jetpay_kassa24_bvu::{CheckDepositResponse, Kassa24Bvu, Refusal, VerifyResponse};
use serde_json::to_value;

#[test]
fn every_signed_example_decodes_to_its_snapshot() {
    insta::assert_snapshot!(jetpay_testing::decoded::<Kassa24Bvu>());
}

#[test]
fn our_good_answers_are_the_documents() {
    let account = VerifyResponse::new(Currency::KZT, "HFVDW42345");
    assert_eq!(
        to_value(&account).unwrap(),
        jetpay_testing::json("kassa24-bvu", "verify-answer.json")
    );
    let id = PaymentId::new("Asfdsaf3252345").unwrap();
    let deposit = CheckDepositResponse::new(id).with_description("Test payment via terminal");
    assert_eq!(
        to_value(&deposit).unwrap(),
        jetpay_testing::json("kassa24-bvu", "check_deposit-answer.json")
    );
    insta::assert_json_snapshot!((account, deposit.with_customer_id("johndoe@example.com")));
}

#[test]
fn our_refusals_are_the_documents() {
    let not_found = Refusal::from(Refused::not_found("Account does not exist"));
    assert_eq!(
        to_value(not_found).unwrap(),
        jetpay_testing::json("kassa24-bvu", "verify-refusal.json")
    );
    let failed = Refusal::from(Refused::failed("Something went wrong"));
    assert_eq!(
        to_value(failed).unwrap(),
        jetpay_testing::json("kassa24-bvu", "check_deposit-refusal.json")
    );
}
