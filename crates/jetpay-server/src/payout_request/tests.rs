//! Which requests have the same fingerprint, and what `Debug` hides.

use jetpay_core::{Currency, Money};

use super::{PayoutRequest, Receiver};

fn request() -> PayoutRequest {
    PayoutRequest {
        project_id: 1234.into(),
        customer: Receiver {
            id: "12345".into(),
            ip_address: "198.51.100.47".into(),
            first_name: "John".into(),
            last_name: "Doe".into(),
            email: "johndoe@example.com".into(),
        },
        account_number: "9182221133".into(),
        amount: Money::new(10_000, Currency::KZT),
        idempotency_key: "k".into(),
    }
}

/// The digest was computed outside of this program. Another digest would turn every repeat after an update into a conflict.
#[test]
fn fingerprint_is_the_same_in_every_version() {
    let json = r#"{"project_id":1234,"customer":{"id":"12345","ip_address":"198.51.100.47","first_name":"John","last_name":"Doe","email":"johndoe@example.com"},"account_number":"9182221133","amount":10000,"currency":"KZT","idempotency_key":"k"}"#;
    assert_eq!(serde_json::to_string(&request()).unwrap(), json);
    assert_eq!(
        request().fingerprint(),
        "8f20c093794032c2a9e70e82779491ff9b3d7f03b8676715822afcb88d68bfe7"
    );
}

#[test]
fn every_difference_makes_another_fingerprint() {
    let changes: [fn(&mut PayoutRequest); 10] = [
        |request| request.project_id = 5678.into(),
        |request| request.customer.id = "1".into(),
        |request| request.customer.ip_address = "198.51.100.48".into(),
        |request| request.customer.first_name = "Johan".into(),
        |request| request.customer.last_name = "Do".into(),
        |request| request.customer.email = "johndoe@example.org".into(),
        |request| request.account_number = "9182221134".into(),
        |request| request.amount = Money::new(10_001, Currency::KZT),
        |request| request.amount = Money::new(10_000, Currency::parse("USD").unwrap()),
        // The same letters, split in another way.
        |request| {
            request.customer.first_name = "JohnD".into();
            request.customer.last_name = "oe".into();
        },
    ];
    let mut fingerprints: Vec<_> = changes
        .iter()
        .map(|change| {
            let mut request = request();
            change(&mut request);
            request.fingerprint()
        })
        .collect();
    fingerprints.push(request().fingerprint());
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 11);
}

#[test]
fn key_is_1_to_255_bytes_without_control_characters() {
    let errors = |key: &str| {
        let mut request = request();
        request.idempotency_key = key.into();
        request.errors()
    };
    for key in ["k", "a;b: й", &"x".repeat(255)] {
        assert_eq!(errors(key), [], "{key}");
    }
    for key in ["", "a\nb", "\0", "\u{85}", &"x".repeat(256)] {
        let errors = errors(key);
        assert_eq!(errors.len(), 1, "{key:?}");
        assert_eq!(errors[0].field, "idempotency_key");
    }
}

#[test]
fn debug_hides_the_receiver() {
    let text = format!("{:?} {:?}", request(), request().customer);
    for hidden in ["12345", "198.51", "John", "Doe", "9182221133"] {
        assert!(!text.contains(hidden), "{text}");
    }
}
