//! An operator applies the platform's signed answer to a status request: the same money as by callbacks, once, with the
//! decision recorded; and the audit proves it.

use crate::common::{
    AMOUNT, CUSTOMER, NOW, TestLedger, answer, keyring, kzt, new_payout, reason_of, refund, sale,
};
use jetpay_core::Callback;
use jetpay_ledger::CallbackOutcome::{self, Applied, Noted, Quarantined, Repeated};
use jetpay_ledger::{AlarmKind, Error, PaymentState, ResolveError, Verdict};

crate::common::on_every_store! {
    lost_callback_is_credited_by_the_answer_once_and_with_the_decision,
    refunded_payment_is_credited_and_refunded,
    what_the_callbacks_brought_already_changes_nothing,
    refund_that_was_lost_is_booked_beside_what_is_known,
    answer_that_does_not_fit_is_quarantined_and_recorded,
    answer_that_contradicts_a_stored_callback_raises_one_alarm,
    unknown_payment_a_payout_or_an_answer_about_another_changes_nothing,
    late_callbacks_after_the_answer_move_nothing,
    changed_row_of_an_answer_and_one_without_a_decision_are_found,
}

#[cfg(feature = "postgres")]
crate::common::on_postgres! {
    answer_applied_on_two_servers_at_once_takes_effect_once,
}

impl TestLedger {
    async fn confirm(
        &self,
        id: &str,
        callbacks: Vec<Callback>,
    ) -> Result<Vec<CallbackOutcome>, Error> {
        let id = id.try_into().unwrap();
        let reason = reason_of("aliya", "the older system answered it");
        let (entry, alarm) = (
            self.last_entry().await.unwrap(),
            self.ledger.last_alarm().await.unwrap(),
        );
        let preview = self.preview_confirm(&id, &callbacks).await.unwrap();
        let confirmed = self.confirm_payment(&id, callbacks, reason, NOW).await;
        // What a person read before is what happened.
        if confirmed.is_ok() {
            let entries = self.entries(entry, 100).await.unwrap();
            let moved = entries.iter().map(|entry| (entry.kind, entry.amount));
            assert_eq!(preview.entries, moved.collect::<Vec<_>>());
            let alarms = self.alarms_after(alarm, 100).await.unwrap();
            let raised: Vec<_> = alarms.iter().map(|alarm| alarm.kind).collect();
            assert_eq!(preview.alarms, raised);
        }
        confirmed
    }

    /// The audit finds nothing, and every signature is good.
    async fn check_signed(&self) {
        let audit = self.audit(Some(&keyring())).await.unwrap();
        assert_eq!((audit.findings, audit.unverified), (vec![], 0));
    }

    async fn verdicts(&self) -> Vec<Verdict> {
        let all = self.resolutions(None, 100).await.unwrap();
        all.iter().map(|resolution| resolution.verdict).collect()
    }
}

fn nothing_new() -> Result<Vec<CallbackOutcome>, Error> {
    Err(Error::Resolve(ResolveError::NothingToConfirm))
}

async fn lost_callback_is_credited_by_the_answer_once_and_with_the_decision(test: TestLedger) {
    test.announce("p1").await;
    let said = || {
        answer(
            "p1",
            "success",
            &[
                (1, "sale", "decline", AMOUNT),
                (2, "sale", "success", AMOUNT),
            ],
        )
    };
    assert_eq!(test.confirm("p1", said()).await, Ok(vec![Applied, Noted]));
    assert_eq!(test.balance(CUSTOMER).await, Ok(AMOUNT));
    let resolution = test.resolutions(None, 10).await.unwrap().remove(0);
    let json = serde_json::to_value(&resolution).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "seq": 1, "payment_id": "p1", "verdict": "confirm", "reason": "the older system answered it",
            "by": "aliya", "time": NOW,
        })
    );
    let history = test
        .payment_history(&"p1".try_into().unwrap())
        .await
        .unwrap();
    assert_eq!(
        (history.callbacks.len(), history.resolutions),
        (1, vec![resolution])
    );
    let entry = test.entries(0, 10).await.unwrap().remove(0);
    assert_eq!(entry.provider_payment_id.as_deref(), Some("receipt_2"));
    for _ in 0..2 {
        assert_eq!(test.confirm("p1", said()).await, nothing_new());
    }
    assert_eq!(
        (test.entered("p1").await, test.verdicts().await.len()),
        (AMOUNT, 1)
    );
    assert_eq!(test.alarm_kinds().await, []);
    test.check_signed().await;
}

