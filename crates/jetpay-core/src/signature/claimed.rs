//! The signature that a message carries, before anything is believed of it.

use base64::{Engine, engine::general_purpose::STANDARD};
use thiserror::Error;

/// Bytes of an HMAC-SHA512.
pub(super) const BYTES: usize = 64;
/// Its base64 with padding.
pub(super) const CHARACTERS: usize = 88;

/// The signature of a message, as far as its text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimedSignature<'a> {
    text: Option<&'a str>,
}

/// Why a text cannot be a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MalformedSignature {
    /// There is none.
    #[error("there is no signature: a text is expected in `signature` or `general.signature`")]
    Missing,
    /// 40 hexadecimal digits.
    #[error(
        "the signature has 40 hexadecimal digits and looks like the legacy SHA-1 scheme; HMAC-SHA512 in base64 is expected"
    )]
    LegacySha1,
    /// Not standard base64 with padding.
    #[error("the signature is not base64 (standard alphabet, with padding)")]
    NotBase64,
    /// Base64 of another length.
    #[error("the signature has {bytes} bytes after base64 decoding, and HMAC-SHA512 has 64")]
    WrongLength {
        /// How many it has.
        bytes: usize,
    },
}

impl<'a> ClaimedSignature<'a> {
    pub(super) fn of(text: Option<&'a str>) -> Self {
        Self { text }
    }

    /// The text as it stands in the message.
    #[must_use]
    pub fn text(self) -> Option<&'a str> {
        self.text
    }

    /// The bytes, decoded strictly.
    ///
    /// # Errors
    /// [`MalformedSignature`] says what is wrong with the text.
    pub fn decode(self) -> Result<[u8; BYTES], MalformedSignature> {
        let text = self.text.ok_or(MalformedSignature::Missing)?;
        // One spare triple: a longer text cannot be a signature, and its length is worth telling.
        let mut bytes = [0; BYTES + 3];
        if text.len() == CHARACTERS
            && let Ok(BYTES) = STANDARD.decode_slice(text, &mut bytes)
        {
            return bytes
                .first_chunk()
                .copied()
                .ok_or(MalformedSignature::NotBase64);
        }
        // Hexadecimal digits are base64, too: ask this first.
        if text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(MalformedSignature::LegacySha1);
        }
        match STANDARD.decode(text) {
            Ok(bytes) => Err(MalformedSignature::WrongLength { bytes: bytes.len() }),
            Err(_) => Err(MalformedSignature::NotBase64),
        }
    }
}
