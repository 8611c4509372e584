//! Alarms: what a person must look at.

use jetpay_core::id::{OperationId, PaymentId, ProjectId};
use serde::Serialize;

use crate::millis::Millis;
use crate::settlement::Settlement;
use crate::state::Fact;
use crate::words::closed_words;

closed_words! {
    /// Why a person must look.
    AlarmKind {
        /// The callback is of another project than the payment.
        ProjectDiffers = "project_differs",
        /// Its amount differs from the payment's, or cannot be one.
        AmountDiffers = "amount_differs",
        /// Its currency differs from the payment's.
        CurrencyDiffers = "currency_differs",
        /// Less came in than was asked for.
        PartiallyPaid = "partially_paid",
        /// A second sale succeeded under one payment: perhaps the payer paid twice.
        SecondSale = "second_sale",
        /// A decline came after the credit: ask the platform for the status.
        DeclineAfterCredit = "decline_after_credit",
        /// The sale succeeded, yet the payment's status is not success, and it was never credited.
        SaleWithoutSuccess = "sale_without_success",
        /// A refund or reversal of more than remains, or a refund taken back that was never made.
        CompensationTooLarge = "compensation_too_large",
        /// The platform's people changed the payment by hand.
        ManualChange = "manual_change",
        /// A payout's callback names a top-up.
        PayoutForTopUp = "payout_for_top_up",
        /// A top-up's callback names a payout.
        TopUpForPayout = "top_up_for_payout",
        /// The platform gave no outcome of a payout in time. It is still asked; do not assume that it failed.
        PayoutOverdue = "payout_overdue",
        /// A payout succeeded after it had failed, and after its money was released: was it paid a second time elsewhere?
        PaidAfterRelease = "paid_after_release",
        /// A failure came after the payout had been paid: ask the platform.
        DeclineAfterPaid = "decline_after_paid",
        /// The platform took a payout whose money had been released: it may be paid yet.
        AcceptedAfterRelease = "accepted_after_release",
        /// What the platform says of a payout does not fit together: failed and paid at once, or refused after it was taken.
        PayoutContradicts = "payout_contradicts",
        /// A payout was sent to another Gate than the one that this service is configured for.
        PayoutOfAnotherGate = "payout_of_another_gate",
        /// A second operation paid the same payout.
        SecondPayout = "second_payout",
        /// The operation has moved another payment's money already.
        OperationOfAnotherPayment = "operation_of_another_payment",
        /// An operation succeeded that moves money, and that a top-up should not have.
        UnexpectedOperation = "unexpected_operation",
        /// The same fact came again with another type, amount or currency.
        ContradictoryRepeat = "contradictory_repeat",
        /// A signed callback is not usable: a field is missing, or it was cut anew.
        Unusable = "unusable",
    }
}

/// Something that a person must look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alarm {
    /// The order in which they were raised.
    pub seq: i64,
    /// Why.
    pub kind: AlarmKind,
    /// The project that signed.
    pub project_id: ProjectId,
    /// The payment, where it is known.
    pub payment_id: Option<PaymentId>,
    /// The operation, where it is known.
    pub operation_id: Option<OperationId>,
    /// What is wrong, where the kind does not say it all.
    pub reason: Option<String>,
    /// When.
    pub time: Millis,
    /// What a person decided about it.
    pub settlement: Option<Settlement>,
}

/// Which alarms to read: the newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlarmFilter {
    /// Only those that nobody has settled, or only those that somebody has.
    pub settled: Option<bool>,
    /// Older than this one: the last of the page before.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: usize,
}

impl Default for AlarmFilter {
    fn default() -> Self {
        Self {
            settled: None,
            before: None,
            limit: 100,
        }
    }
}

/// An alarm to be raised.
#[derive(Clone, Copy, Debug)]
pub struct Cause<'a> {
    /// Why.
    pub kind: AlarmKind,
    /// The project that signed.
    pub project_id: ProjectId,
    /// The payment, where it is known.
    pub payment_id: Option<&'a PaymentId>,
    /// The operation, where it is known.
    pub operation_id: Option<OperationId>,
    /// What is wrong, where the kind does not say it all.
    pub reason: Option<&'a str>,
    /// The bytes of a message that is stored nowhere else.
    pub body: Option<&'a [u8]>,
}

impl<'a> Cause<'a> {
    /// An alarm because of a fact, which is stored with its bytes.
    #[must_use]
    pub const fn of(kind: AlarmKind, fact: &'a Fact) -> Self {
        Self {
            kind,
            project_id: fact.project_id,
            payment_id: Some(&fact.payment_id),
            operation_id: Some(fact.operation_id),
            reason: None,
            body: None,
        }
    }
}

impl AlarmKind {
    /// Whether it may be of money that the customer should have: a person can settle it with a credit. A refund taken back
    /// that came before its refund is one that looked too large.
    #[must_use]
    pub const fn can_be_credited(self) -> bool {
        matches!(
            self,
            Self::ProjectDiffers
                | Self::AmountDiffers
                | Self::CurrencyDiffers
                | Self::PartiallyPaid
                | Self::SecondSale
                | Self::SaleWithoutSuccess
                | Self::OperationOfAnotherPayment
                | Self::UnexpectedOperation
                | Self::CompensationTooLarge
        )
    }
}
