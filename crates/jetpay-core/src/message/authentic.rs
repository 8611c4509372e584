//! A message whose signature is verified. Fields can only be read through it.

use std::fmt;

use super::status_answer;
use super::value::Value;
use crate::id::{InvalidId, ProjectId};
use crate::message::{Callback, Request, RequestKind, VerifyRequest};
use crate::method::Method;
use crate::money::Money;
use crate::rejection::Rejection;
use crate::signature::{Canonical, Found, Malleated, Order, Project};

/// A message that was signed with one of the project's secrets.
///
/// The signature does not protect everything. It covers neither JSON types nor empty containers, and it does not escape
/// `;` in texts. Therefore the methods of this type read every field. They accept a value only in its exact JSON type,
/// and they refuse a message that an attacker may have made from another signed message.
///
/// A merchant gets typed requests and rarely needs this type. A method's crate reads its own fields with it: names of nested
/// fields are joined with `:`, amounts are integers of minor units.
///
/// ```
/// use jetpay_core::message::Received;
/// use jetpay_core::signature::{Key, sign};
/// use jetpay_core::{ContractId, Keyring, Project};
///
/// let body = br#"{"project_id": 1234, "entity_id": "12345", "amount": "100", "account": {"number": "47"}}"#;
/// let signed = sign(body, &Key::new("secret")?)?;
/// let keyring = Keyring::from(Project::new(1234, "secret")?);
/// let message = Received::parse(&signed)?.authenticate(&keyring)?;
///
/// assert_eq!(message.id::<ContractId>("entity_id")?.as_str(), "12345");
/// assert_eq!(message.text("account:number")?, "47");
/// assert_eq!(message.integer("amount").unwrap_err().to_string(), "the field `amount` must be an integer");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Authentic<'b, 'k> {
    body: &'b [u8],
    canonical: Canonical,
    project: &'k Project,
    matched: Matched,
    malleated: Option<Malleated>,
    has_semicolon: bool,
}

