//! Payouts in every store: accepted once, leased to one server, and ended by the first outcome.

use crate::common::{AMOUNT, CUSTOMER, CallbackContent, NOW, TestLedger, newest, sale};
use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::PaymentStatus;
use jetpay_core::{Currency, Money};
use jetpay_ledger::CallbackOutcome::{Applied, Noted, Quarantined, Repeated};
use jetpay_ledger::payout::{
    Action, GateAddress, Lease, NewPayout, PayoutRequestOutcome, PayoutResolution, PayoutState,
    RetryPolicy, SendOutcome, Status, StatusAnswer, StepKind,
};
use jetpay_ledger::{
    AlarmKind, Error, Imported, Millis, Payout, PayoutFilter, Reason, ResolveError, Verdict,
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
    payouts_pass_the_audit,
}

const P: &str = "0193ad5c-0000-7000-8000-0000000000a1";
const RETRY_POLICY: RetryPolicy = RetryPolicy {
    answer_timeout: std::time::Duration::from_secs(30),
    query_after: std::time::Duration::from_secs(10),
    longest_wait: std::time::Duration::from_secs(600),
    overdue_after: std::time::Duration::from_secs(24 * 60 * 60),
};

fn gate() -> GateAddress {
    GateAddress::new("https://gate.example")
}

fn new(id: &str, key: &str) -> NewPayout {
    NewPayout {
        id: id.try_into().unwrap(),
        project_id: 1234.into(),
        method: "qiwi-kz".into(),
        customer_id: CUSTOMER.try_into().unwrap(),
        account_number: "9182221133".into(),
        amount: Money::new(AMOUNT, Currency::KZT),
        idempotency_key: key.into(),
        fingerprint: format!("of {key}"),
        from_balance: false,
        request: r#"{"customer":{"first_name":"John"}}"#.into(),
        created_at: NOW,
        requested_by: Some("shop".into()),
    }
}

fn payout(operation_id: u64) -> CallbackContent {
    sale(P, operation_id)
        .with_type("payout")
        .with_payment_type("payout")
}

