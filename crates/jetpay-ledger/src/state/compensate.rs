//! The rules for money that is taken back.

use jetpay_core::status::StatusClass;

use super::{Decision, Disposition, Effect, Fact, NewEntry, Released, Standing, State};
use crate::alarm::AlarmKind;
use crate::entry::EntryKind;

/// A refund, a reversal, or a refund taken back, that succeeded.
pub(super) fn by_operation(standing: &Standing, fact: &Fact, kind: EntryKind) -> Decision {
    let quarantined = |why| Decision::quarantined(standing, fact.operation_id, why);
    match standing.effect {
        Effect::Here => return Decision::noted(standing),
        Effect::Elsewhere => return quarantined(AlarmKind::OperationOfAnotherPayment),
        Effect::Free => {}
    }
    let amount = fact.amount.minor();
    if fact.amount.currency() != standing.amount.currency() {
        return quarantined(AlarmKind::CurrencyDiffers);
    }
    if amount <= 0 {
        return quarantined(AlarmKind::AmountDiffers);
    }
    if standing.credited_by.is_none() {
        // What exceeds the whole payment will not fit after the credit either.
        let possible = amount <= standing.amount.minor();
        return if possible {
            wait(standing, fact, kind)
        } else {
            quarantined(AlarmKind::CompensationTooLarge)
        };
    }
    match step(standing, kind, amount) {
        Some(step) => applied(standing, fact, kind, step),
        None => quarantined(AlarmKind::CompensationTooLarge),
    }
}

/// The platform's people changed the payment: to failed takes back what remains; all else is for our people alone.
pub(super) fn by_hand(standing: &Standing, fact: &Fact) -> Decision {
    let kind = EntryKind::ManualChange;
    let failed = fact.payment_status.class() == StatusClass::Failed;
    let decision = match standing.effect {
        Effect::Here => return Decision::noted(standing),
        Effect::Elsewhere => {
            return Decision::quarantined(
                standing,
                fact.operation_id,
                AlarmKind::OperationOfAnotherPayment,
            );
        }
        Effect::Free if !failed => Decision::noted(standing),
        Effect::Free if fact.amount.currency() != standing.amount.currency() => {
            return Decision::quarantined(standing, fact.operation_id, AlarmKind::CurrencyDiffers);
        }
        Effect::Free if standing.credited_by.is_none() => wait(standing, fact, kind),
        Effect::Free => match step(standing, kind, fact.amount.minor()) {
            Some(step) => applied(standing, fact, kind, step),
            None => Decision::noted(standing),
        },
    };
    decision.with_alarm(fact.operation_id, AlarmKind::ManualChange)
}

/// Adds to a credit the compensations that waited for it: what takes money first, so that a refund taken back finds
/// its refund, and a manual change last, since it takes what is left.
pub(super) fn early(standing: &Standing, credit: Decision) -> Decision {
    let mut now = standing.with(&credit);
    let mut decision = credit;
    let mut waiting = standing.early.clone();
    waiting.sort_by_key(|early| match early.kind {
        EntryKind::RefundReverse => 1,
        EntryKind::ManualChange => 2,
        EntryKind::Credit | EntryKind::SettledCredit | EntryKind::Refund | EntryKind::Reversal => 0,
    });
    for early in waiting {
        let step = step(&now, early.kind, early.amount).filter(|_| !early.elsewhere);
        let disposition = if let Some((amount, state)) = step {
            decision.entries.push(NewEntry {
                kind: early.kind,
                amount,
                operation_id: early.operation_id,
            });
            decision.state = state;
            now.remaining += amount;
            Disposition::Applied
        } else if early.kind == EntryKind::ManualChange && !early.elsewhere {
            // Nothing remained to be taken; its alarm was raised when it came.
            Disposition::Noted
        } else {
            let elsewhere = early.elsewhere;
            let why = if elsewhere {
                AlarmKind::OperationOfAnotherPayment
            } else {
                AlarmKind::CompensationTooLarge
            };
            decision = decision.with_alarm(early.operation_id, why);
            Disposition::Quarantined
        };
        decision.released.push(Released {
            operation_id: early.operation_id,
            kind: early.kind,
            disposition,
        });
    }
    decision
}

/// The signed amount and the state that follow, in minor units; none when more would be taken than remains, or more
/// given back than was taken.
fn step(standing: &Standing, kind: EntryKind, amount: i64) -> Option<(i64, State)> {
    let (fits, amount) = match kind {
        EntryKind::Refund | EntryKind::Reversal => (amount <= standing.remaining, -amount),
        EntryKind::RefundReverse => (amount <= standing.taken_back(), amount),
        EntryKind::ManualChange => (standing.remaining > 0, -standing.remaining),
        EntryKind::Credit | EntryKind::SettledCredit => (false, amount),
    };
    let remaining = standing.remaining.checked_add(amount).filter(|_| fits)?;
    let state = match kind {
        _ if remaining == standing.credited => State::Credited,
        _ if remaining > 0 => State::PartiallyRefunded,
        EntryKind::Reversal | EntryKind::ManualChange => State::Reversed,
        EntryKind::Refund
        | EntryKind::RefundReverse
        | EntryKind::Credit
        | EntryKind::SettledCredit => State::Refunded,
    };
    Some((amount, state))
}

fn applied(
    standing: &Standing,
    fact: &Fact,
    kind: EntryKind,
    (amount, state): (i64, State),
) -> Decision {
    let entry = NewEntry {
        kind,
        amount,
        operation_id: fact.operation_id,
    };
    Decision {
        state,
        entries: vec![entry],
        disposition: Disposition::Applied,
        ..Decision::noted(standing)
    }
}

/// Until the credit comes. The same compensation may come under several statuses of the payment; it waits once.
fn wait(standing: &Standing, fact: &Fact, kind: EntryKind) -> Decision {
    let waits = standing
        .early
        .iter()
        .any(|early| (early.operation_id, early.kind) == (fact.operation_id, kind));
    let disposition = if waits {
        Disposition::Noted
    } else {
        Disposition::Early
    };
    Decision {
        disposition,
        ..Decision::noted(standing)
    }
}
