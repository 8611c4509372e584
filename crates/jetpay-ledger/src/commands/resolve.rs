//! What an operator decides about an alarm, about callbacks of an unknown payment, or about an entry.

use jetpay_core::Money;
use jetpay_core::id::{CustomerId, OperationId, PaymentId};
use jetpay_rules::{
    EffectKey, EntryKind, OperationEvent, PaymentSnapshot, correct, credit_manually,
};

use super::alarm::raise;
use super::callback;
use super::payment::announce;
use crate::model::{
    Alarm, AlarmCause, Millis, NewPayment, NewResolution, Reason, ResolveError, ResolvedAlarms,
    STORED_METHOD_OF_OPERATORS, Verdict,
};
use crate::port::{Command, Keys, LedgerTransaction, TransactionError, bounded};

/// Resolves an alarm.
pub(crate) struct ResolveAlarm {
    pub(crate) seq: i64,
    pub(crate) verdict: Verdict,
    /// The operation to credit, if the alarm names none.
    pub(crate) operation_id: Option<OperationId>,
    pub(crate) reason: Reason,
    pub(crate) now: Millis,
}

impl Command for ResolveAlarm {
    type Output = Result<(), ResolveError>;

    fn keys(&self, keys: &mut Keys) {
        keys.alarms.push(self.seq);
    }

    fn run(
        &mut self,
        transaction: &mut dyn LedgerTransaction,
    ) -> Result<Self::Output, TransactionError> {
        let Some(alarm) = transaction.alarm(self.seq)? else {
            return Ok(Err(ResolveError::NoSuchAlarm));
        };
        if alarm.resolution.is_some() {
            return Ok(Err(ResolveError::AlreadyResolved));
        }
        let (mut events_before, mut operation_id) = (0, alarm.operation_id);
        let mut verdict = self.verdict;
        if let Some(amount) = verdict.amount() {
            // An alarm about a payout names its payment id, too.
            let payment = match &alarm.payment_id {
                Some(id) if verdict.corrects().is_none() => transaction.payment(id, None)?,
                _ => None,
            };
            let Some((snapshot, _)) = payment else {
                return Ok(Err(ResolveError::NothingToCredit));
            };
            let subject = match creditable(&alarm, self.operation_id) {
                Ok(subject) => subject,
                Err(why) => return Ok(Err(why)),
            };
            let mut events = transaction.events(subject.payment_id)?;
            events_before = events.len() as u64;
            events.retain(|event| {
                (event.project_id, event.operation_id)
                    == (alarm.project_id, Some(subject.operation_id))
            });
            let said = Said {
                events: &events,
                unusable: alarm.amount,
                overrides: matches!(verdict, Verdict::Override(_)),
            };
            match credit(transaction, subject, &snapshot, amount, &said, self.now)? {
                Ok(checked) => verdict = checked,
                Err(why) => return Ok(Err(why)),
            }
            operation_id = Some(subject.operation_id);
        }
        let resolution = NewResolution {
            alarm_seq: Some(self.seq),
            payment_id: alarm.payment_id,
            operation_id,
            verdict,
            reason: self.reason.clone(),
            events_before,
        };
        transaction.add_resolution(&resolution, self.now)?;
        transaction.counts().open_alarms -= 1;
        Ok(Ok(()))
    }
}

/// Resolves alarms together, with a verdict that credits nothing. An alarm that is resolved stays as it is.
pub(crate) struct ResolveAlarms {
    pub(crate) seqs: Vec<i64>,
    pub(crate) verdict: Verdict,
    pub(crate) reason: Reason,
    pub(crate) now: Millis,
}

impl Command for ResolveAlarms {
    type Output = ResolvedAlarms;

    fn keys(&self, keys: &mut Keys) {
        keys.alarms.extend(&self.seqs);
    }

    fn run(
        &mut self,
        transaction: &mut dyn LedgerTransaction,
    ) -> Result<ResolvedAlarms, TransactionError> {
        let mut outcome = ResolvedAlarms::default();
        for &seq in &self.seqs {
            let mut one = ResolveAlarm {
                seq,
                verdict: self.verdict,
                operation_id: None,
                reason: self.reason.clone(),
                now: self.now,
            };
            let list = match one.run(transaction)? {
                Ok(()) => &mut outcome.resolved,
                Err(ResolveError::NoSuchAlarm) => &mut outcome.not_found,
                // Without a credit, nothing else is refused.
                Err(_) => &mut outcome.already_resolved,
            };
            list.push(seq);
        }
        Ok(outcome)
    }
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
) -> Result<Result<Verdict, ResolveError>, TransactionError> {
    let Subject {
        payment_id,
        operation_id,
        is_named,
        may_be_credited,
    } = subject;
    // The credit may be of the very operation that the alarm does not name.
    let is_credited = snapshot.credited_by.is_some();
    if is_credited && !is_named && !may_be_credited {
        return Ok(Err(ResolveError::PaymentCredited));
    }
    // The entry belongs to the payment's project, also when a callback of another project named the payment.
    let kind = EntryKind::ManualCredit;
    let key = EffectKey::new(snapshot.project_id, operation_id, kind);
    let Some((snapshot, mut effects)) = transaction.payment(payment_id, Some(key))? else {
        return Ok(Err(ResolveError::NothingToCredit));
    };
    // An operator may type any amount.
    effects.balance = bounded(transaction.topped_up_to_customer_of(payment_id)?);
    if amount.currency() != snapshot.amount.currency() {
        return Ok(Err(ResolveError::OtherCurrency));
    }
    let decision = match credit_manually(&snapshot, operation_id, amount.minor(), &effects) {
        Ok(decision) => decision,
        Err(why) => return Ok(Err(why.into())),
    };
    let verdict = match (is_credited && may_be_credited, said.overrides) {
        (true, true) => Ok(Verdict::Override(amount)),
        (true, false) => Err(ResolveError::NeedsOverride),
        (false, _) => said.verdict(amount, Some(snapshot.amount)),
    };
    if verdict.is_ok() {
        // About early compensations that do not fit the credit.
        for alarm in &decision.alarms {
            let cause = AlarmCause {
                kind: alarm.kind.into(),
                project_id: snapshot.project_id,
                payment_id: Some(payment_id),
                operation_id: alarm.operation_id,
                amount: None,
                reason: None,
                message: None,
            };
            raise(transaction, &cause, now)?;
        }
        callback::write(transaction, payment_id, &snapshot, &decision, now)?;
    }
    Ok(verdict)
}

