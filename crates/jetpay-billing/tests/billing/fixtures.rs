//! Answers in the shapes of public billings: each is read as its row says.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jetpay_billing::Delivery;
use jetpay_billing::dialect::{Body, CheckAnswer, Dialect, PayOrder};
use jetpay_core::{Currency, Money};
use serde::Deserialize;

use crate::wire::order;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    answer: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    file: String,
    dialect: String,
    command: String,
    txn_id: String,
    source: String,
    expect: String,
    receipt: Option<String>,
    sum: Option<String>,
    /// What was paid, in minor units; 20000 without it.
    paid: Option<i64>,
    #[serde(default)]
    fields: Vec<(String, String)>,
}

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../fixtures/billing"]
        .iter()
        .collect()
}

fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(folder().join("manifest.toml")).unwrap();
    let manifest: Manifest = toml::from_str(&text).unwrap();
    manifest.answer
}

fn paid(row: &Row) -> PayOrder<'_> {
    let minor = row.paid.unwrap_or(20_000);
    PayOrder {
        sum: Money::new(minor, Currency::KZT),
        ..order(&row.txn_id)
    }
}

#[test]
fn every_file_has_one_row_with_a_source() {
    let rows = rows();
    let named: BTreeSet<String> = rows.iter().map(|row| row.file.clone()).collect();
    assert_eq!(named.len(), rows.len());
    assert!(rows.iter().all(|row| !row.source.is_empty()));
    let files = std::fs::read_dir(folder()).unwrap();
    let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let files: BTreeSet<String> = files.filter(|file| file != "manifest.toml").collect();
    assert_eq!(files, named);
}

#[test]
fn every_answer_is_read_as_its_row_says() {
    for row in rows() {
        let dialect = match &*row.dialect {
            "osmp" => Dialect::Osmp,
            "kaspi" => Dialect::Kaspi,
            other => panic!("{other}"),
        };
        let bytes = std::fs::read(folder().join(&row.file)).unwrap();
        let body = Body::new(&bytes, None);
        let (outcome, receipt, sum, fields) = match &*row.command {
            "check" => match dialect.read_check(body, &row.txn_id) {
                Ok(CheckAnswer::Known(account)) => {
                    ("known".to_owned(), None, account.sum, account.fields)
                }
                Ok(CheckAnswer::Unknown) => ("unknown".to_owned(), None, None, Vec::new()),
                Err(failure) => (failure.to_string(), None, None, Vec::new()),
            },
            "pay" => match dialect.read_pay(body, &paid(&row)) {
                Delivery::Delivered { receipt } => {
                    ("delivered".to_owned(), receipt, None, Vec::new())
                }
                Delivery::Again { .. } => ("again".to_owned(), None, None, Vec::new()),
                Delivery::Refused { .. } => ("refused".to_owned(), None, None, Vec::new()),
                Delivery::Gone { .. } => ("gone".to_owned(), None, None, Vec::new()),
            },
            other => panic!("{other}"),
        };
        assert!(outcome.starts_with(&row.expect), "{}: {outcome}", row.file);
        assert_eq!(receipt, row.receipt, "{}", row.file);
        assert_eq!(sum, row.sum, "{}", row.file);
        assert_eq!(fields, row.fields, "{}", row.file);
    }
}
