//! A payout that was stored as JSON, and additional parameters.

use jetpay_core::signature::Canonical;
use jetpay_qiwi_kz::{Customer, Payout};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{example, general, tenge};

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
