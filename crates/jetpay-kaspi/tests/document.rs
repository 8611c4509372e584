//! The examples of the document "Kaspi Bank".

use jetpay_core::id::PaymentId;
use jetpay_core::{Currency, Refused};
use jetpay_kaspi::{CheckDepositResponse, Contract, Kaspi, Refusal, VerifyResponse};
use serde_json::{json, to_value};

#[test]
fn every_signed_example_decodes_to_its_snapshot() {
    insta::assert_snapshot!(jetpay_testing::decoded::<Kaspi>());
}

#[test]
fn every_callback_of_no_document_decodes_to_its_snapshot() {
    insta::assert_snapshot!(jetpay_testing::callbacks_decoded::<Kaspi>());
}

#[test]
fn our_good_verify_answer_is_the_documents() {
    let contract = |id, number, payment, total_debt: i64| {
        let info = json!({"total_debt": total_debt, "monthly_payment": payment, "customer_name": "John Doe"});
        Contract::new(id, number)
            .and_then(|contract| contract.with_min_payment_minor(100_000))
            .and_then(|contract| contract.with_payment_minor(payment))
            .unwrap()
            .with_info(info.as_object().unwrap().clone())
    };
    let contracts = [
        contract("12345", "1234_ABC/01-01-2025/Abcdef12", 100_000, 500_000),
        contract("67890", "5678_ABC/01-01-2025/Abcdef34", 150_000, 1_000_000),
    ];
    let ours = VerifyResponse::new(Currency::KZT, "ABCDE12345", contracts).unwrap();
    assert_eq!(
        to_value(&ours).unwrap(),
        jetpay_testing::json("kaspi", "verify-answer.json")
    );
    insta::assert_json_snapshot!(ours);
}

#[test]
fn our_good_check_deposit_answer_is_the_documents() {
    let ours = CheckDepositResponse::new(PaymentId::new("payment_47").unwrap())
        .with_description("Success");
    assert_eq!(
        to_value(&ours).unwrap(),
        jetpay_testing::json("kaspi", "check_deposit-answer.json")
    );
    insta::assert_json_snapshot!(ours);
}

#[test]
fn our_refusals_are_the_documents() {
    let not_found = Refusal::from(Refused::not_found("Account does not exist"));
    assert_eq!(
        to_value(&not_found).unwrap(),
        jetpay_testing::json("kaspi", "verify-refusal.json")
    );
    let failed = Refusal::from(Refused::failed("Something went wrong"));
    assert_eq!(
        to_value(&failed).unwrap(),
        jetpay_testing::json("kaspi", "check_deposit-refusal.json")
    );
    insta::assert_json_snapshot!([not_found, failed]);
}

#[test]
fn account_without_a_payable_contract_is_refused_with_500() {
    let refused = VerifyResponse::new(Currency::KZT, "ABCDE12345", []).unwrap_err();
    assert_eq!(refused.code().number(), 500);
}
