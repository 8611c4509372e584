//! Fields of a callback that no money depends on. In a shape that cannot be read they count as absent.

use super::Authentic;
use super::callback::read_operation_id;
use crate::id::OperationId;
use crate::money::{Currency, Money};
use crate::signature::Kind;

/// Reads such fields, and notes which of them were in a wrong shape.
pub(super) struct Harmless<'m> {
    message: &'m Authentic<'m, 'm>,
    ignored: Vec<&'static str>,
}

impl<'m> Harmless<'m> {
    pub(super) fn of(message: &'m Authentic<'_, '_>) -> Self {
        Self {
            message,
            ignored: Vec::new(),
        }
    }

    /// The fields that were there in a wrong shape.
    pub(super) fn ignored(self) -> Vec<&'static str> {
        self.ignored
    }

    /// A text for people.
    pub(super) fn text(&mut self, path: &'static str) -> Option<&'m str> {
        self.read(path, |kind, text| (kind == Kind::Text).then_some(text))
    }

    /// A text without `;`: with one, an attacker may have merged another field into it.
    pub(super) fn word(&mut self, path: &'static str) -> Option<&'m str> {
        self.read(path, |kind, text| {
            (kind == Kind::Text && !text.contains(';')).then_some(text)
        })
    }

    /// An id of another system, or a code. It comes as a text or as a number.
    pub(super) fn foreign_id(&mut self, path: &'static str) -> Option<&'m str> {
        self.read(path, |kind, text| {
            let is_id = matches!(kind, Kind::Text | Kind::Integer) && !text.contains(';');
            is_id.then_some(text)
        })
    }

    /// The platform's number of the operation.
    pub(super) fn operation_id(&mut self, path: &'static str) -> Option<OperationId> {
        self.read(path, |kind, text| {
            matches!(kind, Kind::Text | Kind::Integer)
                .then(|| read_operation_id(text))
                .flatten()
        })
    }

    /// An amount and its currency. Neither of them is of use alone: then the two count as absent.
    pub(super) fn money(
        &mut self,
        parent: &'static str,
        amount: &'static str,
        currency: &'static str,
    ) -> Option<Money> {
        let odd = self.ignored.len();
        let minor = self.read(amount, |kind, text| {
            (kind == Kind::Integer).then(|| text.parse().ok()).flatten()
        });
        let code = self.read(currency, |kind, text| {
            (kind == Kind::Text)
                .then(|| Currency::parse(text).ok())
                .flatten()
        });
        if minor.is_some() != code.is_some() && self.ignored.len() == odd {
            self.ignore(parent);
        }
        Some(Money::new(minor?, code?))
    }

    /// Reads a value. An empty text counts as absent, because it signs like `null`.
    fn read<T>(
        &mut self,
        path: &'static str,
        read: impl FnOnce(Kind, &'m str) -> Option<T>,
    ) -> Option<T> {
        let canonical = self.message.canonical();
        if let Some((kind, text)) = canonical.value(path) {
            if kind == Kind::Null || kind == Kind::Text && text.is_empty() {
                return None;
            }
            let value = read(kind, text);
            if value.is_none() {
                self.ignore(path);
            }
            return value;
        }
        if canonical.has_below(path) {
            self.ignore(path);
        } else if let Some(above) = self.message.value_above(path) {
            self.ignore(above);
        }
        None
    }

    fn ignore(&mut self, path: &'static str) {
        if !self.ignored.contains(&path) {
            self.ignored.push(path);
        }
    }
}
