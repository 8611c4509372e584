//! Reports of reconciliations are recorded: each difference is open until a later run agrees on it, or an operator says
//! what it is.

use crate::common::reports::{FROM, TO, agreeing, finding, report};
use crate::common::{NOW, TestLedger, kzt, newest, reason_of};
use jetpay_ledger::DifferenceState::{self, Accepted, Closed, Foreign, Open};
use jetpay_ledger::{
    AlarmKind, DifferenceVerdict, Error, Millis, NewReconciliation, RecordedRun, ResolveError,
    Verdict,
};
use jetpay_reconcile::{Finding, Kind};

crate::common::on_every_store! {
    difference_is_open_until_a_run_agrees_and_raises_an_alarm_each_time_that_it_opens,
    run_that_lists_a_difference_or_says_nothing_of_it_leaves_it_open,
    operators_word_about_a_difference_holds_until_the_facts_change,
    resolved_alarm_about_a_difference_is_the_operators_word_about_it,
    alarms_about_many_differences_are_resolved_together,
    only_the_gravest_differences_raise_an_alarm_and_only_differences_have_a_state,
    alarm_about_a_difference_says_both_amounts_and_takes_no_credit,
    difference_that_cannot_be_resolved_stays_as_it_is,
    recorded_run_is_read_back_as_it_was_and_its_results_in_pages,
    run_that_was_broken_off_is_not_shown,
    reports_recorded_at_once_open_a_difference_once,
    report_with_more_results_than_are_recorded_is_refused_whole,
    differences_are_read_as_they_stand_and_counted_for_each_run,
}

#[cfg(feature = "postgres")]
crate::common::on_postgres! {
    reports_recorded_by_two_servers_open_a_difference_once,
    alarm_resolved_on_one_server_while_another_closes_its_difference_has_one_resolution,
    alarm_is_locked_after_its_difference,
    difference_resolved_while_a_run_opens_it_again_leaves_no_alarm_behind,
}

impl TestLedger {
    async fn reconciled(&self, report: NewReconciliation) -> RecordedRun {
        self.record_reconciliation(report, NOW).await.unwrap()
    }

    /// How the first result of a run stands now, and the number of its alarm.
    async fn standing(&self, run: i64) -> (Option<DifferenceState>, Option<i64>) {
        let results = self.reconciliation_results(run, 0, 1).await.unwrap();
        (results[0].state, results[0].alarm_seq)
    }

    async fn open_alarms(&self) -> i64 {
        self.counts().await.unwrap().open_alarms
    }
}

fn run(run: i64, opened: u64, closed: u64, alarms: u64) -> RecordedRun {
    RecordedRun {
        run,
        opened,
        closed,
        alarms,
    }
}

async fn difference_is_open_until_a_run_agrees_and_raises_an_alarm_each_time_that_it_opens(
    test: TestLedger,
) {
    let found = [finding(Kind::NotCredited, 1)];
    assert_eq!(test.reconciled(report(&found)).await, run(1, 1, 0, 1));
    assert_eq!(test.standing(1).await, (Some(Open), Some(1)));
    assert_eq!(test.reconciled(report(&found)).await, run(2, 0, 0, 0));
    assert_eq!(test.open_differences().await, Ok(1));
    assert_eq!(test.open_alarms().await, 1);
    assert_eq!(test.reconciled(agreeing(&found)).await, run(3, 0, 1, 0));
    assert_eq!(test.standing(1).await, (Some(Closed), Some(1)));
    assert_eq!(test.open_alarms().await, 0);
    let resolution = test.last_alarm().await.resolution.unwrap();
    assert_eq!(resolution.verdict, Verdict::Dismiss);
    let reason = "reconciliation 3 no longer finds this difference";
    let by = Some("aliya".to_owned());
    assert_eq!((resolution.reason.as_str(), resolution.by), (reason, by));
    assert_eq!(test.reconciled(agreeing(&found)).await, run(4, 0, 0, 0));
    assert_eq!(test.reconciled(report(&found)).await, run(5, 1, 0, 1));
    assert_eq!(test.standing(1).await, (Some(Open), Some(2)));
    assert_eq!(test.open_alarms().await, 1);
    test.check().await;
}

