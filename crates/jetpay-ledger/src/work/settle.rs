//! What a person decides about an alarm, or about callbacks of an unknown payment.

use jetpay_core::Money;
use jetpay_core::id::{CustomerId, OperationId, PaymentId};

use super::payment::announce;
use super::{Books, Failure, Keys, Subject, Work, callback};
use crate::alarm::Alarm;
use crate::entry::EntryKind;
use crate::millis::Millis;
use crate::payment::NewPayment;
use crate::settlement::{NewSettlement, Unsettled, Verdict};
use crate::state::credit_by_hand;

/// Settles an alarm.
pub(crate) struct SettleAlarm {
    pub(crate) seq: i64,
    pub(crate) verdict: Verdict,
    pub(crate) reason: String,
    pub(crate) now: Millis,
}

impl Work for SettleAlarm {
    type Done = Result<(), Unsettled>;

    fn keys(&self, keys: &mut Keys) {
        keys.alarms.push(self.seq);
    }

    fn run(&mut self, books: &mut dyn Books) -> Result<Self::Done, Failure> {
        let Some(alarm) = books.alarm(self.seq)? else {
            return Ok(Err(Unsettled::NoSuchAlarm));
        };
        if alarm.settlement.is_some() {
            return Ok(Err(Unsettled::SettledAlready));
        }
        let mut events_before = 0;
        if let Verdict::Credit(amount) = self.verdict {
            let Some((payment_id, operation_id)) = creditable(&alarm) else {
                return Ok(Err(Unsettled::NothingToCredit));
            };
            events_before = books.events(payment_id)?;
            let subject = Subject {
                payment_id,
                project_id: alarm.project_id,
                operation_id,
                kind: Some(EntryKind::SettledCredit),
            };
            if let Err(why) = credit(books, subject, amount, self.now)? {
                return Ok(Err(why));
            }
        }
        let settlement = NewSettlement {
            alarm_seq: Some(self.seq),
            payment_id: alarm.payment_id,
            operation_id: alarm.operation_id,
            verdict: self.verdict,
            reason: self.reason.clone(),
            events_before,
        };
        books.settle(&settlement, self.now)?;
        books.counts().open_alarms -= 1;
        Ok(Ok(()))
    }
}

/// The payment and the operation that a credit would be for, when the alarm is of money that came in.
fn creditable(alarm: &Alarm) -> Option<(&PaymentId, OperationId)> {
    let subject = alarm.payment_id.as_ref().zip(alarm.operation_id);
    subject.filter(|_| alarm.kind.can_be_credited())
}

fn credit(
    books: &mut dyn Books,
    subject: Subject<'_>,
    amount: Money,
    now: Millis,
) -> Result<Result<(), Unsettled>, Failure> {
    let Some(standing) = books.standing(subject)? else {
        return Ok(Err(Unsettled::NothingToCredit));
    };
    // The entry is the payment's project's, also when another one's callback named the payment.
    let subject = Subject {
        project_id: standing.project_id,
        ..subject
    };
    let Some(standing) = books.standing(subject)? else {
        return Ok(Err(Unsettled::NothingToCredit));
    };
    if amount.currency() != standing.amount.currency() {
        return Ok(Err(Unsettled::OtherCurrency));
    }
    let decision = match credit_by_hand(&standing, subject.operation_id, amount.minor()) {
        Ok(decision) => decision,
        Err(why) => return Ok(Err(why)),
    };
    callback::write(books, subject, &standing, &decision, now)?;
    let after = standing.with(&decision);
    callback::change(books, subject.payment_id, &standing, &after, now)?;
    Ok(Ok(()))
}

/// Says whose payment it is that callbacks tell of and nobody announced: it is recorded, and what waits for it applied.
pub(crate) struct CreditUnmatched {
    pub(crate) payment_id: PaymentId,
    pub(crate) customer_id: CustomerId,
    pub(crate) amount: Money,
    pub(crate) reason: String,
    pub(crate) now: Millis,
}

impl Work for CreditUnmatched {
    type Done = Result<(), Unsettled>;

    fn keys(&self, keys: &mut Keys) {
        keys.payments.push(self.payment_id.clone());
        keys.announces = true;
    }

    fn run(&mut self, books: &mut dyn Books) -> Result<Self::Done, Failure> {
        let Some(waiting) = books.waiting(&self.payment_id)? else {
            return Ok(Err(Unsettled::NothingWaits));
        };
        let payment = NewPayment {
            id: self.payment_id.clone(),
            project_id: waiting.fact.project_id,
            method: "settled".into(),
            customer_id: self.customer_id.clone(),
            contract_id: None,
            amount: self.amount,
            flags: Vec::new(),
            created_at: self.now,
        };
        let settlement = NewSettlement {
            alarm_seq: None,
            payment_id: Some(self.payment_id.clone()),
            operation_id: Some(waiting.fact.operation_id),
            verdict: Verdict::Credit(self.amount),
            reason: self.reason.clone(),
            events_before: 0,
        };
        announce(books, &payment, self.now)?;
        books.settle(&settlement, self.now)?;
        Ok(Ok(()))
    }
}
