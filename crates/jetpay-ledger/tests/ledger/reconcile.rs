//! The ledger is compared with the platform's books: what the ledger recorded of an operation decides the result.

use std::fmt::Write;

use crate::common::{
    AMOUNT, CallbackContent, NOW, TestLedger, answer_of, decline, kzt, new_payout, payment, refund,
    sale,
};
use futures_util::future::join_all;
use jetpay_core::report::ReportedOperation;
use jetpay_ledger::payout::{GateAddress, PayoutResolution, RetryPolicy};
use jetpay_ledger::{DifferenceVerdict, Ledger, Millis, NewReconciliation, Verdict};
use jetpay_reconcile::{Interval, PlatformBooks, Report};

crate::common::on_every_store! {
    operation_gets_the_result_that_all_its_records_say,
    payout_is_matched_whether_a_callback_or_an_operator_says_that_it_was_paid,
    operation_belongs_to_the_interval_of_its_own_date_and_not_of_its_callback,
    what_an_operator_did_long_after_the_interval_counts,
    difference_is_closed_by_a_run_that_looks_at_its_operation_and_never_by_a_missing_row,
    operation_called_foreign_is_foreign_until_something_is_booked,
    each_of_thousands_of_operations_is_read_once_and_few_rows_are_read_for_a_short_interval,
}

/// An hour before the callbacks of these tests come.
const TIME: i64 = NOW.0 / 1_000 - 3_600;
const DAY: i64 = 86_400;
/// The day around it.
const INTERVAL: Interval = Interval {
    from: TIME - DAY / 2,
    to: TIME + DAY / 2,
};

/// An operation's date, such as a callback has it.
fn date(seconds: i64) -> &'static str {
    Box::leak(Millis(seconds * 1_000).to_string().into_boxed_str())
}

/// What the platform lists: the operation, its type and status, its payment and its amount in tiyn.
type Row<'a> = (u64, &'a str, &'a str, &'a str, i64);

