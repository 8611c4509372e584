//! Decisions of an operator take effect once and are stored with their reason. Also payments that are imported from
//! an older system.

use crate::common::{
    AMOUNT, CUSTOMER, CallbackContent, NOW, TestLedger, kzt, newest, payment, reason_of, refund,
    sale, signed, unusable,
};
use jetpay_core::id::PaymentId;
use jetpay_core::{Currency, Money};
use jetpay_ledger::CallbackOutcome::{Applied, Noted, Quarantined, Repeated, Unmatched};
use jetpay_ledger::{
    Alarm, AlarmFilter, AlarmKind, CorrectionError, EntryKind, Error, Imported, InboxFilter,
    ManualCreditError, Millis, NewUnusable, PaymentState, Resolution, ResolveError, ResolvedAlarms,
    Verdict,
};

crate::common::on_every_store! {
    different_amount_is_credited_by_an_operator_once,
    second_sale_credited_by_an_operator_can_be_refunded,
    verdict_that_does_not_fit_the_alarm_changes_nothing,
    dismissed_alarm_is_credited_after_all_once_and_keeps_its_resolution,
    dismissed_alarm_without_an_operation_is_credited_after_all_once,
    payments_of_an_older_system_get_their_callbacks_and_are_imported_once,
    operation_credited_by_an_operator_or_a_callback_is_credited_by_neither_again,
    callback_of_another_project_is_credited_by_an_operator_once,
    amount_that_neither_the_callback_nor_the_payment_says_needs_an_override,
    unknown_payment_is_credited_once_with_an_amount_that_a_callback_says,
    corrected_entry_is_undone_once,
    correction_that_does_not_fit_is_refused,
    operation_of_a_corrected_credit_moves_no_money_again,
    unusable_callback_credited_by_an_operator_is_not_credited_again_by_a_good_one,
    unusable_callback_is_not_credited_by_an_operator_after_a_good_one,
    alarm_without_an_operation_is_credited_for_the_one_that_the_operator_names,
    unusable_callback_of_no_known_payment_takes_no_credit,
    stale_alarm_credits_a_credited_payment_only_with_an_override,
    mismatch_without_an_operation_takes_no_credit_once_the_payment_is_credited,
    unusable_callback_takes_a_credit_of_the_amount_that_it_says,
    credit_beyond_what_the_sum_of_credits_holds_is_refused_with_the_reason,
    decisions_read_in_each_way_have_the_same_reason_token_and_entry,
    alarms_resolved_together_by_two_operators_are_resolved_once_each,
    alarms_are_not_resolved_together_with_a_credit_or_without_a_reason,
    alarms_are_listed_and_counted_by_kind_and_number,
    alarm_comes_with_what_was_expected_and_what_was_received,
    oldest_alarms_come_first_if_asked_and_those_that_are_named_are_read_together,
    inbox_is_read_in_the_order_in_which_it_came,
    early_refund_of_more_than_an_operator_credits_raises_an_alarm,
}

#[cfg(feature = "postgres")]
crate::common::on_postgres! {
    resolution_whose_last_row_cannot_be_written_is_rolled_back,
    decision_on_two_servers_at_once_takes_effect_once,
}

