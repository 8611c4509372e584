//! What was odd about a top-up that the merchant accepted.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A flag on a payment. At a kiosk the cash is in the machine before `check_deposit`, so the merchant accepts an odd top-up
/// and flags it.
///
/// Serialises as its word. The set is open: an unknown word is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Flag {
    /// `over_limit`: outside the method's limits.
    OverLimit,
    /// `unknown_contract`: the customer is known, the contract is not.
    UnknownContract,
    /// `closed_contract`: the contract was not payable.
    ClosedContract,
    /// Another word. Made by [`from_word`](Self::from_word) only.
    Other(Box<str>),
}

impl Flag {
    /// The flag of this word.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "over_limit" => Self::OverLimit,
            "unknown_contract" => Self::UnknownContract,
            "closed_contract" => Self::ClosedContract,
            other => Self::Other(other.into()),
        }
    }

    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::OverLimit => "over_limit",
            Self::UnknownContract => "unknown_contract",
            Self::ClosedContract => "closed_contract",
            Self::Other(word) => word,
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Flag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|word| Self::from_word(&word))
    }
}

#[cfg(test)]
mod tests {
    use super::Flag;

    #[test]
    fn every_word_survives_a_round_trip() {
        for word in [
            "over_limit",
            "unknown_contract",
            "closed_contract",
            "blue_moon",
        ] {
            let json = format!("\"{word}\"");
            let flag: Flag = serde_json::from_str(&json).unwrap();
            assert_eq!(flag.as_str(), word);
            assert_eq!(serde_json::to_string(&flag).unwrap(), json);
        }
    }
}
