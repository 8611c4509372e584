//! The tables of a ledger agree with each other: the audit, any sequence of callbacks, the backup, and the move to
//! another store.

use crate::common::reports::{self, finding, report};
use crate::common::{
    AMOUNT, CUSTOMER, NOW, TestLedger, answer, decline, keyring, kzt, new_payout, newest, payment,
    refund, sale, unusable,
};
use crate::deliveries;
use jetpay_core::signature::{Key, sign};
use jetpay_core::{Keyring, Project};
use jetpay_ledger::CallbackOutcome::Repeated;
use jetpay_ledger::payout::{ByHand, GateAddress, RetryPolicy};
use jetpay_ledger::{
    Alarm, AlarmKind, DeliveryAlarmKind, DifferenceVerdict, Finding, Ledger, OpenError, Verdict,
    WaitingState,
};
use jetpay_reconcile::Kind;
use proptest::prelude::*;

crate::common::on_every_store! {
    ledger_with_rows_of_every_kind_passes_the_audit,
}

/// Records rows of every kind.
async fn record_some_of_everything(test: &TestLedger) {
    for id in ["p1", "p2", "p3", "p4", "p5"] {
        test.announce(id).await;
    }
    test.deliver(&sale("p1", 1)).await;
    test.deliver(&refund("p1", 2, 30_000)).await;
    test.deliver(&refund("p2", 3, AMOUNT)).await;
    test.deliver(&sale("p2", 4)).await;
    test.deliver(&decline("p3", 5)).await;
    test.deliver(&sale("p4", 6).with_amount(90_000)).await;
    test.deliver(&sale("unknown", 7)).await;
    let unfinished = sale("p5", 8).with_status("IN_PROGRESS");
    test.deliver(&unfinished).await;
    let change = sale("p1", 9).with_type("manual change");
    test.deliver(&change.with_payment_status("decline")).await;
    let alarms = test.alarms(newest(10)).await.unwrap();
    let differs = |alarm: &&Alarm| alarm.kind == AlarmKind::AmountDiffers;
    let differs = alarms.iter().find(differs).unwrap();
    let credit = Verdict::Credit(kzt(90_000));
    let resolved = test.resolve_alarm(differs.seq, credit, "paid less".into(), NOW);
    resolved.await.unwrap();
    let unusable = test.quarantine_unusable(unusable("{}"), NOW);
    unusable.await.unwrap();
    for seq in [4, 3] {
        let correction = test.correct_entry(seq, "of another".into(), NOW);
        correction.await.unwrap();
    }
    let found = [Kind::NotCredited, Kind::AmountDiffers, Kind::TypeDiffers];
    let found = found.map(|kind| finding(kind, 7));
    test.record_reconciliation(report(&found), NOW)
        .await
        .unwrap();
    let accepted = DifferenceVerdict::Accepted;
    let resolved = test.resolve_difference(&found[1].id, accepted, "seen".into(), NOW);
    resolved.await.unwrap();
    let mut agrees = report(&found[..2]);
    agrees.report.agreed = vec![found[2].id.clone()];
    let closed = test.record_reconciliation(agrees, NOW).await;
    assert_eq!(closed.unwrap().closed, 1);
    test.announce("p6").await;
    let operations = [
        (10, "sale", "success", AMOUNT),
        (11, "refund", "success", AMOUNT),
    ];
    let answer = answer("p6", "refunded", &operations);
    let id = "p6".try_into().unwrap();
    let confirmed = test.confirm_payment(&id, answer, "lost".into(), NOW);
    confirmed.await.unwrap();
    record_some_deliveries(test).await;
}

/// Two of the entries are parked, one waits, and the alarm of one is dismissed. The last alarm is about the endpoint.
async fn record_some_deliveries(test: &TestLedger) {
    let lease = deliveries::lease_all(test).await;
    let mut progress = deliveries::parked(4, 2);
    let parked = deliveries::parked(4, 3);
    progress.waiting.extend(parked.waiting);
    progress.alarms.extend(parked.alarms);
    progress
        .waiting
        .push(deliveries::waiting(4, WaitingState::Waiting));
    progress.receipts = vec![deliveries::receipt(1, "70")];
    let untold = deliveries::alarm(DeliveryAlarmKind::NotDeliverable, 1);
    progress.alarms.push(untold);
    deliveries::record(test, &lease, progress).await.unwrap();
    let dismissed = test.last_alarm().await.seq;
    let dismissed = test.resolve_alarm(dismissed, Verdict::Dismiss, "seen".into(), NOW);
    dismissed.await.unwrap();
    let mut late = deliveries::progress(4, vec![]);
    late.alarms = vec![deliveries::alarm(DeliveryAlarmKind::Late, 4)];
    deliveries::record(test, &lease, late).await.unwrap();
    let seen = crate::common::customer("seen", vec![]);
    test.see_customer(seen, NOW).await.unwrap();
}