/// An unusable callback that names this payment, and this operation if it has one.
fn unusable_of(payment_id: &str, operation_id: Option<u64>) -> NewUnusable {
    NewUnusable {
        payment_id: Some(payment_id.try_into().unwrap()),
        operation_id: operation_id.map(Into::into),
        ..unusable(&format!(r#"{{"payment": {{"id": "{payment_id}"}}}}"#))
    }
}

impl TestLedger {
    /// The number of the alarm.
    async fn keep(&self, callback: NewUnusable) -> i64 {
        let kept = self.ledger.quarantine_unusable(callback, NOW).await;
        assert_eq!(kept, Ok(Some(Quarantined)));
        self.last_alarm().await.seq
    }

    async fn resolve(&self, seq: i64, verdict: Verdict) -> Result<(), Error> {
        self.resolve_alarm(seq, verdict, "has a receipt".into(), NOW)
            .await
    }

    async fn credit(&self, seq: i64, minor: i64) -> Result<(), Error> {
        self.resolve(seq, Verdict::Credit(kzt(minor))).await
    }

    /// Credits an operation that the alarm does not name.
    async fn credit_for(&self, seq: i64, operation: u64, verdict: Verdict) -> Result<(), Error> {
        let reason = "in the platform's account".into();
        self.credit_operation(seq, operation.into(), verdict, reason, NOW)
            .await
    }

    async fn last_resolution(&self) -> Resolution {
        self.resolutions(None, 1).await.unwrap().remove(0)
    }
}

fn refused(why: impl Into<ResolveError>) -> Result<(), Error> {
    Err(Error::Resolve(why.into()))
}

/// Raises this many alarms of the kind `unusable`, from number 1 on.
async fn raise_unusable(test: &TestLedger, count: usize) {
    for number in 1..=count {
        test.keep(unusable(&format!(r#"{{"number": {number}}}"#)))
            .await;
    }
}

async fn alarms_resolved_together_by_two_operators_are_resolved_once_each(test: TestLedger) {
    raise_unusable(&test, 6).await;
    test.resolve(2, Verdict::Foreign).await.unwrap();
    let together = |by: &str| {
        let (seqs, reason) = (
            vec![5, 4, 2, 1, 1, 99],
            reason_of(by, "a test of the platform"),
        );
        test.resolve_alarms(seqs, Verdict::Dismiss, reason, NOW)
    };
    let (one, other) = tokio::join!(together("aliya"), together("marat"));
    let (mut first, mut second) = (one.unwrap(), other.unwrap());
    if first.resolved.is_empty() {
        std::mem::swap(&mut first, &mut second);
    }
    let expected = ResolvedAlarms {
        resolved: vec![1, 4, 5],
        already_resolved: vec![2],
        not_found: vec![99],
    };
    assert_eq!(first, expected);
    let repeated = ResolvedAlarms {
        resolved: vec![],
        already_resolved: vec![1, 2, 4, 5],
        not_found: vec![99],
    };
    assert_eq!(second, repeated);
    let resolutions = test.resolutions(None, 9).await.unwrap();
    let mut seqs: Vec<_> = resolutions.iter().map(|it| it.alarm_seq.unwrap()).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, [1, 2, 4, 5]);
    assert_eq!(test.counts().await.unwrap().open_alarms, 2);
    test.check().await;
}

async fn alarms_are_not_resolved_together_with_a_credit_or_without_a_reason(test: TestLedger) {
    raise_unusable(&test, 2).await;
    let credit = Verdict::Credit(kzt(AMOUNT));
    for (verdict, reason, why) in [
        (credit, "has receipts", ResolveError::CreditOfMany),
        (Verdict::Dismiss, " \u{a0}\n\t\0", ResolveError::NoReason),
        (
            Verdict::Dismiss,
            "\u{200b}\u{202e} \u{feff}\u{3164}\u{e0041}",
            ResolveError::NoReason,
        ),
        (
            Verdict::Dismiss,
            &*"ж".repeat(2001),
            ResolveError::ReasonTooLong,
        ),
    ] {
        let together = test.resolve_alarms(vec![1, 2], verdict, reason.into(), NOW);
        assert_eq!(together.await, Err(Error::Resolve(why)));
    }
    assert_eq!(test.counts().await.unwrap().open_alarms, 2);
    for (seq, reason) in [(1, "\u{202e}?".to_owned()), (2, "ж\r\n".repeat(1000))] {
        let together = test.resolve_alarms(vec![seq], Verdict::Dismiss, reason.into(), NOW);
        assert_eq!(together.await.unwrap().resolved, [seq]);
    }
}

async fn alarms_are_listed_and_counted_by_kind_and_number(test: TestLedger) {
    use AlarmKind::{AmountDiffers, SecondSale, Unusable};
    raise_unusable(&test, 3).await;
    test.pay("p1", 1).await;
    test.deliver(&sale("p1", 2)).await;
    test.resolve(1, Verdict::Dismiss).await.unwrap();
    let of = |kinds: &[AlarmKind]| AlarmFilter {
        kinds: kinds.to_vec(),
        ..AlarmFilter::default()
    };
    let open = |filter| AlarmFilter {
        resolved: Some(false),
        ..filter
    };
    for (filter, seqs) in [
        (of(&[]), vec![4, 3, 2, 1]),
        (of(&[SecondSale]), vec![4]),
        (of(&[AmountDiffers]), vec![]),
        (open(of(&[Unusable])), vec![3, 2]),
        (open(of(&[Unusable, SecondSale])), vec![4, 3, 2]),
        (
            AlarmFilter {
                after: Some(1),
                before: Some(4),
                ..of(&[Unusable, SecondSale])
            },
            vec![3, 2],
        ),
    ] {
        let counted = test.count_alarms(filter.clone()).await.unwrap();
        let listed = test.alarms(filter.clone()).await.unwrap();
        let listed: Vec<_> = listed.iter().map(|alarm| alarm.seq).collect();
        assert_eq!(listed, seqs, "{filter:?}");
        let counts: i64 = counted.iter().map(|kind| kind.count).sum();
        assert_eq!(counts, i64::try_from(seqs.len()).unwrap(), "{filter:?}");
        let last = counted.iter().map(|kind| kind.last).max();
        assert_eq!(last, seqs.first().copied(), "{filter:?}");
    }
    assert_eq!(test.counts().await.unwrap().alarms, 4);
}

async fn alarm_comes_with_what_was_expected_and_what_was_received(test: TestLedger) {
    use AlarmKind::{
        AmountDiffers, CompensationTooLarge, ContradictoryRepeat, OperationOfAnotherPayment,
        ProjectDiffers, SecondSale,
    };
    let less = |content: CallbackContent| content.with_amount(90_000);
    let foreign = sale("p2", 3).with_project(5678);
    let reversed = refund("p1", 6, 40_000).with_type("refund reverse");
    let alarm = |kind, expected, received| Some((kind, expected, received));
    // What comes, its kind of alarm if it raises one, and what is expected and received then.
    let rows = [
        (sale("p1", 1), None),
        (
            less(sale("p1", 1)),
            alarm(ContradictoryRepeat, AMOUNT, 90_000),
        ),
        (sale("p1", 2), alarm(SecondSale, AMOUNT, AMOUNT)),
        (foreign, alarm(ProjectDiffers, AMOUNT, AMOUNT)),
        (less(sale("p2", 4)), alarm(AmountDiffers, AMOUNT, 90_000)),
        (refund("p1", 5, 30_000), None),
        (reversed, alarm(CompensationTooLarge, 30_000, 40_000)),
        (
            refund("p1", 7, 80_000),
            alarm(CompensationTooLarge, 70_000, 80_000),
        ),
        (
            refund("p2", 8, 120_000),
            alarm(CompensationTooLarge, AMOUNT, 120_000),
        ),
        (
            sale("p2", 1),
            alarm(OperationOfAnotherPayment, AMOUNT, AMOUNT),
        ),
    ];
    for id in ["p1", "p2"] {
        test.announce(id).await;
    }
    for (content, expected) in rows {
        let before = test.counts().await.unwrap().alarms;
        let callback = content.callback();
        test.record_callback(callback, NOW).await.unwrap();
        let raised = AlarmFilter {
            after: Some(before),
            ..AlarmFilter::default()
        };
        let raised = test.alarms(raised).await.unwrap();
        let found = raised.first().map(|alarm| {
            let minor = |amount: Option<Money>| amount.unwrap().minor();
            (alarm.kind, minor(alarm.expected()), minor(alarm.received()))
        });
        assert_eq!(found, expected);
        if let Some(alarm) = raised.first() {
            assert_eq!(alarm.project_id, content.project_id.into());
            let (one, _) = test.alarm(alarm.seq).await.unwrap().unwrap();
            assert_eq!(one, *alarm);
            let other = (alarm.kind == OperationOfAnotherPayment).then_some("p1");
            assert_eq!(alarm.other_payment.as_ref().map(PaymentId::as_str), other);
        }
    }
}

async fn early_refund_of_more_than_an_operator_credits_raises_an_alarm(test: TestLedger) {
    test.announce("p1").await;
    assert_eq!(test.deliver(&refund("p1", 2, 95_000)).await, Noted);
    let less = sale("p1", 1).with_amount(90_000);
    test.deliver(&less).await;
    test.credit(1, 90_000).await.unwrap();
    let alarm = test.last_alarm().await;
    assert_eq!(alarm.kind, AlarmKind::CompensationTooLarge);
    assert_eq!(alarm.operation_id, Some(2.into()));
    assert_eq!(alarm.received(), Some(kzt(95_000)));
    assert_eq!(test.counts().await.unwrap().open_alarms, 1);
    test.check().await;
}

async fn different_amount_is_credited_by_an_operator_once(test: TestLedger) {
    test.announce("p1").await;
    test.deliver(&sale("p1", 1).with_amount(90_000)).await;
    let alarm = test.last_alarm().await;
    test.credit(alarm.seq, 90_000).await.unwrap();
    let again = test.resolve(alarm.seq, Verdict::Dismiss).await;
    assert_eq!(again, refused(ResolveError::AlreadyResolved));
    let entries = test.entries(0, 9).await.unwrap();
    let kinds: Vec<_> = entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [EntryKind::ManualCredit]);
    assert_eq!(test.balance(CUSTOMER).await, Ok(90_000));
    // The platform corrects its callback. The operation is credited already, and another operation needs an operator.
    let mended = sale("p1", 1).with_payment_status("refunded");
    assert_eq!(test.deliver(&mended).await, Noted);
    assert_eq!(test.deliver(&sale("p1", 2)).await, Noted);
    assert_eq!(test.balance(CUSTOMER).await, Ok(90_000));
    let counts = test.counts().await.unwrap();
    let counted = (counts.alarms, counts.open_alarms, counts.pending);
    assert_eq!(counted, (2, 1, 0));
    let resolution = test.last_resolution().await;
    assert_eq!(resolution.reason, "has a receipt");
    assert_eq!(resolution.alarm_seq, Some(alarm.seq));
    assert_eq!(resolution.verdict, Verdict::Credit(kzt(90_000)));
}

async fn second_sale_credited_by_an_operator_can_be_refunded(test: TestLedger) {
    test.pay("p1", 1).await;
    test.deliver(&sale("p1", 2)).await;
    let alarm = test.last_alarm().await;
    test.credit(alarm.seq, AMOUNT).await.unwrap();
    assert_eq!(test.balance(CUSTOMER).await, Ok(2 * AMOUNT));
    assert_eq!(test.deliver(&refund("p1", 3, AMOUNT + 5)).await, Applied);
    let payment = test.recorded("p1").await;
    assert_eq!(payment.state, PaymentState::PartiallyRefunded);
    let money = (payment.credited, payment.remaining);
    assert_eq!(money, (2 * AMOUNT, AMOUNT - 5));
}

async fn verdict_that_does_not_fit_the_alarm_changes_nothing(test: TestLedger) {
    test.announce("p1").await;
    test.deliver(&sale("p1", 1).with_currency("USD")).await;
    let unusable = test.quarantine_unusable(unusable("{}"), NOW);
    assert_eq!(unusable.await, Ok(Some(Quarantined)));
    let usd = Money::new(5, Currency::parse("USD").unwrap());
    let cases = [
        (9, Verdict::Dismiss, ResolveError::NoSuchAlarm),
        (1, Verdict::Credit(usd), ResolveError::OtherCurrency),
        (
            1,
            Verdict::Credit(kzt(0)),
            ManualCreditError::NotPositive.into(),
        ),
        (2, Verdict::Credit(kzt(5)), ResolveError::NothingToCredit),
    ];
    for (seq, verdict, why) in cases {
        assert_eq!(test.resolve(seq, verdict).await, refused(why));
    }
    let silent = test.resolve_alarm(1, Verdict::Dismiss, " ".into(), NOW);
    assert_eq!(silent.await, refused(ResolveError::NoReason));
    assert_eq!(test.resolutions(None, 9).await, Ok(vec![]));
    test.resolve(2, Verdict::Foreign).await.unwrap();
    assert_eq!(test.counts().await.unwrap().open_alarms, 1);
    assert_eq!(test.balance(CUSTOMER).await, Ok(0));
}

async fn dismissed_alarm_without_an_operation_is_credited_after_all_once(test: TestLedger) {
    test.announce("p").await;
    let alarm = test.keep(unusable_of("p", None)).await;
    test.resolve(alarm, Verdict::Dismiss).await.unwrap();
    let undo = |operation: u64, verdict| {
        let operation = Some(operation.into());
        test.credit_dismissed(alarm, operation, verdict, "it came in".into(), NOW)
    };
    undo(1, Verdict::Credit(kzt(AMOUNT))).await.unwrap();
    for verdict in [Verdict::Credit(kzt(AMOUNT)), Verdict::Override(kzt(AMOUNT))] {
        let again = undo(2, verdict).await;
        assert_eq!(again, refused(ResolveError::PaymentCredited));
    }
    assert_eq!(test.balance(CUSTOMER).await, Ok(AMOUNT));
    test.check().await;
}

async fn dismissed_alarm_is_credited_after_all_once_and_keeps_its_resolution(test: TestLedger) {
    for (id, operation) in [("p", 1), ("q", 2)] {
        test.announce(id).await;
        let differs = sale(id, operation).with_amount(AMOUNT - 1);
        assert_eq!(test.deliver(&differs).await, Quarantined);
    }
    let credit = Verdict::Credit(kzt(AMOUNT - 1));
    let undo = |seq, verdict| {
        let reason = reason_of("marat", "has a receipt");
        test.credit_dismissed(seq, None, verdict, reason, NOW)
    };
    // An open alarm, and one that a credit resolved, have no dismissal to undo; and only a credit undoes one.
    assert_eq!(undo(1, credit).await, refused(ResolveError::NotDismissed));
    test.credit(2, AMOUNT - 1).await.unwrap();
    assert_eq!(undo(2, credit).await, refused(ResolveError::NotDismissed));
    assert_eq!(undo(9, credit).await, refused(ResolveError::NoSuchAlarm));
    test.resolve(1, Verdict::Foreign).await.unwrap();
    let again = undo(1, Verdict::Dismiss).await;
    assert_eq!(again, refused(ResolveError::AlreadyResolved));
    assert_eq!(
        test.resolve(1, credit).await,
        refused(ResolveError::AlreadyResolved)
    );
    let other = undo(1, Verdict::Credit(kzt(7))).await;
    let said = Some(kzt(AMOUNT - 1));
    assert_eq!(other, refused(ResolveError::OtherAmount(said)));
    assert_eq!(test.balance(CUSTOMER).await, Ok(AMOUNT - 1));

    undo(1, credit).await.unwrap();
    assert_eq!(
        undo(1, credit).await,
        refused(ManualCreditError::AlreadyCredited)
    );
    assert_eq!(test.balance(CUSTOMER).await, Ok(2 * (AMOUNT - 1)));
    let decided = test.resolutions(None, 9).await.unwrap();
    let decided: Vec<_> = decided
        .iter()
        .map(|one| (one.alarm_seq, one.verdict, one.by.as_deref()))
        .collect();
    let expected = [
        (None, credit, Some("marat")),
        (Some(1), Verdict::Foreign, None),
        (Some(2), credit, None),
    ];
    assert_eq!(decided, expected);
    let (alarm, _) = test.alarm(1).await.unwrap().unwrap();
    assert_eq!(alarm.resolution.unwrap().verdict, Verdict::Foreign);
    assert_eq!(test.counts().await.unwrap().open_alarms, 0);
    // The credit is undone like any other.
    let entry = test.entries(0, 9).await.unwrap().pop().unwrap();
    test.correct_entry(entry.seq, "a mistake".into(), NOW)
        .await
        .unwrap();
    test.check().await;
}

async fn payments_of_an_older_system_get_their_callbacks_and_are_imported_once(test: TestLedger) {
    assert_eq!(test.deliver(&sale("old1", 1)).await, Unmatched);
    let mut old = ["old1", "old2"].map(payment);
    for payment in &mut old {
        payment.created_at = Millis(5);
    }
    let import = || test.import_payments(old.to_vec(), NOW);
    assert_eq!(import().await, Ok(Imported { new: 2, known: 0 }));
    assert_eq!(import().await, Ok(Imported { new: 0, known: 2 }));
    assert_eq!(test.deliver(&sale("old2", 2)).await, Applied);
    let entries = test.entries(0, 9).await.unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].time, NOW, "an entry says when it was stored");
    assert_eq!(test.recorded("old1").await.created_at, Millis(5));
}

async fn operation_credited_by_an_operator_or_a_callback_is_credited_by_neither_again(
    test: TestLedger,
) {
    for id in ["p1", "p2", "p4"] {
        test.announce(id).await;
    }
    test.deliver(&sale("p1", 7).with_amount(90_000)).await;
    test.credit(1, 90_000).await.unwrap();
    assert_eq!(test.deliver(&sale("p2", 7)).await, Quarantined);
    test.pay("p3", 8).await;
    assert_eq!(test.deliver(&sale("p4", 8)).await, Quarantined);
    let credit = test.credit(3, AMOUNT).await;
    assert_eq!(credit, refused(ManualCreditError::AlreadyCredited));
    assert_eq!(test.balance(CUSTOMER).await, Ok(90_000 + AMOUNT));
}

async fn callback_of_another_project_is_credited_by_an_operator_once(test: TestLedger) {
    test.announce("p1").await;
    for payment_status in ["success", "refunded"] {
        let content = sale("p1", 7)
            .with_project(4321)
            .with_payment_status(payment_status);
        assert_eq!(test.deliver(&content).await, Quarantined);
    }
    test.credit(1, AMOUNT).await.unwrap();
    let again = test.credit(2, AMOUNT).await;
    assert_eq!(again, refused(ManualCreditError::AlreadyCredited));
    assert_eq!(test.balance(CUSTOMER).await, Ok(AMOUNT));
    test.check().await;
}

/// All rows of a resolution are sent before the commit. If the last one fails, none is stored.
#[cfg(feature = "postgres")]
async fn resolution_whose_last_row_cannot_be_written_is_rolled_back(test: TestLedger) {
    test.announce("p1").await;
    let content = sale("p1", 1).with_amount(90_000);
    test.deliver(&content).await;
    let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'not now'; END $$;
        CREATE TRIGGER refuse BEFORE UPDATE ON alarms FOR EACH ROW EXECUTE FUNCTION refuse()";
    test.database().run(refuse).unwrap();
    let resolved = test.credit(1, 90_000).await;
    let is_refused = matches!(resolved, Err(Error::Unavailable(_)));
    assert!(is_refused, "{resolved:?}");
    assert_eq!(test.resolutions(None, 9).await, Ok(vec![]));
    assert_eq!(test.entries(0, 9).await, Ok(vec![]));
    let mend = "DROP TRIGGER refuse ON alarms";
    test.database().run(mend).unwrap();
    test.credit(1, 90_000).await.unwrap();
    assert_eq!(test.balance(CUSTOMER).await, Ok(90_000));
}

/// Two servers resolve an alarm at once, and then correct the credit.
#[cfg(feature = "postgres")]
async fn decision_on_two_servers_at_once_takes_effect_once(test: TestLedger) {
    let other = test.another().await;
    test.announce("p1").await;
    test.deliver(&sale("p1", 1).with_amount(90_000)).await;
    let takes_effect_in_one = |one, two, why| {
        let outcomes = [one, two];
        assert!(outcomes.contains(&Ok(())), "{outcomes:?}");
        assert!(outcomes.contains(&refused(why)), "{outcomes:?}");
    };
    let credit = Verdict::Credit(kzt(90_000));
    let (one, two) = tokio::join!(
        test.resolve_alarm(1, credit, "I".into(), NOW),
        other.resolve_alarm(1, credit, "so did I".into(), NOW),
    );
    takes_effect_in_one(one, two, ResolveError::AlreadyResolved);
    assert_eq!(test.balance(CUSTOMER).await, Ok(90_000));
    let (one, two) = tokio::join!(
        test.correct_entry(1, "I".into(), NOW),
        other.correct_entry(1, "so did I".into(), NOW),
    );
    takes_effect_in_one(one, two, ResolveError::AlreadyCorrected);
    assert_eq!(test.balance(CUSTOMER).await, Ok(0));
}

async fn amount_that_neither_the_callback_nor_the_payment_says_needs_an_override(test: TestLedger) {
    for (payment, operation) in [("p1", 1), ("p2", 2), ("p3", 3)] {
        test.announce(payment).await;
        test.deliver(&sale(payment, operation).with_amount(90_000))
            .await;
    }
    // One zero too many.
    let refusal = refused(ResolveError::OtherAmount(Some(kzt(90_000))));
    assert_eq!(test.credit(1, 900_000).await, refusal);
    assert_eq!(test.entries(0, 9).await, Ok(vec![]));
    assert_eq!(test.counts().await.unwrap().open_alarms, 3);
    test.credit(1, AMOUNT).await.unwrap();
    let credit = |minor| Verdict::Credit(kzt(minor));
    let overrides = |minor| Verdict::Override(kzt(minor));
    test.resolve(2, overrides(95_000)).await.unwrap();
    // What the callback says needs no override, and is not recorded as one.
    test.resolve(3, overrides(90_000)).await.unwrap();
    let recorded = test.resolutions(None, 9).await.unwrap();
    let verdicts: Vec<_> = recorded.iter().map(|it| it.verdict).collect();
    let expected = [credit(90_000), overrides(95_000), credit(AMOUNT)];
    assert_eq!(verdicts, expected);
    let alarm = test.alarm(2).await.unwrap().unwrap().0;
    assert_eq!(alarm.resolution.unwrap().verdict, overrides(95_000));
    assert_eq!(test.balance(CUSTOMER).await, Ok(285_000));
    test.check().await;
}

async fn unknown_payment_is_credited_once_with_an_amount_that_a_callback_says(test: TestLedger) {
    for (id, operation) in [("lost", 1), ("found", 2)] {
        assert_eq!(test.deliver(&sale(id, operation)).await, Unmatched);
    }
    let credit = async |id: &str, minor, overrides| {
        let customer = CUSTOMER.try_into().unwrap();
        let (id, amount) = (id.try_into().unwrap(), kzt(minor));
        let credit = test.credit_unmatched(&id, customer, amount, overrides, "a".into(), NOW);
        credit.await
    };
    let refusal = refused(ResolveError::OtherAmount(Some(kzt(AMOUNT))));
    assert_eq!(credit("lost", 10 * AMOUNT, false).await, refusal);
    assert_eq!(test.payment("lost").await, Ok(None));
    assert_eq!(credit("lost", AMOUNT, false).await, Ok(()));
    assert_eq!(test.balance(CUSTOMER).await, Ok(AMOUNT));
    let recorded = test.last_resolution().await;
    let of_lost = Some("lost".try_into().unwrap());
    assert_eq!((recorded.alarm_seq, recorded.payment_id), (None, of_lost));
    assert_eq!(test.deliver(&sale("lost", 1)).await, Repeated);
    let again = credit("lost", AMOUNT, false).await;
    assert_eq!(again, refused(ResolveError::NothingWaits));
    assert_eq!(credit("found", 10 * AMOUNT, true).await, Ok(()));
    let recorded = test.last_resolution().await;
    assert_eq!(recorded.verdict, Verdict::Override(kzt(10 * AMOUNT)));
    // The rules still compare the callback with the payment.
    assert_eq!(test.state("found").await, PaymentState::Quarantined);
    assert_eq!(test.balance(CUSTOMER).await, Ok(AMOUNT));
}

async fn correct(test: &TestLedger, seq: i64, reason: &str) -> Result<(), Error> {
    test.correct_entry(seq, reason.into(), NOW).await
}

async fn corrected_entry_is_undone_once(test: TestLedger) {
    test.pay("p1", 1).await;
    test.deliver(&refund("p1", 2, 30_000)).await;
    correct(&test, 2, "the refund was of another payment")
        .await
        .unwrap();
    correct(&test, 1, "the payer is another").await.unwrap();
    let entries = test.entries(0, 9).await.unwrap();
    let corrections = entries[2..].iter().map(|entry| {
        assert_eq!(entry.kind, EntryKind::Correction);
        (entry.amount.minor(), entry.corrects)
    });
    let expected = [(30_000, Some(2)), (-AMOUNT, Some(1))];
    assert_eq!(corrections.collect::<Vec<_>>(), expected);
    assert_eq!(test.correction_of(1).await, Ok(Some(entries[3].clone())));
    assert_eq!(test.correction_of(3).await, Ok(None));
    assert_eq!(test.balance(CUSTOMER).await, Ok(0));
    let payment = test.recorded("p1").await;
    let money = (payment.credited, payment.remaining);
    assert_eq!(
        (payment.state, money),
        (PaymentState::Reversed, (AMOUNT, 0))
    );
    let decided = test.last_resolution().await;
    let (entry, amount) = (1, kzt(-AMOUNT));
    assert_eq!(decided.verdict, Verdict::Correct { entry, amount });
    assert_eq!(decided.reason, "the payer is another");
    // The same request again is the same correction; another reason is another one, and so is another person.
    assert_eq!(correct(&test, 1, "the payer is another").await, Ok(()));
    let other = correct(&test, 1, "or was it").await;
    assert_eq!(other, refused(ResolveError::AlreadyCorrected));
    let other = reason_of("dana", "the payer is another");
    let other = test.correct_entry(1, other, NOW).await;
    assert_eq!(other, refused(ResolveError::AlreadyCorrected));
    assert_eq!(test.entries(0, 9).await.unwrap().len(), 4);
    test.check().await;
}

async fn correction_that_does_not_fit_is_refused(test: TestLedger) {
    test.pay("p1", 1).await;
    test.deliver(&refund("p1", 2, 30_000)).await;
    let moved = refused(CorrectionError::MovedSince);
    assert_eq!(correct(&test, 1, "wrong").await, moved);
    let none = refused(ResolveError::NoSuchEntry);
    assert_eq!(correct(&test, 9, "wrong").await, none);
    let silent = refused(ResolveError::NoReason);
    assert_eq!(correct(&test, 2, " ").await, silent);
    correct(&test, 2, "wrong").await.unwrap();
    let of_correction = refused(CorrectionError::OfCorrection);
    assert_eq!(correct(&test, 3, "wrong").await, of_correction);
    assert_eq!(test.entries(0, 9).await.unwrap().len(), 3);
    assert_eq!(test.resolutions(None, 9).await.unwrap().len(), 1);
    assert_eq!(test.balance(CUSTOMER).await, Ok(AMOUNT));
}

async fn operation_of_a_corrected_credit_moves_no_money_again(test: TestLedger) {
    test.pay("p1", 1).await;
    correct(&test, 1, "wrong customer").await.unwrap();
    assert_eq!(test.deliver(&sale("p1", 1)).await, Repeated);
    let with_other_status = sale("p1", 1).with_payment_status("refunded");
    assert_eq!(test.deliver(&with_other_status).await, Noted);
    // The money is taken already: an operator looks, and nothing is taken twice.
    let refund = refund("p1", 2, AMOUNT);
    assert_eq!(test.deliver(&refund).await, Quarantined);
    let alarm = test.last_alarm().await;
    assert_eq!(alarm.kind, AlarmKind::CompensationTooLarge);
    // Another payment cannot use the operation either.
    test.announce("p2").await;
    assert_eq!(test.deliver(&sale("p2", 1)).await, Quarantined);
    assert_eq!(test.balance(CUSTOMER).await, Ok(0));
    test.check().await;
}

async fn unusable_callback_credited_by_an_operator_is_not_credited_again_by_a_good_one(
    test: TestLedger,
) {
    test.announce("p1").await;
    let seq = test.keep(unusable_of("p1", Some(1))).await;
    let (alarm, bodies) = test.alarm(seq).await.unwrap().unwrap();
    assert_eq!(alarm.kind, AlarmKind::Unusable);
    assert_eq!(alarm.payment_id, Some("p1".try_into().unwrap()));
    assert_eq!((alarm.operation_id, bodies.len()), (Some(1.into()), 1));
    test.credit(seq, AMOUNT).await.unwrap();
    // The platform mends its callback and sends it again; then it sends it for another operation.
    assert_eq!(test.deliver(&sale("p1", 1)).await, Noted);
    assert_eq!(test.deliver(&sale("p1", 2)).await, Noted);
    assert_eq!(test.balance(CUSTOMER).await, Ok(AMOUNT));
    // The same operation is not alarming.
    let kinds = [AlarmKind::SecondSale, AlarmKind::Unusable];
    assert_eq!(test.alarm_kinds().await, kinds);
    test.check().await;
}

async fn unusable_callback_is_not_credited_by_an_operator_after_a_good_one(test: TestLedger) {
    test.announce("p1").await;
    let seq = test.keep(unusable_of("p1", Some(1))).await;
    assert_eq!(test.deliver(&sale("p1", 1)).await, Applied);
    let credit = Verdict::Credit(kzt(AMOUNT));
    let again = test.resolve(seq, credit).await;
    assert_eq!(again, refused(ManualCreditError::AlreadyCredited));
    // The alarm that names no operation may be about the same one, whatever the operator types.
    let without = NewUnusable {
        reason: "the field `operation:id` is missing".into(),
        ..unusable_of("p1", None)
    };
    let seq = test.keep(without).await;
    for (operation, why) in [
        (2, ResolveError::NeedsOverride),
        (1, ManualCreditError::AlreadyCredited.into()),
    ] {
        let credit = test.credit_for(seq, operation, credit).await;
        assert_eq!(credit, refused(why));
    }
    assert_eq!(test.balance(CUSTOMER).await, Ok(AMOUNT));
    test.resolve(seq, Verdict::Dismiss).await.unwrap();
}

async fn alarm_without_an_operation_is_credited_for_the_one_that_the_operator_names(
    test: TestLedger,
) {
    test.announce("p1").await;
    let seq = test.keep(unusable_of("p1", None)).await;
    let credit = Verdict::Credit(kzt(AMOUNT));
    let unnamed = test.resolve(seq, credit).await;
    assert_eq!(unnamed, refused(ResolveError::NoOperation));
    test.credit_for(seq, 7, credit).await.unwrap();
    let resolution = test.last_resolution().await;
    assert_eq!(resolution.operation_id, Some(7.into()));
    assert_eq!(test.deliver(&sale("p1", 7)).await, Noted);
    assert_eq!(test.balance(CUSTOMER).await, Ok(AMOUNT));
    // An alarm that names its operation takes no other.
    test.announce("p2").await;
    let seq = test.keep(unusable_of("p2", Some(8))).await;
    let other = test.credit_for(seq, 9, credit).await;
    assert_eq!(other, refused(ResolveError::OtherOperation));
    assert_eq!(test.credit_for(seq, 8, credit).await, Ok(()));
    test.check().await;
}

/// Alarms that may be about the money of a credit that came after them.
async fn stale_alarm_credits_a_credited_payment_only_with_an_override(test: TestLedger) {
    let of_type = |payment_id, operation_id, operation_type| {
        sale(payment_id, operation_id).with_type(operation_type)
    };
    for id in ["p1", "p2", "p3", "p4"] {
        test.announce(id).await;
    }
    test.deliver(&of_type("p1", 1, "purchase")).await;
    test.keep(unusable_of("p2", Some(2))).await;
    test.deliver(&sale("p3", 30)).await;
    test.deliver(&of_type("p3", 3, "chargeback")).await;
    test.deliver(&of_type("p4", 4, "capture")).await;
    for (id, operation) in [("p1", 10), ("p2", 20), ("p4", 40)] {
        let good = sale(id, operation);
        assert_eq!(test.deliver(&good).await, Applied);
    }
    let kinds = [
        AlarmKind::SuccessNotCredited,
        AlarmKind::Unusable,
        AlarmKind::UnknownOperation,
        AlarmKind::UnexpectedOperation,
    ];
    let (credit, overrides) = (Verdict::Credit(kzt(AMOUNT)), Verdict::Override(kzt(AMOUNT)));
    let mut balance = 4 * AMOUNT;
    for (seq, kind) in (1..).zip(kinds) {
        let (alarm, _) = test.alarm(seq).await.unwrap().unwrap();
        assert_eq!(alarm.kind, kind);
        let refusal = refused(ResolveError::NeedsOverride);
        assert_eq!(test.resolve(seq, credit).await, refusal, "{kind}");
        assert_eq!(test.balance(CUSTOMER).await, Ok(balance), "{kind}");
        assert_eq!(test.resolve(seq, overrides).await, Ok(()), "{kind}");
        let recorded = test.last_resolution().await;
        assert_eq!(recorded.verdict, overrides, "{kind}");
        balance += AMOUNT;
        assert_eq!(test.balance(CUSTOMER).await, Ok(balance), "{kind}");
    }
    test.check().await;
}

async fn mismatch_without_an_operation_takes_no_credit_once_the_payment_is_credited(
    test: TestLedger,
) {
    test.announce("p1").await;
    let bare = r#"{"project_id":1234,"payment":{"id":"p1","status":"partially paid"}}"#;
    let recorded = test.record_callback(signed(1234, bare), NOW).await;
    assert_eq!(recorded, Ok(Quarantined));
    test.deliver(&sale("p1", 1)).await;
    let credit = test.credit_for(1, 2, Verdict::Override(kzt(AMOUNT))).await;
    assert_eq!(credit, refused(ResolveError::PaymentCredited));
}

async fn unusable_callback_takes_a_credit_of_the_amount_that_it_says(test: TestLedger) {
    let says = |payment_id, operation, minor| NewUnusable {
        amount: Some(kzt(minor)),
        ..unusable_of(payment_id, Some(operation))
    };
    test.announce("p1").await;
    let seq = test.keep(says("p1", 1, 90_000)).await;
    let (alarm, _) = test.alarm(seq).await.unwrap().unwrap();
    assert_eq!(alarm.received(), Some(kzt(90_000)));
    assert_eq!(alarm.expected(), Some(kzt(AMOUNT)));
    let other = test.credit(seq, 80_000).await;
    let refusal = refused(ResolveError::OtherAmount(Some(kzt(90_000))));
    assert_eq!(other, refusal);
    let credit = Verdict::Credit(kzt(90_000));
    assert_eq!(test.resolve(seq, credit).await, Ok(()));
    let recorded = test.last_resolution().await;
    assert_eq!(recorded.verdict, credit);
    assert_eq!(test.balance(CUSTOMER).await, Ok(90_000));
}

async fn unusable_callback_of_no_known_payment_takes_no_credit(test: TestLedger) {
    let unknown = NewUnusable {
        amount: Some(kzt(AMOUNT)),
        ..unusable_of("unknown", Some(1))
    };
    let seq = test.keep(unknown).await;
    let (alarm, _) = test.alarm(seq).await.unwrap().unwrap();
    let kept = (alarm.payment_id, alarm.operation_id, alarm.amount);
    assert_eq!(kept, (None, None, None));
    let credit = test.credit(seq, AMOUNT).await;
    assert_eq!(credit, refused(ResolveError::NothingToCredit));
}

async fn credit_beyond_what_the_sum_of_credits_holds_is_refused_with_the_reason(test: TestLedger) {
    let large = 5_000_000_000_000_000_000;
    let announced = jetpay_ledger::NewPayment {
        amount: kzt(large),
        ..payment("p1")
    };
    test.record_payment(announced).await.unwrap();
    let of = |operation_id| sale("p1", operation_id).with_amount(large);
    test.deliver(&of(1)).await;
    test.deliver(&refund("p1", 2, large)).await;
    test.deliver(&of(3)).await;
    let credit = test.credit(1, large).await;
    assert_eq!(credit, refused(ManualCreditError::CreditsOverflow));
    let says = credit.unwrap_err().to_string();
    assert!(
        says.contains("64 bits") && !says.contains("positive"),
        "{says}"
    );
    assert_eq!(test.balance(CUSTOMER).await, Ok(0));
}

async fn decisions_read_in_each_way_have_the_same_reason_token_and_entry(test: TestLedger) {
    test.announce("p1").await;
    let less = sale("p1", 1).with_amount(90_000);
    test.deliver(&less).await;
    let (credit, reason) = (
        Verdict::Credit(kzt(90_000)),
        reason_of("aliya", "has a receipt"),
    );
    test.resolve_alarm(1, credit, reason, NOW).await.unwrap();
    test.deliver(&sale("unknown", 2)).await;
    let (unknown, reason) = ("unknown".try_into().unwrap(), reason_of("dana", "theirs"));
    let dismissed = test.dismiss_unmatched(&unknown, reason, NOW).await;
    assert_eq!(dismissed, Ok(1));
    let reason = reason_of("marat", "the payer is another");
    for _ in 0..2 {
        test.correct_entry(1, reason.clone(), NOW).await.unwrap();
    }
    let test = test.reopen().await;
    let resolutions = test.resolutions(None, 9).await.unwrap();
    let read: Vec<_> = resolutions
        .iter()
        .map(|it| (it.by.as_deref(), &*it.reason, it.verdict.corrects()))
        .collect();
    let expected = [
        (Some("marat"), "the payer is another", Some(1)),
        (Some("dana"), "theirs", None),
        (Some("aliya"), "has a receipt", None),
    ];
    assert_eq!(read, expected);
    let listed = test.alarms(newest(9)).await.unwrap();
    let (one, _) = test.alarm(1).await.unwrap().unwrap();
    assert_eq!(listed, std::slice::from_ref(&one));
    assert_eq!(one.resolution.as_ref(), resolutions.last());
}

async fn oldest_alarms_come_first_if_asked_and_those_that_are_named_are_read_together(
    test: TestLedger,
) {
    use AlarmKind::{AmountDiffers, SecondSale, Unusable};
    raise_unusable(&test, 3).await;
    test.pay("p1", 1).await;
    test.deliver(&sale("p1", 2)).await;
    test.announce("p2").await;
    test.deliver(&sale("p2", 3).with_amount(90_000)).await;
    test.resolve(2, Verdict::Dismiss).await.unwrap();
    test.resolve(4, Verdict::Dismiss).await.unwrap();
    let numbers = |alarms: Vec<Alarm>| alarms.iter().map(|alarm| alarm.seq).collect::<Vec<_>>();
    for (kinds, resolved, oldest_first, limit, seqs) in [
        (vec![], None, true, 9, vec![1, 2, 3, 4, 5]),
        (vec![], Some(false), true, 2, vec![1, 3]),
        (vec![], Some(true), true, 9, vec![2, 4]),
        (vec![Unusable], None, true, 2, vec![1, 2]),
        (vec![Unusable], None, false, 2, vec![3, 2]),
        (vec![Unusable, SecondSale], None, true, 3, vec![1, 2, 3]),
        (
            vec![SecondSale, Unusable, AmountDiffers],
            None,
            false,
            3,
            vec![5, 4, 3],
        ),
        (
            vec![AmountDiffers, Unusable],
            Some(false),
            true,
            9,
            vec![1, 3, 5],
        ),
        (
            vec![AmountDiffers, Unusable, SecondSale],
            Some(true),
            false,
            9,
            vec![4, 2],
        ),
    ] {
        let filter = AlarmFilter {
            kinds,
            resolved,
            oldest_first,
            limit,
            ..AlarmFilter::default()
        };
        let found = test.alarms(filter.clone()).await.unwrap();
        assert_eq!(numbers(found), seqs, "{filter:?}");
    }
    let open = AlarmFilter {
        resolved: Some(false),
        ..AlarmFilter::default()
    };
    let counted = test.count_alarms(open).await.unwrap();
    assert_eq!(test.count_open_alarms(9).await.unwrap(), counted);
    assert_eq!(
        test.count_open_alarms(1).await.unwrap()[1].count,
        1,
        "of two"
    );
    let named = test.alarms_numbered(&[5, 99, 1, i64::MIN]).await.unwrap();
    assert_eq!(numbers(named), [1, 5]);
    assert_eq!(test.alarms_numbered(&[]).await.unwrap(), []);
}

async fn inbox_is_read_in_the_order_in_which_it_came(test: TestLedger) {
    for (number, (id, amount)) in (1..).zip([("z", 100), ("a", 200), ("m", 100), ("a", 300)]) {
        let content = sale(id, number).with_amount(amount);
        assert_eq!(test.deliver(&content).await, Unmatched);
    }
    let of = |change: fn(&mut InboxFilter)| {
        let mut filter = InboxFilter::default();
        change(&mut filter);
        filter
    };
    for (filter, ids) in [
        (of(|_| ()), "z a m a"),
        (of(|filter| filter.newest_first = true), "a m a z"),
        (of(|filter| filter.limit = 2), "z a"),
        (of(|filter| filter.amount = Some(kzt(100))), "z m"),
        (
            of(|filter| filter.amount = Some(Money::new(100, Currency::parse("USD").unwrap()))),
            "",
        ),
        (of(|filter| filter.received_before = Some(NOW)), ""),
        (
            of(|filter| filter.received_before = Some(Millis(NOW.0 + 1))),
            "z a m a",
        ),
    ] {
        let found = test.filtered_inbox(filter.clone()).await.unwrap();
        let found: Vec<_> = found.iter().map(|one| one.payment_id.as_str()).collect();
        assert_eq!(found.join(" "), ids, "{filter:?}");
    }
    let all = test.filtered_inbox(InboxFilter::default()).await.unwrap();
    let behind = of(|_| ());
    let behind = InboxFilter {
        after: Some(all[1].seq),
        ..behind
    };
    assert_eq!(test.filtered_inbox(behind).await.unwrap(), all[2..]);
    let a = PaymentId::new("a").unwrap();
    let of_a: Vec<_> = test.inbox_of(&a, 9).await.unwrap();
    assert_eq!(of_a, [all[1].clone(), all[3].clone()]);
    test.dismiss_unmatched(&a, "not ours".into(), NOW)
        .await
        .unwrap();
    assert_eq!(test.inbox_of(&a, 9).await.unwrap(), []);
    assert_eq!(test.filtered_inbox(of(|_| ())).await.unwrap().len(), 2);
}
