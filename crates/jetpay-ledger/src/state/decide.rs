//! The rules for a fact, and those for sales.

use jetpay_core::status::{OperationType, PaymentStatus, StatusClass};

use super::compensate;
use super::{Decision, Disposition, Effect, Fact, NewEntry, Standing, State};
use crate::alarm::AlarmKind;
use crate::entry::EntryKind;

/// What follows from `fact` for a payment that stands so.
///
/// The same fact come again must not be decided anew: whoever stores facts keeps each once. Decided all the same, it
/// moves no money.
#[must_use]
pub fn decide(standing: &Standing, fact: &Fact) -> Decision {
    let quarantined = |why| Decision::quarantined(standing, fact.operation_id, why);
    if fact.is_payout() {
        return quarantined(AlarmKind::PayoutForTopUp);
    }
    if fact.project_id != standing.project_id {
        return quarantined(AlarmKind::ProjectDiffers);
    }
    if fact.payment_status.class() == StatusClass::PartiallyPaid {
        return quarantined(AlarmKind::PartiallyPaid);
    }
    let succeeded = fact.operation_status.class() == StatusClass::Succeeded;
    let failed = fact.payment_status.class() == StatusClass::Failed;
    match &fact.operation_type {
        OperationType::Sale if failed && (!succeeded || standing.state.was_credited()) => {
            decline(standing, fact)
        }
        OperationType::Sale if succeeded => sale(standing, fact),
        OperationType::ManualChange if succeeded => compensate::by_hand(standing, fact),
        OperationType::Capture | OperationType::Recurring if succeeded => {
            Decision::noted(standing).with_alarm(fact.operation_id, AlarmKind::UnexpectedOperation)
        }
        _ => match fact.effect() {
            Some(kind) if succeeded => compensate::by_operation(standing, fact, kind),
            _ => Decision::noted(standing),
        },
    }
}

/// A sale that succeeded.
fn sale(standing: &Standing, fact: &Fact) -> Decision {
    let noted = Decision::noted(standing);
    match standing.credited_by {
        Some(operation_id) if operation_id == fact.operation_id => return noted,
        Some(_) => return noted.with_alarm(fact.operation_id, AlarmKind::SecondSale),
        None => {}
    }
    if fact.payment_status != PaymentStatus::Success {
        return noted.with_alarm(fact.operation_id, AlarmKind::SaleWithoutSuccess);
    }
    match mismatch(standing, fact) {
        Some(why) => Decision::quarantined(standing, fact.operation_id, why),
        None => credit(standing, fact),
    }
}

/// What of a sale's money does not fit the payment.
fn mismatch(standing: &Standing, fact: &Fact) -> Option<AlarmKind> {
    if fact.amount.currency() != standing.amount.currency() {
        return Some(AlarmKind::CurrencyDiffers);
    }
    if fact.amount != standing.amount {
        return Some(AlarmKind::AmountDiffers);
    }
    // Here is impossible without a credit, and then it must not be made twice either.
    (standing.effect != Effect::Free).then_some(AlarmKind::OperationOfAnotherPayment)
}

/// From whatever state: the money is there.
fn credit(standing: &Standing, fact: &Fact) -> Decision {
    let entry = NewEntry {
        kind: EntryKind::Credit,
        amount: standing.amount.minor(),
        operation_id: fact.operation_id,
    };
    let decision = Decision {
        state: State::Credited,
        entries: vec![entry],
        disposition: Disposition::Applied,
        ..Decision::noted(standing)
    };
    if standing.early.is_empty() {
        decision
    } else {
        compensate::early(standing, decision)
    }
}

/// A sale whose payment failed for good.
fn decline(standing: &Standing, fact: &Fact) -> Decision {
    let noted = Decision::noted(standing);
    match standing.state {
        State::Pending => Decision {
            state: State::Declined,
            disposition: Disposition::Applied,
            ..noted
        },
        State::Declined | State::Quarantined => noted,
        State::Credited | State::PartiallyRefunded | State::Refunded | State::Reversed => {
            noted.with_alarm(fact.operation_id, AlarmKind::DeclineAfterCredit)
        }
    }
}
