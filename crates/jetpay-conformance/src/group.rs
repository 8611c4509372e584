//! What checks are about: the chapters of a report.

use serde::Serialize;

/// What a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Group {
    /// The shape of answers: fields, types, places. First, since what is wrong here makes much else fail.
    Shape,
    /// What the documents show.
    Documented,
    /// Who has signed.
    Signatures,
    /// What a signature does not protect.
    Malleability,
    /// The same again.
    Idempotence,
    /// Which callbacks move money, and how much.
    Money,
    /// Callbacks in any order.
    Order,
    /// Signed requests with a field that is wrong, and bodies that cannot be read.
    BadInput,
    /// Sizes, scripts, connections, HTTP.
    Robustness,
    /// How long answers take.
    Time,
}

impl Group {
    /// All, in the order of a report.
    pub const ALL: [Self; 10] = [
        Self::Shape,
        Self::Documented,
        Self::Signatures,
        Self::Malleability,
        Self::Idempotence,
        Self::Money,
        Self::Order,
        Self::BadInput,
        Self::Robustness,
        Self::Time,
    ];

    /// Its heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Documented => "Documented exchanges",
            Self::Shape => "The shape of answers",
            Self::Signatures => "Signatures",
            Self::Malleability => "What a signature does not protect",
            Self::Idempotence => "The same again",
            Self::Money => "Which callbacks move money",
            Self::Order => "Callbacks in any order",
            Self::BadInput => "Bad input",
            Self::Robustness => "Robustness",
            Self::Time => "Time",
        }
    }
}
