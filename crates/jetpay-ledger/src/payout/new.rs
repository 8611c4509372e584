//! A new payout.

use std::borrow::Cow;
use std::fmt;

use jetpay_core::Money;
use jetpay_core::id::{CustomerId, PaymentId, ProjectId};

use crate::model::Millis;

/// A payout to be recorded. The ledger records it and reserves its money before anything is sent.
///
/// The request holds the payer's data; `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPayout {
    /// A fresh id that no payment and no payout has had. A `UUIDv7` text, so that the order of ids is the order of time.
    pub id: PaymentId,
    /// The project that pays.
    pub project_id: ProjectId,
    /// The payment method's name.
    pub method: Cow<'static, str>,
    /// The customer who is paid.
    pub customer_id: CustomerId,
    /// The wallet.
    pub account_number: String,
    /// How much, in minor units: positive.
    pub amount: Money,
    /// The merchant's own id of this request. The same key in the same project is the same payout.
    pub idempotency_key: String,
    /// A digest of the whole request: it distinguishes another request with the same key from a repeat.
    pub fingerprint: String,
    /// The payout is paid from the customer's balance.
    pub from_balance: bool,
    /// The request to send, as JSON without a signature.
    pub request: String,
    /// Now.
    pub created_at: Millis,
}

/// The outcome of a payout request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayoutRequestOutcome {
    /// The payout is recorded, and its money is reserved.
    Created,
    /// The same request came before. Its payout has this id.
    Repeated(PaymentId),
    /// Another request used the key. Its payout has this id.
    KeyConflict(PaymentId),
    /// The customer's balance is too small.
    InsufficientBalance {
        /// How much the customer can spend, in minor units.
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
