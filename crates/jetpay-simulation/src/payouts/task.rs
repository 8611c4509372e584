//! What a server is doing: a future that waits for the store or for the Gate.

use std::pin::Pin;
use std::sync::Arc;

use jetpay_ledger::payout::{Lease, PayoutRequestOutcome, PayoutResolution};
use jetpay_ledger::{Error, Millis};
use jetpay_server::payouts::Driven;

/// What it is about.
#[derive(Clone, Debug)]
pub(super) enum About {
    /// The merchant asks for this wish's payout.
    Ask { wish: usize, other: bool },
    /// A payout is taken up.
    TakeUp,
    /// An errand of the payout with this id.
    Errand(Arc<str>),
    /// A callback with this fact.
    Callback(usize),
    /// A person ends the payout of this wish.
    Settle(usize, PayoutResolution),
    /// Payers are forgotten.
    Forget,
    /// A customer tops up.
    TopUp,
}

/// What came of it.
pub(super) enum Done {
    Asked(Result<PayoutRequestOutcome, Error>),
    Lease(Result<Option<(Lease, Millis)>, Error>),
    Driven(Driven),
    Replied(u16),
    /// A write of people.
    Written(Result<(), Error>),
}

pub(super) type Doing = Pin<Box<dyn Future<Output = Done>>>;

pub(super) struct Task {
    pub(super) about: About,
    pub(super) doing: Doing,
    /// The store failed meanwhile: it may fail, too.
    pub(super) excused: bool,
}
