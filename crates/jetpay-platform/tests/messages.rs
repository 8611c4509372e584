//! The messages are those of the documents.

use jetpay_core::signature::Canonical;
use jetpay_core::{Currency, Money, id::ProjectId};
use jetpay_platform::messages::{Callback, CheckDeposit, Contract, Operation, Verify};
use jetpay_platform::{
    CASHIN_KZ, CallbackKind, KASPI, KASSA24, KASSA24_BVU, METHODS, MethodFacts, QIWI_KZ,
};
use jetpay_testing::Manifest;
use serde::Serialize;

const HUNDRED: Money = Money::new(10_000, Currency::KZT);

/// Compares the signed strings: all fields and values, and nothing else.
fn assert_same(ours: &impl Serialize, folder: &str, file: &str) {
    let ours = serde_json::to_vec(ours).unwrap();
    let fixture = Manifest::of(folder).fixture(file).body();
    let [ours, fixture] =
        [ours, fixture].map(|body| Canonical::parse(&body).unwrap().string_to_sign().to_owned());
    assert_eq!(ours, fixture, "{folder}/{file}");
}

fn project(number: u64) -> ProjectId {
    ProjectId::new(number)
}

#[test]
fn verify_of_every_method_equals_the_document() {
    for (method, number, customer, file) in [
        ("kaspi", 1234, "7123456789", "verify-request.json"),
        ("kassa24", 1234, "7123456789", "verify-request.json"),
        ("kassa24-bvu", 1234, "7123456789", "verify-request.json"),
        (
            "cashin-kz",
            1234,
            "johndoe@example.com",
            "verify-request.json",
        ),
        (
            "qiwi-kz",
            111,
            "johndoe@example.com",
            "verify-request-kiosk.json",
        ),
    ] {
        assert_same(&Verify::new(project(number), customer), method, file);
    }
}

#[test]
fn check_deposit_of_every_method_equals_the_document() {
    let contract = Contract {
        id: "12345".into(),
        number: "1234_ABC/01-01-2025/Abcdef12".into(),
    };
    let (file, kiosk) = (
        "check_deposit-request.json",
        "check_deposit-request-kiosk.json",
    );
    for (method, number, customer, file) in [
        (&KASPI, 1234, "123456789", file),
        (&KASSA24, 1234, "123456789", file),
        (&KASSA24_BVU, 111, "johndoe@example.com", file),
        (&CASHIN_KZ, 1234, "johndoe@example.com", file),
        (&QIWI_KZ, 111, "johndoe@example.com", kiosk),
    ] {
        let project = project(number);
        let ours = CheckDeposit::new(method, project, customer, HUNDRED, Some(&contract));
        assert_same(&ours, method.name, file);
    }
}

fn sample(method: &MethodFacts, account: &str) -> Callback {
    let mut callback = CallbackKind::Success
        .callback(method, project(1234), "payment_47", HUNDRED)
        .with_account(account, "customer_123");
    callback.payment.date = "2022-03-25T11:08:45+0000".into();
    callback.operation = Operation {
        id: 28,
        date: "2022-03-25T11:08:45+0000".into(),
        created_date: "2022-03-25T11:08:05+0000".into(),
        request_id: "9e32835fb27907e0b08569d7d150e387a16a80e336c5117242b5cf60a4e17839".into(),
        ..callback.operation
    };
    callback.operation.provider.payment_id = "123abc123-321".into();
    callback
}

#[test]
fn callback_with_the_values_of_the_sample_equals_the_document() {
    for (method, account) in [
        (&KASPI, "1234567890"),
        (&KASSA24, "123456"),
        (&KASSA24_BVU, "123456"),
    ] {
        assert_same(
            &sample(method, account),
            method.name,
            "callback-success.json",
        );
    }
}

#[test]
fn partial_refund_with_the_values_of_the_fixture_equals_the_fixture() {
    let refund = CallbackKind::PartialRefund(Money::new(3_000, Currency::KZT));
    let mut callback = refund
        .callback(&KASPI, project(1234), "payment_47", HUNDRED)
        .with_account("1234567890", "customer_123")
        .with_operation_id(32);
    callback.payment.date = "2022-03-26T09:15:12+0000".into();
    callback.operation.date = "2022-03-26T09:15:12+0000".into();
    callback.operation.created_date = "2022-03-26T09:15:02+0000".into();
    callback.operation.request_id = "5b1c0a7de2f94c3386e0f7d1b9a24c60d83f51e7".into();
    callback.operation.provider.payment_id = "123abc123-321".into();
    assert_same(&callback, "callbacks", "callback-refund-partial.json");
}

#[test]
fn every_method_has_callback_methods_and_the_headings_of_its_manifest() {
    for method in &METHODS {
        assert!(!method.callback_methods.is_empty(), "{}", method.name);
        let manifest = Manifest::of(method.name);
        let headings: Vec<&str> = manifest
            .fixtures
            .iter()
            .filter_map(|it| it.section.as_deref())
            .collect();
        let sections = method.sections;
        for heading in [sections.verify, sections.check_deposit, sections.callback] {
            assert!(
                headings.iter().any(|it| it.ends_with(heading)),
                "{}: {heading}",
                method.name
            );
        }
    }
}
