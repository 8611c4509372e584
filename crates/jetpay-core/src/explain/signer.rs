//! Who may have signed.

use std::borrow::Cow;

use super::Hint;
use super::signed::{Signed, Text};
use crate::id::ProjectId;
use crate::signature::{Key, Project};

/// A secret, and whose it is.
pub(super) struct Signer<'a> {
    key: Cow<'a, Key>,
    project: Option<ProjectId>,
    secret: usize,
    trimmed: bool,
}

/// The secrets that should have signed.
pub(super) fn own(keys: &[Key]) -> Vec<Signer<'_>> {
    let own = keys.iter().enumerate().map(|(secret, key)| Signer {
        key: Cow::Borrowed(key),
        project: None,
        secret,
        trimmed: false,
    });
    own.collect()
}

/// Those that should not: the same without white space at the ends, and those of other projects.
pub(super) fn foreign<'a>(keys: &'a [Key], others: &[&'a Project]) -> Vec<Signer<'a>> {
    let trimmed = keys.iter().enumerate().filter_map(|(secret, key)| {
        Some(Signer {
            key: Cow::Owned(key.trimmed()?),
            project: None,
            secret,
            trimmed: true,
        })
    });
    let others = others.iter().flat_map(|project| {
        own(project.keys()).into_iter().map(|signer| Signer {
            project: Some(project.id()),
            ..signer
        })
    });
    trimmed.chain(others).collect()
}

impl Signer<'_> {
    pub(super) fn signed(&self, string: &str, signature: &[u8; 64]) -> bool {
        self.key.verify(string, signature)
    }

    /// What is wrong with the secret.
    pub(super) fn hint(&self) -> Option<Hint> {
        let other = self.project.map(Hint::OtherProject);
        self.trimmed.then_some(Hint::SecretTrimmed).or(other)
    }

    /// What it signed.
    pub(super) fn of(&self, text: Text) -> Signed {
        Signed {
            string: text.string(),
            lines: text.lines(),
            project: self.project,
            secret: self.secret,
            trimmed: self.trimmed,
        }
    }
}
