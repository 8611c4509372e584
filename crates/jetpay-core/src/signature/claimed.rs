//! The signature that a message has, before it is verified.

use base64::{Engine, engine::general_purpose::STANDARD};
use thiserror::Error;

/// The length of an HMAC-SHA512, in bytes.
pub(crate) const BYTES: usize = 64;
/// The length of its base64 with padding, in characters.
pub(super) const CHARACTERS: usize = 88;

/// The text of a message's signature. It is not verified.
///
/// ```
/// use jetpay_core::signature::{Canonical, MalformedSignature};
///
/// let body = Canonical::parse(br#"{"project_id": 1234, "signature": "dGVzdA=="}"#)?;
/// assert_eq!(body.signature().text(), Some("dGVzdA=="));
/// assert_eq!(body.signature().decode(), Err(MalformedSignature::WrongLength { bytes: 4 }));
/// # Ok::<(), jetpay_core::signature::Unreadable>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimedSignature<'a> {
    text: Option<&'a str>,
}

/// Why a text cannot be a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MalformedSignature {
    /// The message has no signature.
    #[error("there is no signature: a text is expected in `signature` or `general.signature`")]
    Missing,
    /// The text has 40 hexadecimal digits, like the legacy SHA-1 scheme.
    #[error(
        "the signature has 40 hexadecimal digits and looks like the legacy SHA-1 scheme; HMAC-SHA512 in base64 is expected"
    )]
    LegacySha1,
    /// The text is not standard base64 with padding.
    #[error("the signature is not base64 (standard alphabet, with padding)")]
    NotBase64,
    /// The text is base64 of a wrong length.
    #[error("the signature has {bytes} bytes after base64 decoding, and HMAC-SHA512 has 64")]
    WrongLength {
        /// The number of bytes that it has.
        bytes: usize,
    },
}

impl<'a> ClaimedSignature<'a> {
    pub(crate) fn of(text: Option<&'a str>) -> Self {
        Self { text }
    }

    /// The text as it is in the message.
    #[must_use]
    pub fn text(self) -> Option<&'a str> {
        self.text
    }

    /// Decodes the text strictly.
    ///
    /// # Errors
    /// [`MalformedSignature`] if the text cannot be a signature.
    pub fn decode(self) -> Result<[u8; BYTES], MalformedSignature> {
        let text = self.text.ok_or(MalformedSignature::Missing)?;
        // `decode_slice` needs room for three more bytes. A longer text is decoded below to report its length.
        let mut bytes = [0; BYTES + 3];
        if text.len() == CHARACTERS
            && let Ok(BYTES) = STANDARD.decode_slice(text, &mut bytes)
        {
            return bytes
                .first_chunk()
                .copied()
                .ok_or(MalformedSignature::NotBase64);
        }
        // Hexadecimal digits are also valid base64, so this check comes first.
        if text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(MalformedSignature::LegacySha1);
        }
        match STANDARD.decode(text) {
            Ok(bytes) => Err(MalformedSignature::WrongLength { bytes: bytes.len() }),
            Err(_) => Err(MalformedSignature::NotBase64),
        }
    }
}