async fn refunded_payment_is_credited_and_refunded(test: TestLedger) {
    for (id, status, refunded, state) in [
        ("p1", "refunded", AMOUNT, PaymentState::Refunded),
        (
            "p2",
            "partially_refunded",
            30_000,
            PaymentState::PartiallyRefunded,
        ),
    ] {
        test.announce(id).await;
        let (sale, refund) = if id == "p1" { (1, 2) } else { (4, 3) };
        let operations = [
            (sale, "sale", "success", AMOUNT),
            (refund, "refund", "success", refunded),
        ];
        let outcomes = test.confirm(id, answer(id, status, &operations)).await;
        assert_eq!(outcomes, Ok(vec![Applied, Applied]), "{id}");
        assert_eq!(
            (test.state(id).await, test.entered(id).await),
            (state, AMOUNT - refunded)
        );
    }
    assert_eq!(test.alarm_kinds().await, []);
    test.check_signed().await;
}

async fn what_the_callbacks_brought_already_changes_nothing(test: TestLedger) {
    test.pay("p1", 1).await;
    test.deliver(&refund("p1", 2, 30_000)).await;
    test.deliver(&refund("p1", 3, 70_000).with_payment_status("refunded"))
        .await;
    // The first refund was reported with `partially refunded`.
    let operations = [
        (1, "sale", "success", AMOUNT),
        (2, "refund", "success", 30_000),
        (3, "refund", "success", 70_000),
    ];
    let said = answer("p1", "refunded", &operations);
    assert_eq!(test.confirm("p1", said).await, nothing_new());
    assert_eq!(
        (test.entered("p1").await, test.verdicts().await),
        (0, vec![])
    );
    let history = test
        .payment_history(&"p1".try_into().unwrap())
        .await
        .unwrap();
    assert_eq!(history.callbacks.len(), 3);
    test.check_signed().await;
}

async fn refund_that_was_lost_is_booked_beside_what_is_known(test: TestLedger) {
    test.pay("p1", 1).await;
    let operations = [
        (1, "sale", "success", AMOUNT),
        (2, "refund", "success", 30_000),
    ];
    let said = answer("p1", "partially refunded", &operations);
    assert_eq!(test.confirm("p1", said).await, Ok(vec![Repeated, Applied]));
    assert_eq!(test.entered("p1").await, 70_000);
    test.check_signed().await;
}

async fn answer_that_does_not_fit_is_quarantined_and_recorded(test: TestLedger) {
    test.announce("p1").await;
    let said = || answer("p1", "success", &[(1, "sale", "success", AMOUNT - 1)]);
    assert_eq!(test.confirm("p1", said()).await, Ok(vec![Quarantined]));
    assert_eq!(test.confirm("p1", said()).await, nothing_new());
    assert_eq!(test.alarm_kinds().await, [AlarmKind::AmountDiffers]);
    assert_eq!(test.verdicts().await, [Verdict::Confirm]);
    assert_eq!(test.entered("p1").await, 0);
    // The alarm is resolved as that of a callback.
    let credit = Verdict::Credit(kzt(AMOUNT - 1));
    let seq = test.last_alarm().await.seq;
    test.resolve_alarm(seq, credit, "paid less".into(), NOW)
        .await
        .unwrap();
    assert_eq!(test.entered("p1").await, AMOUNT - 1);
    test.check_signed().await;
}

async fn answer_that_contradicts_a_stored_callback_raises_one_alarm(test: TestLedger) {
    test.pay("p1", 1).await;
    let said = || answer("p1", "success", &[(1, "sale", "success", AMOUNT + 1)]);
    assert_eq!(test.confirm("p1", said()).await, Ok(vec![Quarantined]));
    assert_eq!(test.confirm("p1", said()).await, nothing_new());
    assert_eq!(test.alarm_kinds().await, [AlarmKind::ContradictoryRepeat]);
    assert_eq!(test.entered("p1").await, AMOUNT);
    test.check_signed().await;
}

