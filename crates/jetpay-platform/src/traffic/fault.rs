//! What can go wrong between the platform and a merchant, each with its name.

use std::fmt;

/// Something that goes wrong on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// A callback that was delivered comes again.
    Repeat,
    /// The same callback comes several times at once.
    AtOnce,
    /// An old intermediate callback, or a decline, comes after the final one.
    Reorder,
    /// The callback comes minutes after `check_deposit`.
    Late,
    /// A callback with somebody else's signature.
    BadSignature,
    /// A callback whose amount was changed after it was signed.
    Tampered,
    /// A signed callback of a payment that nobody announced.
    UnknownPayment,
    /// `verify` of a customer who is none.
    UnknownCustomer,
    /// A body that is not JSON.
    Garbage,
    /// A signed callback of another amount than was announced.
    WrongAmount,
    /// A callback whose body arrives piece by piece.
    Slow,
    /// A callback whose sender is gone before the answer.
    Cut,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Repeat,
        Self::AtOnce,
        Self::Reorder,
        Self::Late,
        Self::BadSignature,
        Self::Tampered,
        Self::UnknownPayment,
        Self::UnknownCustomer,
        Self::Garbage,
        Self::WrongAmount,
        Self::Slow,
        Self::Cut,
    ];

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Repeat => "repeat",
            Self::AtOnce => "at-once",
            Self::Reorder => "reorder",
            Self::Late => "late",
            Self::BadSignature => "bad-signature",
            Self::Tampered => "tampered",
            Self::UnknownPayment => "unknown-payment",
            Self::UnknownCustomer => "unknown-customer",
            Self::Garbage => "garbage",
            Self::WrongAmount => "wrong-amount",
            Self::Slow => "slow",
            Self::Cut => "cut",
        }
    }

    /// The fault with this name, when there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