async fn run_that_lists_a_difference_or_says_nothing_of_it_leaves_it_open(test: TestLedger) {
    let found = [finding(Kind::NotThere, 1)];
    test.reconciled(report(&found)).await;
    let mut both = report(&found);
    both.report.agreed = vec![found[0].id.clone()];
    for (what, later) in [
        ("nothing", report(&[])),
        ("another", agreeing(&[finding(Kind::NotThere, 2)])),
        ("another kind", agreeing(&[finding(Kind::NotCredited, 1)])),
        ("listed as well", both),
    ] {
        assert_eq!(test.reconciled(later).await.closed, 0, "{what}");
        assert_eq!(test.standing(1).await.0, Some(Open), "{what}");
    }
    let twice = agreeing(&[found[0].clone(), found[0].clone()]);
    assert_eq!(test.reconciled(twice).await.closed, 1);
    assert_eq!(test.open_alarms().await, 0);
    test.check().await;
}

async fn operators_word_about_a_difference_holds_until_the_facts_change(test: TestLedger) {
    let mut runs = 0;
    for (kind, verdict, state, of_alarm) in [
        (
            Kind::NotCredited,
            DifferenceVerdict::Foreign,
            Foreign,
            Some(Verdict::Foreign),
        ),
        (
            Kind::AmountDiffers,
            DifferenceVerdict::Accepted,
            Accepted,
            Some(Verdict::Dismiss),
        ),
        (
            Kind::PaymentDiffers,
            DifferenceVerdict::Accepted,
            Accepted,
            None,
        ),
    ] {
        let mut found = finding(kind, 1);
        let (first, alarms) = (runs + 1, u64::from(of_alarm.is_some()));
        assert_eq!(
            test.reconciled(report(&[found.clone()])).await,
            run(first, 1, 0, alarms)
        );
        let reason = reason_of("marat", "of the other shop");
        let resolved = test
            .resolve_difference(&found.id, verdict, reason, NOW)
            .await;
        assert_eq!(resolved, Ok(()), "{kind}");
        assert_eq!(test.open_differences().await, Ok(0));
        assert_eq!(test.open_alarms().await, 0);
        if let Some(of_alarm) = of_alarm {
            let resolution = test.last_alarm().await.resolution.unwrap();
            assert_eq!(resolution.verdict, of_alarm);
            assert_eq!(resolution.by.as_deref(), Some("marat"));
        }
        // Another reason is no other fact.
        found.why = Some("the payment is pending".to_owned());
        assert_eq!(
            test.reconciled(report(&[found.clone()])).await,
            run(first + 1, 0, 0, 0)
        );
        let shown = test
            .reconciliation_results(first + 1, 0, 9)
            .await
            .unwrap()
            .remove(0);
        assert_eq!(
            (shown.state, shown.by.as_deref()),
            (Some(state), Some("marat"))
        );
        assert_eq!(shown.reason.as_deref(), Some("of the other shop"));
        // What is not open is not closed: the word still holds later.
        let agrees = agreeing(&[found.clone()]);
        assert_eq!(
            test.reconciled(agrees.clone()).await,
            run(first + 2, 0, 0, 0)
        );
        assert_eq!(
            test.reconciled(report(&[found.clone()])).await,
            run(first + 3, 0, 0, 0)
        );
        found.theirs = Some("80000 KZT".to_owned());
        assert_eq!(
            test.reconciled(report(&[found])).await,
            run(first + 4, 1, 0, alarms)
        );
        assert_eq!(test.standing(first).await.0, Some(Open));
        assert_eq!(test.reconciled(agrees).await.closed, 1);
        runs = first + 5;
    }
    test.check().await;
}

