//! What a callback means for a payment: pure rules, without I/O.
//!
//! [`decide`] takes a payment as it stands and a fact, and says what follows: the state, the entries, the alarms. It
//! holds whatever the order of the facts and however often they come:
//!
//! - at most one credit in a payment, and the sum of its entries is between nothing and its amount;
//! - a payment that was credited never becomes pending, declined or quarantined again;
//! - a refund that comes before its credit waits, and is applied together with it.
//!
//! ```
//! use jetpay_core::{Currency, Money};
//! use jetpay_ledger::EntryKind;
//! use jetpay_ledger::state::{Disposition, Fact, Standing, State, decide};
//!
//! let amount = Money::new(100_000, Currency::KZT); // 1 000.00 KZT
//! let pending = Standing::pending(1234.into(), amount);
//! let sale = Fact {
//!     project_id: 1234.into(),
//!     payment_id: "payment_47".try_into()?,
//!     payment_type: None,
//!     payment_status: jetpay_core::status::PaymentStatus::Success,
//!     operation_id: 2802000002.into(),
//!     operation_type: jetpay_core::status::OperationType::Sale,
//!     operation_status: jetpay_core::status::OperationStatus::Success,
//!     amount,
//! };
//! let decision = decide(&pending, &sale);
//! assert_eq!(decision.state, State::Credited);
//! assert_eq!((decision.entries[0].kind, decision.entries[0].amount), (EntryKind::Credit, 100_000));
//!
//! let credited = pending.after(&sale, &decision);
//! assert_eq!(decide(&credited, &sale).disposition, Disposition::Noted); // the same again: no second credit
//! # Ok::<(), jetpay_core::id::InvalidId>(())
//! ```

mod compensate;
mod decide;
mod decision;
#[cfg(test)]
mod exhaustive;
mod fact;
#[cfg(test)]
mod given;
#[cfg(test)]
mod model;
#[cfg(test)]
mod properties;
mod settle;
mod standing;
#[cfg(test)]
mod tests;

pub use decide::decide;
pub use decision::{Decision, Disposition, NewAlarm, NewEntry, Released};
pub use fact::Fact;
pub use settle::credit_by_hand;
pub use standing::{Early, Effect, Standing};

use crate::words::closed_words;

closed_words! {
    /// Where a payment stands.
    State {
        /// Announced; no outcome yet. It stays so for ever if none comes.
        Pending = "pending",
        /// The customer has the money, all that was credited.
        Credited = "credited",
        /// The platform says that it failed. A late success still credits.
        Declined = "declined",
        /// Something came that does not fit it: a person must look. A fitting success still credits.
        Quarantined = "quarantined",
        /// A part was taken back.
        PartiallyRefunded = "partially_refunded",
        /// All was taken back, at last by a refund.
        Refunded = "refunded",
        /// All was taken back, at last by a reversal or by hand.
        Reversed = "reversed",
    }
}

impl State {
    /// Whether the customer was ever credited.
    #[must_use]
    pub const fn was_credited(self) -> bool {
        match self {
            Self::Pending | Self::Declined | Self::Quarantined => false,
            Self::Credited | Self::PartiallyRefunded | Self::Refunded | Self::Reversed => true,
        }
    }
}
