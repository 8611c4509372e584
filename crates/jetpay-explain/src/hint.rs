//! Hints: what explains a signature, and what to do about it.

use jetpay_core::Rejection;
use jetpay_core::id::ProjectId;
use jetpay_core::signature::{MalformedSignature, Unreadable};
use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::{OtherRule, SecretForm};

/// Something that explains a signature. It serializes as its text: a finding, `; `, and what to do.
///
/// The text shows neither a secret nor a value of the body. It may show names of fields.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Hint {
    /// The body cannot be read.
    #[error("{0}; nothing can be signed until this is repaired")]
    Unreadable(Unreadable),
    /// The body has no signature.
    #[error(
        "there is no signature; put it, as a text, into `signature` at the top level (or in `general`)"
    )]
    NoSignature,
    /// The signature has 40 hexadecimal digits.
    #[error(
        "the signature looks like the legacy SHA-1 scheme; sign with HMAC-SHA512 and encode it in base64"
    )]
    LegacySha1,
    /// The signature is not base64.
    #[error(
        "the signature is not base64; encode the 64 bytes in the standard alphabet with padding"
    )]
    NotBase64,
    /// The signature has a wrong length.
    #[error(
        "the signature has {bytes} bytes where HMAC-SHA512 has 64; look for another hash, or for a text cut short"
    )]
    WrongLength {
        /// The number of bytes that it has.
        bytes: usize,
    },
    /// The signature has the right bytes in another form of base64.
    #[error(
        "the signature has the right bytes, but not in standard base64; use `+` and `/`, the padding `==`, and nothing else before, in or after it"
    )]
    LooseBase64,
    /// The signature has the right bytes, with `+` as a space or escaped as in URLs.
    #[error(
        "the signature went through a form or a URL, where `+` became a space or `%2B`; send the JSON as it is, as application/json"
    )]
    FormEncoded,
    /// The signature has the right bytes as 128 hexadecimal digits.
    #[error(
        "the signature has the right bytes, but in hexadecimal digits; encode the 64 bytes in base64"
    )]
    Hexadecimal,
    /// The signature has the right bytes, encoded twice in this way.
    #[error(
        "the signature has the right bytes, but encoded twice: {0}; encode the 64 bytes once, in base64"
    )]
    EncodedTwice(&'static str),
    /// The signature is the right one, but for upper and lower case.
    #[error(
        "the signature matches but for upper and lower case; find what changes its letters: base64 needs both"
    )]
    SignatureCase,
    /// The signature is the beginning of the right one.
    #[error(
        "the signature is only the beginning of the right one; find the field, column or log that is too short for its 88 characters"
    )]
    SignatureCut,
    /// The sender used another hash, or not HMAC.
    #[error("the signature is {0}; use HMAC-SHA512 with the secret as the key")]
    OtherHash(String),
    /// The signature is at this path, which is a wrong place.
    #[error(
        "there is a signature at `{0}`, which is ignored; put it into `signature`, in lower case, at the top level or in `general`"
    )]
    SignatureMisplaced(String),
    /// The signature in `general` matches, but the body has another one at the top level.
    #[error(
        "the signature in `general` matches, but the one at the top level counts; leave that one out"
    )]
    SignatureInGeneral,
    /// The project that the body names is not configured.
    #[error(
        "the body's project_id is not configured here; add the project, or send the message to the service that has it"
    )]
    UnknownProject,
    /// A secret of another project matches.
    #[error(
        "the signature matches project {0}'s secret; correct project_id, or exchange the secrets"
    )]
    OtherProject(ProjectId),
    /// Another form of the secret matches.
    #[error("the signature matches when the secret {0}")]
    SecretForm(SecretForm),
    /// The values match without the white space around them.
    #[error(
        "the signature matches when white space around the values is cut off; the sender must sign the values as it sends them"
    )]
    ValuesTrimmed,
    /// The sender signed the JSON text.
    #[error(
        "the signature is that of the JSON text ({0}); sign the sorted `path:value` string instead"
    )]
    Reserialised(String),
    /// The sender signed the string of another rule.
    #[error(
        "the signature matches under another rule: {0}; the sender must sign by the platform's rule"
    )]
    OtherRule(OtherRule),
    /// A system read letters outside ASCII in a wrong character set.
    #[error(
        "the signature matches when texts are read in another character set; sign and send UTF-8, and find the system that converts it"
    )]
    CharacterSet,
    /// The sender signed the string in this character set.
    #[error("the signature is that of the string in {0}; sign its UTF-8 bytes")]
    SignedInCharacterSet(&'static str),
    /// A word processor or a web page put no-break or invisible characters into a text.
    #[error(
        "the signature matches when no-break spaces and invisible characters in the texts are plain spaces or left out; copy the texts from where they are plain, and sign what is sent"
    )]
    NoBreakSpaces,
    /// A program put curly quotes or long dashes into a text.
    #[error(
        "the signature matches with straight quotes and plain hyphens instead of curly quotes and dashes; switch off smart punctuation where the texts are written"
    )]
    CurlyQuotes,
    /// A system between sender and receiver escaped texts for JSON twice.
    #[error(
        "the signature matches when escapes such as `\\/` and `\\u0430` in the texts are undone once more; find the system that writes JSON into JSON"
    )]
    EscapedTwice,
    /// A system between sender and receiver wrote or read texts as in a URL or a form.
    #[error(
        "the signature matches with texts before a form or a URL changed them (`+` and a space, `%20`); send the JSON as it is, as application/json"
    )]
    TextsInForm,
    /// A system between sender and receiver composed or decomposed letters.
    #[error(
        "the signature matches with letters in another Unicode form (NFC or NFD); find the system that composes or takes apart letters: it must not"
    )]
    Normalised,
    /// A system between sender and receiver turned `true`, `false` or `null` into texts.
    #[error(
        "the signature matches when the texts `true`, `false` and `null` are JSON words; find the system that turns values into texts"
    )]
    WordsAsTexts,
    /// A system between sender and receiver wrote dates anew.
    #[error(
        "the signature matches with the offset of dates written otherwise (`+0000`, `+00:00`, `Z`); pass dates on as texts"
    )]
    DatesRewritten,
    /// The signature matches with another value at this path.
    #[error(
        "the signature matches with another value of `{path}`: {how}; it was changed after signing, or the sender signs another value than it sends"
    )]
    ValueChanged {
        /// The path.
        path: String,
        /// Which value was signed. It shows no value.
        how: String,
    },
    /// A system between sender and receiver escapes texts for HTML.
    #[error(
        "the signature matches when `&amp;` and the like are plain characters; find the system that escapes texts for HTML: it must not"
    )]
    EntitiesEscaped,
    /// A system between sender and receiver exchanged CRLF and LF in a text.
    #[error(
        "the signature matches with other line ends in the texts; find the system that converts them: it must not"
    )]
    LineEnds,
    /// The signature matches without the value at this path, or without all values below it.
    #[error(
        "the signature matches without `{0}`; it was added after signing, or left out of what was signed"
    )]
    FieldAdded(String),
    /// The signature matches with an array in another order.
    #[error(
        "the signature matches with an array in another order; the elements must be sent in the order in which they are signed"
    )]
    ArraysReordered,
    /// The signature matches, but the sender sorts paths in byte order.
    #[error(
        "the sender sorts the paths in byte order, the platform in natural order; this service accepts both, but other receivers may not"
    )]
    ByteOrder,
    /// The signature matches, but the message would be refused.
    #[error("the signature matches, but the message would be refused: {0}")]
    Refused(Rejection),
    /// A secret of the project matches that verifies only what is stored. The command that reads the configuration adds this hint.
    #[error(
        "the signature matches a past secret of the project, which is not accepted any more; the sender must sign with the secret that has use = \"sign\""
    )]
    PastSecret,
    /// No reason was found.
    #[error(
        "no known reason; compare the string to sign with the one that the sender signed, then the secrets"
    )]
    NoKnownReason,
}

impl From<MalformedSignature> for Hint {
    fn from(malformed: MalformedSignature) -> Self {
        match malformed {
            MalformedSignature::Missing => Self::NoSignature,
            MalformedSignature::LegacySha1 => Self::LegacySha1,
            MalformedSignature::NotBase64 => Self::NotBase64,
            MalformedSignature::WrongLength { bytes } => Self::WrongLength { bytes },
        }
    }
}

impl Serialize for Hint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
