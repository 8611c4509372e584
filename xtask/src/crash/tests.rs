//! Books that are wrong in one way each.

use jetpay_platform::Entry;
use serde_json::{Value, json};

use super::audit;
use super::book::{Book, Kind};
use super::chance::Chance;
use super::messages::Wish;
use super::settle;

/// A book with one payment, whose sale was acknowledged, and the number of that operation.
fn sold() -> (Book, u64) {
    // Some seed makes a payment of which nothing but its sale is told.
    (0..)
        .find_map(|seed| {
            let (mut chance, mut book) = (Chance::new(seed), Book::default());
            book.issued("p1", Wish::any(&mut chance), &mut chance);
            let fact = book.take_open(&mut chance)?;
            book.delivered(fact, true);
            let operation = book.facts[fact].operation;
            (book.facts.len() == 1 && book.facts[fact].kind == Kind::Sale)
                .then_some((book, operation))
        })
        .expect("most payments are so")
}

fn entry(book: &Book, seq: i64, operation: u64) -> Value {
    let wish = book.payments[0].wish;
    json!({
        "seq": seq, "kind": "credit", "payment_id": "p1", "operation_id": operation.to_string(),
        "project_id": 1234, "method": wish.method.name, "customer_id": wish.customer,
        "amount": wish.amount, "currency": "KZT", "time": "2025-01-01T00:00:00Z"
    })
}

fn problems(book: &Book, operation: u64, entries: &[Value]) -> Vec<String> {
    let entries: Vec<Entry> = serde_json::from_value(json!(entries)).unwrap();
    let shown = json!({"state": "credited", "operations": [{"id": operation.to_string()}]});
    audit::problems(book, &book.payments[0], &shown, &entries)
}

#[test]
fn sale_with_its_entry_has_no_problem() {
    let (book, operation) = sold();
    let found = problems(&book, operation, &[entry(&book, 1, operation)]);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn acknowledged_sale_without_an_entry_is_found() {
    let (book, operation) = sold();
    let found = problems(&book, operation, &[]);
    assert!(
        found.len() == 1 && found[0].contains("is not there"),
        "{found:?}"
    );
}

#[test]
fn acknowledged_sale_that_the_payment_does_not_show_is_found() {
    let (book, operation) = sold();
    let found = problems(&book, operation + 1, &[entry(&book, 1, operation)]);
    assert!(
        found.len() == 1 && found[0].contains("is not there"),
        "{found:?}"
    );
}

#[test]
fn second_credit_is_found() {
    let (book, operation) = sold();
    let twice = [entry(&book, 1, operation), entry(&book, 2, operation)];
    let found = problems(&book, operation, &twice);
    assert_eq!(found, ["entry 2 moves the same money again"]);
}

#[test]
fn entry_of_another_operation_amount_customer_or_currency_is_found() {
    let (book, operation) = sold();
    let wrong = [
        ("operation_id", json!("1")),
        ("amount", json!(book.payments[0].wish.amount + 1)),
        ("customer_id", json!("somebody")),
        ("currency", json!("USD")),
        ("kind", json!("reversal")),
    ];
    for (field, value) in wrong {
        let mut entry = entry(&book, 1, operation);
        entry[field] = value;
        let found = problems(&book, operation, &[entry]).join("\n");
        assert!(
            found.contains("entry 1 follows from no callback"),
            "{field}: {found}"
        );
    }
}

#[test]
fn payment_that_says_more_or_less_than_its_entries_is_found() {
    let (book, operation) = sold();
    let amount = book.payments[0].wish.amount;
    let entries = vec![entry(&book, 1, operation)];
    let entries: Vec<Entry> = serde_json::from_value(json!(entries)).unwrap();
    let says = |credited: Value, remaining: Value| {
        settle::disagreeing(
            &json!({"credited": credited, "remaining": remaining}),
            &entries,
        )
    };
    assert_eq!(says(json!(amount), json!(amount)), None);
    for (credited, remaining) in [
        (json!(amount), json!(amount - 1)),
        (json!(0), json!(amount)),
        (json!(amount), Value::Null),
        (Value::Null, json!(amount)),
    ] {
        assert!(says(credited, remaining).is_some());
    }
}