async fn findings(ledger: &Ledger) -> Vec<Finding> {
    ledger.audit(None).await.unwrap().findings
}

async fn ledger_with_rows_of_every_kind_passes_the_audit(test: TestLedger) {
    assert_eq!(findings(&test).await, []);
    record_some_of_everything(&test).await;
    let keyring = Keyring::from(Project::new(1234, "secret").unwrap());
    let audit = test.audit(Some(&keyring)).await.unwrap();
    assert_eq!(audit.findings, []);
    assert_eq!((audit.verified, audit.unverified), (11, 0));
    assert_eq!(audit.totals.balance, 90_000);
    assert_eq!(test.balance(CUSTOMER).await, Ok(90_000));
    let rotated = Keyring::from(Project::new(1234, "another").unwrap());
    let audit = test.audit(Some(&rotated)).await.unwrap();
    assert_eq!((audit.unverified, audit.first_unverified), (11, Some(1)));
}

/// What an operator could change in the file, and the rule that must fail.
const MANIPULATIONS: &[(&str, &str)] = &[
    (
        "UPDATE payments SET remaining = remaining - 1 WHERE id = 'p4'",
        "what remains of a payment",
    ),
    (
        "UPDATE payments SET state = 'pending' WHERE id = 'p1'",
        "a payment's state",
    ),
    (
        "UPDATE payments SET state = 'declined' WHERE id = 'p5'",
        "the counts of what waits",
    ),
    (
        "UPDATE payments SET credited = credited + 1 WHERE id = 'p4'",
        "what was credited to a payment",
    ),
    (
        "DROP TRIGGER entries_stay; UPDATE entries SET amount = amount + 5 WHERE seq = 1",
        "an entry follows from an applied callback",
    ),
    (
        "DROP TRIGGER entries_remain; DELETE FROM entries WHERE seq = 1",
        "numbered without a gap",
    ),
    (
        "DROP TRIGGER entries_remain; DELETE FROM entries WHERE seq = (SELECT max(seq) FROM entries)",
        "what remains of a payment",
    ),
    (
        "INSERT INTO entries VALUES (NULL, 'p3', 1234, 99, 'credit', 100000, 0, NULL)",
        "an entry follows from an applied callback",
    ),
    (
        "INSERT INTO entries VALUES (NULL, 'ghost', 1234, 99, 'credit', 100000, 0, NULL)",
        "belongs to a payment",
    ),
    (
        "UPDATE payments SET refunded = refunded - 1 WHERE id = 'p1'",
        "what was refunded of a payment",
    ),
    (
        "DROP TRIGGER entries_stay; UPDATE entries SET corrects = 1 WHERE corrects = 4",
        "a correction undoes one entry",
    ),
    (
        "DROP TRIGGER entries_remain; DELETE FROM entries WHERE corrects = 4",
        "a correction that an operator decided",
    ),
    (
        "UPDATE events SET amount = amount + 1 WHERE seq = 5",
        "says what its bytes say",
    ),
    (
        "UPDATE events SET body = CAST(replace(body, '\"account\":', '\"type\":\"sale\",\"account\":') AS BLOB)
         WHERE payment_id = 'p6'",
        "says what its bytes say",
    ),
    (
        "UPDATE events SET disposition = 'applied' WHERE seq = 6",
        "a success that was applied has its entry",
    ),
    (
        "UPDATE events SET disposition = 'unmatched' WHERE seq = 1",
        "waits for its payment",
    ),
    (
        "UPDATE alarms SET settled = 1 - settled WHERE seq = 1",
        "an alarm is marked as resolved",
    ),
    (
        "UPDATE alarms SET settled = 1 WHERE difference IS NOT NULL",
        "a difference that needs an alarm",
    ),
    (
        "UPDATE differences SET state = 'open', reason = NULL WHERE kind = 'amount_differs'",
        "a difference that needs an alarm",
    ),
    (
        "DELETE FROM differences WHERE kind = 'amount_differs'",
        "a difference that needs an alarm",
    ),
    (
        "UPDATE differences SET reason = NULL WHERE kind = 'amount_differs'",
        "a difference that an operator resolved",
    ),
    (
        "DELETE FROM reconciliations WHERE seq = 1",
        "reconciliations are numbered without a gap",
    ),
    (
        "DROP TRIGGER reconciliation_results_remain; DELETE FROM reconciliation_results WHERE run = 1 AND number = 1",
        "has each of the results",
    ),
    (
        "DELETE FROM differences WHERE kind = 'type_differs'",
        "has each of the results",
    ),
    (
        "UPDATE delivery_streams SET cursor = 99",
        "a cursor within its feed",
    ),
    (
        "UPDATE delivery_streams SET cursor = 3",
        "what waits to be delivered",
    ),
    (
        "DELETE FROM delivery_streams",
        "what waits to be delivered",
    ),
    (
        "UPDATE waiting_deliveries SET seq = -4 WHERE seq = 4",
        "what waits to be delivered",
    ),
    (
        "UPDATE waiting_deliveries SET state = 'parked' WHERE seq = 4",
        "an entry that is parked has an alarm",
    ),
    (
        "UPDATE alarms SET entry = 1 WHERE entry = 3",
        "an entry that is parked has an alarm",
    ),
    (
        "DELETE FROM waiting_deliveries WHERE seq = 2",
        "an open alarm about a delivery",
    ),
    (
        "UPDATE alarms SET endpoint = 'other' WHERE kind = 'delivery_late'",
        "an open alarm about a delivery",
    ),
    (
        "UPDATE alarms SET payment_id = 'p1' WHERE entry = 3",
        "names the payment and the operation",
    ),
    (
        "UPDATE delivery_skips SET seq = 99",
        "what is not sent is an item of the feed",
    ),
    (
        "UPDATE delivery_skips SET seq = 4",
        "what is not sent is an item of the feed",
    ),
    (
        "UPDATE delivery_receipts SET kind = 'refund'",
        "a receipt of a delivery has its entry",
    ),
    (
        "DELETE FROM payments WHERE id = 'p1'",
        "belongs to a payment",
    ),
];

