//! Several rows of one operation, several sources, rows that cannot be read.

use jetpay_reconcile::{PlatformBooks, Report};

use super::words::{OPERATION, PROJECT, facts, reported, said};
use super::{Recorded, reconcile};

/// The rows of sources `0.csv`, `1.csv` and so on, against one credit of 5 KZT.
fn of(sources: &[&[&str]]) -> Report {
    let mut books = PlatformBooks::new();
    for (number, rows) in sources.iter().enumerate() {
        let source = books.begin_source(&format!("{number}.csv"));
        for (line, row) in (2..).zip(*rows) {
            books.add(source, Some(line), &reported(row));
        }
        books.end_source(source, format!("hash {number}"), rows.len() as u64);
    }
    assert_eq!(books.len(), 1);
    let recorded = Recorded::from([((PROJECT, OPERATION), facts("entry credit 5 KZT pay 150"))]);
    reconcile(&books, &recorded, &[PROJECT])
}

const SALE: &str = "sale success 5 KZT pay 150";
const EARLIER: &str = "sale processing 5 KZT pay 140";
const LARGER: &str = "sale success 6 KZT pay 150";

#[test]
fn rows_of_one_operation_are_one_two_contents_or_a_newer_version() {
    let twice =
        "twice_there theirs sale, success, 5 KZT, pay; sale, processing, 5 KZT, pay (lines 3, 2)";
    let changed = "changed_there theirs sale, success, 5 KZT, pay (`0.csv` has: sale, processing, 5 KZT, pay)";
    for (sources, expected) in [
        (&[&[SALE, SALE][..]][..], "matched".to_owned()),
        (&[&[SALE], &[SALE]], "matched".to_owned()),
        (&[&[EARLIER, SALE, EARLIER]], format!("matched; {twice}")),
        (&[&[EARLIER], &[SALE]], format!("matched; {changed}")),
        (&[&[EARLIER, SALE], &[SALE]], format!("matched; {twice}")),
        (
            &[&[EARLIER], &[SALE], &[LARGER]],
            "changed_there theirs sale, success, 6 KZT, pay (`1.csv` has: sale, success, 5 KZT, pay); \
             amount_differs amount ours 5 KZT theirs 6 KZT"
                .to_owned(),
        ),
        (
            &[&["sale success 5 KZT pay 140"], &[SALE]],
            "matched; changed_there theirs sale, success, 5 KZT, pay (`0.csv` has another time)".to_owned(),
        ),
        // A newer report has moved it to another interval.
        (&[&[SALE], &["sale success 6 KZT pay 300"]], "outside".to_owned()),
    ] {
        assert_eq!(said(&of(sources)), expected, "{sources:?}");
    }
}

#[test]
fn the_row_that_counts_is_named_with_its_source_and_line() {
    let report = of(&[&[LARGER], &[LARGER, SALE]]);
    let places: Vec<_> = report
        .results
        .iter()
        .map(|it| (it.kind.as_str(), it.source, it.line))
        .collect();
    // By its amount, 6 is the larger of the two contents at the same time.
    assert_eq!(
        places,
        [
            ("amount_differs", Some(1), Some(2)),
            ("twice_there", Some(1), Some(2))
        ]
    );
    let sources: Vec<_> = report
        .sources
        .iter()
        .map(|it| (it.name.as_str(), it.rows))
        .collect();
    assert_eq!(sources, [("0.csv", 1), ("1.csv", 2)]);
}

#[test]
fn unreadable_rows_have_ids_of_their_file_and_line() {
    let mut books = PlatformBooks::new();
    let hash = "0123456789abcdef0123456789abcdef";
    for (name, hash) in [("a.csv", hash), ("copy of a.csv", hash), ("b.csv", "ff")] {
        let source = books.begin_source(name);
        books.add_unreadable(
            source,
            9,
            "amount",
            "`1,234` has more digits than KZT",
            None,
        );
        books.add_unreadable(
            source,
            3,
            "operation_id",
            "`3.6425E+13` is rounded by a spreadsheet",
            None,
        );
        books.add_unreadable(source, 9, "currency", "no currency", None);
        books.end_source(source, hash.to_owned(), 3);
    }
    let report = reconcile(&books, &Recorded::new(), &[PROJECT]);
    let ids: Vec<&str> = report.results.iter().map(|it| it.id.as_str()).collect();
    let a = "unreadable-0123456789abcdef";
    assert_eq!(
        ids,
        [
            &format!("{a}-3"),
            &format!("{a}-9"),
            &format!("{a}-9-2"),
            "unreadable-ff-3",
            "unreadable-ff-9",
            "unreadable-ff-9-2"
        ]
    );
    assert_eq!((report.counts["unreadable"], report.differences()), (6, 6));
    let second = &report.results[2];
    assert_eq!(
        (second.field.as_deref(), second.why.as_deref()),
        (Some("currency"), Some("no currency"))
    );
    assert_eq!(
        (second.source, second.line, second.time),
        (Some(0), Some(9), None)
    );
}

#[test]
fn books_count_each_operation_once_and_show_no_row_in_debug() {
    let mut books = PlatformBooks::new();
    assert!(books.is_empty());
    let source = books.begin_source("november.csv");
    books.add(source, None, &reported(SALE));
    assert_eq!((books.is_empty(), books.len()), (false, 1));
    let debug = format!("{books:?}");
    assert!(!debug.contains("pay"), "{debug}");

    books.add(source, None, &reported(LARGER));
    assert_eq!(books.len(), 1);
    let mut other = reported(SALE);
    other.operation_id = 8.into();
    books.add(source, None, &other);
    assert_eq!(books.len(), 2);
}

#[test]
fn operation_whose_row_cannot_be_read_is_not_taken_as_one_that_the_platform_does_not_list() {
    for (operation, kind) in [
        (Some((PROJECT, OPERATION)), "unreadable"),
        (None, "not_there"),
    ] {
        let mut books = PlatformBooks::new();
        let source = books.begin_source("0.csv");
        books.add_unreadable(source, 2, "amount", "is empty", operation);
        books.end_source(source, "hash".to_owned(), 1);
        let facts = facts("entry credit 5 KZT pay 150");
        let recorded = Recorded::from([((PROJECT, OPERATION), facts)]);
        let report = reconcile(&books, &recorded, &[PROJECT]);
        assert!(report.adds_up(), "{:?}", report.sums);
        assert_eq!(report.results[0].kind.as_str(), kind);
        assert_eq!(report.results.len(), 2);
    }
}
