//! Which operations belong to the interval: decided once for both sides.

use jetpay_core::id::ProjectId;
use jetpay_reconcile::PlatformBooks;

use super::words::{OPERATION, PROJECT, cases, facts, reported, said};
use super::{Recorded, reconcile};

/// The platform's row | what is recorded | what is said first.
const CASES: &str = "
# The platform's time: its first second is inside, its end is not.
sale success 5 KZT pay 100 |  | not_credited
sale success 5 KZT pay 99 |  | outside
sale success 5 KZT pay 200 |  | outside
# Ours inside does not make it inside, nor does ours outside.
sale success 5 KZT pay 99 | entry credit 5 KZT pay 150; event sale success pay 150 applied | outside
sale success 5 KZT pay 99 | entry credit 6 KZT pay 150; event sale success pay 150 applied | outside
sale success 5 KZT pay 150 | entry credit 5 KZT pay 250; event sale success pay 250 applied | matched
# No time there: that of the callback, else of the entry, else inside.
sale success 5 KZT pay - | entry credit 5 KZT pay 150; event sale success pay 99 applied | outside
sale success 5 KZT pay - | entry credit 6 KZT pay 150; event sale success pay 99 applied | outside
sale success 5 KZT pay - | entry credit 5 KZT pay 250; event sale success pay 150 applied | matched
sale success 5 KZT pay - | entry credit 5 KZT pay 250 | outside
sale success 5 KZT pay - | entry credit 5 KZT pay 150 | matched
sale success 5 KZT pay - |  | not_credited
sale decline 5 KZT pay - | event sale decline pay 99 applied | outside
sale decline 5 KZT pay - | event sale decline pay 150 applied | declined_both
sale processing 5 KZT pay - |  | not_final
# Not there: that of the callback, else of the first entry.
 | entry credit 5 KZT pay 150; event sale success pay 99 applied | 
 | entry credit 5 KZT pay 150; event sale success pay 200 applied | 
 | entry manual_credit 5 KZT pay 900; event sale success pay 150 quarantined | not_there
 | entry manual_credit 5 KZT pay 900; event sale decline pay 150 applied | not_there
 | entry credit 5 KZT pay 99 | 
 | entry credit 5 KZT pay 250 | 
# Of several callbacks, the latest that reports the success.
 | entry credit 5 KZT pay 160; event sale processing pay 210 noted; event sale success pay 150 applied | not_there
 | entry credit 5 KZT pay 160; event sale success pay 99 applied; event sale success pay 150 noted | not_there
";

#[test]
fn the_platforms_time_decides_then_the_callbacks_then_the_entrys() {
    let mut count = 0;
    for (theirs, ours, expected) in cases(CASES) {
        let mut books = PlatformBooks::new();
        let source = books.begin_source("november.csv");
        if !theirs.is_empty() {
            books.add(source, None, &reported(theirs));
        }
        let recorded = Recorded::from([((PROJECT, OPERATION), facts(ours))]);
        let report = reconcile(&books, &recorded, &[PROJECT]);
        let said = said(&report);
        assert_eq!(said.split(' ').next(), Some(expected), "{theirs} | {ours}");
        if expected == "outside" || expected.is_empty() {
            let nothing = (vec![], vec![]);
            assert_eq!((report.sums, report.results), nothing, "{theirs} | {ours}");
        }
        count += 1;
    }
    assert_eq!(count, 23);
}

#[test]
fn rows_and_records_of_other_projects_are_outside() {
    let mut books = PlatformBooks::new();
    let source = books.begin_source("november.csv");
    books.add(source, None, &reported("sale success 5 KZT pay 150"));
    let recorded = Recorded::from([((PROJECT, OPERATION), facts("entry credit 6 KZT pay 150"))]);
    let other = ProjectId::new(99);
    let report = reconcile(&books, &recorded, &[other]);
    assert_eq!(said(&report), "outside");
    assert_eq!(report.sums, []);

    // The same operation id in two projects is two operations.
    let mut credit = facts("entry credit 5 KZT pay 150").entries;
    credit[0].project_id = other;
    let there = super::Facts {
        entries: credit,
        ..Default::default()
    };
    let recorded = Recorded::from([((other, OPERATION), there)]);
    let report = reconcile(&books, &recorded, &[PROJECT, other]);
    let ids: Vec<&str> = report.results.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["99-7-not_there", "1234-7-not_credited"]);
}

#[test]
fn doubtful_operations_that_were_not_judged_count_as_not_recorded() {
    let mut books = PlatformBooks::new();
    let source = books.begin_source("november.csv");
    books.add(source, None, &reported("sale success 5 KZT pay 150"));
    let mut matcher = jetpay_reconcile::Matcher::new(&books, super::INTERVAL, 190, &[PROJECT]);
    matcher.entry(&facts("entry credit 6 KZT pay 150").entries[0]);
    assert_eq!(matcher.doubtful().len(), 1);
    let report = matcher.report(7);
    assert!(report.adds_up());
    assert_eq!(
        said(&report),
        "not_credited theirs 5 KZT (unknown payment id)"
    );
}
