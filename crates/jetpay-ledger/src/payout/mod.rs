//! Payouts: what is done about one, as pure rules without I/O. A payout is sent once, whatever the network does.
//!
//! The rules are told what came of sending, of asking and of callbacks, and say what follows ([`Change`]): where the payout
//! stands, which step is added to its history, and what is to be done next and when. They hold whatever the order:
//!
//! - money leaves at most once: what was reserved is paid or released, and a payment that is taken back was paid before;
//! - the same id is sent again only after the platform said that it does not know it (3061), that it did not take it (3613,
//!   HTTP 401, 403, 429), or that it ended with `error`;
//! - before a send, what is kept says that its outcome is unknown: whoever comes after a crash asks, and does not send.
//!
//! ```
//! use jetpay_core::{Currency, Money};
//! use jetpay_ledger::Millis;
//! use jetpay_ledger::payout::{Errand, GateAddress, Pace, PayoutState, SendOutcome, Standing};
//!
//! let (gate, pace, now) = (GateAddress::new("https://gate"), Pace::default(), Millis(0));
//! let created = Standing::created(1234.into(), Money::new(10_000, Currency::KZT), now); // 100.00 KZT
//! let (errand, begun) = created.take_up(&gate, now, &pace).expect("a new payout is sent at once");
//! assert_eq!(errand, Some(Errand::Send));
//! assert_eq!(begun.standing.state, PayoutState::Unknown); // until an answer is there
//!
//! let lost = SendOutcome::Unknown { reason: "the connection broke".into() };
//! let waiting = begun.standing.sent(begun.standing.turn, &lost, now, &pace).standing;
//! assert!(waiting.take_up(&gate, Millis(9_999), &pace).is_none());
//! let (errand, _) = waiting.take_up(&gate, Millis(10_000), &pace).expect("then it is asked about");
//! assert_eq!(errand, Some(Errand::Ask));
//! ```

mod address;
mod asked;
mod change;
mod errand;
mod new;
mod pace;
mod sent;
mod settle;
mod shown;
mod standing;
mod step;
#[cfg(test)]
mod tests;
mod told;

pub use address::GateAddress;
pub use asked::{Status, StatusAnswer, StatusOperation};
pub use change::{Change, NewPayoutAlarm, NewStep};
pub use errand::{Errand, TakenUp};
pub use new::{NewPayout, Taken};
pub use pace::Pace;
pub use sent::SendOutcome;
pub use settle::{Ending, Unsettleable};
pub use shown::{Payout, PayoutFilter, PayoutMove, Step};
pub use standing::{Next, Standing};
pub use step::{PayoutEntry, StepKind};
pub use told::News;

use crate::words::closed_words;

closed_words! {
    /// Where a payout stands.
    PayoutState {
        /// Kept, its money reserved; the platform does not have it, so it will be sent, or sent again.
        Created = "created",
        /// It was sent, or was about to be, and nobody knows what came of it: the platform is asked.
        Unknown = "unknown",
        /// The platform has it and works on it.
        Accepted = "accepted",
        /// The money left.
        Paid = "paid",
        /// The platform took it and could not pay: the money was released.
        Declined = "declined",
        /// The platform did not take it: the money was released.
        Rejected = "rejected",
        /// It was paid, and all of it came back.
        Reversed = "reversed",
    }
}

impl PayoutState {
    /// Whether the platform still owes an outcome.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Created | Self::Unknown | Self::Accepted)
    }
}
