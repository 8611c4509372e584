//! The guard against the wrong `amount_unit`.

use serde_json::json;

use super::*;

/// A report in which these amounts differ, ours and theirs, and so many operations agree.
fn report(matched: u64, amounts: &[(&str, &str)]) -> Report {
    let results = amounts.iter().map(|(ours, theirs)| {
        json!({"id": "1-1-amount_differs", "kind": "amount_differs", "field": "amount", "ours": ours, "theirs": theirs})
    });
    let results: Vec<_> = results.collect();
    serde_json::from_value(json!({
        "from": 0, "to": 1, "ledger_seq": 1, "sources": [], "sums": [], "counts": {"matched": matched}, "results": results,
    }))
    .unwrap()
}

#[test]
fn wrong_unit_is_named_when_all_known_operations_differ_by_it_and_only_then() {
    let (kzt, hundredfold) = ("100000 KZT", "10000000 KZT");
    let larger = [
        (kzt, hundredfold),
        ("5 KZT", "500 KZT"),
        ("1 KWD", "1000 KWD"),
    ];
    let smaller = larger.map(|(ours, theirs)| (theirs, ours));
    for (matched, amounts, expected) in [
        (
            0,
            &larger[..],
            Some("amount_unit = \"minor\" instead of \"major\""),
        ),
        (
            0,
            &smaller,
            Some("amount_unit = \"major\" instead of \"minor\""),
        ),
        (1, &larger, None),
        (0, &larger[..2], None),
        (0, &[larger[0], larger[1], ("5 KZT", "501 KZT")], None),
        (0, &[larger[0], larger[1], smaller[0]], None),
        (0, &[larger[0], larger[1], ("5 KWD", "500 KWD")], None),
        (0, &[("5 JPY", "5 JPY"); 3], None),
        (0, &[("5 XXX", "500 XXX"); 3], None),
    ] {
        let found = check_unit(&report(matched, amounts));
        assert_eq!(found.is_some(), expected.is_some(), "{amounts:?}");
        if let (Some(found), Some(part)) = (found, expected) {
            assert!(found.contains(part), "{found}");
        }
    }
}
