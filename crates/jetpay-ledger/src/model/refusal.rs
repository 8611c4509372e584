//! Why a decision of an operator was refused.

use jetpay_core::Money;
use jetpay_rules::{CorrectionError, ManualCreditError};
use thiserror::Error;

use super::numbers::Millis;

/// In characters.
pub(super) const LONGEST_REASON: usize = 2000;

/// Why a resolution was refused. Nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// No alarm has this number.
    #[error("there is no such alarm")]
    NoSuchAlarm,
    /// The alarm was resolved before.
    #[error("this alarm is resolved already")]
    AlreadyResolved,
    /// The alarm is open, or was resolved with a credit: there is no dismissal to undo.
    #[error("this alarm was not resolved without a credit: there is nothing to undo here")]
    NotDismissed,
    /// The operator wants to credit several alarms at once.
    #[error(
        "a credit resolves one alarm, because each has an amount of its own: resolve such alarms one at a time"
    )]
    CreditOfMany,
    /// The alarm is not about money that came in for a payment of ours.
    #[error(
        "this alarm is not about money that came in for a known payment: dismiss it, or call it foreign"
    )]
    NothingToCredit,
    /// The payment cannot be credited so.
    #[error(transparent)]
    ManualCredit(#[from] ManualCreditError),
    /// The alarm names no operation, and the operator named none.
    #[error(
        "this alarm names no operation: give the id of the operation to credit, as the platform's account shows it"
    )]
    NoOperation,
    /// The alarm names another operation than the operator.
    #[error("this alarm names another operation: leave the operation out")]
    OtherOperation,
    /// The payment is credited, and the alarm does not say that it is about another operation.
    #[error(
        "the payment is credited already, and this alarm may be about the same operation: dismiss it"
    )]
    PaymentCredited,
    /// The payment is credited, the alarm may be about the same money, and the operator did not override that.
    #[error("the payment is credited already, and this alarm may be about the same money")]
    NeedsOverride,
    /// The payment has another currency.
    #[error("the payment has another currency")]
    OtherCurrency,
    /// Neither a signed callback nor the payment has this amount, and the operator did not override that.
    #[error(
        "the amount is neither what the callback says{} nor what the payment says",
        .0.map(|amount| format!(" ({amount})")).unwrap_or_default()
    )]
    OtherAmount(
        /// What the callback says, if it says an amount.
        Option<Money>,
    ),
    /// No entry has this number.
    #[error("there is no entry with this number")]
    NoSuchEntry,
    /// The entry was corrected before, for another reason or by another person.
    #[error("this entry is corrected already")]
    AlreadyCorrected,
    /// The entry cannot be corrected.
    #[error(transparent)]
    Correction(#[from] CorrectionError),
    /// No callback waits for this payment.
    #[error("no callback waits for this payment")]
    NothingWaits,
    /// No payment has this id.
    #[error("there is no payment with this id")]
    NoSuchPayment,
    /// The platform's status answer changes nothing in the ledger.
    #[error("the ledger has all that the platform says about this payment")]
    NothingToConfirm,
    /// No such item of a delivery waits.
    #[error("no such entry waits at this endpoint: `jetpay deliver status` lists those that wait")]
    NotWaiting,
    /// The item is held until then: an attempt that began before may be under way.
    #[error(
        "this item is held now, and is not sent any more; an attempt to send it may be under way: skip it again after {0}"
    )]
    Held(Millis),
    /// No server has delivered anything to an endpoint of this name.
    #[error("there is no endpoint with this name yet")]
    NoSuchStream,
    /// A delivery would leave out entries.
    #[error(
        "that lies beyond what this endpoint has: entries would be left out; skip them one by one if that is what you want"
    )]
    BeyondCursor,
    /// No payout has this id.
    #[error("there is no payout with this id")]
    NoSuchPayout,
    /// The payout has an outcome.
    #[error("this payout has ended already")]
    PayoutEnded,
    /// The payout was never sent, so it cannot have been paid.
    #[error("this payout was never sent, so it cannot have been paid: it can be declined")]
    NeverSent,
    /// The service is sending the payout.
    #[error("this payout is being sent right now: try again in two minutes")]
    BeingSent,
    /// No difference has this id.
    #[error("there is no such difference")]
    NoSuchDifference,
    /// The difference is not open: an operator resolved it, or a later reconciliation no longer found it.
    #[error(
        "this difference is not open: it was resolved, or a later reconciliation no longer found it"
    )]
    DifferenceNotOpen,
    /// The reason has no character that a person sees.
    #[error("a reason is needed")]
    NoReason,
    /// The reason is too long.
    #[error("the reason is longer than {} characters", LONGEST_REASON)]
    ReasonTooLong,
}

/// A name for each refusal, without its values.
macro_rules! names {
    ($($why:pat => $name:literal,)+) => {
        impl ResolveError {
            /// All names that [`name`](Self::name) gives.
            pub const NAMES: &[&str] = &[$($name),+];

            /// A name for the refusal, without its values: for texts in other languages.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    $($why => $name,)+
                }
            }
        }
    };
}

names! {
    Self::NoSuchAlarm => "no-such-alarm",
    Self::AlreadyResolved => "already-resolved",
    Self::NotDismissed => "not-dismissed",
    Self::CreditOfMany => "credit-of-many",
    Self::NothingToCredit => "nothing-to-credit",
    Self::ManualCredit(ManualCreditError::AlreadyCredited) => "operation-credited",
    Self::ManualCredit(ManualCreditError::NotPositive) => "not-positive",
    Self::ManualCredit(ManualCreditError::CreditsOverflow) => "credits-overflow",
    Self::ManualCredit(ManualCreditError::BalanceOverflow) => "credit-overflows-balance",
    Self::ManualCredit(_) => "no-credit",
    Self::NoOperation => "no-operation",
    Self::OtherOperation => "other-operation",
    Self::PaymentCredited => "payment-credited",
    Self::NeedsOverride => "needs-override",
    Self::OtherCurrency => "other-currency",
    Self::OtherAmount(None) => "other-amount",
    Self::OtherAmount(Some(_)) => "other-amount-than",
    Self::NoSuchEntry => "no-such-entry",
    Self::AlreadyCorrected => "already-corrected",
    Self::Correction(CorrectionError::OfCorrection) => "of-correction",
    Self::Correction(CorrectionError::MovedSince) => "moved-since",
    Self::Correction(CorrectionError::BalanceOverflow) => "correction-overflows-balance",
    Self::Correction(_) => "no-correction",
    Self::NothingWaits => "nothing-waits",
    Self::NoSuchPayment => "no-such-payment",
    Self::NothingToConfirm => "nothing-to-confirm",
    Self::NotWaiting => "not-waiting",
    Self::Held(_) => "held",
    Self::NoSuchStream => "no-such-stream",
    Self::BeyondCursor => "beyond-cursor",
    Self::NoSuchPayout => "no-such-payout",
    Self::PayoutEnded => "payout-ended",
    Self::NeverSent => "never-sent",
    Self::BeingSent => "being-sent",
    Self::NoSuchDifference => "no-such-difference",
    Self::DifferenceNotOpen => "difference-not-open",
    Self::NoReason => "no-reason",
    Self::ReasonTooLong => "reason-too-long",
}
