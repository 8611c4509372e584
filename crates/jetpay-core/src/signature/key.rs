//! A secret, ready to sign.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use thiserror::Error;
use zeroize::Zeroizing;

use super::claimed::BYTES;

/// A project's secret with the HMAC state already keyed. Its memory is wiped when it is dropped.
#[derive(Clone)]
pub struct Key {
    keyed: Hmac<Sha512>,
    secret: Zeroizing<String>,
}

/// A secret without a character: everybody could sign with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the secret is empty")]
pub struct EmptySecret;

impl Key {
    /// Prepares the secret, which is used as plain text: never decoded, never trimmed.
    ///
    /// # Errors
    /// [`EmptySecret`].
    ///
    /// # Panics
    /// Never: HMAC takes a key of any length.
    pub fn new(secret: &str) -> Result<Self, EmptySecret> {
        if secret.is_empty() {
            return Err(EmptySecret);
        }
        let keyed =
            Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
        Ok(Self {
            keyed,
            secret: Zeroizing::new(secret.to_owned()),
        })
    }

    /// Signs a string: 88 characters of base64.
    #[must_use]
    pub fn sign(&self, string_to_sign: &str) -> String {
        STANDARD.encode(self.mac(string_to_sign).finalize().into_bytes())
    }

    /// Whether `signature` is that of the string. Takes the same time whatever the answer.
    #[must_use]
    pub fn verify(&self, string_to_sign: &str, signature: &[u8; BYTES]) -> bool {
        self.mac(string_to_sign).verify_slice(signature).is_ok()
    }

    /// The secret without the white space at its ends. `None` if it has none there, or nothing else.
    #[must_use]
    pub fn trimmed(&self) -> Option<Self> {
        let trimmed = self.secret.trim();
        if trimmed.len() == self.secret.len() {
            None
        } else {
            Self::new(trimmed).ok()
        }
    }

    fn mac(&self, string_to_sign: &str) -> Hmac<Sha512> {
        self.keyed.clone().chain_update(string_to_sign)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(secret)")
    }
}
