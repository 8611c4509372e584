//! The rules by which other implementations make the string to sign, as data.
//!
//! Source: the platform's published SDKs for Go, Java and Python, and mistakes that are easily made.

use thiserror::Error;

/// A rule that is not the platform's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum OtherRule {
    /// `path:value` lines are sorted.
    #[error("whole `path:value` lines are sorted instead of the paths")]
    LinesSorted,
    /// A `:` in a key is as any other character.
    #[error("a `:` in a key is not doubled")]
    ColonsSingle,
    /// A `:` is doubled in the keys of the outermost object only.
    #[error("a `:` in a nested key is not doubled")]
    ColonsDoubledAtTop,
    /// A `signature` inside an array is signed.
    #[error("`signature` inside arrays is kept")]
    SignatureInArraysKept,
    /// Below an object with a `signature` all others are signed, `general:signature` for one.
    #[error("`signature` is kept below an object that has one, such as in `general`")]
    DeeperSignatureKept,
    /// `frame_mode` is signed.
    #[error("`frame_mode` is kept")]
    FrameModeKept,
    /// `true` and `false` instead of `1` and `0`.
    #[error("booleans are `true` and `false` instead of `1` and `0`")]
    BooleansAsWords,
    /// `null` gives nothing.
    #[error("`null` is left out")]
    NullsSkipped,
    /// `path:null`.
    #[error("`null` is the word `null` instead of an empty value")]
    NullsAsWord,
    /// Numbers with a fraction have all their digits.
    #[error("numbers with a fraction have all their digits instead of 14")]
    FloatsShortest,
    /// Numbers are signed as they stand in the JSON, `10.0` for one.
    #[error("numbers are signed as they are written")]
    NumbersAsWritten,
    /// Texts are signed with their JSON escapes.
    #[error("texts are signed with their JSON escapes")]
    TextsAsWritten,
    /// The Go SDK's.
    #[error("the Go SDK's")]
    Go,
    /// The Java SDK's.
    #[error("the Java SDK's")]
    Java,
    /// The Python SDK's.
    #[error("the Python SDK's")]
    Python,
}

/// A way to make the string to sign.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    pub(super) sort: Sort,
    pub(super) colons: Colons,
    pub(super) signatures: Signatures,
    pub(super) frame_mode_kept: bool,
    pub(super) booleans: [&'static str; 2],
    /// `None` leaves the path out.
    pub(super) null: Option<&'static str>,
    pub(super) numbers: Numbers,
    pub(super) texts: Texts,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Natural,
    Byte,
    Lines,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Colons {
    Doubled,
    DoubledAtTop,
    Single,
}

/// Which keys named `signature` are dropped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Signatures {
    All,
    OutsideArrays,
    /// The first on each way down, outside arrays.
    First,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    Php,
    Shortest,
    Written,
    /// Without their fraction.
    Whole,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Texts {
    Decoded,
    Trimmed,
    Written,
}

/// The rule that holds.
pub(super) const PLATFORM: Rule = Rule {
    sort: Sort::Natural,
    colons: Colons::Doubled,
    signatures: Signatures::All,
    frame_mode_kept: false,
    booleans: ["0", "1"],
    null: Some(""),
    numbers: Numbers::Php,
    texts: Texts::Decoded,
};

pub(super) const VALUES_TRIMMED: Rule = Rule {
    texts: Texts::Trimmed,
    ..PLATFORM
};

/// All that are tried.
pub(super) const OTHERS: [(OtherRule, Rule); 15] = [
    (
        OtherRule::Go,
        Rule {
            sort: Sort::Lines,
            colons: Colons::DoubledAtTop,
            signatures: Signatures::OutsideArrays,
            numbers: Numbers::Whole,
            ..PLATFORM
        },
    ),
    (
        OtherRule::Java,
        Rule {
            sort: Sort::Lines,
            signatures: Signatures::First,
            ..PLATFORM
        },
    ),
    (
        OtherRule::Python,
        Rule {
            sort: Sort::Byte,
            signatures: Signatures::OutsideArrays,
            ..PLATFORM
        },
    ),
    (
        OtherRule::LinesSorted,
        Rule {
            sort: Sort::Lines,
            ..PLATFORM
        },
    ),
    (
        OtherRule::ColonsSingle,
        Rule {
            colons: Colons::Single,
            ..PLATFORM
        },
    ),
    (
        OtherRule::ColonsDoubledAtTop,
        Rule {
            colons: Colons::DoubledAtTop,
            ..PLATFORM
        },
    ),
    (
        OtherRule::SignatureInArraysKept,
        Rule {
            signatures: Signatures::OutsideArrays,
            ..PLATFORM
        },
    ),
    (
        OtherRule::DeeperSignatureKept,
        Rule {
            signatures: Signatures::First,
            ..PLATFORM
        },
    ),
    (
        OtherRule::FrameModeKept,
        Rule {
            frame_mode_kept: true,
            ..PLATFORM
        },
    ),
    (
        OtherRule::BooleansAsWords,
        Rule {
            booleans: ["false", "true"],
            ..PLATFORM
        },
    ),
    (
        OtherRule::NullsSkipped,
        Rule {
            null: None,
            ..PLATFORM
        },
    ),
    (
        OtherRule::NullsAsWord,
        Rule {
            null: Some("null"),
            ..PLATFORM
        },
    ),
    (
        OtherRule::FloatsShortest,
        Rule {
            numbers: Numbers::Shortest,
            ..PLATFORM
        },
    ),
    (
        OtherRule::NumbersAsWritten,
        Rule {
            numbers: Numbers::Written,
            ..PLATFORM
        },
    ),
    (
        OtherRule::TextsAsWritten,
        Rule {
            texts: Texts::Written,
            ..PLATFORM
        },
    ),
];

impl Rule {
    /// The same with the paths in byte order, where natural order is the rule.
    pub(super) fn in_byte_order(self) -> Option<Self> {
        (self.sort == Sort::Natural).then_some(Self {
            sort: Sort::Byte,
            ..self
        })
    }
}