async fn unknown_payment_a_payout_or_an_answer_about_another_changes_nothing(test: TestLedger) {
    test.announce("p1").await;
    test.record_payout(new_payout("payout", "key"))
        .await
        .unwrap();
    let said = |id| answer(id, "success", &[(1, "sale", "success", AMOUNT)]);
    for id in ["ghost", "payout"] {
        let refused = Err(Error::Resolve(ResolveError::NoSuchPayment));
        assert_eq!(test.confirm(id, said(id)).await, refused, "{id}");
    }
    assert_eq!(test.confirm("p1", said("p2")).await, nothing_new());
    let id = "p1".try_into().unwrap();
    let without = test.confirm_payment(&id, said("p1"), " ".into(), NOW).await;
    assert_eq!(without, Err(Error::Resolve(ResolveError::NoReason)));
    assert_eq!(
        (test.state("p1").await, test.verdicts().await),
        (PaymentState::Pending, vec![])
    );
    test.check_signed().await;
}

async fn late_callbacks_after_the_answer_move_nothing(test: TestLedger) {
    test.announce("p1").await;
    let operations = [
        (1, "sale", "success", AMOUNT),
        (2, "refund", "success", 30_000),
    ];
    let said = answer("p1", "partially refunded", &operations);
    assert_eq!(test.confirm("p1", said).await, Ok(vec![Applied, Applied]));
    assert_eq!(test.deliver(&sale("p1", 1)).await, Repeated);
    assert_eq!(test.deliver(&refund("p1", 2, 30_000)).await, Repeated);
    assert_eq!(
        test.deliver(&refund("p1", 3, 70_000).with_payment_status("refunded"))
            .await,
        Applied
    );
    assert_eq!(
        (test.state("p1").await, test.entered("p1").await),
        (PaymentState::Refunded, 0)
    );
    assert_eq!(test.alarm_kinds().await, []);
    test.check_signed().await;
}

async fn changed_row_of_an_answer_and_one_without_a_decision_are_found(test: TestLedger) {
    test.announce("p1").await;
    let operations = [
        (1, "sale", "success", AMOUNT),
        (2, "refund", "success", 30_000),
    ];
    let said = answer("p1", "refunded", &operations);
    test.confirm("p1", said).await.unwrap();
    test.check_signed().await;
    let finds = async |rule: &str| {
        let findings = test.audit(None).await.unwrap().findings;
        let found = findings.iter().any(|finding| finding.rule.contains(rule));
        assert!(found, "{rule}: {findings:?}");
    };
    // The other operation's amount, type and number; a status that the answer does not have.
    for (change, undo) in [
        ("amount = 30000", "amount = 100000"),
        ("operation_type = 'refund'", "operation_type = 'sale'"),
        ("payment_status = 'refunded'", "payment_status = 'success'"),
        ("operation_id = 7", "operation_id = 1"),
    ] {
        test.run(&format!("UPDATE events SET {change} WHERE seq = 1"));
        finds("says what its bytes say").await;
        test.run(&format!("UPDATE events SET {undo} WHERE seq = 1"));
        test.check_signed().await;
    }
    test.run("UPDATE events SET payment_status = 'success' WHERE seq = 2");
    finds("says what its bytes say").await;
    test.run("UPDATE events SET payment_status = 'refunded' WHERE seq = 2");
    test.check_signed().await;
    test.announce("p2").await;
    let by_itself = answer("p2", "success", &[(5, "sale", "success", AMOUNT)]).remove(0);
    assert_eq!(test.record_callback(by_itself, NOW).await, Ok(Applied));
    finds("by an operator's decision alone").await;
}

#[cfg(feature = "postgres")]
async fn answer_applied_on_two_servers_at_once_takes_effect_once(test: TestLedger) {
    let other = test.another().await;
    for number in 0..20_u64 {
        let id = format!("p{number}");
        test.announce(&id).await;
        let said = || answer(&id, "success", &[(number + 1, "sale", "success", AMOUNT)]);
        let payment_id = id.as_str().try_into().unwrap();
        let confirm = |ledger: &jetpay_ledger::Ledger, by| {
            let ledger = ledger.clone();
            let (said, reason) = (said(), reason_of(by, "lost"));
            let id = jetpay_core::id::PaymentId::clone(&payment_id);
            async move { ledger.confirm_payment(&id, said, reason, NOW).await }
        };
        let (one, two) = tokio::join!(confirm(&test, "aliya"), confirm(&other, "marat"));
        let both = [one, two];
        assert!(
            both.contains(&Ok(vec![Applied])) && both.contains(&nothing_new()),
            "{both:?}"
        );
    }
    assert_eq!(test.balance(CUSTOMER).await, Ok(20 * AMOUNT));
    assert_eq!(test.verdicts().await.len(), 20);
    test.check_signed().await;
}
