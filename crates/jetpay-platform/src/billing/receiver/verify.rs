//! Signatures of Standard Webhooks 1.0.0, `v1`.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;

/// A request as it came: the signed parts.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    /// The header `webhook-id`.
    pub id: &'a str,
    /// The header `webhook-timestamp`: when it was sent, in seconds since 1970.
    pub timestamp: &'a str,
    /// The header `webhook-signature`: `v1,BASE64`, with a space between several.
    pub signature: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// The secrets, any of which may sign.
#[derive(Clone)]
pub(super) struct Secrets(Vec<Hmac<Sha256>>);

/// A text is not a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("write whsec_ and the base64 of 24 to 64 random bytes")]
pub struct BadSecret;

/// How old a message may be, and how far ahead its clock, in seconds.
const TOLERANCE: u64 = 5 * 60;

impl Secrets {
    pub(super) fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, BadSecret> {
        let key = |text: &str| {
            let secret = text.strip_prefix("whsec_")?;
            let secret = BASE64_STANDARD.decode(secret).ok()?;
            let fits = (24..=64).contains(&secret.len());
            fits.then(|| Hmac::new_from_slice(&secret).expect("HMAC takes a key of any length"))
        };
        let keys = texts.into_iter().map(|text| key(text).ok_or(BadSecret));
        Ok(Self(keys.collect::<Result<_, _>>()?))
    }

    /// Whether one of the secrets made one of the signatures.
    pub(super) fn signed(&self, message: &Message<'_>) -> bool {
        let Message {
            id,
            timestamp,
            signature,
            body,
        } = message;
        let signatures = signature.split(' ').filter_map(|it| it.strip_prefix("v1,"));
        let mut signatures = signatures.filter_map(|it| BASE64_STANDARD.decode(it).ok());
        signatures.any(|signature| {
            self.0.iter().any(|key| {
                let mut mac = key.clone();
                for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
                    mac.update(part);
                }
                mac.verify_slice(&signature).is_ok()
            })
        })
    }
}

impl Message<'_> {
    /// Whether it was sent within five minutes of `now`, in seconds since 1970.
    pub(super) fn is_recent(&self, now: i64) -> bool {
        let sent: Option<i64> = self.timestamp.parse().ok();
        sent.is_some_and(|sent| now.abs_diff(sent) <= TOLERANCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the tests of the published implementations of Standard Webhooks.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const MESSAGE: Message<'_> = Message {
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp: "1614265330",
        signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        body: br#"{"test": 2432232314}"#,
    };
    const OTHER: &str = "whsec_c2VjcmV0IG9mIG90aGVyIHJlY2VpdmVycyE=";

    #[test]
    fn published_vector_is_signed_and_a_change_of_any_part_is_not() {
        let secrets = Secrets::parse([OTHER, SECRET]).unwrap();
        assert!(secrets.signed(&MESSAGE));
        let rotated = format!("v1,AAAA v1a,x {} v2,x", MESSAGE.signature);
        assert!(secrets.signed(&Message {
            signature: &rotated,
            ..MESSAGE
        }));
        let v2 = MESSAGE.signature.replace("v1", "v2");
        for (what, changed) in [
            (
                "id",
                Message {
                    id: "msg_2",
                    ..MESSAGE
                },
            ),
            (
                "timestamp",
                Message {
                    timestamp: "1614265331",
                    ..MESSAGE
                },
            ),
            (
                "body",
                Message {
                    body: b"{}",
                    ..MESSAGE
                },
            ),
            (
                "version",
                Message {
                    signature: &v2,
                    ..MESSAGE
                },
            ),
            (
                "signature",
                Message {
                    signature: "",
                    ..MESSAGE
                },
            ),
        ] {
            assert!(!secrets.signed(&changed), "{what}");
        }
        assert!(!Secrets::parse([OTHER]).unwrap().signed(&MESSAGE));
    }

    #[test]
    fn five_minutes_either_way_are_recent() {
        for (now, recent) in [
            (0, true),
            (300, true),
            (-300, true),
            (301, false),
            (-301, false),
        ] {
            assert_eq!(MESSAGE.is_recent(1_614_265_330 + now), recent, "{now}");
        }
        assert!(
            !Message {
                timestamp: "",
                ..MESSAGE
            }
            .is_recent(0)
        );
    }

    #[test]
    fn text_that_is_no_secret_is_refused() {
        for text in [
            "",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_short",
            "whsec_!",
        ] {
            assert_eq!(Secrets::parse([text]).err(), Some(BadSecret), "{text}");
        }
    }
}
