//! A payout to be taken.

use std::borrow::Cow;
use std::fmt;

use jetpay_core::Money;
use jetpay_core::id::{CustomerId, PaymentId, ProjectId};

use crate::millis::Millis;

/// A payout to be taken: it is kept and its money reserved before anything is sent.
///
/// The request holds the payer's data; `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPayout {
    /// A fresh id, never used before, neither for a payment. A `UUIDv7` text, so that the order of ids is that of time.
    pub id: PaymentId,
    /// The project that pays.
    pub project_id: ProjectId,
    /// The payment method's name.
    pub method: Cow<'static, str>,
    /// Who is paid.
    pub customer_id: CustomerId,
    /// The wallet.
    pub account_number: String,
    /// How much, in minor units: positive.
    pub amount: Money,
    /// The merchant's own id of this wish: the same key in the same project is the same payout.
    pub idempotency_key: String,
    /// What tells another wish under the same key from the same one: a digest of all that was asked for.
    pub fingerprint: String,
    /// It is taken from the customer's balance.
    pub from_balance: bool,
    /// The request as it is sent each time, as JSON without a signature.
    pub request: String,
    /// Now.
    pub created_at: Millis,
}

/// What became of a payout that was to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is kept, its money is reserved.
    New,
    /// It was taken before, under this id.
    Before(PaymentId),
    /// Another payout has its key.
    KeyOfAnother(PaymentId),
    /// The customer's balance does not suffice.
    BalanceTooSmall {
        /// What can be spent, in minor units.
        available: i64,
    },
}

impl fmt::Debug for NewPayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPayout")
            .field("id", &self.id)
            .field("project_id", &self.project_id)
            .field("amount", &self.amount)
            .finish_non_exhaustive()
    }
}
