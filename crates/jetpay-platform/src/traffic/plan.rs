//! What happens to one top-up, said beforehand.

use std::time::Duration;

use jetpay_core::Money;

use super::fault::Fault;
use crate::top_up::CallbackKind;

/// A top-up from the payer's first look to its last callback. Times are the platform's; a runner may hurry.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// Which one it is, from 1.
    pub number: u64,
    /// How long after the one before it begins, in thousandths of the time that the rate leaves on average.
    pub pause_per_mille: u32,
    /// By which of the routes.
    pub route: usize,
    /// Which of the customers.
    pub customer: usize,
    /// How much is paid.
    pub amount: Money,
    /// The payer mistypes first: `verify` of a customer who is none, made with this number.
    pub mistyped: Option<u32>,
    /// One `verify` after each of these waits, at least one.
    pub verifies: Vec<Duration>,
    /// What is told after `check_deposit`, in turn; without any the payer goes away before.
    pub tellings: Vec<Telling>,
    /// What callbacks carry as `account.number`, which says nothing.
    pub account: u32,
}

/// One thing that is told of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Telling {
    /// How long after what was told before, or after `check_deposit`.
    pub after: Duration,
    /// What is done.
    pub act: Act,
    /// Which fault it is; none where all goes as it should.
    pub fault: Option<Fault>,
}

/// What is done to tell something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Act {
    /// A callback is sent, and again until it is acknowledged.
    Tell(CallbackKind),
    /// The same so often at once.
    AtOnce(CallbackKind, u8),
    /// The same, the first time with a body that takes so long.
    Slowly(CallbackKind, Duration),
    /// A callback is sent, and nobody waits for the answer.
    Cut(CallbackKind),
    /// A signed callback of this amount instead.
    WrongAmount(Money),
    /// A success that somebody else signed.
    BadSignature,
    /// A success with ten times the amount, under the signature of the right one.
    Tampered,
    /// A success of a payment that nobody announced.
    UnknownPayment,
    /// No JSON.
    Garbage,
}

impl Plan {
    /// Whether the payer goes away without paying.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.tellings.is_empty()
    }

    /// The faults that befall it.
    pub fn faults(&self) -> impl Iterator<Item = Fault> {
        let mistyped = self.mistyped.map(|_| Fault::UnknownCustomer);
        mistyped
            .into_iter()
            .chain(self.tellings.iter().filter_map(|telling| telling.fault))
    }
}
