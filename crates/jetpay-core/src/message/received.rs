//! A message whose signature is not verified yet.

use std::fmt;

use super::authentic::{Authentic, Matched};
use crate::id::ProjectId;
use crate::rejection::Rejection;
use crate::signature::{
    BYTES, Canonical, Flattener, Key, Keyring, Kind, Order, Project, Unreadable,
};

/// A parsed body. No typed field can be read before [`authenticate`](Self::authenticate).
///
/// ```
/// use jetpay_core::message::Received;
/// use jetpay_core::signature::{Key, sign};
/// use jetpay_core::{Keyring, Project, Rejection};
///
/// let keyring = Keyring::from(Project::new(1234, "secret")?);
/// let body = br#"{"type": "verify", "project_id": 1234, "customer_id": "7123456789"}"#;
///
/// let signed = sign(body, &Key::new("secret")?)?;
/// assert!(Received::parse(&signed)?.authenticate(&keyring).is_ok());
///
/// let forged = sign(body, &Key::new("another secret")?)?;
/// let rejection = Received::parse(&forged)?.authenticate(&keyring).err();
/// assert_eq!(rejection, Some(Rejection::WrongSignature));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Received<'b> {
    body: &'b [u8],
    /// Not sorted yet: only the message of a known project is worth it.
    parsed: Flattener,
}

impl<'b> Received<'b> {
    /// Parses a body.
    ///
    /// # Errors
    /// [`Unreadable`] if the body is not a JSON object that can be signed.
    pub fn parse(body: &'b [u8]) -> Result<Self, Unreadable> {
        Ok(Self {
            body,
            parsed: Flattener::over(body)?,
        })
    }

    /// Whether the body looks like a callback. Use it only to choose the shape of a refusal.
    #[must_use]
    pub fn looks_like_callback(&self) -> bool {
        self.parsed.mentions_payment()
    }

    /// Verifies the signature with the secrets of the project that the message names.
    ///
    /// # Errors
    /// [`Rejection::UnknownProject`] if the keyring does not have the project, [`Rejection::Malformed`] if the text of the
    /// signature cannot be one, [`Rejection::WrongSignature`] if no secret matches.
    pub fn authenticate<'k>(self, keyring: &'k Keyring) -> Result<Authentic<'b, 'k>, Rejection> {
        let project = self
            .claimed_project()
            .and_then(|id| keyring.project(id))
            .ok_or(Rejection::UnknownProject)?;
        let signature = self.parsed.signature().decode()?;
        let canonical = Canonical::from(self.parsed);
        let matched =
            find_match(&canonical, project, &signature).ok_or(Rejection::WrongSignature)?;
        Ok(Authentic::new(self.body, canonical, project, matched))
    }

    /// The id of the project that the message names. It is not verified: use it to explain a message, never to trust it.
    ///
    /// A text of digits counts, too. The sender then learns that the type of the field is wrong, not the signature.
    #[must_use]
    pub fn claimed_project(&self) -> Option<ProjectId> {
        let (kind, text) = self
            .parsed
            .value("", "project_id")
            .or_else(|| self.parsed.value("general:", "project_id"))?;
        let number = text
            .parse()
            .ok()
            .filter(|_| matches!(kind, Kind::Integer | Kind::Text))?;
        Some(ProjectId::new(number))
    }
}

/// Tries every secret with natural order, then with byte order, if that gives another string.
fn find_match(
    canonical: &Canonical,
    project: &Project,
    signature: &[u8; BYTES],
) -> Option<Matched> {
    let find = |text: &str, order| {
        let is_signed = |key: &Key| key.verify(text, signature);
        let secret = project.keys().iter().position(is_signed)?;
        Some(Matched { order, secret })
    };
    find(canonical.string_to_sign(), Order::Natural)
        .or_else(|| find(&canonical.byte_ordered()?, Order::Byte))
}

impl fmt::Debug for Received<'_> {
    /// Omits the body, because it has the payer's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received").finish_non_exhaustive()
    }
}
