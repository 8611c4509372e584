//! What the search noticed, in words that say what to do.

use jetpay_core::Rejection;
use jetpay_core::id::ProjectId;
use jetpay_core::signature::{MalformedSignature, Unreadable};
use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::OtherRule;

/// Something that explains a signature. Serializes as its text, which names no secret and none of the body's
/// values; names of its fields may be in it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Hint {
    /// The body cannot be read.
    #[error("{0}; nothing can be signed until this is repaired")]
    Unreadable(Unreadable),
    /// The body carries no signature.
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
    /// The signature has another length.
    #[error(
        "the signature has {bytes} bytes where HMAC-SHA512 has 64; look for another hash, or for a text cut short"
    )]
    WrongLength {
        /// How many bytes it has.
        bytes: usize,
    },
    /// The right bytes in another base64.
    #[error(
        "the signature has the right bytes, but not in standard base64; use `+` and `/`, the padding `==`, and no white space"
    )]
    LooseBase64,
    /// The right bytes, with `+` as a space or escaped as in URLs.
    #[error(
        "the signature went through a form or a URL, where `+` became a space or `%2B`; send the JSON as it is, as application/json"
    )]
    FormEncoded,
    /// The right bytes as 128 hexadecimal digits.
    #[error(
        "the signature has the right bytes, but in hexadecimal digits; encode the 64 bytes in base64"
    )]
    Hexadecimal,
    /// There is none where it belongs, but one elsewhere, at this path.
    #[error(
        "there is a signature at `{0}`, where nobody looks; it belongs to `signature`, in lower case, at the top level or in `general`"
    )]
    SignatureMisplaced(String),
    /// The one in `general` matches, and the one at the top level is another.
    #[error(
        "the signature in `general` matches, but the one at the top level counts; leave that one out"
    )]
    SignatureInGeneral,
    /// No project with the body's id.
    #[error(
        "the body's project_id is not configured here; add the project, or send to where it is"
    )]
    UnknownProject,
    /// Another project's secret matches.
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
    /// The JSON itself was signed.
    #[error(
        "the signature is that of the JSON text ({0}); sign the sorted `path:value` string instead"
    )]
    Reserialised(String),
    /// The string under another rule was signed.
    #[error(
        "the signature matches under another rule: {0}; the sender must sign by the platform's rule"
    )]
    OtherRule(OtherRule),
    /// Letters beyond ASCII were read in a wrong character set.
    #[error(
        "the signature matches when texts are read in another character set; sign and send UTF-8, and let nobody on the way convert it"
    )]
    CharacterSet,
    /// Somebody on the way escapes texts for HTML.
    #[error(
        "the signature matches when `&amp;` and the like are plain characters; somebody on the way escapes texts for HTML, and must not"
    )]
    EntitiesEscaped,
    /// CRLF and LF were exchanged in a text.
    #[error(
        "the signature matches with other line ends in the texts; somebody on the way converts them, and must not"
    )]
    LineEnds,
    /// Without the value at this path, or all below it, the signature matches.
    #[error(
        "the signature matches without `{0}`; it was added after signing, or left out of what was signed"
    )]
    FieldAdded(String),
    /// With an array in another order the signature matches.
    #[error(
        "the signature matches with an array in another order; the elements must be sent in the order in which they are signed"
    )]
    ArraysReordered,
    /// It matches, but the sender sorts differently.
    #[error(
        "the sender sorts the paths in byte order, the platform in natural order; both are taken here, yet not everywhere"
    )]
    ByteOrder,
    /// It matches, and would be refused nevertheless.
    #[error("the signature matches, yet the message would be refused: {0}")]
    Refused(Rejection),
    /// Nothing was found.
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
