//! Callbacks: the fact, its state change, its entries and its alarms, in one transaction.

use jetpay_core::Callback;
use jetpay_core::id::PaymentId;

use super::alarm::raise;
use super::{Books, Failure, Kept, Keys, Subject, Work, payout};
use crate::alarm::{AlarmKind, Cause};
use crate::millis::Millis;
use crate::recorded::Recorded;
use crate::state::{Decision, Disposition, Fact, Standing, State, decide};

/// Stores what a callback says, and does what follows from it.
pub(crate) struct RecordCallback {
    pub(crate) callback: Callback,
    pub(crate) fact: Fact,
    pub(crate) now: Millis,
}

impl Work for RecordCallback {
    type Done = Recorded;

    fn keys(&self, keys: &mut Keys) {
        keys.payments.push(self.fact.payment_id.clone());
        let operation = (self.fact.project_id, self.fact.operation_id);
        keys.operations.push(operation);
        if self.fact.is_payout() {
            keys.payouts.push(self.fact.payment_id.clone());
        }
    }

    fn run(&mut self, books: &mut dyn Books) -> Result<Recorded, Failure> {
        let Self {
            callback,
            fact,
            now,
        } = self;
        let Some(standing) = books.standing(Subject::from(&*fact))? else {
            return match books.payout(&fact.payment_id)? {
                Some(row) => payout::callback(books, row, callback, fact, *now),
                None => unmatched(books, callback, fact, *now),
            };
        };
        // Deciding first costs little, and tells what the event is to be stored as. A repeat is then forgotten.
        let decision = decide(&standing, fact);
        if books.add_event(callback, decision.disposition.into(), *now)? {
            follow(books, &standing, fact, &decision, *now)?;
            return Ok(decision.disposition.into());
        }
        repeated(books, callback, fact, *now)
    }
}

/// A fact that came again changes nothing; one that says something else about the money is kept for a person.
pub(super) fn repeated(
    books: &mut dyn Books,
    callback: &Callback,
    fact: &Fact,
    now: Millis,
) -> Result<Recorded, Failure> {
    if books.stored(fact)?.agrees {
        return Ok(Recorded::Repeated);
    }
    let contradiction = Cause {
        reason: Some("contradicts what came before"),
        body: Some(&callback.body),
        ..Cause::of(AlarmKind::ContradictoryRepeat, fact)
    };
    raise(books, &contradiction, now)?;
    Ok(Recorded::Quarantined)
}

/// Keeps a callback without a payment, once.
fn unmatched(
    books: &mut dyn Books,
    callback: &Callback,
    fact: &Fact,
    now: Millis,
) -> Result<Recorded, Failure> {
    if books.add_event(callback, Kept::Unmatched, now)? {
        books.counts().unmatched += 1;
        return Ok(Recorded::Unmatched);
    }
    let dismissed = books.stored(fact)?.kept == Kept::Dismissed;
    Ok(if dismissed {
        Recorded::Repeated
    } else {
        Recorded::Unmatched
    })
}

/// Applies what waits in the inbox for a payment that was just recorded.
pub(super) fn match_waiting(
    books: &mut dyn Books,
    payment_id: &PaymentId,
    now: Millis,
) -> Result<(), Failure> {
    while let Some(waiting) = books.waiting(payment_id)? {
        let fact = &waiting.fact;
        let Some(standing) = books.standing(fact.into())? else {
            return Ok(());
        };
        let decision = decide(&standing, fact);
        books.place(fact, decision.disposition.into())?;
        books.counts().unmatched -= i64::from(waiting.kept == Kept::Unmatched);
        follow(books, &standing, fact, &decision, now)?;
    }
    Ok(())
}

/// Does what was decided about a fact.
fn follow(
    books: &mut dyn Books,
    standing: &Standing,
    fact: &Fact,
    decision: &Decision,
    now: Millis,
) -> Result<(), Failure> {
    let own = i64::from(decision.disposition == Disposition::Quarantined);
    books.counts().quarantined += own;
    write(books, fact.into(), standing, decision, now)?;
    for alarm in &decision.alarms {
        let cause = Cause {
            operation_id: Some(alarm.operation_id),
            ..Cause::of(alarm.kind, fact)
        };
        raise(books, &cause, now)?;
    }
    let after = standing.after(fact, decision);
    change(books, &fact.payment_id, standing, &after, now)
}

/// Writes the entries of a decision, and what it released.
pub(super) fn write(
    books: &mut dyn Books,
    subject: Subject<'_>,
    standing: &Standing,
    decision: &Decision,
    now: Millis,
) -> Result<(), Failure> {
    for entry in &decision.entries {
        books.add_entry(subject.payment_id, standing.project_id, entry, now)?;
    }
    for released in &decision.released {
        books.release(subject.payment_id, released)?;
        let quarantined = released.disposition == Disposition::Quarantined;
        books.counts().quarantined += i64::from(quarantined);
    }
    Ok(())
}

/// Writes how the payment stands now, if that is otherwise than before.
pub(super) fn change(
    books: &mut dyn Books,
    payment_id: &PaymentId,
    before: &Standing,
    after: &Standing,
    now: Millis,
) -> Result<(), Failure> {
    if after != before {
        books.change_payment(payment_id, after, now)?;
    }
    let pending = |state| i64::from(state == State::Pending);
    books.counts().pending += pending(after.state) - pending(before.state);
    Ok(())
}

impl From<Disposition> for Recorded {
    fn from(disposition: Disposition) -> Self {
        match disposition {
            Disposition::Applied => Self::Applied,
            Disposition::Noted | Disposition::Early => Self::Noted,
            Disposition::Quarantined => Self::Quarantined,
        }
    }
}
