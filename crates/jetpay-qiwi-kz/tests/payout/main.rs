//! Payouts of the document "QIWI Kazakhstan": its examples, payouts that were stored as JSON, additional parameters, and what
//! [`Payout::new`] refuses.

mod rules;

use jetpay_core::id::{PaymentId, ProjectId};
use jetpay_core::message::Received;
use jetpay_core::payout::{General, Payouts};
use jetpay_core::signature::{Canonical, Key, sign};
use jetpay_core::{Currency, Money};
use jetpay_qiwi_kz::{Customer, Payout, QiwiKz};
use jetpay_testing::{Manifest, SECRET, fixture_keyring};
use proptest::prelude::*;
use serde_json::{Value, json};

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

#[test]
fn additional_parameter_is_in_the_request_and_is_signed() {
    let payout = example()
        .with_parameter("receipt_data", &json!({"positions": [{"quantity": 1.5}]}))
        .and_then(|payout| payout.with_parameter("callback", &json!({"delay": 5})))
        .unwrap();
    let json: Value = serde_json::from_str(&payout.to_json()).unwrap();
    assert_eq!(json["callback"]["delay"], 5);
    let canonical = Canonical::parse(payout.to_json().as_bytes()).unwrap();
    assert!(
        canonical
            .string_to_sign()
            .contains("receipt_data:positions:0:quantity:1.5")
    );
}

#[test]
fn parameter_with_a_fields_name_or_that_is_not_signed_is_refused() {
    for name in [
        "",
        "general",
        "customer",
        "account",
        "payment",
        "signature",
        "frame_mode",
        "a;b",
        "a:b",
        "a\n",
    ] {
        let refused = example().with_parameter(name, &json!(1)).unwrap_err();
        assert_eq!(refused.field(), "parameter", "{name}");
    }
    for value in [
        json!("a;b"),
        json!(["\n"]),
        json!({"a;b": 1}),
        json!({"a": {"signature": 1}}),
        json!({"": 1}),
        json!(-0.0),
    ] {
        let refused = example().with_parameter("more", &value).unwrap_err();
        assert_eq!(refused.field(), "parameter", "{value}");
    }
}

#[test]
fn stored_request_is_checked_again() {
    let stored = example().to_json();
    let field = |from: &str, to: &str| {
        let edited = stored.replace(from, to);
        assert_ne!(edited, stored, "{from} is not there");
        Payout::from_json(&edited).unwrap_err().field()
    };
    assert_eq!(field("9182221133", "+9182221133"), "account_number");
    assert_eq!(field(r#""amount":100"#, r#""amount":0"#), "amount");
    assert_eq!(field("KZT", "USD"), "currency");
    assert_eq!(field("johndoe@", "johndoe"), "customer.email");
    for (from, to) in [
        (r#""amount":100"#, r#""amount":100.0"#),
        (r#""amount":100"#, r#""amount":"100""#),
        ("KZT", "kzt"),
        ("test_123", "test 123"),
        (r#""project_id":35"#, r#""project_id":35,"signature":"x""#),
        (r#""last_name":"Doe","#, ""),
        (r#""last_name""#, r#""surname""#),
        (r#","account":{"number":"9182221133"}"#, ""),
    ] {
        assert_eq!(field(from, to), "json", "{from} -> {to}");
    }
    assert_eq!(field("}}", r#"},"signature":"x"}"#), "parameter");
    assert_eq!(Payout::from_json("").unwrap_err().field(), "json");
}

proptest! {
    #[test]
    fn stored_payout_is_read_back_to_the_byte(
        id in "[^;\\p{Cc}]{1,20}",
        first_name in "[^;\\p{Cc}\\s]{1,20}",
        email in "[^;\\p{Cc}\\s@]{1,20}@[^;\\p{Cc}\\s@]{1,20}",
        ip_address: std::net::IpAddr,
        account_number in "[0-9]{5,20}",
        minor in 1..=i64::MAX,
        text in "[^;\\p{Cc}]{0,20}",
        number: f64,
    ) {
        prop_assume!(number.is_finite() && number != 0.0);
        let ip_address = ip_address.to_string();
        let customer = Customer { id: &id, ip_address: &ip_address, first_name: &first_name, last_name: &first_name, email: &email };
        let payout = Payout::new(general(), &customer, &account_number, tenge(minor)).unwrap();
        let payout = payout.with_parameter("more", &json!({"z": text, "a": [number, null]})).unwrap();
        let stored = payout.to_json();
        let again = Payout::from_json(&stored).unwrap();
        prop_assert_eq!(again.to_json(), stored.clone());
        prop_assert_eq!(serde_json::to_vec(&again).unwrap(), stored.into_bytes());
        prop_assert_eq!(again.customer(), customer);
        prop_assert_eq!((again.amount(), again.account_number()), (tenge(minor), &*account_number));
    }
}