/// The secret and the order of paths with which a signature matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matched {
    /// The order of the paths.
    pub order: Order,
    /// The index of the secret in its project, from 0.
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

    /// The bytes as received.
    #[must_use]
    pub fn body(&self) -> &'b [u8] {
        self.body
    }

    /// The project whose secret signed it.
    #[must_use]
    pub fn project(&self) -> &'k Project {
        self.project
    }

    /// The secret and the order of paths with which the signature matches.
    #[must_use]
    pub fn matched(&self) -> Matched {
        self.matched
    }

    /// Whether the message is a callback: it has a field in `payment` or `operation`.
    #[must_use]
    pub fn is_callback(&self) -> bool {
        self.canonical.mentions_payment()
    }

    /// Reads the message as one to the method `M`.
    ///
    /// # Errors
    /// [`Rejection::MethodNotSupported`] if the project does not support the method, [`Rejection::Malleated`] or
    /// [`Rejection::Field`] if a field cannot be used.
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

    /// Reads the message as a callback. Callbacks are the same for all methods.
    ///
    /// # Errors
    /// [`Rejection::Malleated`] or [`Rejection::Field`] if a field cannot be used.
    pub fn callback(&self) -> Result<Callback, Rejection> {
        Callback::read(self)
    }

    /// Reads the message as a signed response to a status request: as one callback for each operation that it lists. Apply
    /// them in their order, in one transaction.
    ///
    /// A callback can be lost for ever: another system acknowledged it, or the platform gave up. The status answer, signed
    /// with the same secret, then says the same. No callback is a status answer and no status answer is a callback: only the
    /// answer has `operations`, and it has no `operation`.
    ///
    /// Every operation must have an id, a type and a status, and a successful one its `sum_initial`. A rejection names the
    /// fields of a listed operation as those of a callback's `operation`.
    ///
    /// The answer says in which state the payment is now, not in which it was after each operation. Each callback has the
    /// present status, with one exception: a successful sale of a payment that is refunded or reversed by now, in whole or in
    /// part, has the status `success`. Only a success can become one of these, and its sale made it one; so the callback is the
    /// one that the platform sent about this sale, and a repeat of it if it was not lost. No rule for a refund, a reversal
    /// or a reversed refund depends on the payment's status.
    ///
    /// Successful sales come first, because what took the money back came after them. So does what failed before: a payer's
    /// first attempt may be declined, and the payment succeeded nevertheless. The others follow by their id, which grows.
    ///
    /// Where a status answer says less: the platform's staff changed a payment to a failure (`manual change`). The sale then
    /// has the failed status. It credits nothing, and the manual change takes nothing back: the balance is the same, and alarms
    /// say the rest.
    ///
    /// ```
    /// use jetpay_core::message::Received;
    /// use jetpay_core::signature::{Key, sign};
    /// use jetpay_core::status::PaymentStatus;
    /// use jetpay_core::{Currency, Keyring, Money, Project};
    ///
    /// let body = br#"{"project_id": 1234, "payment": {"id": "payment_47", "status": "refunded"}, "operations": [
    ///     {"id": 29, "type": "refund", "status": "success", "sum_initial": {"amount": 10000, "currency": "KZT"}},
    ///     {"id": 28, "type": "sale", "status": "success", "sum_initial": {"amount": 10000, "currency": "KZT"}}]}"#;
    /// let signed = sign(body, &Key::new("secret")?)?;
    /// let keyring = Keyring::from(Project::new(1234, "secret")?);
    /// let message = Received::parse(&signed)?.authenticate(&keyring)?;
    ///
    /// let [sale, refund] = &message.status_answer()?[..] else { panic!("two operations") };
    /// assert_eq!(sale.paid(), Some(Money::new(10_000, Currency::KZT)));
    /// assert_eq!(refund.payment.status, PaymentStatus::Refunded);
    /// assert!(message.callback().is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: the platform's public documents, Gate, `/v2/payment/status`.
    ///
    /// # Errors
    /// [`Rejection::Malleated`] or [`Rejection::Field`] if a field cannot be used.
    pub fn status_answer(&self) -> Result<Vec<Callback>, Rejection> {
        status_answer::read(self)
    }

    /// Reads a text. It may be empty.
    ///
    /// # Errors
    /// [`Rejection::Field`] if the field is missing or not a text, [`Rejection::Malleated`] if the message may have been
    /// made from another one.
    pub fn text(&self, path: &'static str) -> Result<&str, Rejection> {
        self.value(path)?.text()
    }

    /// Reads a text that may be absent or `null`.
    ///
    /// # Errors
    /// Like [`text`](Self::text), but a missing field is no error.
    pub fn optional_text(&self, path: &'static str) -> Result<Option<&str>, Rejection> {
        self.value(path)?.optional_text()
    }

    /// Reads an id: a text that is not empty and has neither `;` nor a control character.
    ///
    /// # Errors
    /// Like [`text`](Self::text), and [`NotAnId`](crate::rejection::FieldFlaw::NotAnId).
    pub fn id<T: for<'a> TryFrom<&'a str, Error = InvalidId>>(
        &self,
        path: &'static str,
    ) -> Result<T, Rejection> {
        self.value(path)?.id()
    }

    /// Reads an id that may be absent or `null`.
    ///
    /// # Errors
    /// Like [`id`](Self::id), but a missing field is no error.
    pub fn optional_id<T: for<'a> TryFrom<&'a str, Error = InvalidId>>(
        &self,
        path: &'static str,
    ) -> Result<Option<T>, Rejection> {
        self.value(path)?.optional_id()
    }

    /// Reads an integer. Neither `10.0` nor `"10"` is one.
    ///
    /// # Errors
    /// [`Rejection::Field`] if the field is missing or not an integer, [`Rejection::Malleated`].
    ///
    /// # Panics
    /// Never: the canonical text of an integer is an integer.
    pub fn integer(&self, path: &'static str) -> Result<i64, Rejection> {
        self.value(path)?.integer()
    }

    /// Refuses a message in which a text has one of these fields in it, whether or not the field is read.
    pub(super) fn require_uncut(&self, paths: &[&'static str]) -> Result<(), Rejection> {
        let how = self.malleated.or_else(|| {
            let cut = self.has_semicolon.then(|| self.canonical.cut_at(paths))?;
            cut.map(Malleated::Text)
        });
        how.map_or(Ok(()), |how| Err(Rejection::Malleated(how)))
    }

    /// The values, without a check that they were not cut out of other texts.
    pub(super) fn canonical(&self) -> &Canonical {
        &self.canonical
    }

    /// Whether any value has a `;`.
    pub(super) fn has_semicolon(&self) -> bool {
        self.has_semicolon
    }

    /// Whether a field has a value other than `null`.
    ///
    /// # Errors
    /// [`Rejection::Field`] if an object or array is at this place, [`Rejection::Malleated`].
    pub fn has(&self, path: &'static str) -> Result<bool, Rejection> {
        Ok(self.value(path)?.is_there())
    }

    /// Reads an amount in minor units and its currency from two fields.
    ///
    /// # Errors
    /// Like [`integer`](Self::integer) and [`text`](Self::text). The currency must be three capital letters.
    pub fn money(&self, amount: &'static str, currency: &'static str) -> Result<Money, Rejection> {
        let minor = self.integer(amount)?;
        Ok(Money::new(minor, self.value(currency)?.currency()?))
    }

    /// Reads the field `project_id`, which the signature covers.
    ///
    /// # Errors
    /// Like [`integer`](Self::integer). The number must not be negative.
    pub fn project_id(&self) -> Result<ProjectId, Rejection> {
        self.value("project_id")?.project_id()
    }

    /// The value of a field.
    fn value(&self, path: &'static str) -> Result<Value<'_>, Rejection> {
        Value::of(path, self.intact(path)?, || self.value_above(path))
    }

    /// The beginning of the path at which the message has a nonempty value.
    fn value_above(&self, path: &'static str) -> Option<&'static str> {
        let mut ends = path.bytes().enumerate().filter(|(_, byte)| *byte == b':');
        ends.find_map(|(end, _)| match self.canonical.find(&path[..end]) {
            Found::Value(_, text) if !text.is_empty() => Some(&path[..end]),
            _ => None,
        })
    }

    /// Every read goes through this function. It checks that the field was not cut out of another text.
    fn intact(&self, path: &'static str) -> Result<Found<'_>, Rejection> {
        match self.malleated {
            Some(how) => Err(Rejection::Malleated(how)),
            None if self.has_semicolon && self.canonical.cut_at(&[path]).is_some() => {
                Err(Rejection::Malleated(Malleated::Text(path)))
            }
            None => Ok(self.canonical.find(path)),
        }
    }
}

impl fmt::Debug for Authentic<'_, '_> {
    /// Omits the body, because it has the payer's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authentic")
            .field("canonical", &self.canonical)
            .field("project", &self.project)
            .field("matched", &self.matched)
            .field("malleated", &self.malleated)
            .finish_non_exhaustive()
    }
}
