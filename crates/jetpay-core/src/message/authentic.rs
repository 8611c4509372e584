//! A message whose signature holds, and the only way to its fields.

use std::fmt;

use crate::id::{InvalidId, ProjectId};
use crate::message::{Callback, Request, RequestKind, VerifyRequest};
use crate::method::Method;
use crate::money::{Currency, Money};
use crate::rejection::{FieldFlaw, Rejection};
use crate::signature::{Canonical, Kind, Malleated, Order, Project};

/// A message that somebody signed who knows the project's secret.
///
/// The signature does not protect everything: types, empty containers and the borders of texts with `;` are not
/// signed. So every field is read through the methods here, which refuse a message that shows a trace of being cut
/// anew, and take a value only in its exact JSON type.
pub struct Authentic<'b, 'k> {
    body: &'b [u8],
    canonical: Canonical,
    project: &'k Project,
    matched: Matched,
    malleated: Option<Malleated>,
    has_semicolon: bool,
}

/// By which secret and in which order a signature was found good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matched {
    /// The order of the paths.
    pub order: Order,
    /// The secret's place in its project, from 0.
    pub secret: usize,
}

impl<'b, 'k> Authentic<'b, 'k> {
    pub(super) fn new(
        body: &'b [u8],
        canonical: Canonical,
        project: &'k Project,
        matched: Matched,
    ) -> Self {
        let malleated = canonical.malleated();
        let has_semicolon = canonical.has_semicolon_in_value();
        Self {
            body,
            canonical,
            project,
            matched,
            malleated,
            has_semicolon,
        }
    }

