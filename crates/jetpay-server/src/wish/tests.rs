//! Wishes: which are the same, and what is hidden of them.

use jetpay_core::{Currency, Money};

use super::{Receiver, Wish};

fn wish() -> Wish {
    Wish {
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
    assert_eq!(serde_json::to_string(&wish()).unwrap(), json);
    assert_eq!(
        wish().fingerprint(),
        "8f20c093794032c2a9e70e82779491ff9b3d7f03b8676715822afcb88d68bfe7"
    );
}

#[test]
fn whatever_differs_makes_another_fingerprint() {
    let changes: [fn(&mut Wish); 10] = [
        |wish| wish.project_id = 5678.into(),
        |wish| wish.customer.id = "1".into(),
        |wish| wish.customer.ip_address = "198.51.100.48".into(),
        |wish| wish.customer.first_name = "Johan".into(),
        |wish| wish.customer.last_name = "Do".into(),
        |wish| wish.customer.email = "johndoe@example.org".into(),
        |wish| wish.account_number = "9182221134".into(),
        |wish| wish.amount = Money::new(10_001, Currency::KZT),
        |wish| wish.amount = Money::new(10_000, Currency::parse("USD").unwrap()),
        // The same letters, parted otherwise.
        |wish| {
            wish.customer.first_name = "JohnD".into();
            wish.customer.last_name = "oe".into();
        },
    ];
    let mut fingerprints: Vec<_> = changes
        .iter()
        .map(|change| {
            let mut wish = wish();
            change(&mut wish);
            wish.fingerprint()
        })
        .collect();
    fingerprints.push(wish().fingerprint());
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 11);
}

#[test]
fn key_is_1_to_255_bytes_without_control_characters() {
    let flaws = |key: &str| {
        let mut wish = wish();
        wish.idempotency_key = key.into();
        wish.flaws()
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
    let text = format!("{:?} {:?}", wish(), wish().customer);
    for hidden in ["12345", "198.51", "John", "Doe", "9182221133"] {
        assert!(!text.contains(hidden), "{text}");
    }
}
