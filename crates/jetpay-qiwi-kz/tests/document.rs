//! The examples of purchases in the document "QIWI Kazakhstan".

use jetpay_core::id::PaymentId;
use jetpay_core::{Currency, Refused};
use jetpay_qiwi_kz::{CheckDepositResponse, QiwiKz, Refusal, VerifyResponse};
use serde_json::{json, to_value};

#[test]
fn every_signed_example_decodes_to_its_snapshot() {
    insta::assert_snapshot!(jetpay_testing::decoded::<QiwiKz>());
}

#[test]
fn our_good_answers_are_the_documents_for_kiosk_and_wallet() {
    let account = VerifyResponse::new(Currency::KZT, "HFVDW42345");
    let deposit = CheckDepositResponse::new(PaymentId::new("Asfdsaf3252345").unwrap());
    for place in ["kiosk", "wallet"] {
        let answer = |operation| {
            jetpay_testing::json("qiwi-kz", &format!("{operation}-answer-{place}.json"))
        };
        assert_eq!(to_value(&account).unwrap(), answer("verify"));
        assert_eq!(to_value(&deposit).unwrap(), answer("check_deposit"));
    }
    insta::assert_json_snapshot!((account, deposit));
}

#[test]
fn our_refusals_have_the_text_in_message() {
    let refusal = Refusal::from(Refused::not_found("no such account"));
    assert_eq!(
        to_value(refusal).unwrap(),
        json!({"code": 404, "message": "no such account"})
    );
}
