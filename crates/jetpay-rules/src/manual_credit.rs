//! The rules for what an operator decides: a credit, and the correction of an entry.

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
    /// The amount is zero or negative.
    #[error("the amount to credit must be positive, in minor units")]
    NotPositive,
    /// The sum of the payment's credits would be larger than 64 bits hold.
    #[error("with this credit the sum of the payment's credits would not fit 64 bits")]
    CreditsOverflow,
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
    if amount <= 0 {
        return Err(ManualCreditError::NotPositive);
    }
    if snapshot.credited.checked_add(amount).is_none() {
        return Err(ManualCreditError::CreditsOverflow);
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

/// Why an operator's correction was refused. Nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CorrectionError {
    /// The entry is a correction itself.
    #[error("this entry is a correction: a correction is not corrected")]
    OfCorrection,
    /// The money of the entry was moved again since, such as by a refund of the credit.
    #[error(
        "later entries of this payment moved this money again: correct those first, or leave this entry as it is"
    )]
    MovedSince,
    /// The customer's balance would be larger than 64 bits hold.
    #[error("with this correction the customer's balance would not fit 64 bits")]
    BalanceOverflow,
}

/// What follows when an operator corrects `entry`, an entry of this payment: an entry with the other sign. Keep the corrected
/// entry with it under a unique key: an entry is corrected at most once. `balance` is the customer's, in minor units, as in
/// [`Effects::balance`].
///
/// The operation of the entry stays used: a repeated callback does not make its entry again, and a refund of a corrected
/// credit raises [`CompensationTooLarge`](crate::AlarmKind::CompensationTooLarge), because the money is taken already.
///
/// # Errors
/// [`CorrectionError`].
pub fn correct(
    snapshot: &PaymentSnapshot,
    entry: &NewEntry,
    balance: i64,
) -> Result<Decision, CorrectionError> {
    if entry.kind == EntryKind::Correction {
        return Err(CorrectionError::OfCorrection);
    }
    let moved = || CorrectionError::MovedSince;
    let amount = entry.amount.checked_neg().ok_or_else(moved)?;
    let within = |sum: &i64| (0..=snapshot.credited).contains(sum);
    let remaining = snapshot.remaining.checked_add(amount).filter(within);
    let refunded = match entry.kind {
        EntryKind::Refund | EntryKind::RefundReverse => {
            snapshot.refunded.checked_sub(amount).filter(within)
        }
        _ => Some(snapshot.refunded),
    };
    let (remaining, refunded) = remaining.zip(refunded).ok_or_else(moved)?;
    let state = match remaining {
        _ if remaining == snapshot.credited => PaymentState::Credited,
        0 => PaymentState::Reversed,
        _ => PaymentState::PartiallyRefunded,
    };
    let correction = NewEntry {
        kind: EntryKind::Correction,
        amount,
        operation_id: entry.operation_id,
    };
    let mut decision = Decision::noted(snapshot).with_entry(correction, state);
    decision.snapshot.refunded = refunded;
    if decision.overflows(balance) {
        return Err(CorrectionError::BalanceOverflow);
    }
    Ok(decision)
}