fn books(rows: &[Row<'_>]) -> PlatformBooks {
    let mut books = PlatformBooks::new();
    let source = books.begin_source("november.csv");
    for (line, (operation, kind, status, payment, amount)) in (2..).zip(rows) {
        let (kind, status) = ((*kind).into(), (*status).into());
        let operation = ReportedOperation::new(
            1234.into(),
            (*operation).into(),
            payment,
            kind,
            status,
            kzt(*amount),
        );
        books.add(source, Some(line), &operation.at(Some(TIME)));
    }
    books.end_source(source, "00ff".to_owned(), rows.len() as u64);
    books
}

async fn reconcile(ledger: &Ledger, books: &PlatformBooks, interval: Interval) -> Report {
    let projects = [1234.into()];
    let mut progress = |_, _| ();
    let report = ledger.reconcile(books, interval, &projects, i64::MAX, &mut progress);
    let report = report.await.unwrap();
    assert!(report.adds_up(), "{:?}", report.sums);
    report
}

/// The counts of what is only counted, and a line for each result that is listed.
fn shown(report: &Report) -> String {
    let mut text = String::new();
    for word in ["matched", "declined_both", "not_final", "outside"] {
        if let Some(count) = report.counts.get(word) {
            writeln!(text, "{word} {count}").unwrap();
        }
    }
    for result in &report.results {
        let operation = result.operation_id.unwrap();
        write!(text, "{operation} {}", result.kind).unwrap();
        if let Some(why) = &result.why {
            write!(text, ": {why}").unwrap();
        }
        text.push('\n');
    }
    text
}

impl TestLedger {
    /// The callback comes now, and its operation was an hour ago.
    async fn comes(&self, content: CallbackContent) {
        self.deliver(&content.with_date(date(TIME))).await;
    }

    async fn last_entry_number(&self) -> i64 {
        self.last_entry().await.unwrap()
    }
}

async fn operation_gets_the_result_that_all_its_records_say(test: TestLedger) {
    for id in [
        "paid", "pending", "odd", "part", "other", "wrong", "gone", "less", "failed",
    ] {
        test.announce(id).await;
    }
    test.comes(sale("paid", 1)).await;
    test.comes(refund("paid", 2, 30_000)).await;
    test.comes(sale("stranger", 3)).await;
    test.comes(sale("dismissed", 4)).await;
    let dismissed = "dismissed".try_into().unwrap();
    let dismissed = test.dismiss_unmatched(&dismissed, "of the other shop".into(), NOW);
    dismissed.await.unwrap();
    test.comes(sale("odd", 5).with_amount(5)).await;
    let quarantined = test.last_alarm().await.seq;
    test.comes(sale("part", 6).with_amount(90_000)).await;
    let credit = Verdict::Credit(kzt(90_000));
    let part = test.last_alarm().await.seq;
    test.resolve_alarm(part, credit, "a part".into(), NOW)
        .await
        .unwrap();
    test.comes(sale("other", 7)).await;
    test.comes(sale("wrong", 8)).await;
    let wrong = test.last_entry_number().await;
    test.correct_entry(wrong, "of another".into(), NOW)
        .await
        .unwrap();
    test.comes(sale("gone", 9)).await;
    test.comes(sale("less", 10)).await;
    test.comes(decline("failed", 11)).await;
    let theirs = [
        (1, "sale", "success", "paid", AMOUNT),
        (2, "refund", "success", "paid", 30_000),
        (3, "sale", "success", "stranger", AMOUNT),
        (4, "sale", "success", "dismissed", AMOUNT),
        (5, "sale", "success", "odd", 5),
        (6, "sale", "success", "part", 90_000),
        (7, "sale", "success", "another", AMOUNT),
        (8, "sale", "success", "wrong", AMOUNT),
        (10, "sale", "success", "less", 99_999),
        (11, "sale", "decline", "failed", AMOUNT),
        (12, "sale", "success", "pending", AMOUNT),
        (13, "refund", "success", "paid", 70_000),
        (14, "sale", "success", "nowhere", AMOUNT),
        (15, "sale", "processing", "pending", AMOUNT),
    ];
    let books = books(&theirs);
    let report = reconcile(&test, &books, INTERVAL).await;
    let expected = format!(
        "matched 3
declined_both 1
not_final 1
3 not_credited: the callback waits in the inbox
4 foreign: not_credited: an operator dismissed the callback
5 not_credited: quarantined; alarm {quarantined}
7 payment_differs
8 taken_back_here: an operator corrected the entry
9 not_there
10 amount_differs
12 not_credited: the payment is pending: the callback was lost
13 taken_back_there: the payment is partially_refunded: the callback of this operation was lost
14 not_credited: unknown payment id
"
    );
    assert_eq!(shown(&report), expected);
    assert_eq!(report.ledger_seq, test.last_entry_number().await);
    let again = reconcile(&test, &books, INTERVAL).await;
    let bytes = |report: &Report| serde_json::to_vec(report).unwrap();
    assert_eq!(bytes(&again), bytes(&report));
    // What was recorded of it raises alarms, and those say nothing new about the operations.
    let recorded = NewReconciliation {
        report: report.clone(),
        by: None,
    };
    let recorded = test.record_reconciliation(recorded, NOW).await.unwrap();
    assert_eq!((recorded.opened, recorded.alarms), (9, 6));
    assert_eq!(
        bytes(&reconcile(&test, &books, INTERVAL).await),
        bytes(&report)
    );
    // The lost callback comes.
    test.comes(sale("pending", 12)).await;
    let report = reconcile(&test, &books, INTERVAL).await;
    let recorded = NewReconciliation { report, by: None };
    let recorded = test.record_reconciliation(recorded, NOW).await.unwrap();
    assert_eq!((recorded.opened, recorded.closed), (0, 1));
    test.check().await;
}

async fn payout_is_matched_whether_a_callback_or_an_operator_says_that_it_was_paid(
    test: TestLedger,
) {
    let policy = RetryPolicy::default();
    let later = Millis(NOW.0 + 3_600_000);
    for id in [
        "by_callback",
        "by_operator",
        "by_mistake",
        "too_early",
        "unlisted",
        "lost",
        "back",
        "paid_and_back",
    ] {
        test.record_payout(new_payout(id, id)).await.unwrap();
        let gate = GateAddress::new("https://gate.example");
        let lease = test.lease_payout(id.try_into().unwrap(), gate, NOW, policy);
        assert!(lease.await.unwrap().is_some());
    }
    let paid = |id, operation| {
        let paid = sale(id, operation).with_type("payout");
        paid.with_payment_type("payout")
    };
    test.comes(paid("by_callback", 1)).await;
    test.comes(paid("unlisted", 3)).await;
    test.comes(paid("back", 5)).await;
    let back = paid("back", 6).with_type("payout reversal");
    test.comes(back.with_payment_status("reversed")).await;
    for id in ["by_operator", "by_mistake", "too_early", "paid_and_back"] {
        let id = id.try_into().unwrap();
        let resolved = test.resolve_payout(id, PayoutResolution::Paid, "support".into(), later);
        resolved.await.unwrap();
    }
    let theirs = [
        (1, "payout", "success", "by_callback", AMOUNT),
        (2, "payout", "success", "by_operator", AMOUNT),
        (4, "payout", "success", "lost", AMOUNT),
        (5, "payout", "success", "back", AMOUNT),
        (6, "payout reversal", "success", "back", AMOUNT),
        (7, "payout", "error", "by_mistake", AMOUNT),
        (8, "payout", "decline", "by_mistake", AMOUNT),
        (9, "payout", "processing", "too_early", AMOUNT),
        (10, "payout", "success", "paid_and_back", AMOUNT),
        // Its callback was lost.
        (11, "payout reversal", "success", "paid_and_back", AMOUNT),
    ];
    let report = reconcile(&test, &books(&theirs), INTERVAL).await;
    let expected = "matched 5
declined_both 1
3 not_there
4 not_credited: the payout is recorded: the callback of this operation was lost
8 taken_back_there
9 taken_back_there: the platform's status is not final
11 taken_back_there: the payout is recorded: the callback of this operation was lost
";
    assert_eq!(shown(&report), expected);
}

async fn operation_belongs_to_the_interval_of_its_own_date_and_not_of_its_callback(
    test: TestLedger,
) {
    let Interval { from, to } = INTERVAL;
    let ids = [
        "before", "first", "last", "after", "late", "dateless", "long_ago",
    ];
    let dates = [from - 1, from, to - 1, to, to - 1, to, from - 1];
    let received = [
        from,
        from,
        to + 60,
        to,
        to + 11 * DAY,
        to - 1,
        from - 60 * DAY,
    ];
    for ((operation, id), (at, received)) in (1..).zip(ids).zip(dates.iter().zip(received)) {
        test.announce(id).await;
        let at = if id == "dateless" { "soon" } else { date(*at) };
        let callback = sale(id, operation).with_date(at).callback();
        let recorded = test
            .record_callback(callback, Millis(received * 1_000))
            .await;
        recorded.unwrap();
    }
    // The platform lists none of them.
    let report = reconcile(&test, &books(&[]), INTERVAL).await;
    assert_eq!(
        shown(&report),
        "2 not_there\n3 not_there\n5 not_there\n6 not_there\n"
    );
}

async fn what_an_operator_did_long_after_the_interval_counts(test: TestLedger) {
    let later = Millis(NOW.0 + 60 * DAY * 1_000);
    for id in ["credited", "corrected", "odd", "confirmed"] {
        test.announce(id).await;
    }
    test.comes(sale("credited", 1)).await;
    test.comes(sale("corrected", 2)).await;
    let corrected = test.last_entry_number().await;
    test.comes(sale("odd", 3).with_amount(5)).await;
    let theirs = books(&[
        (1, "sale", "success", "credited", AMOUNT),
        (2, "sale", "success", "corrected", AMOUNT),
    ]);
    let report = reconcile(&test, &theirs, INTERVAL).await;
    assert_eq!(shown(&report), "matched 2\n");
    test.correct_entry(corrected, "a mistake".into(), later)
        .await
        .unwrap();
    let alarm = test.last_alarm().await.seq;
    let credit = Verdict::Credit(kzt(5));
    test.resolve_alarm(alarm, credit, "has a receipt".into(), later)
        .await
        .unwrap();
    let both = [
        (4, "sale", "success", AMOUNT),
        (5, "refund", "success", 30_000),
    ];
    let answer = answer_of(date(TIME), "confirmed", "partially refunded", &both);
    let id = "confirmed".try_into().unwrap();
    let confirmed = test.confirm_payment(&id, answer, "lost".into(), later);
    confirmed.await.unwrap();
    let report = reconcile(&test, &theirs, INTERVAL).await;
    let expected = "matched 1
2 taken_back_here: an operator corrected the entry
3 not_there: an operator credited it
4 not_there
5 not_there
";
    assert_eq!(shown(&report), expected);
}

async fn difference_is_closed_by_a_run_that_looks_at_its_operation_and_never_by_a_missing_row(
    test: TestLedger,
) {
    for id in ["lost", "less", "gone", "back", "agrees"] {
        test.announce(id).await;
    }
    test.comes(sale("less", 2)).await;
    test.comes(sale("gone", 3)).await;
    let gone = test.last_entry_number().await;
    test.comes(sale("back", 4)).await;
    test.comes(sale("agrees", 6)).await;
    let agrees = (6, "sale", "success", "agrees", AMOUNT);
    let bad = [
        (1, "sale", "success", "lost", AMOUNT),
        (2, "sale", "success", "less", 5),
        (4, "sale", "success", "back", AMOUNT),
        (5, "refund", "success", "back", 7),
        agrees,
    ];
    let good = [
        (1, "sale", "decline", "lost", AMOUNT),
        (2, "sale", "success", "less", AMOUNT),
        (4, "sale", "success", "back", AMOUNT),
        (5, "refund", "decline", "back", 7),
        agrees,
    ];
    let record = async |rows: &[Row<'_>], interval| {
        let report = reconcile(&test, &books(rows), interval).await;
        let new = NewReconciliation { report, by: None };
        test.record_reconciliation(new, NOW).await.unwrap()
    };
    assert_eq!(record(&bad, INTERVAL).await.opened, 4);
    // The report is cut, and then one of another day.
    let cut = record(&[agrees], INTERVAL).await;
    assert_eq!((cut.opened, cut.closed), (2, 0));
    let elsewhere = Interval {
        from: INTERVAL.to,
        to: INTERVAL.to + DAY,
    };
    let elsewhere = record(&good, elsewhere).await;
    assert_eq!((elsewhere.opened, elsewhere.closed), (0, 0));
    assert_eq!(record(&good, INTERVAL).await.closed, 5);
    assert_eq!(test.open_differences().await, Ok(1));
    // What the platform does not have is corrected.
    test.correct_entry(gone, "never there".into(), NOW)
        .await
        .unwrap();
    assert_eq!(record(&[agrees], INTERVAL).await.closed, 1);
    test.check().await;
}

async fn operation_called_foreign_is_foreign_until_something_is_booked(test: TestLedger) {
    let theirs = books(&[(1, "sale", "success", "p1", AMOUNT)]);
    let found = reconcile(&test, &theirs, INTERVAL).await;
    assert_eq!(shown(&found), "1 not_credited: unknown payment id\n");
    let id = found.results[0].id.clone();
    let new = NewReconciliation {
        report: found,
        by: None,
    };
    test.record_reconciliation(new, NOW).await.unwrap();
    let foreign = DifferenceVerdict::Foreign;
    let resolved = test.resolve_difference(&id, foreign, "of the other shop".into(), NOW);
    resolved.await.unwrap();
    let report_now = reconcile(&test, &theirs, INTERVAL).await;
    assert_eq!(
        shown(&report_now),
        "1 foreign: not_credited: unknown payment id\n"
    );
    // Another payment, another amount, or another kind, is something else.
    let other = books(&[(1, "sale", "success", "p2", AMOUNT)]);
    let found = reconcile(&test, &other, INTERVAL).await;
    assert_eq!(shown(&found), "1 not_credited: unknown payment id\n");
    let other = books(&[(1, "sale", "success", "p1", 5)]);
    let found = reconcile(&test, &other, INTERVAL).await;
    assert_eq!(shown(&found), "1 not_credited: unknown payment id\n");
    let new = NewReconciliation {
        report: found,
        by: None,
    };
    assert_eq!(
        test.record_reconciliation(new, NOW).await.unwrap().opened,
        1
    );
    // Now it is the merchant's after all; and then the platform lists it no more.
    test.announce("p1").await;
    let callback = sale("p1", 1).with_date(date(TIME)).callback();
    let later = Millis(NOW.0 + 5_000);
    test.record_callback(callback, later).await.unwrap();
    let report_now = reconcile(&test, &theirs, INTERVAL).await;
    assert_eq!(shown(&report_now), "matched 1\n");
    let report_now = reconcile(&test, &books(&[]), INTERVAL).await;
    assert_eq!(shown(&report_now), "1 not_there\n");
}

async fn each_of_thousands_of_operations_is_read_once_and_few_rows_are_read_for_a_short_interval(
    test: TestLedger,
) {
    // Two pages on the day of the interval, and as many in each of the two quarters around it.
    let count = 2_100;
    let mut operation = 0;
    let mut theirs = Vec::new();
    for at in [TIME - 90 * DAY, TIME, TIME + 90 * DAY] {
        let ids: Vec<(u64, &'static str)> = (0..count)
            .map(|_| {
                operation += 1;
                let id = format!("p{operation:05}");
                (operation, &*Box::leak(id.into_boxed_str()))
            })
            .collect();
        let recorded = ids.iter().map(async |(operation, id)| {
            test.record_payment(payment(id)).await.unwrap();
            let callback = sale(id, *operation).with_date(date(at)).callback();
            test.record_callback(callback, Millis(at * 1_000))
                .await
                .unwrap();
        });
        join_all(recorded).await;
        if at == TIME {
            theirs = ids;
        }
    }
    let missing = theirs.pop().unwrap().0;
    let theirs: Vec<Row<'_>> = theirs
        .iter()
        .map(|(operation, id)| (*operation, "sale", "success", *id, AMOUNT))
        .collect();
    let (mut last, mut calls) = ((0, 0), 0);
    let mut progress = |read, about| {
        (last, calls) = ((read, about), calls + 1);
    };
    let (theirs, projects) = (books(&theirs), [1234.into()]);
    let report = test.reconcile(&theirs, INTERVAL, &projects, i64::MAX, &mut progress);
    let report = report.await.unwrap();
    assert_eq!(
        shown(&report),
        format!("matched {}\n{missing} not_there\n", count - 1)
    );
    assert!(report.adds_up());
    let total: i128 = report.sums.iter().map(|sum| sum.ours).sum();
    assert_eq!(total, i128::from(count) * i128::from(AMOUNT));
    // Events and entries of the day, and no more than a row at each border.
    assert_eq!(last.0, last.1);
    assert!((2 * count..2 * count + 8).contains(&last.0), "{last:?}");
    assert!(calls >= 4, "{calls}");
}
