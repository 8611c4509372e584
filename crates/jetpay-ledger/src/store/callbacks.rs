//! Callbacks: the fact, its state change, its entries and its alarms, in one transaction.

use jetpay_core::Callback;

use super::{Transaction, alarms, entries, events, inbox, payments, quarantine};
use crate::millis::Millis;
use crate::recorded::Recorded;
use crate::state::{Decision, Disposition, Fact, Standing, State, decide};

/// Stores what a callback says, and does what follows from it.
pub(crate) fn record(
    transaction: &mut Transaction<'_>,
    callback: &Callback,
    now: Millis,
) -> rusqlite::Result<Recorded> {
    let fact = Fact::from(callback);
    let Some(standing) = payments::standing(transaction, &fact)? else {
        return inbox::keep(transaction, callback, &fact, now);
    };
    // Deciding first costs little, and tells what the event is to be stored as. A repeat is then forgotten.
    let decision = decide(&standing, &fact);
    if events::add(transaction, callback, decision.disposition.as_str(), now)? {
        follow(transaction, &standing, &fact, &decision, now)?;
        return Ok(decision.disposition.into());
    }
    if events::stored(transaction, &fact)?.agrees {
        return Ok(Recorded::Repeated);
    }
    let subject = Some((&fact.payment_id, fact.operation_id));
    quarantine::keep_contradiction(transaction, fact.project_id, &callback.body, subject, now)?;
    Ok(Recorded::Quarantined)
}

/// Applies what waits in the inbox for a payment that was just recorded.
pub(super) fn match_waiting(
    transaction: &mut Transaction<'_>,
    payment_id: &str,
    now: Millis,
) -> rusqlite::Result<()> {
    while let Some((seq, counted, fact)) = events::waiting(transaction, payment_id)? {
        let Some(standing) = payments::standing(transaction, &fact)? else {
            return Ok(());
        };
        let decision = decide(&standing, &fact);
        events::settle(transaction, seq, decision.disposition)?;
        transaction.counts.unmatched -= i64::from(counted);
        follow(transaction, &standing, &fact, &decision, now)?;
    }
    Ok(())
}

/// Does what was decided.
fn follow(
    transaction: &mut Transaction<'_>,
    standing: &Standing,
    fact: &Fact,
    decision: &Decision,
    now: Millis,
) -> rusqlite::Result<()> {
    for entry in &decision.entries {
        entries::add(transaction, fact, entry, now)?;
    }
    for released in &decision.released {
        events::release(transaction, fact, released)?;
    }
    for alarm in &decision.alarms {
        let subject = Some((&fact.payment_id, alarm.operation_id));
        alarms::raise(transaction, alarm.kind, fact.project_id, subject, now)?;
    }
    let after = standing.after(fact, decision);
    if after != *standing {
        payments::change(transaction, fact, &after, now)?;
    }
    let pending = |state| i64::from(state == State::Pending);
    transaction.counts.pending += pending(after.state) - pending(standing.state);
    let own = i64::from(decision.disposition == Disposition::Quarantined);
    let early = decision
        .released
        .iter()
        .filter(|released| released.disposition == Disposition::Quarantined);
    transaction.counts.quarantined += own + i64::try_from(early.count()).unwrap_or(i64::MAX);
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
