//! Standard Webhooks 1.0.0: the headers of a signed message.

use zeroize::Zeroizing;

/// The secrets that sign: one, or two while they are rotated. Each message has a signature of each.
#[derive(Clone)]
pub struct Secrets(Vec<Zeroizing<Vec<u8>>>);

/// Why a text is not a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadSecret {
    /// The text does not have the form.
    #[error(
        "write whsec_ and the base64 of 24 to 64 random bytes: printf 'whsec_%s\\n' \"$(openssl rand -base64 32)\""
    )]
    Form,
}

impl Secrets {
    /// Reads secrets, each `whsec_` and base64 of 24 to 64 bytes.
    ///
    /// # Errors
    /// [`BadSecret`].
    pub fn parse<'a>(_texts: impl IntoIterator<Item = &'a str>) -> Result<Self, BadSecret> {
        todo!()
    }

    /// The value of `webhook-signature`: `v1,BASE64` for each secret, with a space between.
    #[must_use]
    pub fn sign(&self, _id: &str, _timestamp: i64, _body: &[u8]) -> String {
        todo!()
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}