async fn resolved_alarm_about_a_difference_is_the_operators_word_about_it(test: TestLedger) {
    for (seq, verdict, state) in [
        (1_i64, Verdict::Foreign, Foreign),
        (2, Verdict::Dismiss, Accepted),
    ] {
        let found = [finding(Kind::NotThere, seq.cast_unsigned())];
        let reported = test.reconciled(report(&found)).await;
        let reason = reason_of("marat", "booked by hand");
        let resolved = test.resolve_alarm(seq, verdict, reason, NOW).await;
        assert_eq!(resolved, Ok(()));
        let shown = test
            .reconciliation_results(reported.run, 0, 9)
            .await
            .unwrap()
            .remove(0);
        assert_eq!(shown.state, Some(state));
        assert_eq!(shown.reason.as_deref(), Some("booked by hand"));
        assert_eq!(test.reconciled(report(&found)).await.opened, 0);
    }
    let found = [3, 4].map(|operation| finding(Kind::NotCredited, operation));
    let reported = test.reconciled(report(&found)).await;
    let together = test
        .resolve_alarms(vec![3, 4], Verdict::Dismiss, "seen".into(), NOW)
        .await;
    assert_eq!(together.unwrap().resolved, [3, 4]);
    assert_eq!(test.standing(reported.run).await.0, Some(Accepted));
    assert_eq!(test.open_differences().await, Ok(0));
    test.check().await;
}

async fn alarms_about_many_differences_are_resolved_together(test: TestLedger) {
    let found: Vec<Finding> = (1..=20).map(|it| finding(Kind::NotCredited, it)).collect();
    for gone in [false, true] {
        test.reconciled(report(&found)).await;
        let first = test.last_alarm().await.seq - 19;
        if gone {
            test.run("DELETE FROM differences");
        }
        let seqs: Vec<i64> = (first..first + 20).collect();
        let resolved = test.resolve_alarms(seqs.clone(), Verdict::Dismiss, "seen".into(), NOW);
        assert_eq!(resolved.await.unwrap().resolved, seqs);
        assert_eq!(test.open_differences().await, Ok(0));
        assert_eq!(test.open_alarms().await, 0);
        if !gone {
            test.check().await;
            // Other facts open them again.
            test.run("UPDATE differences SET facts = '[]'");
        }
    }
}

async fn only_the_gravest_differences_raise_an_alarm_and_only_differences_have_a_state(
    test: TestLedger,
) {
    let grave = [Kind::NotThere, Kind::NotCredited, Kind::AmountDiffers];
    let mut found: Vec<Finding> = Kind::ALL.iter().map(|kind| finding(*kind, 1)).collect();
    for finding in &mut found {
        if finding.kind == Kind::Unreadable {
            (finding.project_id, finding.operation_id) = (None, None);
        }
    }
    test.reconciled(report(&found)).await;
    let mut shown = test.reconciliation_results(1, 0, 99).await.unwrap();
    shown.retain(|it| it.state.is_some());
    let kinds: Vec<Kind> = shown.iter().map(|it| it.finding.kind).collect();
    let mut expected = Kind::ALL.to_vec();
    expected.retain(|kind| kind.is_difference() && *kind != Kind::Unreadable);
    assert_eq!(kinds, expected);
    shown.retain(|it| it.alarm_seq.is_some());
    let mut kinds: Vec<Kind> = shown.iter().map(|it| it.finding.kind).collect();
    kinds.sort_by_key(|kind| grave.iter().position(|it| it == kind));
    assert_eq!(kinds, grave);
    test.check().await;
}

async fn alarm_about_a_difference_says_both_amounts_and_takes_no_credit(test: TestLedger) {
    let (ours, theirs) = (kzt(100_000), kzt(90_000));
    let says = [
        (
            AlarmKind::NotThere,
            Kind::NotThere,
            format!("{ours} is recorded, and the platform does not list the operation"),
        ),
        (
            AlarmKind::NotCredited,
            Kind::NotCredited,
            format!(
                "the platform reports {theirs}, and nothing is credited: the payment is pending"
            ),
        ),
        (
            AlarmKind::AmountDiffersThere,
            Kind::AmountDiffers,
            format!("{ours} is recorded, and the platform reports {theirs}"),
        ),
    ];
    test.announce("p1").await;
    for (alarm_kind, kind, words) in says {
        let mut found = finding(kind, 1);
        found.why = (kind == Kind::NotCredited).then(|| "the payment is pending".to_owned());
        test.reconciled(report(&[found.clone()])).await;
        let alarm = test.last_alarm().await;
        assert_eq!(
            (alarm.kind, alarm.reason.as_deref()),
            (alarm_kind, Some(&*words))
        );
        assert_eq!(alarm.difference.as_ref(), Some(&found.id));
        assert_eq!(alarm.payment_id.as_ref().unwrap().as_str(), "p1");
        assert_eq!(alarm.operation_id, Some(1.into()));
        let credit = Verdict::Credit(found.amount.unwrap());
        let credited = test.resolve_alarm(alarm.seq, credit, "seen there".into(), NOW);
        let refused = Err(Error::Resolve(ResolveError::NothingToCredit));
        assert_eq!(credited.await, refused);
    }
    // A payment that was made in the Dashboard can have any id.
    let mut found = finding(Kind::NotCredited, 2);
    found.payment_id = Some("\u{0}".repeat(300));
    "\u{0}".clone_into(&mut found.id);
    test.reconciled(report(&[found])).await;
    assert_eq!(test.last_alarm().await.payment_id, None);
    assert_eq!(test.entries(0, 9).await, Ok(Vec::new()));
    test.check().await;
}

