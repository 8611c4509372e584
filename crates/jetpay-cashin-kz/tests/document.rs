//! The examples of the document "Cash-in Kazakhstan".

use jetpay_cashin_kz::{CashinKz, CheckDepositResponse, Refusal, VerifyResponse};
use jetpay_core::id::PaymentId;
use jetpay_core::{Currency, Refused};
use serde_json::to_value;

#[test]
fn every_signed_example_decodes_to_its_snapshot_also_a_check_deposit_typed_verify() {
    insta::assert_snapshot!(jetpay_testing::decoded::<CashinKz>());
}

#[test]
fn our_good_answers_are_the_documents() {
    let account = VerifyResponse::new(Currency::KZT, "HFVDW42345");
    assert_eq!(
        to_value(&account).unwrap(),
        jetpay_testing::json("cashin-kz", "verify-answer.json")
    );
    let deposit = CheckDepositResponse::new(PaymentId::new("test2345").unwrap())
        .with_description("test payment via terminal");
    assert_eq!(
        to_value(&deposit).unwrap(),
        jetpay_testing::json("cashin-kz", "check_deposit-answer.json")
    );
    insta::assert_json_snapshot!((account, deposit));
}

#[test]
fn our_refusals_have_the_text_where_the_document_names_it_and_in_message() {
    for (file, make) in [
        (
            "verify-refusal.json",
            Refused::not_found as fn(String) -> Refused,
        ),
        ("check_deposit-refusal.json", Refused::failed),
    ] {
        let sample = jetpay_testing::json("cashin-kz", file);
        let text = sample["errors"]["message"].as_str().unwrap().to_owned();
        assert_eq!(to_value(Refusal::from(make(text))).unwrap(), sample);
    }
}
