//! The rule for a credit that a person decided on.

use jetpay_core::id::OperationId;

use super::compensate;
use super::{Decision, Disposition, Effect, NewEntry, Standing, State};
use crate::entry::EntryKind;
use crate::settlement::Unsettled;

/// What follows when a person credits a payment that stands so with `amount` minor units for an operation that did not
/// fit it. `standing.effect` is that of the operation's credit, by a callback or by a person.
///
/// # Errors
/// [`Unsettled`]: an operation is credited once, whoever credits it.
pub fn credit_by_hand(
    standing: &Standing,
    operation_id: OperationId,
    amount: i64,
) -> Result<Decision, Unsettled> {
    if standing.effect != Effect::Free || standing.credited_by == Some(operation_id) {
        return Err(Unsettled::CreditedAlready);
    }
    if amount <= 0 || standing.credited.checked_add(amount).is_none() {
        return Err(Unsettled::NotPositive);
    }
    let state = match standing.state {
        State::PartiallyRefunded | State::Refunded | State::Reversed => State::PartiallyRefunded,
        State::Pending | State::Declined | State::Quarantined | State::Credited => State::Credited,
    };
    let entry = NewEntry {
        kind: EntryKind::SettledCredit,
        amount,
        operation_id,
    };
    let decision = Decision {
        state,
        entries: vec![entry],
        disposition: Disposition::Applied,
        ..Decision::noted(standing)
    };
    Ok(compensate::early(standing, decision))
}