#[tokio::test]
async fn row_changed_outside_the_ledger_is_found() {
    for (sql, rule) in MANIPULATIONS {
        let test = TestLedger::open();
        record_some_of_everything(&test).await;
        let operator = rusqlite::Connection::open(test.path()).unwrap();
        operator.execute_batch(sql).unwrap();
        let findings = findings(&test).await;
        assert!(
            findings.iter().any(|finding| finding.rule.contains(rule)),
            "{sql}: {findings:?}"
        );
    }
}

#[tokio::test]
async fn signed_bytes_that_would_be_refused_are_not_verified() {
    // A text that another message may have been cut out of, in a callback and in a status answer.
    for (payment_id, events) in [("p1", 3), ("p6", 2)] {
        let test = TestLedger::open();
        record_some_of_everything(&test).await;
        let operator = rusqlite::Connection::open(test.path()).unwrap();
        let body: Vec<u8> = operator
            .query_row(
                "SELECT body FROM events WHERE payment_id = $1",
                [payment_id],
                |row| row.get(0),
            )
            .unwrap();
        let mut body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        body["description"] = "x;payment:id:p9".into();
        let body = serde_json::to_vec(&body).unwrap();
        let body = sign(&body, &Key::new("secret").unwrap()).unwrap();
        let sql = "UPDATE events SET body = $1 WHERE payment_id = $2";
        operator.execute(sql, (&body, payment_id)).unwrap();
        let audit = test.audit(Some(&keyring())).await.unwrap();
        assert_eq!(
            (audit.verified, audit.unverified),
            (11 - events, events),
            "{payment_id}"
        );
    }
}

/// The same for payouts. `p` is one that a person sends, `q` was sent.
const PAYOUT_MANIPULATIONS: &[(&str, &str)] = &[
    (
        "UPDATE payouts SET next = 'send' WHERE payment_id = 'p'",
        "not sent by the service any more",
    ),
    (
        "UPDATE payouts SET state = 'sent_by_hand' WHERE payment_id = 'q'",
        "not sent by the service any more",
    ),
    (
        "INSERT INTO payout_steps VALUES (NULL, 'p', 1234, 'sent', NULL, NULL, NULL, NULL, 0, NULL);
         UPDATE payouts SET sends = 1 WHERE payment_id = 'p'",
        "not sent by the service any more",
    ),
    (
        "UPDATE payouts SET sends = sends + 1 WHERE payment_id = 'q'",
        "was sent as often as its history says",
    ),
];