async fn difference_that_cannot_be_resolved_stays_as_it_is(test: TestLedger) {
    let found = [1, 2].map(|operation| finding(Kind::NotCredited, operation));
    test.reconciled(report(&found)).await;
    test.reconciled(agreeing(&found[..1])).await;
    let resolve = async |id: &str, reason: &str| {
        let verdict = DifferenceVerdict::Accepted;
        let resolved = test
            .resolve_difference(id, verdict, reason.into(), NOW)
            .await;
        resolved.map_err(|error| match error {
            Error::Resolve(why) => why,
            other => panic!("{other}"),
        })
    };
    let (closed, open) = (&found[0].id, &found[1].id);
    assert_eq!(
        resolve("1234-9-not_there", "why").await,
        Err(ResolveError::NoSuchDifference)
    );
    assert_eq!(
        resolve("\u{0}", "why").await,
        Err(ResolveError::NoSuchDifference)
    );
    assert_eq!(
        resolve(closed, "why").await,
        Err(ResolveError::DifferenceNotOpen)
    );
    assert_eq!(resolve(open, " ").await, Err(ResolveError::NoReason));
    assert_eq!(resolve(open, "why").await, Ok(()));
    assert_eq!(
        resolve(open, "why not").await,
        Err(ResolveError::DifferenceNotOpen)
    );
    assert_eq!(test.standing(1).await.0, Some(Closed));
    test.check().await;
}

