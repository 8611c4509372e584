//! Reports of reconciliations that a test writes itself.

use jetpay_ledger::NewReconciliation;
use jetpay_reconcile::{Finding, Kind, Report};
use serde_json::{Value, json};

/// The first second of the interval of a [`report`].
pub const FROM: i64 = 1_733_000_000;
/// The second after its last one.
pub const TO: i64 = FROM + 86_400;

/// A difference about an operation of project 1234 with 1000.00 KZT, an hour after [`FROM`].
pub fn finding(kind: Kind, operation: u64) -> Finding {
    parsed(json!({
        "id": format!("1234-{operation}-{kind}"),
        "kind": kind,
        "project_id": 1234,
        "operation_id": operation.to_string(),
        "payment_id": "p1",
        "field": "amount",
        "ours": "100000 KZT",
        "theirs": "90000 KZT",
        "amount": {"amount": 90_000, "currency": "KZT"},
        "time": FROM + 3_600,
    }))
}

/// A report of project 1234, from [`FROM`] to [`TO`], that lists these results.
pub fn report(results: &[Finding]) -> NewReconciliation {
    let report: Report = parsed(json!({
        "from": FROM,
        "to": TO,
        "ledger_seq": 7,
        "sources": [{"name": "june.csv", "sha256": "00ff", "rows": 12}],
        "counts": {"matched": 11},
        "sums": [{
            "project_id": 1234, "currency": "KZT", "type": "sale", "ours": 1, "theirs": 3, "explained": 2,
        }],
        "results": results,
    }));
    NewReconciliation {
        report,
        by: Some("aliya".to_owned()),
    }
}

/// A report that agrees on these differences, and lists nothing.
pub fn agreeing(differences: &[Finding]) -> NewReconciliation {
    let mut new = report(&[]);
    new.report.agreed = differences.iter().map(|it| it.id.clone()).collect();
    new
}

fn parsed<T: serde::de::DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).unwrap()
}
