//! A secret, and signing with it.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use thiserror::Error;
use zeroize::Zeroizing;

use super::claimed::{BYTES, CHARACTERS};
use super::flattener::Flattener;
use super::{Canonical, Unreadable};

/// A project's secret, with a prepared HMAC state. Dropping it wipes its memory.
///
/// Make it once and keep it: preparing costs as much as signing a short message. `Debug` hides the secret.
///
/// ```
/// use jetpay_core::signature::Key;
///
/// let key = Key::new("secret")?;
/// let signature = key.sign("customer_id:7123456789;project_id:1234;type:verify");
/// assert_eq!(signature.len(), 88);
/// assert!(signature.ends_with("=="));
/// assert!(Key::new("").is_err());
/// # Ok::<(), jetpay_core::signature::EmptySecret>(())
/// ```
#[derive(Clone)]
pub struct Key {
    keyed: Hmac<Sha512>,
    secret: Zeroizing<String>,
}

/// The secret is empty. Everyone could sign with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the secret is empty")]
pub struct EmptySecret;

impl Key {
    /// Prepares a secret. It is used as plain text, neither decoded nor trimmed.
    ///
    /// # Errors
    /// [`EmptySecret`] if the text is empty.
    ///
    /// # Panics
    /// Never: HMAC accepts a key of any length.
    pub fn new(secret: &str) -> Result<Self, EmptySecret> {
        if secret.is_empty() {
            return Err(EmptySecret);
        }
        let keyed =
            Hmac::new_from_slice(secret.as_bytes()).expect("HMAC accepts a key of any length");
        Ok(Self {
            keyed,
            secret: Zeroizing::new(secret.to_owned()),
        })
    }

    /// Signs a string. The signature has 88 characters of base64.
    #[must_use]
    pub fn sign(&self, string_to_sign: &str) -> String {
        STANDARD.encode(self.mac(string_to_sign).finalize().into_bytes())
    }

    /// Whether the signature matches the string. The comparison takes constant time.
    #[must_use]
    pub fn verify(&self, string_to_sign: &str, signature: &[u8; BYTES]) -> bool {
        self.mac(string_to_sign).verify_slice(signature).is_ok()
    }

    /// The secret as text, for a tool that looks for the reason of a mismatch. Never log it, and never show it.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.secret
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

/// Signs a body and returns it with the signature. No other byte changes.
///
/// If the body has a field `signature` at the top level, the signature replaces its value. Else it goes into the object
/// `general`, if the body has one, and replaces a signature there. Else it becomes the last field of the top level.
///
/// ```
/// use jetpay_core::signature::{Key, sign};
///
/// let signed = sign(br#"{"project_id": 1234}"#, &Key::new("secret")?)?;
/// assert!(signed.starts_with(br#"{"project_id": 1234,"signature":""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Unreadable`] if the body is not a JSON object that can be signed.
pub fn sign(body: &[u8], key: &Key) -> Result<Vec<u8>, Unreadable> {
    let place = Flattener::over(body)?.place_of_signature;
    let with = |signature: &str| {
        let (before, after) = (&body[..place.range.start], &body[place.range.end..]);
        [
            before,
            place.name.as_bytes(),
            b"\"",
            signature.as_bytes(),
            b"\"",
            after,
        ]
        .concat()
    };
    // A signature of `null` counts as a value and would be signed, so a placeholder replaces it before the parse. The
    // placeholder is as long as a signature, so that the signed body is not too large to be parsed.
    let canonical = Canonical::parse(&with(&"A".repeat(CHARACTERS)))?;
    Ok(with(&key.sign(canonical.string_to_sign())))
}
