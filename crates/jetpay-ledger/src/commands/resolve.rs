//! What an operator decides about an alarm, or about callbacks of an unknown payment.

use jetpay_core::Money;
use jetpay_core::id::{CustomerId, OperationId, PaymentId};
use jetpay_rules::{EffectKey, EntryKind, credit_manually};

use super::callback;
use super::payment::announce;
use crate::model::{
    Alarm, Millis, NewPayment, NewResolution, Reason, ResolveError, STORED_METHOD_OF_OPERATORS,
    Verdict,
};
use crate::port::{Command, Keys, LedgerTransaction, TransactionError};

/// Resolves an alarm.
pub(crate) struct ResolveAlarm {
    pub(crate) seq: i64,
    pub(crate) verdict: Verdict,
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
        let mut events_before = 0;
        if let Verdict::Credit(amount) = self.verdict {
            let Some((payment_id, operation_id)) = creditable(&alarm) else {
                return Ok(Err(ResolveError::NothingToCredit));
            };
            events_before = transaction.count_events(payment_id)?;
            if let Err(why) = credit(transaction, payment_id, operation_id, amount, self.now)? {
                return Ok(Err(why));
            }
        }
        let resolution = NewResolution {
            alarm_seq: Some(self.seq),
            payment_id: alarm.payment_id,
            operation_id: alarm.operation_id,
            verdict: self.verdict,
            reason: self.reason.clone(),
            events_before,
        };
        transaction.add_resolution(&resolution, self.now)?;
        transaction.counts().open_alarms -= 1;
        Ok(Ok(()))
    }
}

/// The payment and the operation to credit, when the alarm is about money that came in.
fn creditable(alarm: &Alarm) -> Option<(&PaymentId, OperationId)> {
    let subject = alarm.payment_id.as_ref().zip(alarm.operation_id);
    subject.filter(|_| alarm.kind.can_be_credited())
}

fn credit(
    transaction: &mut dyn LedgerTransaction,
    payment_id: &PaymentId,
    operation_id: OperationId,
    amount: Money,
    now: Millis,
) -> Result<Result<(), ResolveError>, TransactionError> {
    let Some((snapshot, _)) = transaction.payment(payment_id, None)? else {
        return Ok(Err(ResolveError::NothingToCredit));
    };
    // The entry belongs to the payment's project, also when a callback of another project named the payment.
    let kind = EntryKind::ManualCredit;
    let key = EffectKey::new(snapshot.project_id, operation_id, kind);
    let Some((snapshot, effects)) = transaction.payment(payment_id, Some(key))? else {
        return Ok(Err(ResolveError::NothingToCredit));
    };
    if amount.currency() != snapshot.amount.currency() {
        return Ok(Err(ResolveError::OtherCurrency));
    }
    let decision = match credit_manually(&snapshot, operation_id, amount.minor(), &effects) {
        Ok(decision) => decision,
        Err(why) => return Ok(Err(why.into())),
    };
    callback::write(transaction, payment_id, &snapshot, &decision, now)?;
    Ok(Ok(()))
}

/// An operator says whose payment the waiting callbacks are about: records the payment, and applies the callbacks to it.
pub(crate) struct CreditUnmatched {
    pub(crate) payment_id: PaymentId,
    pub(crate) customer_id: CustomerId,
    pub(crate) amount: Money,
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
            verdict: Verdict::Credit(self.amount),
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
