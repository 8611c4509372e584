//! The examples of the document "Kassa24 Terminal".

use jetpay_core::id::PaymentId;
use jetpay_core::{Currency, Refused};
use jetpay_kassa24::{
    AccountResponse, CheckDepositResponse, Contract, ContractStatus, ContractsResponse,
    CustomerDepositResponse, DescribedDepositResponse, Kassa24, Refusal, StatusCode,
    VerifyResponse,
};
use jetpay_testing::{pretty, snapshot};
use serde_json::json;

#[test]
fn every_example_is_read_or_made_as_its_snapshot() {
    insta::glob!("../../../fixtures/kassa24", "*.json", |path| {
        insta::assert_snapshot!(snapshot::<Kassa24>(path, ours));
    });
}

/// Our answer in place of the document's.
fn ours(file: &str) -> String {
    match file {
        "verify-answer-account.json" => pretty(&VerifyResponse::from(AccountResponse::new(
            Currency::KZT,
            "ABCDE12345",
        ))),
        "verify-answer-contracts.json" => pretty(&two_contracts(StatusCode::Payable)),
        "verify-answer-nothing-owed.json" => pretty(&two_contracts(StatusCode::NothingOwed)),
        "check_deposit-answer.json" => pretty(&CheckDepositResponse::from(
            DescribedDepositResponse::new(id()).with_description("Success"),
        )),
        "verify-refusal.json" => pretty(&Refusal::of_contracts(&Refused::not_found(
            "Account does not exist",
        ))),
        "check_deposit-refusal.json" => pretty(&Refusal::of_contracts(&Refused::failed(
            "Something went wrong",
        ))),
        other => panic!("no answer of ours for {other}"),
    }
}

fn two_contracts(status_of_first: StatusCode) -> VerifyResponse {
    let info =
        json!({"total_debt": 500_000, "monthly_payment": 100_000, "customer_name": "John Doe"});
    let first = Contract::new("12345", "1234_ABC/01-01-2025/Abcdef12")
        .and_then(|contract| contract.with_min_payment_minor(100_000))
        .and_then(|contract| contract.with_payment_minor(100_000))
        .unwrap()
        .with_info(info.as_object().unwrap().clone());
    let second = Contract::new("67890", "5678_ABC/01-01-2025/Abcdef34")
        .and_then(|contract| contract.with_payment_minor(0))
        .unwrap();
    let contracts = [
        ContractStatus::new(first, status_of_first),
        ContractStatus::new(second, StatusCode::NothingOwed),
    ];
    ContractsResponse::new(Currency::KZT, "ABCDE12345", contracts)
        .unwrap()
        .into()
}

fn id() -> PaymentId {
    PaymentId::new("payment_47").unwrap()
}

#[test]
fn good_check_deposit_answer_of_option_1_is_that_of_option_2() {
    let option_1 =
        CheckDepositResponse::from(CustomerDepositResponse::new(id()).with_description("Success"));
    assert_eq!(pretty(&option_1), ours("check_deposit-answer.json"));
}

#[test]
fn refusals_of_option_1_have_the_text_in_both_places() {
    insta::assert_snapshot!(pretty(&Refusal::from(Refused::not_found(
        "no such account"
    ))));
}

#[test]
fn account_without_contracts_is_refused_with_500() {
    let none: [Contract; 0] = [];
    let refused = ContractsResponse::new(Currency::KZT, "ABCDE12345", none).unwrap_err();
    assert_eq!(refused.code().number(), 500);
}

#[test]
fn answers_say_what_they_hold() {
    let VerifyResponse::Contracts(ours) = two_contracts(StatusCode::from(17)) else {
        panic!("option 2 has contracts");
    };
    let shown = |it: &ContractStatus| {
        (
            it.contract().id().to_string(),
            it.contract().payment_minor(),
            it.status_code().number(),
        )
    };
    let shown: Vec<_> = ours.contracts().iter().map(shown).collect();
    assert_eq!(
        shown,
        [
            ("12345".to_owned(), Some(100_000), 17),
            ("67890".to_owned(), Some(0), 204)
        ]
    );
    assert_eq!(ours.additional_customer_id(), "ABCDE12345");
}