async fn recorded_run_is_read_back_as_it_was_and_its_results_in_pages(test: TestLedger) {
    // More than one transaction writes.
    let found: Vec<Finding> = (1..=1_203)
        .map(|it| finding(Kind::TypeDiffers, it))
        .collect();
    let reported = report(&found);
    assert_eq!(test.reconciled(reported.clone()).await, run(1, 1_203, 0, 0));
    test.reconciled(report(&[])).await;
    let runs = test.reconciliations(None, 9).await.unwrap();
    assert_eq!(runs.iter().map(|run| run.run).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(test.reconciliations(Some(2), 9).await.unwrap(), runs[1..]);
    assert_eq!(test.reconciliations(None, 1).await.unwrap(), runs[..1]);
    let shown = test.reconciliation(1).await.unwrap().unwrap();
    assert_eq!(shown, runs[1]);
    assert_eq!(
        (shown.from, shown.to),
        (Millis(FROM * 1_000), Millis(TO * 1_000))
    );
    assert_eq!((shown.ledger_seq, shown.time), (7, NOW));
    assert_eq!(shown.by.as_deref(), Some("aliya"));
    assert_eq!(shown.sources, reported.report.sources);
    assert_eq!(shown.counts, reported.report.counts);
    assert_eq!(shown.sums, reported.report.sums);
    assert_eq!(test.reconciliation(3).await, Ok(None));
    let (mut after, mut results) = (0, Vec::new());
    loop {
        let page = test.reconciliation_results(1, after, 500).await.unwrap();
        if page.is_empty() {
            break;
        }
        after += i64::try_from(page.len()).unwrap();
        results.extend(page.into_iter().map(|it| it.finding));
    }
    assert_eq!(results, found);
    test.check().await;
}

async fn run_that_was_broken_off_is_not_shown(test: TestLedger) {
    test.reconciled(report(&[finding(Kind::NotCredited, 1)]))
        .await;
    test.run("UPDATE reconciliations SET finished = 0, listed = 2");
    assert_eq!(test.reconciliations(None, 9).await, Ok(Vec::new()));
    assert_eq!(test.reconciliation(1).await, Ok(None));
    assert_eq!(test.reconciliation_results(1, 0, 9).await, Ok(Vec::new()));
    test.check().await;
    let agrees = agreeing(&[finding(Kind::NotCredited, 1)]);
    assert_eq!(test.reconciled(agrees).await, run(2, 0, 1, 0));
}

async fn reports_recorded_at_once_open_a_difference_once(test: TestLedger) {
    once(&test, &test).await;
}

#[cfg(feature = "postgres")]
async fn reports_recorded_by_two_servers_open_a_difference_once(test: TestLedger) {
    let other = test.another().await;
    once(&test, &other).await;
}

/// Two reports with the same differences and one without them, all at once.
async fn once(test: &TestLedger, other: &jetpay_ledger::Ledger) {
    for round in 0..5_u64 {
        let found: Vec<Finding> = (1..=20)
            .map(|it| finding(Kind::NotCredited, 100 * round + it))
            .collect();
        let (one, two, none) = tokio::join!(
            test.record_reconciliation(report(&found), NOW),
            other.record_reconciliation(report(&found), NOW),
            other.record_reconciliation(agreeing(&found), NOW),
        );
        let outcomes = [one.unwrap(), two.unwrap(), none.unwrap()];
        let mut runs = outcomes.clone().map(|it| it.run);
        runs.sort_unstable();
        let first = 5 * i64::try_from(round).unwrap() + 1;
        assert_eq!(runs, [first, first + 1, first + 2]);
        let opened: u64 = outcomes.iter().map(|it| it.opened).sum();
        let closed: u64 = outcomes.iter().map(|it| it.closed).sum();
        let open = test.open_differences().await.unwrap();
        assert_eq!(opened - closed, open.cast_unsigned(), "{outcomes:?}");
        assert_eq!(open, test.open_alarms().await);
        test.check().await;
        test.reconciled(report(&found)).await;
        test.reconciled(agreeing(&found)).await;
        assert_eq!(test.open_differences().await, Ok(0));
    }
}

#[cfg(feature = "postgres")]
async fn alarm_resolved_on_one_server_while_another_closes_its_difference_has_one_resolution(
    test: TestLedger,
) {
    let other = test.another().await;
    for round in 1..=10 {
        let found = [finding(Kind::NotCredited, round)];
        let reported = test.reconciled(report(&found)).await;
        let seq = test.last_alarm().await.seq;
        let (resolved, closed) = tokio::join!(
            other.resolve_alarm(seq, Verdict::Dismiss, "seen".into(), NOW),
            test.record_reconciliation(agreeing(&found), NOW),
        );
        let expected = match closed.unwrap().closed {
            0 => (Ok(()), Accepted),
            _ => (Err(Error::Resolve(ResolveError::AlreadyResolved)), Closed),
        };
        let state = test.standing(reported.run).await.0.unwrap();
        assert_eq!((resolved, state), expected);
        assert_eq!(test.open_alarms().await, 0);
    }
    test.check().await;
}

async fn report_with_more_results_than_are_recorded_is_refused_whole(test: TestLedger) {
    let found = vec![finding(Kind::NotCredited, 1); 250_001];
    let refused = test.record_reconciliation(report(&found), NOW).await;
    let why = Error::TooManyResults {
        listed: 250_001,
        most: 250_000,
    };
    assert_eq!(refused, Err(why));
    assert_eq!(test.open_differences().await, Ok(0));
    assert_eq!(test.alarms(newest(9)).await, Ok(Vec::new()));
}

/// A run that closes a difference locks it, and then its alarm.
#[cfg(feature = "postgres")]
async fn alarm_is_locked_after_its_difference(test: TestLedger) {
    test.reconciled(report(&[finding(Kind::NotCredited, 1)]))
        .await;
    let database = test.database();
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let alarm = std::thread::scope(|scope| {
        let hold = "BEGIN; SELECT id FROM differences FOR UPDATE; SELECT pg_sleep(2); COMMIT";
        scope.spawn(|| database.run(hold));
        while database
            .run("SELECT id FROM differences FOR UPDATE NOWAIT")
            .is_ok()
        {}
        let resolve = test.resolve_alarm(1, Verdict::Dismiss, "seen".into(), NOW);
        let seen = scope.spawn(|| {
            while database.run(waiting).unwrap().trim() == "0" {}
            database.run("SELECT seq FROM alarms FOR UPDATE NOWAIT")
        });
        let resolved =
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(resolve));
        assert_eq!(resolved, Ok(()));
        seen.join().unwrap()
    });
    assert!(alarm.is_ok(), "{alarm:?}");
    test.check().await;
}

