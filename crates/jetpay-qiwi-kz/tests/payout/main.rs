//! Payouts of the document "QIWI Kazakhstan": its examples, and what [`Payout::new`] refuses.

mod rules;
mod stored;

use jetpay_core::id::{PaymentId, ProjectId};
use jetpay_core::message::Received;
use jetpay_core::payout::{General, Payouts};
use jetpay_core::signature::{Canonical, Key, sign};
use jetpay_core::{Currency, Money};
use jetpay_qiwi_kz::{Customer, Payout, QiwiKz};
use jetpay_testing::{Manifest, SECRET, fixture_keyring};
use serde_json::Value;

/// The customer of the document's example.
const JOHN: Customer<'_> = Customer {
    id: "12345",
    ip_address: "198.51.100.47",
    first_name: "John",
    last_name: "Doe",
    email: "johndoe@example.com",
};
const WALLET: &str = "9182221133";

fn general() -> General {
    General::new(ProjectId::new(35), PaymentId::new("test_123").unwrap()).unwrap()
}

fn tenge(minor: i64) -> Money {
    Money::new(minor, Currency::KZT)
}

fn example() -> Payout {
    Payout::new(general(), &JOHN, WALLET, tenge(100)).unwrap()
}

#[test]
fn our_request_equals_the_documents_and_its_signature_matches() {
    let request = jetpay_testing::json("qiwi-kz", "payout-request.json");
    let key = Key::new(SECRET).unwrap();
    let signed = sign(example().to_json().as_bytes(), &key).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&signed).unwrap(), request);
    insta::assert_snapshot!(String::from_utf8_lossy(&signed));
    // The fields have the same order: without white space, the texts are equal.
    let text = String::from_utf8(
        Manifest::of("qiwi-kz")
            .fixture("payout-request.json")
            .body(),
    )
    .unwrap();
    assert_eq!(
        String::from_utf8(signed.clone()).unwrap(),
        text.split_whitespace().collect::<String>()
    );

    let canonical = Canonical::parse(&signed).unwrap();
    let signature = canonical.signature().decode().unwrap();
    assert!(key.verify(canonical.string_to_sign(), &signature));
    assert!(
        Received::parse(&signed)
            .unwrap()
            .authenticate(&fixture_keyring())
            .is_ok()
    );
    assert_eq!(QiwiKz::PATH, "/v2/payment/wallet/qiwi-kz/payout");
    assert_eq!(QiwiKz::general(&example()), &general());
}

#[test]
fn only_a_successful_callback_of_a_payout_gives_the_paid_out_amount() {
    let paid_out = |file: &str| {
        let body = Manifest::of("qiwi-kz").fixture(file).body();
        let keyring = fixture_keyring();
        let callback = Received::parse(&body)
            .unwrap()
            .authenticate(&keyring)
            .unwrap()
            .callback()
            .unwrap();
        (callback.paid_out(), callback.paid())
    };
    assert_eq!(
        paid_out("payout-callback-success.json"),
        (Some(tenge(10_000)), None)
    );
    assert_eq!(paid_out("payout-callback-decline.json"), (None, None));
    assert_eq!(
        paid_out("callback-success-wallet.json"),
        (None, Some(tenge(2_000)))
    );
}

#[test]
fn debug_and_refusals_show_nothing_of_the_customer() {
    let payout = example();
    let refused = Payout::new(
        general(),
        &Customer {
            email: "johndoe",
            ..JOHN
        },
        WALLET,
        tenge(1),
    )
    .unwrap_err();
    let shown = format!("{payout:?} {:?} {refused:?} {refused}", payout.customer());
    for secret in ["12345", "198.51", "John", "Doe", "johndoe", WALLET] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("test_123"), "{shown}");
}
