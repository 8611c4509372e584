//! The names of the rules that are not the platform's.

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
