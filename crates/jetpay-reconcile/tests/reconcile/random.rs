//! Rows and records by chance, also those that no ledger can have.

use jetpay_core::report::ReportedOperation;
use jetpay_core::status::{OperationStatus, OperationType};
use jetpay_core::{Currency, Money};
use jetpay_reconcile::{
    BookedEntry, BookedKind, Facts, Key, Matcher, PlatformBooks, RecordedEvent, Report,
};
use jetpay_rules::{EntryKind, EventStatus};
use proptest::prelude::*;
use proptest::sample::select;

use super::words::PROJECT;
use super::{FRESH_FROM, INTERVAL, Recorded, reconcile_in_order};

/// Three operations have much in common by chance; times lie around both borders.
const OPERATIONS: u64 = 3;

fn money() -> impl Strategy<Value = Money> {
    let usd = Currency::parse("USD").unwrap();
    let minor = prop_oneof![9 => -3..6_i64, 1 => select(vec![i64::MIN, i64::MAX])];
    (minor, select(vec![Currency::KZT, Currency::KZT, usd]))
        .prop_map(|(minor, currency)| Money::new(minor, currency))
}

fn times() -> impl Strategy<Value = i64> {
    select(vec![99, 100, 150, 151, 189, 190, 199, 200])
}

fn types() -> impl Strategy<Value = OperationType> {
    let words = [
        "sale",
        "sale",
        "refund",
        "payout",
        "payout reversal",
        "capture",
        "moon",
    ];
    select(words.to_vec()).prop_map(OperationType::from)
}

fn statuses() -> impl Strategy<Value = OperationStatus> {
    let words = [
        "success",
        "success",
        "success",
        "decline",
        "processing",
        "unknown",
        "moon",
    ];
    select(words.to_vec()).prop_map(OperationStatus::from)
}

fn payments() -> impl Strategy<Value = &'static str> {
    select(vec!["pay", "pay", "pay", "other"])
}

fn rows() -> impl Strategy<Value = Vec<(usize, ReportedOperation)>> {
    let parts = (0..OPERATIONS, payments(), types(), statuses(), money());
    let row = (0..2_usize, parts, proptest::option::weighted(0.7, times()));
    let row = row.prop_map(
        |(source, (operation, payment, kind, status, amount), time)| {
            let row =
                ReportedOperation::new(PROJECT, operation.into(), payment, kind, status, amount);
            (source, row.at(time))
        },
    );
    proptest::collection::vec(row, 0..6)
}

fn entries() -> impl Strategy<Value = Vec<BookedEntry>> {
    let entry = EntryKind::ALL.iter().map(|kind| BookedKind::Entry(*kind));
    let kinds: Vec<_> = entry
        .chain([BookedKind::Paid, BookedKind::PayoutReversed])
        .collect();
    let entry = (0..OPERATIONS, payments(), select(kinds), money(), times());
    let entry = entry.prop_map(|(operation, payment, kind, amount, time)| BookedEntry {
        project_id: PROJECT,
        operation_id: operation.into(),
        payment_id: payment.parse().unwrap(),
        kind,
        amount,
        time,
    });
    proptest::collection::vec(entry, 0..6)
}

fn events() -> impl Strategy<Value = Vec<RecordedEvent>> {
    let parts = (0..OPERATIONS, payments(), types(), statuses(), times());
    let event = (parts, select(EventStatus::ALL.to_vec()));
    let event =
        event.prop_map(
            |((operation, payment, kind, status, time), outcome)| RecordedEvent {
                project_id: PROJECT,
                operation_id: operation.into(),
                payment_id: payment.parse().unwrap(),
                kind: Some(kind),
                status: Some(status),
                amount: None,
                time,
                outcome,
            },
        );
    proptest::collection::vec(event, 0..6)
}

fn books(rows: &[(usize, ReportedOperation)]) -> PlatformBooks {
    let mut books = PlatformBooks::new();
    let sources = ["october.csv", "november.csv"].map(|name| books.begin_source(name));
    for (source, row) in rows {
        books.add(sources[*source], None, row);
    }
    books
}

fn recorded(events: &[RecordedEvent], entries: &[BookedEntry]) -> Recorded {
    let mut recorded = Recorded::new();
    for event in events {
        let key = (event.project_id, event.operation_id);
        recorded.entry(key).or_default().events.push(event.clone());
    }
    for entry in entries {
        let key = (entry.project_id, entry.operation_id);
        recorded.entry(key).or_default().entries.push(entry.clone());
    }
    recorded
}

fn text(report: &Report) -> String {
    serde_json::to_string(report).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn sums_add_up_and_the_order_changes_no_byte(
        (rows, events, entries, other) in (rows(), events(), entries()).prop_flat_map(|all| {
            let (rows, events, entries) = all.clone();
            let other = (Just(rows).prop_shuffle(), Just(events).prop_shuffle(), Just(entries).prop_shuffle());
            (Just(all.0), Just(all.1), Just(all.2), other)
        })
    ) {
        let report = |rows: &[_], events: &[RecordedEvent], entries: &[BookedEntry]| {
            let recorded = recorded(events, entries);
            let given = (events.iter().collect(), entries.iter().collect());
            reconcile_in_order(&books(rows), &recorded, &[PROJECT], given)
        };
        let again = report(&other.0, &other.1, &other.2);
        prop_assert_eq!(text(&report(&rows, &events, &entries)), text(&again));
    }

    #[test]
    fn what_is_not_doubtful_gets_the_same_result_when_it_is_judged(
        rows in rows(), events in events(), entries in entries()
    ) {
        let (books, recorded) = (books(&rows), recorded(&events, &entries));
        let given = (events.iter().collect(), entries.iter().collect());
        let short = reconcile_in_order(&books, &recorded, &[PROJECT], given);

        let mut matcher = Matcher::new(&books, INTERVAL, FRESH_FROM, &[PROJECT]);
        // Half of what is recorded is given before: that must not count.
        for entry in &entries[entries.len() / 2..] {
            matcher.entry(entry);
        }
        for operation in 0..OPERATIONS {
            let key = Key { project_id: PROJECT, operation_id: operation.into(), payment_id: None };
            let facts = recorded.get(&(PROJECT, operation.into()));
            matcher.judge(&key, facts.unwrap_or(&Facts::default()));
        }
        let all = matcher.report(7);
        prop_assert!(all.adds_up());
        prop_assert_eq!(text(&short), text(&all));
    }
}
