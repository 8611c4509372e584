//! Payouts: what is done about them in a transaction. The rules are in [`crate::payout`].

use jetpay_core::Callback;
use jetpay_core::id::{PaymentId, ProjectId};
use jetpay_rules::{EventStatus, OperationEvent};

use super::alarm::{raise, repeated};
use crate::model::{AlarmCause, CallbackOutcome, Millis, Reason, ResolveError};
use crate::payout::{
    Action, ByHand, ByHandError, GateAddress, Lease, NewPayout, NewPayoutStep, PayoutDecision,
    PayoutRequestOutcome, PayoutResolution, PayoutSnapshot, PayoutState, PayoutStep, RetryPolicy,
    StepKind,
};
use crate::port::{Command, Keys, LedgerTransaction, PayoutRow, TransactionError, bounded};

/// Records a payout and reserves its money, once for each idempotency key. Nothing is sent before that.
pub(crate) fn record_payout(payout: NewPayout) -> Command<PayoutRequestOutcome> {
    let spender = payout.from_balance.then(|| payout.customer_id.clone());
    let keys = Keys {
        payouts: vec![payout.id.clone()],
        payout_keys: vec![(payout.project_id, payout.idempotency_key.clone())],
        spenders: spender.into_iter().collect(),
        ..Keys::default()
    };
    Command::new(keys, move |transaction| {
        let known = transaction.payout_with_key(payout.project_id, &payout.idempotency_key)?;
        if let Some((id, fingerprint)) = known {
            let same = fingerprint == payout.fingerprint;
            return Ok(if same {
                PayoutRequestOutcome::Repeated(id)
            } else {
                PayoutRequestOutcome::KeyConflict(id)
            });
        }
        if payout.from_balance {
            let available = transaction.available(&payout.customer_id)?;
            if available < i128::from(payout.amount.minor()) {
                let available = bounded(available);
                return Ok(PayoutRequestOutcome::InsufficientBalance { available });
            }
        }
        let row = PayoutRow::new(payout.clone());
        transaction.add_payout(&row)?;
        let created = NewPayoutStep {
            what: StepKind::Created,
            amount: Some(payout.amount.minor()),
            operation_id: None,
            code: None,
            message: None,
            by: payout.requested_by.clone(),
        };
        add_step(transaction, &row, created, payout.created_at)?;
        Ok(PayoutRequestOutcome::Created)
    })
}

/// Leases a payout, if an action is due and no other server has the lease.
pub(crate) fn lease_payout(
    payment_id: PaymentId,
    at: GateAddress,
    now: Millis,
    policy: RetryPolicy,
) -> Command<Option<Lease>> {
    change(payment_id, move |transaction, row| {
        let Some(row) = row else {
            return Ok(None);
        };
        let Some((action, decision)) = row.snapshot.lease(&at, now, &policy) else {
            return Ok(None);
        };
        let Some(action) = action else {
            carry_out(transaction, row, decision, None, now)?;
            return Ok(None);
        };
        let request = (action == Action::Send).then(|| row.payout.request.clone());
        let lease = Lease {
            payment_id: row.payout.id.clone(),
            project_id: row.payout.project_id,
            method: row.payout.method.to_string(),
            action,
            fencing_token: decision.snapshot.fencing_token,
            request,
        };
        carry_out(transaction, row, decision, None, now)?;
        Ok(Some(lease))
    })
}

/// Records the outcome of an action, with what it decides; the payout's state then. None: there is no such payout.
pub(crate) fn record_outcome(
    payment_id: PaymentId,
    decide: impl Fn(&PayoutSnapshot) -> PayoutDecision + Send + 'static,
    now: Millis,
) -> Command<Option<PayoutState>> {
    change(payment_id, move |transaction, row| {
        let Some(row) = row else {
            return Ok(None);
        };
        let decision = decide(&row.snapshot);
        let state = decision.snapshot.state;
        carry_out(transaction, row, decision, None, now)?;
        Ok(Some(state))
    })
}

/// An operator says how a payout ended.
pub(crate) fn resolve_payout(
    payment_id: PaymentId,
    resolution: PayoutResolution,
    reason: Reason,
    now: Millis,
) -> Command<Result<(), ResolveError>> {
    change(payment_id, move |transaction, row| {
        let Some(row) = row else {
            return Ok(Err(ResolveError::NoSuchPayout));
        };
        let mut decision = match row.snapshot.resolve(resolution, &reason.text, now) {
            Ok(decision) => decision,
            Err(why) => return Ok(Err(why)),
        };
        for step in &mut decision.steps {
            step.by.clone_from(&reason.by);
        }
        carry_out(transaction, row, decision, None, now)?;
        Ok(Ok(()))
    })
}

