//! What travels between platform and merchant.

use std::fmt;

use crate::chance::Chance;
use crate::clock::{DAY, HOUR, MINUTE};
use crate::weather::Weather;

/// A message, by what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Message {
    /// `verify` of this top-up.
    Verify(usize),
    /// `check_deposit` of this top-up.
    CheckDeposit(usize),
    /// A callback with this fact, in one of the ways in which it is written.
    Callback { fact: usize, writing: usize },
    /// The merchant's people take over the payment of this top-up from an older system.
    Import(usize),
    /// The merchant's people say that the payment of this top-up is not theirs.
    Dismiss(usize),
}

/// When the copies of a message arrive, counted from now; none when it is lost. Those of a callback may be held on the way.
pub(crate) fn copies(chance: &mut Chance, weather: &Weather, callback: bool) -> Vec<i64> {
    let mut copies = Vec::with_capacity(2);
    if !chance.happens(weather.request_lost) {
        copies.push(chance.between(weather.way.clone()));
    }
    if chance.happens(weather.doubled)
        && let Some(first) = copies.first()
    {
        copies.push(first + chance.among(&[0, 0, 1, 50]));
    }
    if callback && chance.happens(weather.held) {
        let longest = chance.among(&[10 * MINUTE, 8 * HOUR, 47 * DAY]);
        copies.push(chance.between(MINUTE..=longest));
    }
    copies
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verify(_) => f.write_str("verify"),
            Self::CheckDeposit(_) => f.write_str("check_deposit"),
            Self::Callback { fact, writing } => {
                write!(f, "callback of fact {fact} in writing {writing}")
            }
            Self::Import(_) => f.write_str("import"),
            Self::Dismiss(_) => f.write_str("dismissal"),
        }
    }
}