#[cfg(feature = "postgres")]
async fn difference_resolved_while_a_run_opens_it_again_leaves_no_alarm_behind(test: TestLedger) {
    let other = test.another().await;
    let found = finding(Kind::NotCredited, 1);
    let accepted = DifferenceVerdict::Accepted;
    let not_open = Err(Error::Resolve(ResolveError::DifferenceNotOpen));
    for round in 0..20 {
        let mut found = found.clone();
        found.theirs = Some(format!("{round} KZT"));
        let resolve = async {
            loop {
                let resolved = other.resolve_difference(&found.id, accepted, "seen".into(), NOW);
                match resolved.await {
                    Ok(()) => break,
                    Err(Error::Resolve(ResolveError::NoSuchDifference)) => {}
                    refused => assert_eq!(refused, not_open),
                }
            }
        };
        tokio::join!(
            test.reconciled(report(std::slice::from_ref(&found))),
            resolve
        );
        assert_eq!(test.open_differences().await, Ok(0));
        assert_eq!(test.open_alarms().await, 0, "round {round}");
    }
    test.check().await;
}

async fn differences_are_read_as_they_stand_and_counted_for_each_run(test: TestLedger) {
    let found = [
        finding(Kind::NotThere, 1),
        finding(Kind::AmountDiffers, 2),
        finding(Kind::Foreign, 3),
    ];
    test.reconciled(report(&found)).await;
    test.reconciled(report(&found[1..])).await;
    let accept = test.resolve_difference(
        &found[1].id,
        DifferenceVerdict::Accepted,
        reason_of("aliya", "as it is"),
        NOW,
    );
    accept.await.unwrap();
    let listed = test.listed_differences(9).await.unwrap();
    assert_eq!(listed.len(), 1);
    let open = test.difference(&found[0].id).await.unwrap().unwrap();
    let amount = Some(kzt(90_000));
    assert_eq!(
        (&open.id, open.amount, open.state),
        (&found[0].id, amount, Open)
    );
    assert_eq!(
        (open.first_run, open.last_run, open.alarm_seq),
        (1, 1, Some(1))
    );
    assert_eq!(open.happened_at, Some(Millis((FROM + 3_600) * 1_000)));
    let listed = listed.into_iter().next().unwrap();
    assert_eq!(listed.alarm_seq, None);
    assert_eq!(
        jetpay_ledger::Difference {
            alarm_seq: Some(1),
            ..listed
        },
        open
    );
    let accepted = test.difference(&found[1].id).await.unwrap().unwrap();
    assert_eq!(
        (accepted.state, accepted.reason.as_deref()),
        (Accepted, Some("as it is"))
    );
    assert_eq!((accepted.decided_at, accepted.last_run), (Some(NOW), 2));
    for none in ["none", "a\0b"] {
        assert_eq!(test.difference(none).await, Ok(None));
    }
    let runs = test.differences_of_runs(1, 9).await.unwrap();
    assert_eq!((runs[&1].all, runs[&1].open), (2, 1));
    assert_eq!((runs[&2].all, runs[&2].open), (1, 0));
    let of_kind = test
        .numbered_results(1, Some(Kind::AmountDiffers), 0, 9)
        .await
        .unwrap();
    assert_eq!((of_kind.len(), of_kind[0].0), (1, 2));
    assert_eq!(of_kind[0].1.finding, found[1]);
    let behind = test
        .numbered_results(1, Some(Kind::AmountDiffers), 2, 9)
        .await;
    assert_eq!(behind, Ok(Vec::new()));
}
