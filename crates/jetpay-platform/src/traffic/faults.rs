//! What can go wrong between the platform and a merchant, and how often.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use fastrand::Rng;
use thiserror::Error;

/// The default share of a fault, per mille.
const USUAL: u16 = 50;
const ALL: u16 = 1000;

/// The share of each fault: so many of 1000 top-ups that are paid have it. `unknown-customer` counts among all top-ups.
///
/// ```
/// use jetpay_platform::traffic::{Fault, Faults};
///
/// let faults: Faults = "all=10,repeat=200,cut=0".parse()?;
/// assert_eq!(faults.share(Fault::Repeat), 200);
/// assert_eq!(faults.share(Fault::Cut), 0);
/// assert_eq!(faults.share(Fault::Late), 10);
/// assert_eq!("none".parse(), Ok(Faults::default()));
/// # Ok::<(), jetpay_platform::traffic::FaultsError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(BTreeMap<Fault, u16>);

/// The text does not name faults.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FaultsError {
    /// The fault does not exist.
    #[error("there is no fault `{0}`; there are: {names}, or all, or none", names = names())]
    Unknown(String),
    /// A share is not a number from 0 to 1000.
    #[error("`{0}`: a share is a number from 0 to 1000, of 1000 top-ups")]
    Share(String),
}

impl Faults {
    /// Sets the share of a fault, per mille. The maximum is 1000.
    #[must_use]
    pub fn with(mut self, fault: Fault, per_mille: u16) -> Self {
        match per_mille.min(ALL) {
            0 => self.0.remove(&fault),
            share => self.0.insert(fault, share),
        };
        self
    }

    /// The share of a fault, per mille.
    #[must_use]
    pub fn share(&self, fault: Fault) -> u16 {
        self.0.get(&fault).copied().unwrap_or_default()
    }

    /// The faults with a share above 0.
    pub fn iter(&self) -> impl Iterator<Item = (Fault, u16)> {
        self.0.iter().map(|(fault, share)| (*fault, *share))
    }

    /// The faults of one top-up. Every fault draws a random number, so changing the share of one fault does not change
    /// the others.
    pub(super) fn chosen(&self, chance: &mut Rng) -> Vec<Fault> {
        let mut chosen = Fault::ALL.to_vec();
        chosen.retain(|fault| chance.u16(0..ALL) < self.share(*fault));
        chosen
    }
}

impl FromStr for Faults {
    type Err = FaultsError;

    /// Reads `NAME[=PER_MILLE],...`. `all` names every fault; `none` removes all faults that were named before.
    fn from_str(text: &str) -> Result<Self, FaultsError> {
        let mut faults = Self::default();
        for item in text.split(',').map(str::trim) {
            let (name, share) = match item.split_once('=') {
                None => (item, USUAL),
                Some((name, share)) => {
                    let share = share.parse().ok().filter(|share| *share <= ALL);
                    (
                        name,
                        share.ok_or_else(|| FaultsError::Share(item.to_owned()))?,
                    )
                }
            };
            let all = || Fault::ALL.into_iter();
            faults = match (name, Fault::named(name)) {
                ("all", _) => all().fold(faults, |faults, fault| faults.with(fault, share)),
                ("none", _) if !item.contains('=') => Self::default(),
                (_, Some(fault)) => faults.with(fault, share),
                (_, None) => return Err(FaultsError::Unknown(name.to_owned())),
            };
        }
        Ok(faults)
    }
}

fn names() -> String {
    Fault::ALL.map(Fault::name).join(", ")
}

impl fmt::Display for Faults {
    /// The format that [`FromStr`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items: Vec<String> = self
            .iter()
            .map(|(fault, share)| format!("{fault}={share}"))
            .collect();
        if items.is_empty() {
            return f.write_str("none");
        }
        f.write_str(&items.join(","))
    }
}

/// A fault that traffic makes on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// A callback is sent again after it was acknowledged.
    Repeat,
    /// The same callback is sent several times at once.
    AtOnce,
    /// An old `processing` or decline callback comes after the final one.
    Reorder,
    /// The callback comes minutes after `check_deposit`.
    Late,
    /// A callback is signed with a wrong secret.
    BadSignature,
    /// The amount of a callback was changed after it was signed.
    Tampered,
    /// A signed callback names an unknown payment.
    UnknownPayment,
    /// `verify` names an unknown customer.
    UnknownCustomer,
    /// A body that is not JSON.
    Garbage,
    /// A signed callback has another amount than the announced one.
    WrongAmount,
    /// The body of a callback arrives in pieces.
    Slow,
    /// The sender of a callback disconnects before the answer.
    Cut,
}

impl Fault {
    /// All faults.
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

    /// The fault with this name, if there is one.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_faults_are_read_again() {
        for text in [
            "none",
            "repeat=50",
            "repeat=1,cut=1000",
            "at-once=7,late=3,garbage=50",
        ] {
            assert_eq!(text.parse::<Faults>().unwrap().to_string(), text);
        }
        let all: Faults = "all".parse().unwrap();
        assert!(all.iter().eq(Fault::ALL.map(|fault| (fault, USUAL))));
        assert_eq!("all,none".parse(), Ok(Faults::default()));
    }

    #[test]
    fn unknown_fault_and_wrong_share_are_named_in_the_error() {
        let error = |text: &str| text.parse::<Faults>().unwrap_err();
        assert_eq!(error("slow,fast"), FaultsError::Unknown("fast".into()));
        assert_eq!(error(""), FaultsError::Unknown(String::new()));
        assert_eq!(error("none=5"), FaultsError::Unknown("none".into()));
        for text in ["slow=1001", "slow=-1", "slow=", "slow=0.5", "all=x"] {
            assert_eq!(error(text), FaultsError::Share(text.into()));
        }
        assert!(error("fast").to_string().contains("at-once, reorder"));
    }
}
