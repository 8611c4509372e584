//! What an operator decides about an alarm, about callbacks of an unknown payment, or about an entry.

use jetpay_core::Money;
use jetpay_core::id::{CustomerId, OperationId, PaymentId};
use jetpay_rules::{
    EffectKey, EntryKind, OperationEvent, PaymentSnapshot, correct, credit_manually,
};

use super::alarm::raise;
use super::callback;
use super::payment::announce;
use super::reconcile;
use crate::model::{
    Alarm, AlarmCause, Millis, NewPayment, Reason, Resolution, ResolveError, ResolvedAlarms,
    STORED_METHOD_OF_OPERATORS, Verdict,
};
use crate::port::{Command, Keys, LedgerTransaction, TransactionError, bounded};

/// The result of a decision: done, or refused.
pub(crate) type Resolved = Result<(), ResolveError>;

/// Why a decision is not carried out.
enum Stop {
    Refused(ResolveError),
    Failed(TransactionError),
}

impl<E: Into<ResolveError>> From<E> for Stop {
    fn from(why: E) -> Self {
        Self::Refused(why.into())
    }
}

impl From<TransactionError> for Stop {
    fn from(failure: TransactionError) -> Self {
        Self::Failed(failure)
    }
}

fn resolved<T>(done: Result<T, Stop>) -> Result<Result<T, ResolveError>, TransactionError> {
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(Stop::Refused(why)) => Ok(Err(why)),
        Err(Stop::Failed(failure)) => Err(failure),
    }
}

/// Resolves an alarm. `operation_id` is the operation to credit, if the alarm names none.
pub(crate) fn resolve_alarm(
    seq: i64,
    verdict: Verdict,
    operation_id: Option<OperationId>,
    reason: Reason,
    now: Millis,
) -> Command<Resolved> {
    Command::new(of_alarms(vec![seq]), move |transaction| {
        let done = resolve(transaction, seq, verdict, operation_id, &reason, now);
        resolved(done)
    })
}

/// Credits after all what an alarm is about that was resolved without a credit. The alarm keeps its resolution; the credit
/// has one of its own, beside it.
pub(crate) fn credit_dismissed(
    seq: i64,
    credit: Verdict,
    operation_id: Option<OperationId>,
    reason: Reason,
    now: Millis,
) -> Command<Resolved> {
    let run = move |transaction: &mut dyn LedgerTransaction| {
        let alarm = transaction.alarm(seq)?.ok_or(ResolveError::NoSuchAlarm)?;
        let is_dismissed = |earlier: &Resolution| earlier.verdict.amount().is_none();
        if !alarm.resolution.as_ref().is_some_and(is_dismissed) {
            return Err(ResolveError::NotDismissed.into());
        }
        if credit.amount().is_none() {
            return Err(ResolveError::AlreadyResolved.into());
        }
        // The credit has no link to the alarm. Where the alarm names no operation, the payment says that there was one.
        if let (None, Some(id)) = (alarm.operation_id, &alarm.payment_id)
            && let Some((snapshot, _)) = transaction.payment(id, None)?
            && snapshot.credited_by.is_some()
        {
            return Err(ResolveError::PaymentCredited.into());
        }
        let resolution = decided(transaction, &alarm, credit, operation_id, &reason, now)?;
        Ok(transaction.add_resolution(&resolution)?)
    };
    Command::new(of_alarms(vec![seq]), move |transaction| {
        resolved(run(transaction))
    })
}

fn of_alarms(alarms: Vec<i64>) -> Keys {
    Keys {
        alarms,
        ..Keys::default()
    }
}

/// Resolves alarms together, with a verdict that credits nothing. An alarm that is resolved stays as it is.
pub(crate) fn resolve_alarms(
    seqs: Vec<i64>,
    verdict: Verdict,
    reason: Reason,
    now: Millis,
) -> Command<ResolvedAlarms> {
    Command::new(of_alarms(seqs.clone()), move |transaction| {
        let mut outcome = ResolvedAlarms::default();
        for &seq in &seqs {
            let one = resolve(transaction, seq, verdict, None, &reason, now);
            let list = match resolved(one)? {
                Ok(()) => &mut outcome.resolved,
                Err(ResolveError::NoSuchAlarm) => &mut outcome.not_found,
                // Without a credit, nothing else is refused.
                Err(_) => &mut outcome.already_resolved,
            };
            list.push(seq);
        }
        Ok(outcome)
    })
}

fn resolve(
    transaction: &mut dyn LedgerTransaction,
    seq: i64,
    verdict: Verdict,
    given: Option<OperationId>,
    reason: &Reason,
    now: Millis,
) -> Result<(), Stop> {
    let alarm = transaction.alarm(seq)?.ok_or(ResolveError::NoSuchAlarm)?;
    if alarm.resolution.is_some() {
        return Err(ResolveError::AlreadyResolved.into());
    }
    let resolution = decided(transaction, &alarm, verdict, given, reason, now)?;
    let verdict = resolution.verdict;
    transaction.add_resolution(&Resolution {
        alarm_seq: Some(seq),
        ..resolution
    })?;
    transaction.counts().open_alarms -= 1;
    if let Some(difference) = &alarm.difference {
        reconcile::alarm_resolved(transaction, difference, verdict, reason, now)?;
    }
    Ok(())
}