    /// The bytes, as received.
    #[must_use]
    pub fn body(&self) -> &'b [u8] {
        self.body
    }

    /// The project whose secret signed it.
    #[must_use]
    pub fn project(&self) -> &'k Project {
        self.project
    }

    /// By which secret and in which order the signature was found good.
    #[must_use]
    pub fn matched(&self) -> Matched {
        self.matched
    }

    /// Whether it is a callback: it says something about a payment.
    #[must_use]
    pub fn is_callback(&self) -> bool {
        self.canonical.tells_of_a_payment()
    }

    /// Reads the message as one to the method `M`.
    ///
    /// # Errors
    /// [`Rejection::MethodNotSupported`], [`Rejection::Malleated`], [`Rejection::Field`].
    pub fn read<M: Method>(&self) -> Result<Request<M>, Rejection> {
        if self.is_callback() {
            return self.callback().map(Box::new).map(Request::Callback);
        }
        if !self.project.supports(M::NAME) {
            return Err(Rejection::MethodNotSupported { method: M::NAME });
        }
        match M::request_kind(self)? {
            RequestKind::Verify => VerifyRequest::read(self).map(Request::Verify),
            RequestKind::CheckDeposit => M::check_deposit(self).map(Request::CheckDeposit),
        }
    }

    /// Reads the message as a callback, which is the same for all methods.
    ///
    /// # Errors
    /// [`Rejection::Malleated`], [`Rejection::Field`].
    pub fn callback(&self) -> Result<Callback, Rejection> {
        Callback::read(self)
    }

    /// A text, empty or not.
    ///
    /// # Errors
    /// [`Rejection::Field`] when it is missing or not a text; [`Rejection::Malleated`].
    pub fn text(&self, path: &'static str) -> Result<&str, Rejection> {
        self.optional_text(path)?.ok_or(missing(path))
    }

    /// A text that may be absent or `null`.
    ///
    /// # Errors
    /// As [`text`](Self::text), but for missing.
    pub fn optional_text(&self, path: &'static str) -> Result<Option<&str>, Rejection> {
        match self.value(path)? {
            None => Ok(None),
            Some((Kind::Text, text)) => Ok(Some(text)),
            Some(_) => Err(not_a(path, "a text")),
        }
    }

    /// An id: a text, not empty, without `;` and control characters.
    ///
    /// # Errors
    /// As [`text`](Self::text), and [`FieldFlaw::NotAnId`].
    pub fn id<T: for<'a> TryFrom<&'a str, Error = InvalidId>>(
        &self,
        path: &'static str,
    ) -> Result<T, Rejection> {
        self.optional_id(path)?.ok_or(missing(path))
    }

    /// An id that may be absent or `null`.
    ///
    /// # Errors
    /// As [`id`](Self::id), but for missing.
    pub fn optional_id<T: for<'a> TryFrom<&'a str, Error = InvalidId>>(
        &self,
        path: &'static str,
    ) -> Result<Option<T>, Rejection> {
        let text = self.optional_text(path)?;
        text.map(|text| {
            T::try_from(text).map_err(|_| Rejection::Field {
                path,
                flaw: FieldFlaw::NotAnId,
            })
        })
        .transpose()
    }

    /// An integer: not `10.0`, not `"10"`.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    ///
    /// # Panics
    /// Never: an integer's text is an integer.
    pub fn integer(&self, path: &'static str) -> Result<i64, Rejection> {
        match self.value(path)? {
            None => Err(missing(path)),
            Some((Kind::Integer, text)) => {
                Ok(text.parse().expect("an integer's text is an integer"))
            }
            Some(_) => Err(not_a(path, "an integer")),
        }
    }

    /// A number that may come as an integer or as a text of digits; its text, unless that is empty.
    pub(super) fn number_or_text(&self, path: &'static str) -> Result<Option<&str>, Rejection> {
        match self.value(path)? {
            None => Ok(None),
            Some((Kind::Text, text)) if text.contains(';') => {
                Err(not_a(path, "a text without `;`"))
            }
            Some((Kind::Integer | Kind::Text, text)) => {
                Ok(Some(text).filter(|text| !text.is_empty()))
            }
            Some(_) => Err(not_a(path, "a text or an integer")),
        }
    }

    /// A text that says something. An empty one signs like `null`, so that somebody may have exchanged them: both are
    /// none.
    pub(super) fn said(&self, path: &'static str) -> Result<Option<&str>, Rejection> {
        Ok(self.optional_text(path)?.filter(|text| !text.is_empty()))
    }

    /// A word that something may depend on. Where it has a `;`, a field that nobody reads may have been cut into it.
    pub(super) fn optional_word(&self, path: &'static str) -> Result<Option<&str>, Rejection> {
        match self.said(path)? {
            Some(text) if text.contains(';') => Err(not_a(path, "a word without `;`")),
            text => Ok(text),
        }
    }

    /// Such a word where there must be one.
    pub(super) fn word(&self, path: &'static str) -> Result<&str, Rejection> {
        self.optional_word(path)?.ok_or(missing(path))
    }

    /// A text that decides nothing: of another type, or with a border in it, it is as good as absent.
    pub(super) fn hint(&self, path: &'static str) -> Result<Option<&str>, Rejection> {
        let text = self
            .intact(path)?
            .filter(|(kind, _)| *kind == Kind::Text)
            .map(|(_, text)| text);
        Ok(text.filter(|text| !text.is_empty() && !text.contains(';')))
    }

    /// Refuses a message that has a field, or anything below it, by which messages of another kind are known.
    ///
    /// One secret signs all kinds. Who can type a text into one kind could type a whole message of another, and cut it
    /// out with its signature intact; but not the fields that the first kind always has.
    pub(super) fn without(&self, path: &'static str) -> Result<(), Rejection> {
        if self.intact(path)?.is_none() && !self.canonical.has_below(path) {
            return Ok(());
        }
        let flaw =
            FieldFlaw::NotThe("absent: a callback has no such field, other signed messages have");
        Err(Rejection::Field { path, flaw })
    }

    /// Whether a field is there with a value.
    ///
    /// # Errors
    /// As [`optional_text`](Self::optional_text), but for texts.
    pub fn has(&self, path: &'static str) -> Result<bool, Rejection> {
        Ok(self.value(path)?.is_some())
    }

    /// An amount in minor units and its currency, from two fields.
    ///
    /// # Errors
    /// As [`integer`](Self::integer) and [`text`](Self::text); the currency must be three capital letters.
    pub fn money(&self, amount: &'static str, currency: &'static str) -> Result<Money, Rejection> {
        let minor = self.integer(amount)?;
        let code = self.text(currency)?;
        let code = Currency::parse(code).map_err(|_| not_a(currency, "three capital letters"))?;
        Ok(Money::new(minor, code))
    }

    /// An amount and its currency, when the amount is there.
    pub(super) fn optional_money(
        &self,
        amount: &'static str,
        currency: &'static str,
    ) -> Result<Option<Money>, Rejection> {
        if self.has(amount)? {
            self.money(amount, currency).map(Some)
        } else {
            Ok(None)
        }
    }

    /// The project that the message itself names, which the signature covers.
    ///
    /// # Errors
    /// As [`integer`](Self::integer).
    pub fn project_id(&self) -> Result<ProjectId, Rejection> {
        let number = self.integer("project_id")?;
        u64::try_from(number)
            .map(ProjectId::new)
            .map_err(|_| not_a("project_id", "a positive integer"))
    }

    /// The value of a field; `null` is none. A container where a value belongs is a wrong type, and so is a value
    /// where a container belongs: `{"account": {"number": "1"}}` signs like `{"account": "number:1"}`.
    fn value(&self, path: &'static str) -> Result<Option<(Kind, &str)>, Rejection> {
        match self.intact(path)? {
            Some((Kind::Null, _)) => Ok(None),
            None if self.canonical.has_below(path) => Err(not_a(path, "a single value")),
            None => self
                .value_above(path)
                .map_or(Ok(None), |above| Err(not_a(above, "an object"))),
            value => Ok(value),
        }
    }

    /// The part of the path where a value stands that is not empty.
    fn value_above(&self, path: &'static str) -> Option<&'static str> {
        let mut above = path.match_indices(':').map(|(at, _)| &path[..at]);
        above.find(|above| {
            self.canonical
                .value(above)
                .is_some_and(|(_, value)| !value.is_empty())
        })
    }

    /// The one door to the values: whoever reads a field has it checked that nothing was cut there.
    fn intact(&self, path: &'static str) -> Result<Option<(Kind, &str)>, Rejection> {
        match self.malleated {
            Some(how) => Err(Rejection::Malleated(how)),
            None if self.has_semicolon && self.canonical.is_cut_at(path) => {
                Err(Rejection::Malleated(Malleated::Text(path)))
            }
            None => Ok(self.canonical.value(path)),
        }
    }
}

impl fmt::Debug for Authentic<'_, '_> {
    /// Without the body, which holds the payer's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authentic")
            .field("canonical", &self.canonical)
            .field("project", &self.project)
            .field("matched", &self.matched)
            .field("malleated", &self.malleated)
            .finish_non_exhaustive()
    }
}

fn missing(path: &'static str) -> Rejection {
    Rejection::Field {
        path,
        flaw: FieldFlaw::Missing,
    }
}

fn not_a(path: &'static str, what: &'static str) -> Rejection {
    Rejection::Field {
        path,
        flaw: FieldFlaw::NotA(what),
    }
}
