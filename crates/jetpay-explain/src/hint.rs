//! Hints: what explains a signature, and what to do about it.

use jetpay_core::Rejection;
use jetpay_core::id::ProjectId;
use jetpay_core::signature::{MalformedSignature, Unreadable};
use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::OtherRule;

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
        "the signature has the right bytes, but not in standard base64; use `+` and `/`, the padding `==`, and no white space"
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
    /// The secret matches without the white space at its ends.
    #[error(
        "the signature matches when white space at the ends of the secret is cut off; configure the secret without it"
    )]
    SecretTrimmed,
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
