//! All rows of `fixtures/vectors`: signatures of the platform's published implementations, and natural order.

use jetpay_core::signature::{Canonical, Key, natural};
use serde::Deserialize;
use std::fs;

fn rows<T: for<'a> Deserialize<'a>>(file: &str) -> Vec<T> {
    let path = format!(
        "{}/../../fixtures/vectors/{file}",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[derive(Deserialize)]
struct SignatureRow {
    name: String,
    secret: String,
    body: String,
    string_to_sign: Option<String>,
    signature: Option<String>,
    order_sensitive: bool,
    #[serde(default)]
    refused: bool,
}

#[test]
fn all_322_bodies_are_signed_as_published_or_refused() {
    let rows: Vec<SignatureRow> = rows("signature_vectors.jsonl");
    assert_eq!(rows.len(), 322);
    assert_eq!(rows.iter().filter(|row| row.refused).count(), 12);
    for row in rows {
        let canonical = Canonical::parse(row.body.as_bytes());
        if row.refused {
            assert!(canonical.is_err(), "{} must be refused", row.name);
            continue;
        }
        let canonical = canonical.unwrap_or_else(|error| panic!("{}: {error}", row.name));
        assert_eq!(
            Some(canonical.string_to_sign()),
            row.string_to_sign.as_deref(),
            "{}",
            row.name
        );
        assert_eq!(
            canonical.byte_ordered().is_some(),
            row.order_sensitive,
            "{}",
            row.name
        );
        let key = Key::new(&row.secret).unwrap();
        assert_eq!(
            Some(key.sign(canonical.string_to_sign())),
            row.signature,
            "{}",
            row.name
        );
    }
}

#[derive(Deserialize)]
struct OrderRow {
    a: String,
    b: String,
    cmp: i8,
}

#[test]
fn all_1000_pairs_compare_in_natural_order() {
    let rows: Vec<OrderRow> = rows("natural_order_pairs.jsonl");
    assert_eq!(rows.len(), 1000);
    for OrderRow { a, b, cmp } in rows {
        let order = natural::compare(a.as_bytes(), b.as_bytes());
        assert_eq!(order as i8, cmp, "{a:?} {b:?}");
        assert_eq!(
            natural::compare(b.as_bytes(), a.as_bytes()) as i8,
            -cmp,
            "{b:?} {a:?}"
        );
    }
}
