//! What happens to a payout: pure rules, without I/O. The service sends a payout once, whatever the network does.
//!
//! The rules take the outcome of a send, a status answer or a callback, and give a [`PayoutDecision`]: the new snapshot, the
//! steps of the history, the alarms, and the next action with its time. They hold in any order:
//!
//! - Money leaves at most once. Reserved money is paid or released, and only a paid payout can be reversed.
//! - The same id is sent again only after the platform said that it does not know the id (3061), that it did not accept the
//!   request (3613, HTTP 401, 403, 429), or that the payout ended with `error`.
//! - A payout that a person sends by a file is never sent by a server: not before the file, unless the platform said that it
//!   does not have it, and not after.
//! - Before a send, the ledger records that the outcome is unknown. After a crash the service queries the status, and does
//!   not send again.
//!
//! ```
//! use jetpay_core::{Currency, Money};
//! use jetpay_ledger::Millis;
//! use jetpay_ledger::payout::{Action, GateAddress, PayoutSnapshot, PayoutState, RetryPolicy, SendOutcome};
//!
//! let (gate, policy, now) = (GateAddress::new("https://gate"), RetryPolicy::default(), Millis(0));
//! let created = PayoutSnapshot::created(1234.into(), Money::new(10_000, Currency::KZT), now); // 100.00 KZT
//! let (action, leased) = created.lease(&gate, now, &policy).expect("a new payout is due at once");
//! assert_eq!(action, Some(Action::Send));
//! assert_eq!(leased.snapshot.state, PayoutState::Unknown); // until an answer comes
//!
//! let lost = SendOutcome::Unknown { reason: "the connection broke".into() };
//! let waiting = leased.snapshot.on_send(leased.snapshot.fencing_token, &lost, now, &policy).snapshot;
//! assert!(waiting.lease(&gate, Millis(9_999), &policy).is_none());
//! let (action, _) = waiting.lease(&gate, Millis(10_000), &policy).expect("the status query is due");
//! assert_eq!(action, Some(Action::QueryStatus));
//! ```

mod by_hand;
mod decision;
mod lease;
mod on_callback;
mod on_send;
mod on_status;
#[expect(clippy::module_inception, reason = "the module of the type")]
mod payout;
mod report;
mod resolve;
mod retry_policy;
mod snapshot;
mod step;

pub use by_hand::{ByHand, ByHandError};
pub use decision::{NewPayoutAlarm, NewPayoutStep, PayoutDecision};
pub use lease::{GateAddress, Lease};
pub use on_send::SendOutcome;
pub use on_status::{Status, StatusAnswer};
pub use payout::{
    NewPayout, Payout, PayoutFilter, PayoutMove, PayoutOrder, PayoutRequestOutcome,
    PayoutRequestText, PayoutStep,
};
pub use report::{PayoutReport, StatusOperation};
pub use resolve::PayoutResolution;
pub use retry_policy::RetryPolicy;
pub(crate) use retry_policy::after;
pub use snapshot::{Action, PayoutSnapshot, PayoutState};
pub use step::{PayoutEntry, StepKind};

#[cfg(test)]
mod tests {
    //! The rules, row by row and in every order.

    mod examples;
    mod given;
    mod histories;
}