async fn unusable_callback_of_a_payout_names_it_and_takes_no_credit(test: TestLedger) {
    record_payout(&test).await;
    let callback = jetpay_ledger::NewUnusable {
        payment_id: Some(P.try_into().unwrap()),
        amount: Some(Money::new(AMOUNT, Currency::KZT)),
        ..crate::common::unusable(r#"{"payment":{"status":"success"}}"#)
    };
    let kept = test.quarantine_unusable(callback, NOW).await;
    assert_eq!(kept, Ok(Some(Quarantined)));
    let alarm = test.last_alarm().await;
    assert_eq!(alarm.payment_id, Some(P.try_into().unwrap()));
    let credit = jetpay_ledger::Verdict::Override(Money::new(AMOUNT, Currency::KZT));
    let refused = Err(Error::Resolve(ResolveError::NothingToCredit));
    let resolve = |verdict| {
        let reason = "paid".into();
        test.resolve_alarm(alarm.seq, verdict, reason, NOW)
    };
    assert_eq!(resolve(credit).await, refused);
    let ledger = &test;
    let named = ledger.credit_operation(alarm.seq, 1.into(), credit, "paid".into(), NOW);
    assert_eq!(named.await, refused);
    assert_eq!(resolve(jetpay_ledger::Verdict::Dismiss).await, Ok(()));
    assert_eq!(test.entries(0, 9).await, Ok(vec![]));
}

async fn record_payout(test: &TestLedger) {
    assert_eq!(
        test.record_payout(new(P, "k")).await,
        Ok(PayoutRequestOutcome::Created)
    );
}

async fn lease(test: &TestLedger, at: i64) -> Option<Lease> {
    let id = P.try_into().unwrap();
    let at = Millis(NOW.0 + at);
    test.lease_payout(id, gate(), at, RETRY_POLICY)
        .await
        .unwrap()
}

async fn record_send(
    test: &TestLedger,
    fencing_token: i64,
    outcome: SendOutcome,
) -> Option<PayoutState> {
    let id = P.try_into().unwrap();
    test.record_send(id, fencing_token, outcome, NOW, RETRY_POLICY)
        .await
        .unwrap()
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
    let other_id = "0193ad5c-0000-7000-8000-0000000000a2";
    let again = test.record_payout(new(other_id, "k")).await;
    assert_eq!(
        again,
        Ok(PayoutRequestOutcome::Repeated(P.try_into().unwrap()))
    );
    let other = NewPayout {
        fingerprint: "of another request".into(),
        ..new(other_id, "k")
    };
    let other = test.record_payout(other).await;
    assert_eq!(
        other,
        Ok(PayoutRequestOutcome::KeyConflict(P.try_into().unwrap()))
    );
    let elsewhere = NewPayout {
        project_id: 5678.into(),
        ..new(other_id, "k")
    };
    assert_eq!(
        test.record_payout(elsewhere).await,
        Ok(PayoutRequestOutcome::Created)
    );
    let nothing = NewPayout {
        amount: Money::new(0, Currency::KZT),
        ..new(other_id, "n")
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
    test.announce("p1").await;
    test.deliver(&sale("p1", 1)).await;
    let half = Money::new(AMOUNT / 2, Currency::KZT);
    let ask = |number: usize| {
        let id = format!("0193ad5c-0000-7000-8000-0000000000b{number}");
        let payout = NewPayout {
            from_balance: true,
            amount: half,
            ..new(&id, &id)
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
    test.record_payout(new(P, "free")).await.unwrap();
    assert_eq!(test.balance(CUSTOMER).await, Ok(0));
    let from_balance = |payout: &&Payout| payout.from_balance;
    let payouts = test.payouts(&PayoutFilter::default()).await;
    let payouts = payouts.unwrap();
    let one = payouts
        .iter()
        .find(from_balance)
        .unwrap()
        .payment_id
        .clone();
    let ended = test.resolve_payout(one, PayoutResolution::Declined, "not sent".into(), NOW);
    ended.await.unwrap();
    assert_eq!(test.balance(CUSTOMER).await, Ok(AMOUNT / 2));
}

async fn credit_that_would_overflow_when_a_payout_comes_back_is_quarantined(test: TestLedger) {
    let large = 5_000_000_000_000_000_000;
    for (id, operation) in [("p1", 1), ("p2", 2), ("p3", 3)] {
        let mut payment = crate::common::payment(id);
        payment.amount = Money::new(large, Currency::KZT);
        test.record_payment(payment).await.unwrap();
        let content = sale(id, operation).with_amount(large);
        if id == "p1" {
            assert_eq!(test.deliver(&content).await, Applied);
            let mut payout = new(P, "k");
            payout.amount = Money::new(large, Currency::KZT);
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
        let credit = Verdict::Credit(Money::new(large, Currency::KZT));
        let resolved = test.resolve_alarm(alarm.seq, credit, "seen".into(), NOW);
        let refused = Err(Error::Resolve(ResolveError::BalanceOverflow));
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
    assert_eq!(
        test.payouts_due(NOW, 9, &RETRY_POLICY).await.unwrap().len(),
        1
    );
    let (one, other) = tokio::join!(lease(&test, 0), lease(&test, 0));
    let mine = one.or(other.clone()).unwrap();
    assert_eq!((mine.action, mine.fencing_token), (Action::Send, 1));
    assert_eq!(mine.request.as_deref(), Some(new(P, "k").request.as_str()));
    assert!(lease(&test, 69_999).await.is_none());
    assert_eq!(state(&test).await.0, PayoutState::Unknown);
    // The first server did not return. The next lease queries the status.
    let later = lease(&test, 70_000).await.unwrap();
    assert_eq!(
        (later.action, later.fencing_token, later.request),
        (Action::QueryStatus, 2, None)
    );
    // An outcome that the first server records too late permits nothing.
    let refused = SendOutcome::Rejected {
        code: None,
        message: "too late".into(),
    };
    assert_eq!(
        record_send(&test, 1, refused).await,
        Some(PayoutState::Unknown)
    );
    let id = || P.try_into().unwrap();
    let not_known = test.record_status(id(), 2, StatusAnswer::NotFound, NOW, RETRY_POLICY);
    assert_eq!(not_known.await, Ok(Some(PayoutState::Created)));
    let again = lease(&test, 70_000).await.unwrap();
    assert_eq!((again.action, again.fencing_token), (Action::Send, 3));
    assert_eq!(again.request.as_deref(), Some(new(P, "k").request.as_str()));
    let accepted = SendOutcome::Accepted {
        request_id: Some("r1".into()),
    };
    assert_eq!(
        record_send(&test, 3, accepted).await,
        Some(PayoutState::Accepted)
    );
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
    let recorded = test.record_status(id(), 3, status, NOW, RETRY_POLICY).await;
    assert_eq!(recorded, Ok(Some(PayoutState::Declined)));
    assert_eq!(
        test.payouts_due(Millis(i64::MAX), 9, &RETRY_POLICY).await,
        Ok(vec![])
    );
}

async fn success_and_reversal_by_callback_are_recorded_once(test: TestLedger) {
    record_payout(&test).await;
    lease(&test, 0).await.unwrap();
    assert_eq!(test.deliver(&payout(29)).await, Applied);
    assert_eq!(test.deliver(&payout(29)).await, Repeated);
    assert_eq!(state(&test).await, (PayoutState::Paid, 0, AMOUNT));
    // A contradicting answer that arrives after the callback changes nothing.
    let late = SendOutcome::Rejected {
        code: None,
        message: "no".into(),
    };
    assert_eq!(record_send(&test, 1, late).await, Some(PayoutState::Paid));
    let back = payout(30)
        .with_type("payout reversal")
        .with_payment_status("reversed");
    assert_eq!(test.deliver(&back).await, Applied);
    assert_eq!(test.deliver(&back).await, Repeated);
    assert_eq!(state(&test).await, (PayoutState::Reversed, 0, 0));
    let entries = test.payout_entries(0, 9).await.unwrap();
    let moved: Vec<_> = entries
        .iter()
        .map(|step| (step.what.entry().unwrap().as_str(), step.amount))
        .collect();
    let all = Some(AMOUNT);
    assert_eq!(moved, [("reserve", all), ("paid", all), ("reversal", all)]);
    let rest = test.payout_entries(entries[0].seq, 9).await.unwrap();
    assert_eq!(rest, entries[1..]);
    let feed = test.payout_moves(entries[0].seq, 9).await.unwrap();
    let paid = feed.iter().map(|entry| {
        assert_eq!(entry.customer_id.as_str(), CUSTOMER);
        assert_eq!(entry.amount, Money::new(AMOUNT, Currency::KZT));
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
    assert!(
        lease(&test, 0).await.is_none(),
        "an operator must look first"
    );
    assert_eq!(test.deliver(&payout(4)).await, Applied);
    assert_eq!(state(&test).await, (PayoutState::Paid, 0, AMOUNT));
}

async fn payment_with_the_id_of_a_payout_is_not_imported(test: TestLedger) {
    record_payout(&test).await;
    let imported = test
        .import_payments(vec![crate::common::payment(P)], NOW)
        .await;
    assert_eq!(imported, Ok(Imported { new: 0, known: 1 }));
    assert_eq!(test.payment(P).await, Ok(None));
}

async fn payer_data_is_erased_after_the_end_and_the_key_stays_known(test: TestLedger) {
    record_payout(&test).await;
    let later = Millis(NOW.0 + 1);
    assert_eq!(
        test.forget_payers(later, 9).await,
        Ok(0),
        "it may still be sent"
    );
    lease(&test, 0).await.unwrap();
    test.deliver(&payout(29)).await;
    assert_eq!(test.forget_payers(NOW, 9).await, Ok(0), "it ended just now");
    assert_eq!(test.forget_payers(later, 9).await, Ok(1));
    assert_eq!(test.forget_payers(later, 9).await, Ok(0));
    let payout = test.payout(P).await.unwrap().unwrap();
    assert_eq!(payout.account_number, "******1133");
    let again = test
        .record_payout(new("0193ad5c-0000-7000-8000-0000000000a2", "k"))
        .await;
    assert_eq!(
        again,
        Ok(PayoutRequestOutcome::Repeated(P.try_into().unwrap()))
    );
}

fn by_aliya(reason: &str) -> Reason {
    Reason {
        text: reason.to_owned(),
        by: Some("aliya".to_owned()),
    }
}

async fn operator_resolves_a_payout_without_an_outcome_once(test: TestLedger) {
    record_payout(&test).await;
    let resolve = |resolution, reason: &str, after: i64| {
        let (id, now) = (P.try_into().unwrap(), Millis(NOW.0 + after));
        test.resolve_payout(id, resolution, by_aliya(reason), now)
    };
    let refused = |why| Err(Error::Resolve(why));
    let never_sent = resolve(PayoutResolution::Paid, "says support", 0).await;
    assert_eq!(never_sent, refused(ResolveError::NeverSent));
    let no_reason = resolve(PayoutResolution::Declined, " ", 0).await;
    assert_eq!(no_reason, refused(ResolveError::NoReason));
    lease(&test, 0).await.unwrap();
    let being_sent = resolve(PayoutResolution::Declined, "says support", 69_999).await;
    assert_eq!(being_sent, refused(ResolveError::BeingSent));
    assert_eq!(
        resolve(PayoutResolution::Paid, "says support", 70_000).await,
        Ok(())
    );
    let again = resolve(PayoutResolution::Declined, "no", 70_001).await;
    assert_eq!(again, refused(ResolveError::PayoutEnded));
    assert_eq!(state(&test).await, (PayoutState::Paid, 0, AMOUNT));
    let payout = test.payout(P).await.unwrap().unwrap();
    let last = payout.history.last().unwrap();
    assert_eq!(
        (last.what, last.message.as_deref(), last.by.as_deref()),
        (StepKind::Paid, Some("says support"), Some("aliya"))
    );
    let names: Vec<_> = payout.history.iter().map(|it| it.by.as_deref()).collect();
    assert_eq!(names, [Some("shop"), None, Some("aliya")]);
    // The callback that arrives at last says the same.
    assert_eq!(test.deliver(&self::payout(29)).await, Noted);
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
    test.record_payout(new("0193ad5c-0000-7000-8000-0000000000a2", "k2"))
        .await
        .unwrap();
    let audit = test.audit(None).await.unwrap();
    assert_eq!(audit.findings, []);
    let totals = audit.totals;
    assert_eq!(
        (totals.payouts, totals.reserved, totals.paid_out),
        (2, AMOUNT.into(), (AMOUNT - 1).into())
    );
    let (open, overdue) = test.open_payouts().await.unwrap();
    assert_eq!(
        (open[&PayoutState::Created], open.len(), overdue),
        (1, 1, 0)
    );
}

/// Erased data is neither in the file nor in its log.
#[tokio::test]
async fn erased_payer_data_is_in_no_file_of_sqlite() {
    let test = TestLedger::open();
    for number in 0..50 {
        let id = format!("0193ad5c-0000-7000-8000-0000000001{number:02}");
        let mut payout = new(&id, &id);
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
    let others = [
        test.another().await,
        test.another().await,
        test.another().await,
    ];
    test.announce("p1").await;
    test.deliver(&sale("p1", 1)).await;
    for round in 0..20 {
        let id = |server: usize| format!("0193ad5c-0000-7000-8000-00000000{round:02}{server:02}");
        let key = format!("key {round}");
        let ask = |server: usize| {
            let payout = NewPayout {
                amount: Money::new(AMOUNT / 10, Currency::KZT),
                from_balance: true,
                ..new(&id(server), &key)
            };
            others[server].record_payout(payout)
        };
        let (one, two, three) = tokio::join!(ask(0), ask(1), ask(2));
        let outcomes = [one, two, three].map(Result::unwrap);
        let new = outcomes
            .iter()
            .filter(|taken| **taken == PayoutRequestOutcome::Created)
            .count();
        let before = outcomes
            .iter()
            .filter(|taken| matches!(taken, PayoutRequestOutcome::Repeated(_)))
            .count();
        // The balance covers ten. All who sent the same request also learn about the last one.
        let expected = if round < 10 { (1, 2) } else { (0, 0) };
        assert_eq!((new, before), expected, "{round}: {outcomes:?}");
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
    assert_eq!(test.audit(None).await.unwrap().findings, []);
}

const YEAR: i64 = 365 * 24 * 60 * 60 * 1000;

async fn record_in_a_year(test: &TestLedger) {
    let ahead = NewPayout {
        created_at: Millis(NOW.0 + YEAR),
        ..new(P, "k")
    };
    let recorded = test.record_payout(ahead).await;
    assert_eq!(recorded, Ok(PayoutRequestOutcome::Created));
}

/// The kinds of all alarms, the oldest first.
async fn alarms(test: &TestLedger) -> Vec<AlarmKind> {
    let alarms = test.alarms(crate::common::newest(9)).await.unwrap();
    alarms.iter().rev().map(|alarm| alarm.kind).collect()
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
    assert_eq!(alarms(&test).await, [AlarmKind::ClockAhead]);
    assert_eq!((due(&test, 1_000).await, due(&test, 71_000).await), (0, 1));
    // Not known: the payout is sent again, but not while the first send may be under way.
    let id = || P.try_into().unwrap();
    let at = |millis: i64| Millis(NOW.0 + millis);
    let answer = StatusAnswer::NotFound;
    let recorded = test.record_status(id(), 2, answer, at(2_000), RETRY_POLICY);
    assert_eq!(recorded.await, Ok(Some(PayoutState::Created)));
    assert!(lease(&test, 70_000).await.is_none());
    assert_eq!(lease(&test, 71_000).await.unwrap().action, Action::Send);
    assert_eq!(alarms(&test).await, [AlarmKind::ClockAhead]);
    // An operator is not told for a year that the payout is being sent.
    let resolution = PayoutResolution::Declined;
    let resolve = |at| test.resolve_payout(id(), resolution, "support".into(), at);
    let refused = Err(Error::Resolve(ResolveError::BeingSent));
    assert_eq!(resolve(at(72_000)).await, refused);
    assert_eq!(resolve(at(72_000 - YEAR)).await, Ok(()));
}

async fn payout_recorded_while_the_clock_was_a_year_ahead_is_overdue_at_once(test: TestLedger) {
    record_in_a_year(&test).await;
    assert_eq!(due(&test, 0).await, 1);
    assert_eq!(lease(&test, 0).await.unwrap().action, Action::Send);
    assert_eq!(alarms(&test).await, [AlarmKind::ClockAhead]);
    assert!(test.payout(P).await.unwrap().unwrap().overdue);
    // A clock that is a little ahead is no mistake: the longest wait stays as it is.
    let longest = RETRY_POLICY.longest_wait.as_millis() * 6 + 70_000;
    let longest = i64::try_from(longest).unwrap();
    assert_eq!(due(&test, 70_000 - longest).await, 0);
    assert_eq!(due(&test, 70_000 - longest - 1).await, 1);
}
