//! What a message has in the place of one value, read in its exact JSON type.

use crate::id::{InvalidId, OperationId, ProjectId};
use crate::money::Currency;
use crate::rejection::{FieldFlaw, Rejection};
use crate::signature::{Found, Kind};

/// The value at a path, or none; `null` counts as none.
#[derive(Clone, Copy)]
pub(super) struct Value<'m> {
    path: &'static str,
    value: Option<(Kind, &'m str)>,
}

impl<'m> Value<'m> {
    /// What is at a path. An object in place of a value is a wrong type. So is a value in place of an object:
    /// `{"account": {"number": "1"}}` signs like `{"account": "number:1"}`. `above` finds the path of such a value.
    pub(super) fn of(
        path: &'static str,
        found: Found<'m>,
        above: impl FnOnce() -> Option<&'static str>,
    ) -> Result<Self, Rejection> {
        let value = match found {
            Found::Value(Kind::Null, _) => None,
            Found::Value(kind, text) => Some((kind, text)),
            Found::Below => return Err(not_a(path, "a single value")),
            Found::Nothing => match above() {
                Some(above) => return Err(not_a(above, "an object")),
                None => None,
            },
        };
        Ok(Self { path, value })
    }

    pub(super) const fn is_there(self) -> bool {
        self.value.is_some()
    }

    /// A text. It may be empty.
    pub(super) fn text(self) -> Result<&'m str, Rejection> {
        self.optional_text()?.ok_or(self.missing())
    }

    /// A text that may be absent.
    pub(super) fn optional_text(self) -> Result<Option<&'m str>, Rejection> {
        match self.value {
            None => Ok(None),
            Some((Kind::Text, text)) => Ok(Some(text)),
            Some(_) => Err(self.not_a("a text")),
        }
    }

    /// An id: a text that is not empty and has neither `;` nor a control character.
    pub(super) fn id<T: TryFrom<&'m str, Error = InvalidId>>(self) -> Result<T, Rejection> {
        self.optional_id()?.ok_or(self.missing())
    }

    /// An id that may be absent.
    pub(super) fn optional_id<T: TryFrom<&'m str, Error = InvalidId>>(
        self,
    ) -> Result<Option<T>, Rejection> {
        let text = self.optional_text()?;
        text.map(T::try_from)
            .transpose()
            .map_err(|_| self.flaw(FieldFlaw::NotAnId))
    }

    /// An integer. Neither `10.0` nor `"10"` is one.
    pub(super) fn integer(self) -> Result<i64, Rejection> {
        match self.value {
            None => Err(self.missing()),
            Some((Kind::Integer, text)) => {
                Ok(text.parse().expect("an integer's text is an integer"))
            }
            Some(_) => Err(self.not_a("an integer")),
        }
    }

    /// The number of a project.
    pub(super) fn project_id(self) -> Result<ProjectId, Rejection> {
        let number = u64::try_from(self.integer()?);
        number
            .map(ProjectId::new)
            .map_err(|_| self.not_a("a positive integer"))
    }

    /// The number of an operation: an integer or a text of digits.
    pub(super) fn operation_id(self) -> Result<OperationId, Rejection> {
        let text = match self.value {
            Some((Kind::Text, text)) if text.contains(';') => {
                return Err(self.not_a("a text without `;`"));
            }
            Some((Kind::Integer | Kind::Text, text)) => text,
            Some(_) => return Err(self.not_a("a text or an integer")),
            None => "",
        };
        if text.is_empty() {
            return Err(self.missing());
        }
        read_operation_id(text).ok_or(self.not_a("an integer that fits 64 bits"))
    }

    /// The code of a currency.
    pub(super) fn currency(self) -> Result<Currency, Rejection> {
        Currency::parse(self.text()?).map_err(|_| self.not_a("three capital letters"))
    }

    /// A word that decides something. An empty text counts as absent: it signs like `null`, so an attacker can exchange
    /// the two. A word with `;` is refused: an attacker may have merged another field into it.
    pub(super) fn word(self) -> Result<&'m str, Rejection> {
        match self.optional_text()? {
            Some(text) if text.contains(';') => Err(self.not_a("a word without `;`")),
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(self.missing()),
        }
    }

    fn missing(self) -> Rejection {
        self.flaw(FieldFlaw::Missing)
    }

    fn not_a(self, what: &'static str) -> Rejection {
        not_a(self.path, what)
    }

    fn flaw(self, flaw: FieldFlaw) -> Rejection {
        let path = self.path;
        Rejection::Field { path, flaw }
    }
}

fn not_a(path: &'static str, what: &'static str) -> Rejection {
    let flaw = FieldFlaw::NotA(what);
    Rejection::Field { path, flaw }
}

/// Reads an integer or a text of digits. The number must fit a signed 64-bit integer, as databases have it.
pub(super) fn read_operation_id(text: &str) -> Option<OperationId> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse::<i64>()
        .ok()
        .filter(|_| digits)
        .and_then(|number| u64::try_from(number).ok())
        .map(OperationId::new)
}
