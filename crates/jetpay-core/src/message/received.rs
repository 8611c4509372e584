//! A message whose signature is not verified yet.

use std::fmt;

use super::authentic::{Authentic, Matched};
use crate::id::ProjectId;
use crate::rejection::Rejection;
use crate::signature::{Canonical, Keyring, Kind, Order, Project, Unreadable};

/// A parsed body. No typed field can be read before [`authenticate`](Self::authenticate).
pub struct Received<'b> {
    body: &'b [u8],
    canonical: Canonical,
}

impl<'b> Received<'b> {
    /// Parses a body.
    ///
    /// # Errors
    /// [`Unreadable`] if the body is not a JSON object that can be signed.
    pub fn parse(body: &'b [u8]) -> Result<Self, Unreadable> {
        Ok(Self {
            body,
            canonical: Canonical::parse(body)?,
        })
    }

    /// Whether the body looks like a callback. Use it only to choose the shape of a refusal.
    #[must_use]
    pub fn looks_like_callback(&self) -> bool {
        self.canonical.mentions_payment()
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
        let matched = self.matched(project)?;
        Ok(Authentic::new(self.body, self.canonical, project, matched))
    }

    /// The id of the project that the message names. It is not verified: use it to explain a message, never to trust it.
    ///
    /// A text of digits counts, too. The sender then learns that the type of the field is wrong, not the signature.
    #[must_use]
    pub fn claimed_project(&self) -> Option<ProjectId> {
        let (kind, text) = self
            .canonical
            .value("project_id")
            .or_else(|| self.canonical.value("general:project_id"))?;
        let number = text
            .parse()
            .ok()
            .filter(|_| matches!(kind, Kind::Integer | Kind::Text))?;
        Some(ProjectId::new(number))
    }

    fn matched(&self, project: &Project) -> Result<Matched, Rejection> {
        let signature = self.canonical.signature().decode()?;
        let find = |text: &str, order| {
            let secret = project
                .keys()
                .iter()
                .position(|key| key.verify(text, &signature))?;
            Some(Matched { order, secret })
        };
        find(self.canonical.string_to_sign(), Order::Natural)
            .or_else(|| find(&self.canonical.byte_ordered()?, Order::Byte))
            .ok_or(Rejection::WrongSignature)
    }

    /// The string to sign and the signature of the message. Neither is verified.
    #[must_use]
    pub fn canonical(&self) -> &Canonical {
        &self.canonical
    }
}

impl fmt::Debug for Received<'_> {
    /// Omits the body, because it has the payer's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("canonical", &self.canonical)
            .finish_non_exhaustive()
    }
}
