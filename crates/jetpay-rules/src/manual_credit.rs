//! The rule for a credit that an operator decided on.

use jetpay_core::id::OperationId;
use thiserror::Error;

use crate::compensate;
use crate::decision::{Decision, NewEntry};
use crate::effects::{Effect, Effects};
use crate::snapshot::PaymentSnapshot;
use crate::words::{EntryKind, PaymentState};

/// Why an operator's credit was refused. Nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ManualCreditError {
    /// A callback or an operator has credited the operation already.
    #[error("this operation has credited a payment already")]
    AlreadyCredited,
    /// The amount is zero, negative, or too large to be counted.
    #[error("the amount to credit must be positive, in minor units")]
    NotPositive,
    /// The customer's balance would be larger than 64 bits hold.
    #[error("with this credit the customer's balance would not fit 64 bits")]
    BalanceOverflow,
}

/// What follows when an operator credits this payment with `amount` minor units, for an operation that did not fit it.
/// `effects.operation` is the effect of the operation's credit, by a callback or by an operator.
///
/// # Errors
/// [`ManualCreditError`].
pub fn credit_manually(
    snapshot: &PaymentSnapshot,
    operation_id: OperationId,
    amount: i64,
    effects: &Effects,
) -> Result<Decision, ManualCreditError> {
    if effects.operation != Effect::None || snapshot.credited_by == Some(operation_id) {
        return Err(ManualCreditError::AlreadyCredited);
    }
    if amount <= 0 || snapshot.credited.checked_add(amount).is_none() {
        return Err(ManualCreditError::NotPositive);
    }
    let state = match snapshot.state {
        PaymentState::PartiallyRefunded | PaymentState::Refunded | PaymentState::Reversed => {
            PaymentState::PartiallyRefunded
        }
        PaymentState::Pending
        | PaymentState::Declined
        | PaymentState::Quarantined
        | PaymentState::Credited => PaymentState::Credited,
    };
    let entry = NewEntry {
        kind: EntryKind::ManualCredit,
        amount,
        operation_id,
    };
    let credit = Decision::noted(snapshot).with_entry(entry, state);
    let decision = compensate::release_early(credit, effects);
    if decision.overflows(effects.balance) {
        return Err(ManualCreditError::BalanceOverflow);
    }
    Ok(decision)
}