/// Carries out a verdict about an alarm. The resolution that it returns is to be recorded; it does not name the alarm.
fn decided(
    transaction: &mut dyn LedgerTransaction,
    alarm: &Alarm,
    mut verdict: Verdict,
    given: Option<OperationId>,
    reason: &Reason,
    now: Millis,
) -> Result<Resolution, Stop> {
    let (mut events_before, mut operation_id) = (0, alarm.operation_id);
    if let Some(amount) = verdict.amount() {
        // An alarm about a payout names its payment id, too.
        let payment = match &alarm.payment_id {
            Some(id) if verdict.corrects().is_none() => transaction.payment(id, None)?,
            _ => None,
        };
        let (snapshot, _) = payment.ok_or(ResolveError::NothingToCredit)?;
        let subject = creditable(alarm, given)?;
        let mut events = transaction.events(subject.payment_id)?;
        events_before = events.len() as u64;
        events.retain(|event| {
            (event.project_id, event.operation_id) == (alarm.project_id, Some(subject.operation_id))
        });
        let said = Said {
            events: &events,
            unusable: alarm.amount,
            overrides: matches!(verdict, Verdict::Override(_)),
        };
        verdict = credit(transaction, subject, &snapshot, amount, &said, now)?;
        operation_id = Some(subject.operation_id);
    }
    Ok(Resolution {
        payment_id: alarm.payment_id.clone(),
        operation_id,
        events_before,
        ..Resolution::new(verdict, reason, now)
    })
}

/// What signed callbacks say about the money that an operator credits.
struct Said<'a> {
    events: &'a [OperationEvent],
    /// What the callback of an alarm says that is no event.
    unusable: Option<Money>,
    /// The operator may credit another amount, or once more.
    overrides: bool,
}

impl Said<'_> {
    /// The verdict with this amount: that of a callback or of the payment, or another one that the operator wants.
    fn verdict(&self, amount: Money, of_payment: Option<Money>) -> Result<Verdict, ResolveError> {
        let amounts = self.events.iter().filter_map(|event| event.amount);
        let mut amounts = amounts.chain(self.unusable);
        if of_payment == Some(amount) || amounts.clone().any(|said| said == amount) {
            Ok(Verdict::Credit(amount))
        } else if self.overrides {
            Ok(Verdict::Override(amount))
        } else {
            Err(ResolveError::OtherAmount(amounts.next_back()))
        }
    }
}

/// What an operator credits.
#[derive(Clone, Copy)]
struct Subject<'a> {
    payment_id: &'a PaymentId,
    operation_id: OperationId,
    /// The platform named the operation, and not the operator alone.
    is_named: bool,
    /// See [`AlarmKind::may_be_credited_already`](crate::model::AlarmKind::may_be_credited_already).
    may_be_credited: bool,
}

/// The payment and the operation to credit, when the alarm is about money that came in. `given` is the operation that the
/// operator names.
fn creditable(alarm: &Alarm, given: Option<OperationId>) -> Result<Subject<'_>, ResolveError> {
    let payment_id = alarm.payment_id.as_ref();
    let payment_id = payment_id.filter(|_| alarm.kind.can_be_credited());
    let payment_id = payment_id.ok_or(ResolveError::NothingToCredit)?;
    let named = alarm.operation_id;
    if named.is_some() && given.is_some() && named != given {
        return Err(ResolveError::OtherOperation);
    }
    Ok(Subject {
        payment_id,
        operation_id: named.or(given).ok_or(ResolveError::NoOperation)?,
        is_named: named.is_some(),
        may_be_credited: alarm.kind.may_be_credited_already(),
    })
}

fn credit(
    transaction: &mut dyn LedgerTransaction,
    subject: Subject<'_>,
    snapshot: &PaymentSnapshot,
    amount: Money,
    said: &Said<'_>,
    now: Millis,
) -> Result<Verdict, Stop> {
    let Subject {
        payment_id,
        operation_id,
        is_named,
        may_be_credited,
    } = subject;
    // The credit may be of the very operation that the alarm does not name.
    let is_credited = snapshot.credited_by.is_some();
    if is_credited && !is_named && !may_be_credited {
        return Err(ResolveError::PaymentCredited.into());
    }
    // The entry belongs to the payment's project, also when a callback of another project named the payment.
    let kind = EntryKind::ManualCredit;
    let key = EffectKey::new(snapshot.project_id, operation_id, kind);
    let payment = transaction.payment(payment_id, Some(key))?;
    let (snapshot, mut effects) = payment.ok_or(ResolveError::NothingToCredit)?;
    // An operator may type any amount.
    effects.balance = bounded(transaction.topped_up_to_customer_of(payment_id)?);
    if amount.currency() != snapshot.amount.currency() {
        return Err(ResolveError::OtherCurrency.into());
    }
    let decision = credit_manually(&snapshot, operation_id, amount.minor(), &effects)?;
    let verdict = match (is_credited && may_be_credited, said.overrides) {
        (true, true) => Verdict::Override(amount),
        (true, false) => return Err(ResolveError::NeedsOverride.into()),
        (false, _) => said.verdict(amount, Some(snapshot.amount))?,
    };
    // About early compensations that do not fit the credit.
    for alarm in &decision.alarms {
        let cause = AlarmCause {
            kind: alarm.kind.into(),
            project_id: snapshot.project_id,
            payment_id: Some(payment_id),
            operation_id: alarm.operation_id,
            amount: None,
            reason: None,
            difference: None,
            delivery: None,
            message: None,
        };
        raise(transaction, &cause, now)?;
    }
    callback::write(transaction, payment_id, &snapshot, &decision, now)?;
    Ok(verdict)
}

