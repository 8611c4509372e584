//! Entries: the movements of money, which are only ever added.

use jetpay_core::id::OperationId;

use crate::closed_words;

closed_words! {
    /// What moved the money.
    EntryKind {
        /// A sale: plus. A payment has at most one.
        Credit = "credit",
        /// An operator credited an operation that did not fit the payment: plus.
        ManualCredit = "manual_credit",
        /// Minus.
        Refund = "refund",
        /// Minus.
        Reversal = "reversal",
        /// A refund that the platform reversed: plus.
        RefundReverse = "refund_reverse",
        /// The platform's staff declared the payment failed: minus all that remained.
        ManualChange = "manual_change",
    }
}

impl EntryKind {
    /// Whether it gives the customer money that the payer paid.
    #[must_use]
    pub const fn is_credit(self) -> bool {
        matches!(self, Self::Credit | Self::ManualCredit)
    }
}

/// An entry to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// What moved the money.
    pub kind: EntryKind,
    /// How much, in minor units of the payment's currency, signed: a credit is positive, a refund negative.
    pub amount: i64,
    /// The operation that moved it.
    pub operation_id: OperationId,
}
