//! Rules for the string to sign, as data: the platform's rule and those of other implementations.
//!
//! Source: the platform's published SDKs for Go, Java and Python, and common mistakes.

use thiserror::Error;

/// A rule that is not the platform's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum OtherRule {
    /// The implementation sorts `path:value` lines, not paths.
    #[error("whole `path:value` lines are sorted instead of the paths")]
    LinesSorted,
    /// The implementation does not double a `:` in a key.
    #[error("a `:` in a key is not doubled")]
    ColonsSingle,
    /// The implementation doubles a `:` only in the keys of the outermost object.
    #[error("a `:` in a nested key is not doubled")]
    ColonsDoubledAtTop,
    /// The implementation signs a `signature` inside an array.
    #[error("`signature` inside arrays is kept")]
    SignatureInArraysKept,
    /// The implementation signs each `signature` below an object that has one, such as `general:signature`.
    #[error("`signature` is kept below an object that has one, such as in `general`")]
    DeeperSignatureKept,
    /// The implementation signs `frame_mode`.
    #[error("`frame_mode` is kept")]
    FrameModeKept,
    /// The implementation writes `true` and `false` instead of `1` and `0`.
    #[error("booleans are `true` and `false` instead of `1` and `0`")]
    BooleansAsWords,
    /// The implementation omits `null`.
    #[error("`null` is left out")]
    NullsSkipped,
    /// The implementation writes `path:null`.
    #[error("`null` is the word `null` instead of an empty value")]
    NullsAsWord,
    /// The implementation writes all digits of a number with a fraction.
    #[error("numbers with a fraction have all their digits instead of 14")]
    FloatsShortest,
    /// The implementation copies numbers from the JSON, such as `10.0`.
    #[error("numbers are signed as they are written")]
    NumbersAsWritten,
    /// The implementation copies texts from the JSON with their escapes.
    #[error("texts are signed with their JSON escapes")]
    TextsAsWritten,
    /// The implementation escapes texts for HTML.
    #[error("texts are signed escaped for HTML")]
    TextsForHtml,
    /// The implementation encodes texts as in a URL or a form.
    #[error("texts are signed encoded as in a URL")]
    TextsForUrl,
    /// The implementation does not sort.
    #[error("the values are in the order of the body, not sorted")]
    Unsorted,
    /// The rule of the Go SDK.
    #[error("the Go SDK's")]
    Go,
    /// The rule of the Java SDK.
    #[error("the Java SDK's")]
    Java,
    /// The rule of the Python SDK.
    #[error("the Python SDK's")]
    Python,
}

/// A rule that makes the string to sign from a body.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    pub(super) sort: Sort,
    pub(super) colons: Colons,
    pub(super) signatures: Signatures,
    pub(super) frame_mode_kept: bool,
    pub(super) booleans: [&'static str; 2],
    /// The value for `null`. `None` omits the path.
    pub(super) null: Option<&'static str>,
    pub(super) numbers: Numbers,
    pub(super) texts: Texts,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Natural,
    Byte,
    Lines,
    /// The order of the body.
    Unsorted,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Colons {
    Doubled,
    DoubledAtTop,
    Single,
}

/// The keys `signature` that are dropped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Signatures {
    All,
    OutsideArrays,
    /// The first one on each path from the top, outside arrays.
    First,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    Php,
    Shortest,
    Written,
    /// Without the fraction.
    Whole,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Texts {
    Decoded,
    Trimmed,
    Written,
}

/// The platform's rule.
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

/// How a rule differs from the platform's.
type Change = fn(&mut Rule);

/// All other rules that are tried.
const OTHERS: [(OtherRule, Change); 16] = [
    (OtherRule::Go, |rule| {
        rule.sort = Sort::Lines;
        rule.colons = Colons::DoubledAtTop;
        rule.signatures = Signatures::OutsideArrays;
        rule.numbers = Numbers::Whole;
    }),
    (OtherRule::Java, |rule| {
        rule.sort = Sort::Lines;
        rule.signatures = Signatures::First;
    }),
    (OtherRule::Python, |rule| {
        rule.sort = Sort::Byte;
        rule.signatures = Signatures::OutsideArrays;
    }),
    (OtherRule::LinesSorted, |rule| rule.sort = Sort::Lines),
    (OtherRule::Unsorted, |rule| rule.sort = Sort::Unsorted),
    (OtherRule::ColonsSingle, |rule| rule.colons = Colons::Single),
    (OtherRule::ColonsDoubledAtTop, |rule| {
        rule.colons = Colons::DoubledAtTop;
    }),
    (OtherRule::SignatureInArraysKept, |rule| {
        rule.signatures = Signatures::OutsideArrays;
    }),
    (OtherRule::DeeperSignatureKept, |rule| {
        rule.signatures = Signatures::First;
    }),
    (OtherRule::FrameModeKept, |rule| rule.frame_mode_kept = true),
    (OtherRule::BooleansAsWords, |rule| {
        rule.booleans = ["false", "true"];
    }),
    (OtherRule::NullsSkipped, |rule| rule.null = None),
    (OtherRule::NullsAsWord, |rule| rule.null = Some("null")),
    (OtherRule::FloatsShortest, |rule| {
        rule.numbers = Numbers::Shortest;
    }),
    (OtherRule::NumbersAsWritten, |rule| {
        rule.numbers = Numbers::Written;
    }),
    (OtherRule::TextsAsWritten, |rule| {
        rule.texts = Texts::Written;
    }),
];

/// All other rules that are tried, with their names.
pub(super) fn others() -> impl Iterator<Item = (OtherRule, Rule)> {
    OTHERS.into_iter().map(|(name, change)| {
        let mut rule = PLATFORM;
        change(&mut rule);
        (name, rule)
    })
}

impl Rule {
    /// The same rule with paths in byte order, if its order is natural order.
    pub(super) fn in_byte_order(self) -> Option<Self> {
        (self.sort == Sort::Natural).then_some(Self {
            sort: Sort::Byte,
            ..self
        })
    }
}
