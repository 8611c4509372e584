//! Fields of a callback that no money depends on. In a shape that cannot be read they count as absent.

use super::fields::{Field, Fields};
use super::value::read_operation_id;
use crate::id::OperationId;
use crate::money::{Currency, Money};
use crate::signature::{Found, Kind};

/// Reads such fields, and notes which of them were in a wrong shape.
pub(super) struct Harmless<'f, 'm> {
    fields: &'f Fields<'m>,
    ignored: Vec<&'static str>,
}

impl<'f, 'm> Harmless<'f, 'm> {
    pub(super) fn of(fields: &'f Fields<'m>) -> Self {
        Self {
            fields,
            ignored: Vec::new(),
        }
    }

    /// The fields that were there in a wrong shape.
    pub(super) fn ignored(self) -> Vec<&'static str> {
        self.ignored
    }

    /// A text for people.
    pub(super) fn text(&mut self, field: Field) -> Option<&'m str> {
        self.read(field, |kind, text| (kind == Kind::Text).then_some(text))
    }

    /// A text without `;`: with one, an attacker may have merged another field into it.
    pub(super) fn word(&mut self, field: Field) -> Option<&'m str> {
        let fields = self.fields;
        self.read(field, |kind, text| {
            (kind == Kind::Text && fields.is_whole(text)).then_some(text)
        })
    }

    /// An id of another system, or a code. It comes as a text or as a number.
    pub(super) fn foreign_id(&mut self, field: Field) -> Option<&'m str> {
        let fields = self.fields;
        self.read(field, |kind, text| {
            let is_id = matches!(kind, Kind::Text | Kind::Integer) && fields.is_whole(text);
            is_id.then_some(text)
        })
    }

    /// The platform's number of the operation.
    pub(super) fn operation_id(&mut self, field: Field) -> Option<OperationId> {
        self.read(field, |kind, text| {
            matches!(kind, Kind::Text | Kind::Integer)
                .then(|| read_operation_id(text))
                .flatten()
        })
    }

    /// An amount and its currency. Neither of them is of use alone: then the two count as absent.
    pub(super) fn money(&mut self, parent: Field, amount: Field, currency: Field) -> Option<Money> {
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
            self.ignore(parent.path());
        }
        Some(Money::new(minor?, code?))
    }

    /// Reads a value. An empty text counts as absent, because it signs like `null`.
    fn read<T>(
        &mut self,
        field: Field,
        read: impl FnOnce(Kind, &'m str) -> Option<T>,
    ) -> Option<T> {
        let odd = match self.fields.at(field) {
            Found::Value(Kind::Null, _) | Found::Value(Kind::Text, "") => return None,
            Found::Value(kind, text) => match read(kind, text) {
                None => field.path(),
                value => return value,
            },
            Found::Below => field.path(),
            Found::Nothing => self.fields.value_above(field)?,
        };
        self.ignore(odd);
        None
    }

    fn ignore(&mut self, path: &'static str) {
        if !self.ignored.contains(&path) {
            self.ignored.push(path);
        }
    }
}