/// Marks payouts as sent by a person, before the file that the person uploads is given out. Gives those that it marked or,
/// when it marked none because one may not be in such a file, that one.
pub(crate) fn send_by_hand(
    ids: Vec<PaymentId>,
    which: ByHand,
    by: Option<String>,
    now: Millis,
    policy: RetryPolicy,
) -> Command<Result<Vec<PaymentId>, (PaymentId, ByHandError)>> {
    let keys = Keys {
        payouts: ids.clone(),
        ..Keys::default()
    };
    Command::new(keys, move |transaction| {
        let mut decided = Vec::with_capacity(ids.len());
        for id in &ids {
            let row = transaction.payout(id)?;
            let marked = row.ok_or(ByHandError::NoSuchPayout).and_then(|row| {
                let again = which == ByHand::Again;
                let decision = row.snapshot.send_by_hand(again, now, &policy)?;
                Ok((row, decision))
            });
            match marked {
                Ok(marked) => decided.push(marked),
                Err(_) if which == ByHand::Possible => {}
                Err(why) => return Ok(Err((id.clone(), why))),
            }
        }
        let mut marked = Vec::with_capacity(decided.len());
        for (row, mut decision) in decided {
            marked.push(row.payout.id.clone());
            for step in &mut decision.steps {
                step.by.clone_from(&by);
            }
            carry_out(transaction, row, decision, None, now)?;
        }
        Ok(Ok(marked))
    })
}

/// Does something about one payout, if there is one.
fn change<T: Send + 'static>(
    payment_id: PaymentId,
    run: impl Fn(&mut dyn LedgerTransaction, Option<PayoutRow>) -> Result<T, TransactionError>
    + Send
    + 'static,
) -> Command<T> {
    let keys = Keys {
        payouts: vec![payment_id.clone()],
        ..Keys::default()
    };
    Command::new(keys, move |transaction| {
        let row = transaction.payout(&payment_id)?;
        run(transaction, row)
    })
}

/// Forgets the payers of payouts that have ended.
pub(crate) fn forget_payers(ids: Vec<PaymentId>) -> Command<()> {
    let keys = Keys {
        payouts: ids.clone(),
        ..Keys::default()
    };
    Command::new(keys, move |transaction| {
        for id in &ids {
            let row = transaction.payout(id)?;
            if let Some(mut row) = row.filter(|row| !row.snapshot.state.is_open()) {
                row.forget_payer();
                transaction.change_payout(&row)?;
            }
        }
        Ok(())
    })
}

/// Stores what a payout's callback says, and does what follows from it.
pub(super) fn callback(
    transaction: &mut dyn LedgerTransaction,
    row: PayoutRow,
    callback: &Callback,
    event: &OperationEvent,
    now: Millis,
) -> Result<CallbackOutcome, TransactionError> {
    let code = callback.operation.code.as_ref();
    let decision = row.snapshot.on_callback(event, code, now);
    let outcome = decision.outcome;
    if !transaction.add_event(callback, outcome, now)? {
        return repeated(transaction, callback, event, now);
    }
    transaction.counts().quarantined += i64::from(outcome == EventStatus::Quarantined);
    carry_out(transaction, row, decision, Some(event.project_id), now)?;
    Ok(outcome.into())
}

/// Writes what was decided about a payout. `signed_by` is the project that signed the callback, if one was the cause.
fn carry_out(
    transaction: &mut dyn LedgerTransaction,
    mut row: PayoutRow,
    decision: PayoutDecision,
    signed_by: Option<ProjectId>,
    now: Millis,
) -> Result<(), TransactionError> {
    for step in decision.steps {
        add_step(transaction, &row, step, now)?;
    }
    for alarm in &decision.alarms {
        let cause = AlarmCause {
            kind: alarm.kind,
            project_id: signed_by.unwrap_or(row.payout.project_id),
            payment_id: Some(&row.payout.id),
            operation_id: alarm.operation_id,
            amount: alarm.amount,
            reason: None,
            difference: None,
            delivery: None,
            message: None,
        };
        raise(transaction, &cause, now)?;
    }
    if row.snapshot != decision.snapshot {
        row.snapshot = decision.snapshot;
        row.changed_at = now;
        transaction.change_payout(&row)?;
    }
    Ok(())
}

fn add_step(
    transaction: &mut dyn LedgerTransaction,
    row: &PayoutRow,
    step: NewPayoutStep,
    now: Millis,
) -> Result<(), TransactionError> {
    transaction.add_step(&PayoutStep {
        seq: 0,
        payment_id: row.payout.id.clone(),
        project_id: row.payout.project_id,
        what: step.what,
        amount: step.amount,
        operation_id: step.operation_id,
        code: step.code,
        message: step.message,
        time: now,
        by: step.by,
    })
}
