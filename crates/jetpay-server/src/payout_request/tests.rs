//! Wishes: which are the same, and what is hidden of them.

use jetpay_core::{Currency, Money};

use super::{PayoutRequest, Receiver};

fn payout_request() -> PayoutRequest {
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

/// The digest of what `printf` would write: another one would make a conflict of every repeat after an update.
#[test]
fn fingerprint_stays_what_it_was() {
    let json = r#"{"project_id":1234,"customer":{"id":"12345","ip_address":"198.51.100.47","first_name":"John","last_name":"Doe","email":"johndoe@example.com"},"account_number":"9182221133","amount":10000,"currency":"KZT","idempotency_key":"k"}"#;
    assert_eq!(serde_json::to_string(&payout_request()).unwrap(), json);
    assert_eq!(
        payout_request().fingerprint(),
        "8f20c093794032c2a9e70e82779491ff9b3d7f03b8676715822afcb88d68bfe7"
    );
}

#[test]
fn whatever_differs_makes_another_fingerprint() {
    let changes: [fn(&mut PayoutRequest); 10] = [
        |payout_request| payout_request.project_id = 5678.into(),
        |payout_request| payout_request.customer.id = "1".into(),
        |payout_request| payout_request.customer.ip_address = "198.51.100.48".into(),
        |payout_request| payout_request.customer.first_name = "Johan".into(),
        |payout_request| payout_request.customer.last_name = "Do".into(),
        |payout_request| payout_request.customer.email = "johndoe@example.org".into(),
        |payout_request| payout_request.account_number = "9182221134".into(),
        |payout_request| payout_request.amount = Money::new(10_001, Currency::KZT),
        |payout_request| {
            payout_request.amount = Money::new(10_000, Currency::parse("USD").unwrap())
        },
        // The same letters, parted otherwise.
        |payout_request| {
            payout_request.customer.first_name = "JohnD".into();
            payout_request.customer.last_name = "oe".into();
        },
    ];
    let mut fingerprints: Vec<_> = changes
        .iter()
        .map(|change| {
            let mut payout_request = payout_request();
            change(&mut payout_request);
            payout_request.fingerprint()
        })
        .collect();
    fingerprints.push(payout_request().fingerprint());
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 11);
}

#[test]
fn key_is_1_to_255_bytes_without_control_characters() {
    let flaws = |key: &str| {
        let mut payout_request = payout_request();
        payout_request.idempotency_key = key.into();
        payout_request.flaws()
    };
    for key in ["k", "a;b: й", &"x".repeat(255)] {
        assert_eq!(flaws(key), [], "{key}");
    }
    for key in ["", "a\nb", "\0", "\u{85}", &"x".repeat(256)] {
        let flaws = flaws(key);
        assert_eq!(flaws.len(), 1, "{key:?}");
        assert_eq!(flaws[0].field, "idempotency_key");
    }
}

#[test]
fn debug_hides_the_receiver() {
    let text = format!("{:?} {:?}", payout_request(), payout_request().customer);
    for hidden in ["12345", "198.51", "John", "Doe", "9182221133"] {
        assert!(!text.contains(hidden), "{text}");
    }
}