/// An operator says whose payment the waiting callbacks are about: records the payment, and applies the callbacks to it. With
/// `overrides`, the amount may be another one than the callbacks say.
pub(crate) fn credit_unmatched(
    payment_id: PaymentId,
    customer_id: CustomerId,
    amount: Money,
    overrides: bool,
    reason: Reason,
    now: Millis,
) -> Command<Resolved> {
    let keys = Keys {
        payments: vec![payment_id.clone()],
        announces: true,
        ..Keys::default()
    };
    let run = move |transaction: &mut dyn LedgerTransaction| {
        let waiting = transaction.waiting_event(&payment_id)?;
        let event = waiting.ok_or(ResolveError::NothingWaits)?.event;
        let events = transaction.events(&payment_id)?;
        let said = Said {
            events: &events,
            unusable: None,
            overrides,
        };
        let verdict = said.verdict(amount, None)?;
        let payment = NewPayment {
            id: payment_id.clone(),
            project_id: event.project_id,
            method: STORED_METHOD_OF_OPERATORS.into(),
            customer_id: customer_id.clone(),
            contract_id: None,
            amount,
            flags: Vec::new(),
            created_at: now,
        };
        announce(transaction, &payment, now)?;
        transaction.add_resolution(&Resolution {
            payment_id: Some(payment_id.clone()),
            operation_id: event.operation_id,
            ..Resolution::new(verdict, &reason, now)
        })?;
        Ok(())
    };
    Command::new(keys, move |transaction| resolved(run(transaction)))
}

/// An operator says that the callbacks of an unknown payment are not ours; how many callbacks that resolves.
pub(crate) fn dismiss_unmatched(
    payment_id: PaymentId,
    reason: Reason,
    now: Millis,
) -> Command<usize> {
    let keys = Keys {
        payments: vec![payment_id.clone()],
        // Or the payment could be announced, and its callbacks applied, between the read and the write.
        fills_inbox: true,
        ..Keys::default()
    };
    Command::new(keys, move |transaction| {
        let dismissed = transaction.dismiss_events(&payment_id)?;
        transaction.counts().unmatched -= i64::try_from(dismissed).unwrap_or(i64::MAX);
        if dismissed > 0 {
            transaction.add_resolution(&Resolution {
                payment_id: Some(payment_id.clone()),
                ..Resolution::new(Verdict::Foreign, &reason, now)
            })?;
        }
        Ok(dismissed)
    })
}

/// An operator undoes an entry.
pub(crate) fn correct_entry(seq: i64, reason: Reason, now: Millis) -> Command<Resolved> {
    let keys = Keys {
        entries: vec![seq],
        ..Keys::default()
    };
    let run = move |transaction: &mut dyn LedgerTransaction| {
        let stored = transaction.entry(seq)?.ok_or(ResolveError::NoSuchEntry)?;
        let payment_id = &stored.payment_id;
        let payment = transaction.payment(payment_id, None)?;
        let (snapshot, _) = payment.ok_or(ResolveError::NoSuchEntry)?;
        if let Some(known) = stored.corrected {
            let same = known == reason;
            return Ok(same.then_some(()).ok_or(ResolveError::AlreadyCorrected)?);
        }
        let balance = bounded(transaction.topped_up_to_customer_of(payment_id)?);
        let decision = correct(&snapshot, &stored.entry, balance)?;
        let events_before = transaction.events(payment_id)?.len() as u64;
        for entry in &decision.entries {
            transaction.add_entry(payment_id, snapshot.project_id, entry, Some(seq), now)?;
            let verdict = Verdict::Correct {
                entry: seq,
                amount: Money::new(entry.amount, snapshot.amount.currency()),
            };
            transaction.add_resolution(&Resolution {
                payment_id: Some(payment_id.clone()),
                operation_id: Some(entry.operation_id),
                events_before,
                ..Resolution::new(verdict, &reason, now)
            })?;
        }
        transaction.change_payment(payment_id, &decision.snapshot, now)?;
        Ok(())
    };
    Command::new(keys, move |transaction| resolved(run(transaction)))
}
