//! Standard Webhooks 1.0.0: the signature of a message.
//!
//! A message has three headers: `webhook-id`, `webhook-timestamp` (whole seconds since 1970-01-01 00:00 UTC) and
//! `webhook-signature`. The signature is the base64 of the HMAC-SHA256 of `id.timestamp.body`, after `v1,`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

const PREFIX: &str = "whsec_";
/// How many bytes a secret has. Source: Standard Webhooks, "Signature scheme".
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;

/// The secrets that sign: one, or two while they are rotated. Each message has a signature of each.
#[derive(Clone)]
pub struct Secrets(Vec<Zeroizing<Vec<u8>>>);

/// Why a text is not a secret. It does not show the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadSecret {
    /// The text does not have the form.
    #[error(
        "write whsec_ and the base64 of 24 to 64 random bytes: printf 'whsec_%s\\n' \"$(openssl rand -base64 32)\""
    )]
    Form,
    /// There is no secret, or there are more than two.
    #[error("write one secret, or two while you rotate them")]
    Count,
}

impl Secrets {
    /// Reads one secret or two, each `whsec_` and base64 of 24 to 64 bytes.
    ///
    /// # Errors
    /// [`BadSecret`].
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, BadSecret> {
        let secrets: Result<Vec<_>, _> = texts.into_iter().map(secret).collect();
        match secrets? {
            secrets if (1..=2).contains(&secrets.len()) => Ok(Self(secrets)),
            _ => Err(BadSecret::Count),
        }
    }

    /// The value of `webhook-signature`: `v1,BASE64` for each secret, with a space between.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let signatures = self.0.iter().map(|secret| {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret)
                .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
            mac.update(format!("{id}.{timestamp}.").as_bytes());
            mac.update(body);
            format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
        });
        signatures.collect::<Vec<_>>().join(" ")
    }
}

fn secret(text: &str) -> Result<Zeroizing<Vec<u8>>, BadSecret> {
    let encoded = text.strip_prefix(PREFIX).ok_or(BadSecret::Form)?;
    let secret = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| BadSecret::Form)?);
    if LENGTHS.contains(&secret.len()) {
        Ok(secret)
    } else {
        Err(BadSecret::Form)
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(length: usize) -> String {
        format!("{PREFIX}{}", STANDARD.encode(vec![7; length]))
    }

    #[test]
    fn secret_of_24_to_64_bytes_is_accepted() {
        for length in [24, 32, 64] {
            assert!(Secrets::parse([&*text(length)]).is_ok(), "{length}");
        }
    }

    #[test]
    fn text_of_another_form_is_refused() {
        let without_prefix = text(32).split_off(PREFIX.len());
        let (short, long) = (text(23), text(65));
        let padded = format!("{} ", text(32));
        for bad in [
            "",
            "whsec_",
            "whsec_!",
            &without_prefix,
            &short,
            &long,
            &padded,
        ] {
            assert_eq!(Secrets::parse([bad]).unwrap_err(), BadSecret::Form, "{bad}");
        }
    }

    #[test]
    fn no_secret_or_a_third_one_is_refused() {
        let one = text(32);
        assert_eq!(Secrets::parse([]).unwrap_err(), BadSecret::Count);
        assert_eq!(Secrets::parse([&*one; 3]).unwrap_err(), BadSecret::Count);
        let two = Secrets::parse([&*one; 2]).unwrap();
        assert_eq!(format!("{two:?}"), "Secrets(2)");
    }
}
