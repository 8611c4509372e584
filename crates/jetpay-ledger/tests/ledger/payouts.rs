//! Payouts in every store: accepted once, leased to one server, and ended by the first outcome.

use crate::common::{
    AMOUNT, CUSTOMER, CallbackContent, NOW, TestLedger, kzt, new_payout, newest, payment,
    reason_of, sale, unusable,
};
use jetpay_core::Money;
use jetpay_core::id::PaymentId;
use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::PaymentStatus;
use jetpay_ledger::CallbackOutcome::{Applied, Noted, Quarantined, Repeated};
use jetpay_ledger::payout::{
    Action, ByHand, ByHandError, GateAddress, Lease, NewPayout, PayoutRequestOutcome,
    PayoutResolution, PayoutState, RetryPolicy, SendOutcome, Status, StatusAnswer, StepKind,
};
use jetpay_ledger::{
    AlarmKind, Error, Imported, ManualCreditError, Millis, NewUnusable, Payout, PayoutFilter,
    PayoutOrder, ResolveError, Verdict,
};

crate::common::on_every_store! {
    payout_is_stored_with_its_amount_reserved_and_its_key_in_use,
    balance_is_spent_once_by_simultaneous_requests,
    credit_that_would_overflow_when_a_payout_comes_back_is_quarantined,
    action_is_leased_to_one_and_again_only_after_its_lease_ends,
    success_and_reversal_by_callback_are_recorded_once,
    callback_of_a_top_up_for_a_payout_moves_no_money,
    payment_with_the_id_of_a_payout_is_not_imported,
    payer_data_is_erased_after_the_end_and_the_key_stays_known,
    operator_resolves_a_payout_without_an_outcome_once,
    payout_sent_while_the_clock_was_a_year_ahead_is_due_at_once_with_one_alarm,
    payout_recorded_while_the_clock_was_a_year_ahead_is_overdue_at_once,
    unusable_callback_of_a_payout_names_it_and_takes_no_credit,
    payouts_by_hand_are_marked_together_or_not_at_all_and_never_sent,
    payouts_pass_the_audit,
    payouts_are_listed_in_each_order_in_pages,
}

const P: &str = "0193ad5c-0000-7000-8000-0000000000a1";
const OTHER: &str = "0193ad5c-0000-7000-8000-0000000000a2";
const RETRY_POLICY: RetryPolicy = RetryPolicy {
    answer_timeout: std::time::Duration::from_secs(30),
    query_after: std::time::Duration::from_secs(10),
    longest_wait: std::time::Duration::from_secs(600),
    overdue_after: std::time::Duration::from_secs(24 * 60 * 60),
};

fn p() -> PaymentId {
    P.try_into().unwrap()
}

fn gate() -> GateAddress {
    GateAddress::new("https://gate.example")
}

fn payout(operation_id: u64) -> CallbackContent {
    sale(P, operation_id)
        .with_type("payout")
        .with_payment_type("payout")
}

