//! Reports in the platform's books, against entries that were recorded.

use jetpay_core::Money;
use jetpay_ledger::EntryKind;
use jetpay_reconcile::{BookedEntry, BookedKind, Facts, Interval, Matcher};

use super::*;

/// Reads these reports, and compares them with credits of 1 500.00 KZT for the operations 1 to 3.
fn compared(map: &str, reports: &[(&str, String)]) -> (Report, u64) {
    let folder = TempDir::new().unwrap();
    let map_path = folder.path().join("map.toml");
    fs::write(&map_path, map).unwrap();
    let paths = reports.iter().map(|(name, report)| {
        let path = folder.path().join(name);
        fs::write(&path, report).unwrap();
        path
    });
    let (mut books, mut bytes) = (PlatformBooks::new(), 0);
    let paths: Vec<_> = paths.collect();
    read(&paths, &map_path, &projects(), &mut books, &mut |it| {
        assert!(bytes <= it, "progress goes on");
        bytes = it;
    })
    .unwrap();
    let all = Interval {
        from: 0,
        to: i64::MAX,
    };
    let mut matcher = Matcher::new(&books, all, i64::MAX, &projects());
    let entry = |operation: u64| BookedEntry {
        project_id: ProjectId::new(1234),
        operation_id: operation.into(),
        payment_id: format!("p{operation}").parse().unwrap(),
        kind: BookedKind::Entry(EntryKind::Credit),
        amount: Money::new(150_000, Currency::KZT),
        time: 1_793_521_727,
    };
    (1..=3).for_each(|operation| matcher.entry(&entry(operation)));
    for key in matcher.doubtful() {
        let number = key.operation_id.number();
        let entries = (1..=3).contains(&number).then(|| entry(number));
        let entries = entries.into_iter().collect();
        matcher.judge(
            &key,
            &Facts {
                entries,
                ..Facts::default()
            },
        );
    }
    (matcher.report(1), bytes)
}

/// A report of the operations 1 to 3 with this amount.
fn sales(amount: &str) -> String {
    let row = |it| format!("1234,{it},p{it},sale,success,{amount},KZT,2026-11-01 08:28:47,\n");
    format!("{HEADER}\n{}", (1..=3).map(row).collect::<String>())
}

#[test]
fn unit_of_the_map_decides_whether_a_report_agrees_and_the_wrong_one_is_named() {
    for (unit, amount, other) in [
        ("minor", "150000", None),
        ("major", "1500", None),
        ("major", "150000", Some("write amount_unit = \"minor\"")),
        ("minor", "1500", Some("write amount_unit = \"major\"")),
    ] {
        let map = map(&format!("amount_unit = {unit:?}"));
        let (report, _) = compared(&map, &[("a.csv", sales(amount))]);
        assert!(report.adds_up());
        assert_eq!(
            report.differences(),
            if other.is_some() { 3 } else { 0 },
            "{report:?}"
        );
        let found = check_unit(&report);
        assert_eq!(found.is_some(), other.is_some(), "{found:?}");
        if let (Some(found), Some(part)) = (found, other) {
            assert!(found.contains(part), "{found}");
        }
    }
}

#[test]
fn each_file_is_a_source_with_its_hash_and_the_later_one_has_the_newer_version() {
    let old = sales("150000").replacen("success,150000", "processing,150000", 1);
    let new = sales("150000") + "1234,,p9,total,success,450000,KZT,,\n";
    let oldest = sales("150000");
    let length = (oldest.len() + old.len() + new.len()) as u64;
    let reports = [("oldest.csv", oldest), ("old.csv", old), ("new.csv", new)];
    let (report, bytes) = compared(&map("amount_unit = \"minor\""), &reports);
    assert_eq!(bytes, length);
    let sources = report.sources.iter();
    let sources: Vec<_> = sources
        .map(|it| (it.name.as_str(), it.rows, it.sha256.len()))
        .collect();
    assert_eq!(
        sources,
        [
            ("oldest.csv", 3, 64),
            ("old.csv", 3, 64),
            ("new.csv", 4, 64)
        ]
    );
    assert_eq!(report.counts["matched"], 3, "{report:?}");
    assert_eq!(report.counts["changed_there"], 1);
    let unreadable = report
        .results
        .iter()
        .find(|it| it.kind == Kind::Unreadable)
        .unwrap();
    assert_eq!((unreadable.source, unreadable.line), (Some(2), Some(5)));
    assert_eq!(unreadable.field.as_deref(), Some("operation"));
}

#[test]
fn rows_that_the_map_leaves_out_are_counted_and_all_others_are_read() {
    let skip = "amount_unit = \"minor\"\nskip_rows_where = { type = [\"Settlement\", \"\"] }";
    let total = "1234,,p9,Settlement,success,450000,KZT,,\n,,,,total,1,,,\n";
    let (rows, done) = read_report(&map(skip), sales("150000") + total).unwrap();
    assert_eq!((rows.len(), done.rows, done.skipped), (3, 5, 2));
    let wrong = skip.replace("type =", "kind =");
    for (top, report, expected) in [
        (
            skip,
            format!("{HEADER}\n{total}"),
            "leaves out all rows (2)",
        ),
        (
            &*wrong,
            sales("1"),
            "skip_rows_where names a column that is missing: `kind`",
        ),
        (
            "amount_unit = \"minor\"\nskip_rows_where = \"Settlement\"",
            sales("1"),
            "map.toml:2: skip_rows_where: write {",
        ),
    ] {
        let error = error_of(&map(top), report);
        assert!(error.contains(expected), "{error}");
    }
}