#[tokio::test]
async fn payout_changed_outside_the_ledger_is_found() {
    let policy = RetryPolicy::default();
    for (sql, rule) in PAYOUT_MANIPULATIONS {
        let test = TestLedger::open();
        for id in ["p", "q"] {
            test.record_payout(new_payout(id, id)).await.unwrap();
        }
        let ids = vec!["p".try_into().unwrap()];
        let marked = test.send_payouts_by_hand(ids, ByHand::All, None, NOW, policy);
        assert!(marked.await.unwrap().is_ok());
        let at = GateAddress::new("https://gate.example");
        let lease = test.lease_payout("q".try_into().unwrap(), at, NOW, policy);
        assert!(lease.await.unwrap().is_some());
        assert_eq!(findings(&test).await, []);
        let operator = rusqlite::Connection::open(test.path()).unwrap();
        operator.execute_batch(sql).unwrap();
        let findings = findings(&test).await;
        assert!(
            findings.iter().any(|finding| finding.rule.contains(rule)),
            "{sql}: {findings:?}"
        );
    }
}

#[tokio::test]
async fn read_only_ledger_sees_new_rows_and_writes_nothing() {
    let test = TestLedger::open();
    record_some_of_everything(&test).await;
    let reader = Ledger::open_to_read(&test.path()).unwrap();
    test.announce("p9").await;
    assert!(reader.payment("p9").await.unwrap().is_some());
    assert!(reader.record_payment(payment("p10")).await.is_err());
    let nothing = Ledger::open_to_read(&test.directory().join("none.db"));
    assert!(matches!(nothing, Err(OpenError::Store { .. })));
    assert!(!test.directory().join("none.db").exists());
}