async fn unusable_callback_of_a_payout_names_it_and_takes_no_credit(test: TestLedger) {
    record_payout(&test).await;
    let callback = NewUnusable {
        payment_id: Some(p()),
        amount: Some(kzt(AMOUNT)),
        ..unusable(r#"{"payment":{"status":"success"}}"#)
    };
    let kept = test.quarantine_unusable(callback, NOW).await;
    assert_eq!(kept, Ok(Some(Quarantined)));
    let alarm = test.last_alarm().await;
    assert_eq!(alarm.payment_id, Some(p()));
    let credit = Verdict::Override(kzt(AMOUNT));
    let refused = Err(Error::Resolve(ResolveError::NothingToCredit));
    let resolve = |verdict| test.resolve_alarm(alarm.seq, verdict, "paid".into(), NOW);
    assert_eq!(resolve(credit).await, refused);
    let named = test.credit_operation(alarm.seq, 1.into(), credit, "paid".into(), NOW);
    assert_eq!(named.await, refused);
    assert_eq!(resolve(Verdict::Dismiss).await, Ok(()));
    assert_eq!(test.entries(0, 9).await, Ok(vec![]));
}

async fn record_payout(test: &TestLedger) {
    let recorded = test.record_payout(new_payout(P, "k")).await;
    assert_eq!(recorded, Ok(PayoutRequestOutcome::Created));
}

async fn lease(test: &TestLedger, at: i64) -> Option<Lease> {
    let at = Millis(NOW.0 + at);
    let lease = test.lease_payout(p(), gate(), at, RETRY_POLICY);
    lease.await.unwrap()
}

async fn record_send(
    test: &TestLedger,
    fencing_token: i64,
    outcome: SendOutcome,
) -> Option<PayoutState> {
    let recorded = test.record_send(p(), fencing_token, outcome, NOW, RETRY_POLICY);
    recorded.await.unwrap()
}

fn rejected() -> SendOutcome {
    SendOutcome::Rejected {
        code: None,
        message: "no".into(),
    }
}

async fn state(test: &TestLedger) -> (PayoutState, i64, i64) {
    let payout = test.payout(P).await.unwrap().unwrap();
    (payout.state, payout.reserved, payout.paid)
}

async fn history(test: &TestLedger) -> Vec<StepKind> {
    let payout = test.payout(P).await.unwrap().unwrap();
    payout.history.iter().map(|step| step.what).collect()
}

async fn payout_is_stored_with_its_amount_reserved_and_its_key_in_use(test: TestLedger) {
    record_payout(&test).await;
    assert_eq!(state(&test).await, (PayoutState::Created, AMOUNT, 0));
    assert_eq!(history(&test).await, [StepKind::Created]);
    let again = test.record_payout(new_payout(OTHER, "k")).await;
    assert_eq!(again, Ok(PayoutRequestOutcome::Repeated(p())));
    let other = NewPayout {
        fingerprint: "of another request".into(),
        ..new_payout(OTHER, "k")
    };
    let other = test.record_payout(other).await;
    assert_eq!(other, Ok(PayoutRequestOutcome::KeyConflict(p())));
    let elsewhere = NewPayout {
        project_id: 5678.into(),
        ..new_payout(OTHER, "k")
    };
    let elsewhere = test.record_payout(elsewhere).await;
    assert_eq!(elsewhere, Ok(PayoutRequestOutcome::Created));
    let nothing = NewPayout {
        amount: kzt(0),
        ..new_payout(OTHER, "n")
    };
    assert_eq!(test.record_payout(nothing).await, Err(Error::NotPositive));
    let created = PayoutFilter {
        state: Some(PayoutState::Created),
        ..PayoutFilter::default()
    };
    assert_eq!(test.payouts(&created).await.unwrap().len(), 2);
    let keyed = PayoutFilter {
        idempotency_key: Some("k".into()),
        after: Some(P.into()),
        ..created
    };
    assert_eq!(test.payouts(&keyed).await.unwrap().len(), 1);
    for (project_id, found) in [(1234, 0), (5678, 1), (9, 0)] {
        let of_project = PayoutFilter {
            project_id: Some(project_id.into()),
            ..keyed.clone()
        };
        let payouts = test.payouts(&of_project).await.unwrap();
        assert_eq!(payouts.len(), found, "{project_id}");
    }
}

async fn balance_is_spent_once_by_simultaneous_requests(test: TestLedger) {
    test.pay("p1", 1).await;
    let half = kzt(AMOUNT / 2);
    let ask = |number: usize| {
        let id = format!("0193ad5c-0000-7000-8000-0000000000b{number}");
        let payout = NewPayout {
            from_balance: true,
            amount: half,
            ..new_payout(&id, &id)
        };
        test.record_payout(payout)
    };
    let asked = tokio::join!(ask(1), ask(2), ask(3), ask(4));
    let outcomes = [asked.0, asked.1, asked.2, asked.3].map(Result::unwrap);
    let taken = outcomes
        .iter()
        .filter(|outcome| **outcome == PayoutRequestOutcome::Created);
    assert_eq!(taken.count(), 2, "{outcomes:?}");
    assert!(outcomes.contains(&PayoutRequestOutcome::InsufficientBalance { available: 0 }));
    assert_eq!(test.balance(CUSTOMER).await, Ok(0));
    // A payout that is not taken from the balance does not change it. A failed payout returns its amount.
    test.record_payout(new_payout(P, "free")).await.unwrap();
    assert_eq!(test.balance(CUSTOMER).await, Ok(0));
    let from_balance = |payout: &&Payout| payout.from_balance;
    let payouts = test.payouts(&PayoutFilter::default()).await.unwrap();
    let one = payouts.iter().find(from_balance).unwrap();
    let one = one.payment_id.clone();
    let ended = test.resolve_payout(one, PayoutResolution::Declined, "not sent".into(), NOW);
    ended.await.unwrap();
    assert_eq!(test.balance(CUSTOMER).await, Ok(AMOUNT / 2));
}

async fn credit_that_would_overflow_when_a_payout_comes_back_is_quarantined(test: TestLedger) {
    let large = 5_000_000_000_000_000_000;
    for (id, operation) in [("p1", 1), ("p2", 2), ("p3", 3)] {
        let mut payment = payment(id);
        payment.amount = kzt(large);
        test.record_payment(payment).await.unwrap();
        let content = sale(id, operation).with_amount(large);
        if id == "p1" {
            assert_eq!(test.deliver(&content).await, Applied);
            let mut payout = new_payout(P, "k");
            payout.amount = kzt(large);
            payout.from_balance = true;
            let recorded = test.record_payout(payout).await;
            assert_eq!(recorded, Ok(PayoutRequestOutcome::Created));
            assert_eq!(test.balance(CUSTOMER).await, Ok(0));
            continue;
        }
        assert_eq!(test.deliver(&content).await, Quarantined);
        // An operator's credit is checked in the same way.
        let alarm = test.last_alarm().await;
        assert_eq!(alarm.kind, AlarmKind::BalanceOverflow);
        let credit = Verdict::Credit(kzt(large));
        let resolved = test.resolve_alarm(alarm.seq, credit, "seen".into(), NOW);
        let refused = Err(Error::Resolve(ManualCreditError::BalanceOverflow.into()));
        assert_eq!(resolved.await, refused);
        if id == "p2" {
            // Paid money can come back, too.
            lease(&test, 0).await.unwrap();
            assert_eq!(test.deliver(&payout(29).with_amount(large)).await, Applied);
            assert_eq!(state(&test).await, (PayoutState::Paid, 0, large));
        }
    }
    let reversal = payout(30)
        .with_amount(large)
        .with_payment_status("reversed")
        .with_type("payout reversal");
    assert_eq!(test.deliver(&reversal).await, Applied);
    assert_eq!(test.balance(CUSTOMER).await, Ok(large));
}

async fn action_is_leased_to_one_and_again_only_after_its_lease_ends(test: TestLedger) {
    record_payout(&test).await;
    assert_eq!(due(&test, 0).await, 1);
    let (one, other) = tokio::join!(lease(&test, 0), lease(&test, 0));
    let mine = one.or(other.clone()).unwrap();
    assert_eq!((mine.action, mine.fencing_token), (Action::Send, 1));
    assert_eq!(
        mine.request.as_deref(),
        Some(new_payout(P, "k").request.as_str())
    );
    assert!(lease(&test, 69_999).await.is_none());
    assert_eq!(state(&test).await.0, PayoutState::Unknown);
    // The first server did not return. The next lease queries the status.
    let later = lease(&test, 70_000).await.unwrap();
    let leased = (later.action, later.fencing_token, later.request);
    assert_eq!(leased, (Action::QueryStatus, 2, None));
    // An outcome that the first server records too late permits nothing.
    let late = record_send(&test, 1, rejected()).await;
    assert_eq!(late, Some(PayoutState::Unknown));
    let not_known = test.record_status(p(), 2, StatusAnswer::NotFound, NOW, RETRY_POLICY);
    assert_eq!(not_known.await, Ok(Some(PayoutState::Created)));
    let again = lease(&test, 70_000).await.unwrap();
    assert_eq!((again.action, again.fencing_token), (Action::Send, 3));
    assert_eq!(
        again.request.as_deref(),
        Some(new_payout(P, "k").request.as_str())
    );
    let accepted = SendOutcome::Accepted {
        request_id: Some("r1".into()),
    };
    let recorded = record_send(&test, 3, accepted).await;
    assert_eq!(recorded, Some(PayoutState::Accepted));
    let steps = [
        StepKind::Created,
        StepKind::Sent,
        StepKind::NotKnown,
        StepKind::Sent,
        StepKind::Accepted,
    ];
    assert_eq!(history(&test).await, steps);
    let status = StatusAnswer::Found(Status {
        payment_status: PaymentStatus::Decline,
        payment_type: None,
        sum: None,
        operations: vec![],
    });
    let recorded = test.record_status(p(), 3, status, NOW, RETRY_POLICY).await;
    assert_eq!(recorded, Ok(Some(PayoutState::Declined)));
    assert_eq!(due(&test, i64::MAX - NOW.0).await, 0);
}

async fn success_and_reversal_by_callback_are_recorded_once(test: TestLedger) {
    record_payout(&test).await;
    lease(&test, 0).await.unwrap();
    assert_eq!(test.deliver(&payout(29)).await, Applied);
    assert_eq!(test.deliver(&payout(29)).await, Repeated);
    assert_eq!(state(&test).await, (PayoutState::Paid, 0, AMOUNT));
    // A contradicting answer that arrives after the callback changes nothing.
    let late = record_send(&test, 1, rejected()).await;
    assert_eq!(late, Some(PayoutState::Paid));
    let back = payout(30)
        .with_type("payout reversal")
        .with_payment_status("reversed");
    assert_eq!(test.deliver(&back).await, Applied);
    assert_eq!(test.deliver(&back).await, Repeated);
    assert_eq!(state(&test).await, (PayoutState::Reversed, 0, 0));
    let entries = test.payout_entries(0, 9).await.unwrap();
    let moved = entries
        .iter()
        .map(|step| (step.what.entry().unwrap().as_str(), step.amount));
    let all = ["reserve", "paid", "reversal"].map(|kind| (kind, Some(AMOUNT)));
    assert_eq!(moved.collect::<Vec<_>>(), all);
    let rest = test.payout_entries(entries[0].seq, 9).await.unwrap();
    assert_eq!(rest, entries[1..]);
    let feed = test.payout_moves(entries[0].seq, 9).await.unwrap();
    let paid = feed.iter().map(|entry| {
        assert_eq!(entry.customer_id.as_str(), CUSTOMER);
        assert_eq!(entry.amount, kzt(AMOUNT));
        assert_eq!(entry.method, "qiwi-kz");
        (entry.seq, entry.entry.as_str(), entry.operation_id)
    });
    let entry = |place: usize, kind, id: u64| (entries[place].seq, kind, Some(id.into()));
    assert_eq!(
        paid.collect::<Vec<_>>(),
        [entry(1, "paid", 29), entry(2, "reversal", 30)]
    );
    assert!(test.alarms(newest(9)).await.unwrap().is_empty());
}

async fn callback_of_a_top_up_for_a_payout_moves_no_money(test: TestLedger) {
    record_payout(&test).await;
    assert_eq!(test.deliver(&sale(P, 1)).await, Quarantined);
    let foreign = payout(2).with_project(5678);
    assert_eq!(test.deliver(&foreign).await, Quarantined);
    let less = payout(3).with_amount(AMOUNT - 1);
    assert_eq!(test.deliver(&less).await, Quarantined);
    assert_eq!(state(&test).await, (PayoutState::Created, AMOUNT, 0));
    let alarms = test.alarms(newest(9)).await.unwrap();
    let told = alarms.iter().map(|alarm| {
        let minor = |amount: Option<Money>| amount.unwrap().minor();
        let amounts = (minor(alarm.expected()), minor(alarm.received()));
        (alarm.kind, alarm.project_id.number(), amounts)
    });
    let expected = [
        (AlarmKind::AmountDiffers, 1234, (AMOUNT, AMOUNT - 1)),
        (AlarmKind::ProjectDiffers, 5678, (AMOUNT, AMOUNT)),
        (AlarmKind::TopUpForPayout, 1234, (AMOUNT, AMOUNT)),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    let (_, messages) = test.alarm(alarms[1].seq).await.unwrap().unwrap();
    assert_eq!(messages.len(), 1);
    assert_eq!(test.balance(CUSTOMER).await, Ok(0));
    let before = lease(&test, 0).await;
    assert!(before.is_none(), "an operator must look first");
    assert_eq!(test.deliver(&payout(4)).await, Applied);
    assert_eq!(state(&test).await, (PayoutState::Paid, 0, AMOUNT));
}

async fn payment_with_the_id_of_a_payout_is_not_imported(test: TestLedger) {
    record_payout(&test).await;
    let imported = test.import_payments(vec![payment(P)], NOW).await;
    assert_eq!(imported, Ok(Imported { new: 0, known: 1 }));
    assert_eq!(test.payment(P).await, Ok(None));
}

async fn payer_data_is_erased_after_the_end_and_the_key_stays_known(test: TestLedger) {
    record_payout(&test).await;
    let later = Millis(NOW.0 + 1);
    let sendable = test.forget_payers(later, 9).await;
    assert_eq!(sendable, Ok(0), "it may still be sent");
    lease(&test, 0).await.unwrap();
    test.deliver(&payout(29)).await;
    assert_eq!(test.forget_payers(NOW, 9).await, Ok(0), "it ended just now");
    assert_eq!(test.forget_payers(later, 9).await, Ok(1));
    assert_eq!(test.forget_payers(later, 9).await, Ok(0));
    let payout = test.payout(P).await.unwrap().unwrap();
    assert_eq!(payout.account_number, "******1133");
    let again = test.record_payout(new_payout(OTHER, "k")).await;
    assert_eq!(again, Ok(PayoutRequestOutcome::Repeated(p())));
}

async fn operator_resolves_a_payout_without_an_outcome_once(test: TestLedger) {
    record_payout(&test).await;
    let resolve = |resolution, reason: &str, after: i64| {
        let now = Millis(NOW.0 + after);
        test.resolve_payout(p(), resolution, reason_of("aliya", reason), now)
    };
    let refused = |why| Err(Error::Resolve(why));
    let never_sent = resolve(PayoutResolution::Paid, "says support", 0).await;
    assert_eq!(never_sent, refused(ResolveError::NeverSent));
    let no_reason = resolve(PayoutResolution::Declined, " ", 0).await;
    assert_eq!(no_reason, refused(ResolveError::NoReason));
    lease(&test, 0).await.unwrap();
    let being_sent = resolve(PayoutResolution::Declined, "says support", 69_999).await;
    assert_eq!(being_sent, refused(ResolveError::BeingSent));
    let paid = resolve(PayoutResolution::Paid, "says support", 70_000).await;
    assert_eq!(paid, Ok(()));
    let again = resolve(PayoutResolution::Declined, "no", 70_001).await;
    assert_eq!(again, refused(ResolveError::PayoutEnded));
    assert_eq!(state(&test).await, (PayoutState::Paid, 0, AMOUNT));
    let payout = test.payout(P).await.unwrap().unwrap();
    let last = payout.history.last().unwrap();
    assert_eq!(last.what, StepKind::Paid);
    assert_eq!(last.message.as_deref(), Some("says support"));
    let names: Vec<_> = payout.history.iter().map(|it| it.by.as_deref()).collect();
    assert_eq!(names, [Some("shop"), None, Some("aliya")]);
    // The callback that arrives at last says the same.
    assert_eq!(test.deliver(&self::payout(29)).await, Noted);
}

async fn payouts_by_hand_are_marked_together_or_not_at_all_and_never_sent(test: TestLedger) {
    use ByHand::{Again, All, Possible};
    let other: PaymentId = OTHER.try_into().unwrap();
    let mark = async |ids: &[&PaymentId], which| {
        let ids = ids.iter().copied().cloned().collect();
        let by = Some("aliya".into());
        let marked = test.send_payouts_by_hand(ids, which, by, NOW, RETRY_POLICY);
        marked.await.unwrap()
    };
    record_payout(&test).await;
    let unknown = mark(&[&p(), &other], All).await;
    assert_eq!(unknown, Err((other.clone(), ByHandError::NoSuchPayout)));
    test.record_payout(new_payout(OTHER, "k2")).await.unwrap();
    let first = lease(&test, 0).await.unwrap();
    let sent = mark(&[&other, &p()], All).await;
    assert_eq!(sent, Err((p(), ByHandError::MayBeSent)));
    let not_now = SendOutcome::NotNow {
        code: None,
        message: "HTTP 403".into(),
    };
    record_send(&test, first.fencing_token, not_now).await;
    let possible = mark(&[&p(), &other], Possible).await;
    assert_eq!(possible, Ok(vec![p(), other.clone()]));
    assert_eq!(mark(&[&p()], Possible).await, Ok(vec![]));
    let twice = mark(&[&other], All).await;
    assert_eq!(twice, Err((other.clone(), ByHandError::SentByHand)));
    assert_eq!(mark(&[&other], Again).await, Ok(vec![other.clone()]));
    assert_eq!(state(&test).await, (PayoutState::SentByHand, AMOUNT, 0));
    let payout = test.payout(P).await.unwrap().unwrap();
    let last = payout.history.last().unwrap();
    let what = (last.what, last.by.as_deref());
    assert_eq!(what, (StepKind::SentByHand, Some("aliya")));
    let by_hand = PayoutFilter {
        state: Some(PayoutState::SentByHand),
        ..PayoutFilter::default()
    };
    assert_eq!(test.payouts(&by_hand).await.unwrap().len(), 2);
    let (open, _) = test.open_payouts().await.unwrap();
    assert_eq!(open, [(PayoutState::SentByHand, 2)].into());
    // The status is queried; an answer that the platform does not know the id sends nothing.
    let query = lease(&test, 600_000).await.unwrap();
    assert_eq!((query.action, query.request), (Action::QueryStatus, None));
    let at = Millis(NOW.0 + 600_000);
    let answer = StatusAnswer::NotFound;
    let recorded = test.record_status(p(), query.fencing_token, answer, at, RETRY_POLICY);
    assert_eq!(recorded.await, Ok(Some(PayoutState::SentByHand)));
    let request = test.payout_request(&p()).await.unwrap().unwrap();
    assert_eq!(request.request, new_payout(P, "k").request);
    assert_eq!(request.method, "qiwi-kz");
    assert_eq!(test.deliver(&self::payout(29)).await, Applied);
    assert_eq!(state(&test).await, (PayoutState::Paid, 0, AMOUNT));
    let ended = mark(&[&p()], All).await;
    assert_eq!(ended, Err((p(), ByHandError::Ended)));
    test.check().await;
}

async fn payouts_pass_the_audit(test: TestLedger) {
    record_payout(&test).await;
    let first = lease(&test, 0).await.unwrap();
    let not_now = SendOutcome::NotNow {
        code: Some(OperationCode::from(3613)),
        message: "in flight".into(),
    };
    record_send(&test, first.fencing_token, not_now).await;
    lease(&test, 10_000).await.unwrap();
    test.deliver(&payout(29)).await;
    let part = payout(30)
        .with_type("payout reversal")
        .with_payment_status("partially reversed")
        .with_amount(1);
    test.deliver(&part).await;
    test.record_payout(new_payout(OTHER, "k2")).await.unwrap();
    test.check().await;
    let totals = test.totals().await.unwrap();
    let sums = (totals.payouts, totals.reserved, totals.paid_out);
    assert_eq!(sums, (2, AMOUNT.into(), (AMOUNT - 1).into()));
    let (open, overdue) = test.open_payouts().await.unwrap();
    let counts = (open[&PayoutState::Created], open.len(), overdue);
    assert_eq!(counts, (1, 1, 0));
}

/// Erased data is neither in the file nor in its log.
#[tokio::test]
async fn erased_payer_data_is_in_no_file_of_sqlite() {
    let test = TestLedger::open();
    for number in 0..50 {
        let id = format!("0193ad5c-0000-7000-8000-0000000001{number:02}");
        let mut payout = new_payout(&id, &id);
        payout.request = r#"{"customer":{"first_name":"Unmistakable"}}"#.repeat(1 + number);
        test.record_payout(payout).await.unwrap();
        let id = id.as_str().try_into().unwrap();
        let ended = test.resolve_payout(id, PayoutResolution::Declined, "not sent".into(), NOW);
        ended.await.unwrap();
    }
    let found = || {
        let files = std::fs::read_dir(test.directory()).unwrap();
        let bytes = files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap());
        let bytes: Vec<u8> = bytes.collect();
        let name = b"Unmistakable";
        bytes
            .windows(name.len())
            .filter(|part| part == name)
            .count()
    };
    assert!(found() > 50);
    let later = Millis(NOW.0 + 1);
    assert_eq!(test.forget_payers(later, 99).await, Ok(50));
    // The ledger erases it after its answer.
    for _ in 0..500 {
        if found() == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{} left", found());
}

/// Several servers on one database accept a key once, spend a balance once, and lease an action once.
#[cfg(feature = "postgres")]
#[tokio::test]
async fn simultaneous_servers_accept_a_key_once_and_lease_each_action_once() {
    let Some(test) = TestLedger::connect().await else {
        return;
    };
    let another = || test.another();
    let others = [another().await, another().await, another().await];
    test.pay("p1", 1).await;
    for round in 0..20 {
        let id = |server: usize| format!("0193ad5c-0000-7000-8000-00000000{round:02}{server:02}");
        let key = format!("key {round}");
        let ask = |server: usize| {
            let payout = NewPayout {
                amount: kzt(AMOUNT / 10),
                from_balance: true,
                ..new_payout(&id(server), &key)
            };
            others[server].record_payout(payout)
        };
        let (one, two, three) = tokio::join!(ask(0), ask(1), ask(2));
        let outcomes = [one, two, three].map(Result::unwrap);
        let is_new = |outcome: &&_| **outcome == PayoutRequestOutcome::Created;
        let is_known = |outcome: &&_| matches!(outcome, PayoutRequestOutcome::Repeated(_));
        let (new, known) = (
            outcomes.iter().filter(is_new),
            outcomes.iter().filter(is_known),
        );
        // The balance covers ten. All who sent the same request also learn about the last one.
        let expected = if round < 10 { (1, 2) } else { (0, 0) };
        assert_eq!(
            (new.count(), known.count()),
            expected,
            "{round}: {outcomes:?}"
        );
    }
    assert_eq!(test.balance(CUSTOMER).await, Ok(0));
    let due = test.payouts_due(NOW, 99, &RETRY_POLICY).await.unwrap();
    assert_eq!(due.len(), 10);
    for id in due {
        let lease =
            |server: usize| others[server].lease_payout(id.clone(), gate(), NOW, RETRY_POLICY);
        let (one, two, three) = tokio::join!(lease(0), lease(1), lease(2));
        let given = [one, two, three].map(|taken| taken.unwrap().is_some());
        assert_eq!(given.iter().filter(|given| **given).count(), 1);
    }
    test.check().await;
}

const YEAR: i64 = 365 * 24 * 60 * 60 * 1000;

async fn record_in_a_year(test: &TestLedger) {
    let ahead = NewPayout {
        created_at: Millis(NOW.0 + YEAR),
        ..new_payout(P, "k")
    };
    let recorded = test.record_payout(ahead).await;
    assert_eq!(recorded, Ok(PayoutRequestOutcome::Created));
}

async fn due(test: &TestLedger, at: i64) -> usize {
    let at = Millis(NOW.0 + at);
    let due = test.payouts_due(at, 9, &RETRY_POLICY).await;
    due.unwrap().len()
}

async fn payout_sent_while_the_clock_was_a_year_ahead_is_due_at_once_with_one_alarm(
    test: TestLedger,
) {
    record_in_a_year(&test).await;
    assert_eq!(lease(&test, YEAR).await.unwrap().action, Action::Send);
    // The clock is mended. The service asks, and does not wait for a year.
    assert_eq!((due(&test, 1_000).await, due(&test, YEAR).await), (1, 0));
    let query = lease(&test, 1_000).await.unwrap();
    assert_eq!(query.action, Action::QueryStatus);
    // It was raised when the service acted, and once.
    assert_eq!(test.alarm_kinds().await, [AlarmKind::ClockAhead]);
    assert_eq!((due(&test, 1_000).await, due(&test, 71_000).await), (0, 1));
    // Not known: the payout is sent again, but not while the first send may be under way.
    let at = |millis: i64| Millis(NOW.0 + millis);
    let answer = StatusAnswer::NotFound;
    let recorded = test.record_status(p(), 2, answer, at(2_000), RETRY_POLICY);
    assert_eq!(recorded.await, Ok(Some(PayoutState::Created)));
    assert!(lease(&test, 70_000).await.is_none());
    assert_eq!(lease(&test, 71_000).await.unwrap().action, Action::Send);
    assert_eq!(test.alarm_kinds().await, [AlarmKind::ClockAhead]);
    // An operator is not told for a year that the payout is being sent.
    let resolution = PayoutResolution::Declined;
    let resolve = |at| test.resolve_payout(p(), resolution, "support".into(), at);
    let refused = Err(Error::Resolve(ResolveError::BeingSent));
    assert_eq!(resolve(at(72_000)).await, refused);
    assert_eq!(resolve(at(72_000 - YEAR)).await, Ok(()));
}

async fn payout_recorded_while_the_clock_was_a_year_ahead_is_overdue_at_once(test: TestLedger) {
    record_in_a_year(&test).await;
    assert_eq!(due(&test, 0).await, 1);
    assert_eq!(lease(&test, 0).await.unwrap().action, Action::Send);
    assert_eq!(test.alarm_kinds().await, [AlarmKind::ClockAhead]);
    assert!(test.payout(P).await.unwrap().unwrap().overdue);
    // A clock that is a little ahead is no mistake: the longest wait stays as it is.
    let longest = RETRY_POLICY.longest_wait.as_millis() * 6 + 70_000;
    let longest = i64::try_from(longest).unwrap();
    assert_eq!(due(&test, 70_000 - longest).await, 0);
    assert_eq!(due(&test, 70_000 - longest - 1).await, 1);
}

async fn payouts_are_listed_in_each_order_in_pages(test: TestLedger) {
    let ids: Vec<_> = (0..5)
        .map(|number| format!("0193ad5c-0000-7000-8000-0000000000c{number}"))
        .collect();
    // Two have the same amount: their ids decide.
    for (id, minor) in ids.iter().zip([300, 100, 300, 500, 200]) {
        let payout = NewPayout {
            amount: kzt(minor),
            ..new_payout(id, id)
        };
        test.record_payout(payout).await.unwrap();
    }
    for (order, expected) in [
        (PayoutOrder::Oldest, [0, 1, 2, 3, 4]),
        (PayoutOrder::Newest, [4, 3, 2, 1, 0]),
        (PayoutOrder::Largest, [3, 2, 0, 4, 1]),
    ] {
        for state in [None, Some(PayoutState::Created)] {
            let mut filter = PayoutFilter {
                state,
                order,
                limit: 2,
                ..PayoutFilter::default()
            };
            let mut listed = Vec::new();
            loop {
                let page = test.payouts(&filter).await.unwrap();
                let Some(last) = page.last() else {
                    break;
                };
                filter.after = Some(last.payment_id.as_str().to_owned());
                listed.extend(page.into_iter().map(|it| it.payment_id.as_str().to_owned()));
            }
            assert_eq!(listed, expected.map(|at| ids[at].clone()), "{order:?}");
        }
    }
    let overdue = PayoutFilter {
        overdue: true,
        ..PayoutFilter::default()
    };
    assert_eq!(test.payouts(&overdue).await.unwrap(), []);
}
