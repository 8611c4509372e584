//! The examples of the document "Kaspi Bank".

use jetpay_core::id::PaymentId;
use jetpay_core::{Currency, Refused};
use jetpay_kaspi::{CheckDepositResponse, Contract, Kaspi, Refusal, VerifyResponse};
use jetpay_testing::{pretty, snapshot};
use serde_json::json;

#[test]
fn every_example_is_read_or_made_as_its_snapshot() {
    insta::glob!("../../../fixtures/kaspi", "*.json", |path| {
        insta::assert_snapshot!(snapshot::<Kaspi>(path, ours));
    });
}

#[test]
fn every_callback_of_no_document_is_read_as_its_snapshot() {
    insta::glob!("../../../fixtures/callbacks", "*.json", |path| {
        insta::assert_snapshot!(snapshot::<Kaspi>(path, ours));
    });
}

/// Our answer in place of the document's.
fn ours(file: &str) -> String {
    match file {
        "verify-answer.json" => {
            let contracts = [
                contract("12345", "1234_ABC/01-01-2025/Abcdef12", 100_000, 500_000),
                contract("67890", "5678_ABC/01-01-2025/Abcdef34", 150_000, 1_000_000),
            ];
            pretty(&VerifyResponse::new(Currency::KZT, "ABCDE12345", contracts).unwrap())
        }
        "check_deposit-answer.json" => pretty(
            &CheckDepositResponse::new(PaymentId::new("payment_47").unwrap())
                .with_description("Success"),
        ),
        "verify-refusal.json" => {
            pretty(&Refusal::from(Refused::not_found("Account does not exist")))
        }
        "check_deposit-refusal.json" => {
            pretty(&Refusal::from(Refused::failed("Something went wrong")))
        }
        other => panic!("no answer of ours for {other}"),
    }
}

fn contract(id: &str, number: &str, payment: i64, total_debt: i64) -> Contract {
    let info =
        json!({"total_debt": total_debt, "monthly_payment": payment, "customer_name": "John Doe"});
    Contract::new(id, number)
        .and_then(|contract| contract.with_min_payment_minor(100_000))
        .and_then(|contract| contract.with_payment_minor(payment))
        .unwrap()
        .with_info(info.as_object().unwrap().clone())
}

#[test]
fn account_without_a_payable_contract_is_refused_with_500() {
    let refused = VerifyResponse::new(Currency::KZT, "ABCDE12345", []).unwrap_err();
    assert_eq!(refused.code().number(), 500);
}