/// An operator says whose payment the waiting callbacks are about: records the payment, and applies the callbacks to it.
pub(crate) struct CreditUnmatched {
    pub(crate) payment_id: PaymentId,
    pub(crate) customer_id: CustomerId,
    pub(crate) amount: Money,
    /// The amount may be another one than the callbacks say.
    pub(crate) overrides: bool,
    pub(crate) reason: Reason,
    pub(crate) now: Millis,
}

impl Command for CreditUnmatched {
    type Output = Result<(), ResolveError>;

    fn keys(&self, keys: &mut Keys) {
        keys.payments.push(self.payment_id.clone());
        keys.announces = true;
    }

    fn run(
        &mut self,
        transaction: &mut dyn LedgerTransaction,
    ) -> Result<Self::Output, TransactionError> {
        let Some(waiting) = transaction.waiting_event(&self.payment_id)? else {
            return Ok(Err(ResolveError::NothingWaits));
        };
        let events = transaction.events(&self.payment_id)?;
        let said = Said {
            events: &events,
            unusable: None,
            overrides: self.overrides,
        };
        let verdict = match said.verdict(self.amount, None) {
            Ok(verdict) => verdict,
            Err(why) => return Ok(Err(why)),
        };
        let payment = NewPayment {
            id: self.payment_id.clone(),
            project_id: waiting.event.project_id,
            method: STORED_METHOD_OF_OPERATORS.into(),
            customer_id: self.customer_id.clone(),
            contract_id: None,
            amount: self.amount,
            flags: Vec::new(),
            created_at: self.now,
        };
        let resolution = NewResolution {
            alarm_seq: None,
            payment_id: Some(self.payment_id.clone()),
            operation_id: waiting.event.operation_id,
            verdict,
            reason: self.reason.clone(),
            events_before: 0,
        };
        announce(transaction, &payment, self.now)?;
        transaction.add_resolution(&resolution, self.now)?;
        Ok(Ok(()))
    }
}

/// An operator says that the callbacks of an unknown payment are not ours; how many callbacks that resolves.
pub(crate) struct DismissUnmatched {
    pub(crate) payment_id: PaymentId,
    pub(crate) resolution: NewResolution,
    pub(crate) now: Millis,
}

impl Command for DismissUnmatched {
    type Output = usize;

    fn keys(&self, keys: &mut Keys) {
        keys.payments.push(self.payment_id.clone());
        // Or the payment could be announced, and its callbacks applied, between the read and the write.
        keys.fills_inbox = true;
    }

    fn run(&mut self, transaction: &mut dyn LedgerTransaction) -> Result<usize, TransactionError> {
        let dismissed = transaction.dismiss_events(&self.payment_id)?;
        transaction.counts().unmatched -= i64::try_from(dismissed).unwrap_or(i64::MAX);
        if dismissed > 0 {
            transaction.add_resolution(&self.resolution, self.now)?;
        }
        Ok(dismissed)
    }
}

/// An operator undoes an entry.
pub(crate) struct CorrectEntry {
    pub(crate) seq: i64,
    pub(crate) reason: Reason,
    pub(crate) now: Millis,
}

impl Command for CorrectEntry {
    type Output = Result<(), ResolveError>;

    fn keys(&self, keys: &mut Keys) {
        keys.entries.push(self.seq);
    }

    fn run(
        &mut self,
        transaction: &mut dyn LedgerTransaction,
    ) -> Result<Self::Output, TransactionError> {
        let Some(stored) = transaction.entry(self.seq)? else {
            return Ok(Err(ResolveError::NoSuchEntry));
        };
        let payment_id = &stored.payment_id;
        let Some((snapshot, _)) = transaction.payment(payment_id, None)? else {
            return Ok(Err(ResolveError::NoSuchEntry));
        };
        if let Some(reason) = stored.corrected {
            let same = reason == self.reason.text;
            return Ok(same.then_some(()).ok_or(ResolveError::AlreadyCorrected));
        }
        let balance = bounded(transaction.topped_up_to_customer_of(payment_id)?);
        let decision = match correct(&snapshot, &stored.entry, balance) {
            Ok(decision) => decision,
            Err(why) => return Ok(Err(why.into())),
        };
        let events_before = transaction.events(payment_id)?.len() as u64;
        for entry in &decision.entries {
            let project_id = snapshot.project_id;
            transaction.add_entry(payment_id, project_id, entry, Some(self.seq), self.now)?;
            let resolution = NewResolution {
                alarm_seq: None,
                payment_id: Some(payment_id.clone()),
                operation_id: Some(entry.operation_id),
                verdict: Verdict::Correct {
                    entry: self.seq,
                    amount: Money::new(entry.amount, snapshot.amount.currency()),
                },
                reason: self.reason.clone(),
                events_before,
            };
            transaction.add_resolution(&resolution, self.now)?;
        }
        transaction.change_payment(payment_id, &decision.snapshot, self.now)?;
        Ok(Ok(()))
    }
}
