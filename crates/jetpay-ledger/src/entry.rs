//! Entries: the movements of money, only ever added.

use jetpay_core::Money;
use jetpay_core::id::{CustomerId, OperationId, PaymentId, ProjectId};
use serde::Serialize;

use crate::millis::Millis;
use crate::words::closed_words;

closed_words! {
    /// What moved the money.
    EntryKind {
        /// A sale: plus. At most one in a payment.
        Credit = "credit",
        /// A person settled an alarm with a credit: plus.
        SettledCredit = "settled_credit",
        /// Minus.
        Refund = "refund",
        /// Minus.
        Reversal = "reversal",
        /// A refund that was taken back: plus.
        RefundReverse = "refund_reverse",
        /// The platform's people declared the payment failed: minus all that remained.
        ManualChange = "manual_change",
    }
}

impl EntryKind {
    /// Whether it gives the customer money that was paid.
    #[must_use]
    pub const fn is_credit(self) -> bool {
        matches!(self, Self::Credit | Self::SettledCredit)
    }
}

/// One movement of money on a customer's account. The sum of a customer's entries is the balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The order of commit, from 1 and growing: whoever has read up to here has missed nothing before.
    pub seq: i64,
    /// What moved the money.
    pub kind: EntryKind,
    /// The payment.
    pub payment_id: PaymentId,
    /// The platform's operation; with the project and the kind, what makes the entry unique.
    pub operation_id: OperationId,
    /// The project.
    pub project_id: ProjectId,
    /// The payment method's name, as it was recorded with the payment.
    pub method: String,
    /// Whose account.
    pub customer_id: CustomerId,
    /// How much, in minor units, signed: a credit is positive, a refund negative. In JSON, `amount` and `currency`.
    #[serde(flatten)]
    pub amount: Money,
    /// When it was stored.
    pub time: Millis,
}