#[tokio::test]
async fn backup_of_a_ledger_in_use_is_complete_and_never_overwritten() {
    let test = TestLedger::open();
    record_some_of_everything(&test).await;
    let to = test.directory().join("copy.db");
    let reader = Ledger::open_to_read(&test.path()).unwrap();
    reader.backup(&to).await.unwrap();
    test.announce("later").await;
    assert!(reader.backup(&to).await.is_err(), "it is there already");
    let copy = Ledger::open(&to).unwrap();
    assert_eq!(findings(&copy).await, []);
    assert_eq!(copy.balance(CUSTOMER).await, Ok(90_000));
    let again = copy.record_callback(sale("p1", 1).callback(), NOW).await;
    assert_eq!(again, Ok(Repeated));
    assert_eq!(copy.payment("later").await, Ok(None));
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn ledger_moved_to_postgres_continues_where_it_was() {
    use jetpay_ledger::{CallbackOutcome::Applied, CopyError, NewUnusable};
    let test = TestLedger::open();
    record_some_of_everything(&test).await;
    let unusable = NewUnusable {
        payment_id: Some("p1".try_into().unwrap()),
        amount: Some(kzt(AMOUNT)),
        ..unusable(r#"{"payment":{"id":"p1"}}"#)
    };
    test.quarantine_unusable(unusable, NOW).await.unwrap();
    let Some(target) = TestLedger::connect().await else {
        return;
    };
    let mut copied = Vec::new();
    let mut report = |table, rows| copied.push((table, rows));
    let url = target.database().url();
    let totals = test.copy_to(url, None, &mut report).await.unwrap();
    assert_eq!(totals, test.totals().await.unwrap());
    assert!(copied.contains(&("payments", 6)));
    assert_eq!(findings(&target).await, []);
    assert_eq!(test.counts().await, target.counts().await);
    assert_eq!(test.entries(0, 99).await, target.entries(0, 99).await);
    let alarms = test.alarms(newest(99)).await.unwrap();
    assert_eq!(alarms[0].amount, Some(kzt(AMOUNT)));
    assert_eq!(target.alarms(newest(99)).await, Ok(alarms));
    let resolutions = test.resolutions(None, 99).await;
    assert_eq!(target.resolutions(None, 99).await, resolutions);
    let runs = test.reconciliations(None, 99).await;
    assert_eq!(target.reconciliations(None, 99).await, runs);
    let names = ["billing".to_owned()];
    let streams = test.delivery_status(&names).await;
    assert_eq!(target.delivery_status(&names).await, streams);
    let (stream, end) = (deliveries::entries(), deliveries::at(9 * 60_000));
    let lease = target.lease_deliveries(&stream, NOW, end).await.unwrap();
    assert_eq!(lease, None, "the lease is copied");
    let waiting = test.waiting_deliveries(&stream, 0, 99).await;
    assert_eq!(target.waiting_deliveries(&stream, 0, 99).await, waiting);
    let skipped = test.skipped_deliveries(&stream, 0).await;
    assert_eq!(skipped.as_deref(), Ok(&[1][..]));
    assert_eq!(target.skipped_deliveries(&stream, 0).await, skipped);
    assert_eq!(deliveries::kept(&target, 1).await.as_deref(), Some("70"));
    let seen = target.seen_customer("seen").await.unwrap().unwrap();
    assert_eq!(seen.1, Some(NOW));
    let results = test.reconciliation_results(1, 0, 99).await.unwrap();
    assert_eq!(results.len(), 3);
    assert_eq!(
        target.reconciliation_results(1, 0, 99).await.unwrap(),
        results
    );
    let later = target
        .record_reconciliation(reports::report(&[]), NOW)
        .await;
    assert_eq!(later.unwrap().run, 3);
    // The new store recognises repeats, continues the numbers, and matches waiting callbacks.
    assert_eq!(target.deliver(&sale("p1", 1)).await, Repeated);
    target.announce("unknown").await;
    assert_eq!(target.deliver(&sale("p5", 20)).await, Applied);
    let last = totals.last_entry;
    let entries = target.entries(last, 9).await.unwrap();
    let seqs: Vec<_> = entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, [last + 1, last + 2]);
    assert_eq!(findings(&target).await, []);
    let again = test.copy_to(url, None, &mut |_, _| ()).await;
    assert!(matches!(again, Err(CopyError::NotEmpty)));
}

const PAYMENTS: [&str; 3] = ["p1", "p2", "p3"];

/// One step on the ledger.
#[derive(Debug, Clone, Copy)]
enum Step {
    Announce(&'static str),
    Callback(&'static str, u64, [&'static str; 3], i64),
    Dismiss(&'static str),
}

fn step() -> impl Strategy<Value = Step> {
    let statuses = prop::sample::select(vec![
        ["sale", "success", "success"],
        ["sale", "success", "success"],
        ["sale", "decline", "decline"],
        ["sale", "processing", "processing"],
        ["refund", "success", "partially refunded"],
        ["refund", "success", "refunded"],
        ["reversal", "success", "reversed"],
        ["refund reverse", "success", "success"],
        ["manual change", "success", "decline"],
        ["sale", "success", "partially paid"],
    ]);
    let amount = prop::sample::select(vec![AMOUNT, AMOUNT, AMOUNT / 2, AMOUNT / 3, -1]);
    let id = prop::sample::select(PAYMENTS.to_vec());
    prop_oneof![
        2 => id.clone().prop_map(Step::Announce),
        9 => (id.clone(), 1..8_u64, statuses, amount).prop_map(|(id, operation, statuses, amount)| {
            Step::Callback(id, operation, statuses, amount)
        }),
        1 => id.prop_map(Step::Dismiss),
    ]
}

async fn run(test: &TestLedger, step: Step) {
    match step {
        // The ledger refuses a second announcement.
        Step::Announce(id) => drop(test.record_payment(payment(id)).await),
        Step::Callback(id, operation_id, statuses, amount) => {
            let [operation_type, operation_status, payment_status] = statuses;
            let content = sale(id, operation_id)
                .with_payment_status(payment_status)
                .with_type(operation_type)
                .with_status(operation_status)
                .with_amount(amount);
            test.deliver(&content).await;
        }
        Step::Dismiss(id) => {
            let id = id.try_into().unwrap();
            let dismissed = test.dismiss_unmatched(&id, "not ours".into(), NOW);
            dismissed.await.unwrap();
        }
    }
}

/// The audit compares payments, entries and counts with each other.
async fn check_agreement(test: &TestLedger) {
    assert_eq!(findings(test).await, []);
    let entries = test.entries(0, 1_000).await.unwrap();
    let sum: i64 = entries.iter().map(|entry| entry.amount.minor()).sum();
    assert_eq!(test.balance(CUSTOMER).await, Ok(sum));
    let counts = test.counts().await.unwrap();
    let alarms = test.alarm_kinds().await;
    assert_eq!(usize::try_from(counts.alarms), Ok(alarms.len()));
    let inbox = test.inbox(1_000).await.unwrap();
    assert_eq!(usize::try_from(counts.unmatched), Ok(inbox.len()));
}

async fn check_agreement_after(test: TestLedger, steps: Vec<Step>) {
    for step in steps {
        run(&test, step).await;
    }
    check_agreement(&test).await;
    check_agreement(&test.reopen().await).await;
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn entries_payments_balance_and_counts_agree_after_any_sequence(
        steps in prop::collection::vec(step(), 1..40),
    ) {
        runtime().block_on(check_agreement_after(TestLedger::open(), steps));
    }
}

#[cfg(feature = "postgres")]
proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn entries_payments_balance_and_counts_agree_in_postgres(steps in prop::collection::vec(step(), 1..40)) {
        runtime().block_on(async {
            if let Some(test) = TestLedger::connect().await {
                check_agreement_after(test, steps).await;
            }
        });
    }
}
