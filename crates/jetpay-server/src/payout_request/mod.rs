//! A payout that the merchant requests, over HTTP or in a file, and its checks.
//!
//! ```
//! use jetpay_server::payout_request::{PayoutRequest, Payee};
//! use jetpay_core::{Currency, Money};
//!
//! let request = PayoutRequest {
//!     project_id: 1234.into(),
//!     customer: Payee {
//!         id: "12345".into(),
//!         ip_address: "198.51.100.47".into(),
//!         first_name: "John".into(),
//!         last_name: "Doe".into(),
//!         email: "johndoe@example.com".into(),
//!     },
//!     account_number: "+9182221133".into(),
//!     amount: Money::new(10_000, Currency::KZT), // 100.00 KZT
//!     idempotency_key: "salary-2026-11-17".into(),
//! };
//! let errors = request.errors();
//! assert_eq!(errors[0].field, "account_number");
//! assert_eq!(errors[0].message, "must be the wallet's number: 5 to 20 digits and nothing else");
//! ```

pub mod dashboard;
pub(crate) mod unseen;

use std::collections::HashSet;
use std::fmt::{self, Write};
use std::marker::PhantomData;

use jetpay_core::id::{PaymentId, ProjectId};
use jetpay_core::payout::General;
use jetpay_core::{Currency, Money};
use jetpay_qiwi_kz::{Customer, InvalidPayout, Payout};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::field_error::FieldError;

/// The greatest length of an idempotency key, in bytes.
const MAX_KEY_BYTES: usize = 255;

/// A payout that the merchant requests. It serializes as the body of `POST /v1/payouts`.
///
/// The payee is personal data; `Debug` hides it.
#[derive(Clone, Serialize)]
pub struct PayoutRequest {
    /// The project that pays.
    pub project_id: ProjectId,
    /// The person who receives the money.
    pub customer: Payee,
    /// The number of the wallet.
    pub account_number: String,
    /// The amount, in minor units.
    #[serde(flatten)]
    pub amount: Money,
    /// The merchant's own id of this request: the same key in the same project is the same payout.
    pub idempotency_key: String,
}

/// The person who receives a payout. `Debug` hides all fields.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payee {
    /// The customer's id in the merchant's system.
    pub id: String,
    /// The IP address of the customer's device.
    pub ip_address: String,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The e-mail address.
    pub email: String,
}

impl PayoutRequest {
    /// All errors in this request, at most one for each field. It can be sent when there is none.
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let of_payout =
            Payout::problems(&self.customer.as_qiwi(), &self.account_number, self.amount);
        let of_payout = of_payout
            .iter()
            .map(|problem| FieldError::new(problem.field(), format!("must be {}", problem.must())));
        of_payout.chain(key_error(&self.idempotency_key)).collect()
    }

    /// Identifiers that are not what they look like: the key or the customer's id has a character that cannot be seen, or the
    /// key is not in Unicode's composed form. Refuse a new payout with one. A payout that was stored under such a key is still
    /// found by it.
    #[must_use]
    pub fn unseen(&self) -> Vec<FieldError> {
        let id = unseen::unseen(&self.customer.id);
        let id = id.map(|what| FieldError::new("customer.id", what));
        let key = seen_key(&self.idempotency_key).err();
        id.into_iter().chain(key).collect()
    }

    /// The payout with this id, ready to be signed.
    ///
    /// # Errors
    /// [`InvalidPayout`] for the first of its [`errors`](Self::errors).
    ///
    /// # Panics
    /// When the id is not 1 to 64 characters of `[A-Za-z0-9_-]`.
    pub fn payout(&self, id: PaymentId) -> Result<Payout, InvalidPayout> {
        let general = General::new(self.project_id, id).expect("a fresh id is plain and short");
        Payout::new(
            general,
            &self.customer.as_qiwi(),
            &self.account_number,
            self.amount,
        )
    }

    /// The SHA-256 of the whole request, in hexadecimal digits. It tells a repeated request from another one with the same
    /// key.
    ///
    /// The service compares it with stored fingerprints, which an older version may have written. Therefore the digested
    /// fields and their order must never change.
    ///
    /// # Panics
    /// Never: texts and numbers always serialize.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let json = serde_json::to_vec(self).expect("texts and numbers always serialize");
        let digest = Sha256::digest(json);
        digest.iter().fold(String::new(), |mut digits, byte| {
            write!(digits, "{byte:02x}").expect("writing to a String cannot fail");
            digits
        })
    }
}

impl Payee {
    fn as_qiwi(&self) -> Customer<'_> {
        Customer {
            id: &self.id,
            ip_address: &self.ip_address,
            first_name: &self.first_name,
            last_name: &self.last_name,
            email: &self.email,
        }
    }
}

/// Checks that an idempotency key is what it looks like: it has no character that cannot be seen, and it is in Unicode's
/// composed form.
///
/// # Errors
/// [`FieldError`] with the character and its place.
pub fn seen_key(key: &str) -> Result<(), FieldError> {
    let what = unseen::unseen(key).or_else(|| unseen::decomposed(key));
    what.map_or(Ok(()), |what| Err(other_key(&what)))
}

fn other_key(what: &str) -> FieldError {
    FieldError::new("idempotency_key", format!("{what}, or use another key"))
}

/// The currency with this code. [`PayoutRequest::errors`] checks that payouts support it.
///
/// # Errors
/// [`FieldError`] when this is not the code of a currency.
pub fn currency(code: &str) -> Result<Currency, FieldError> {
    Currency::parse(code)
        .map_err(|_| FieldError::new("currency", "must be KZT, in capital letters"))
}

fn key_error(key: &str) -> Option<FieldError> {
    if (1..=MAX_KEY_BYTES).contains(&key.len()) {
        return unseen::control(key).map(|what| other_key(&what));
    }
    Some(FieldError::new(
        "idempotency_key",
        format!("must be a key of your own: 1 to {MAX_KEY_BYTES} bytes without control characters"),
    ))
}

impl fmt::Debug for PayoutRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayoutRequest")
            .field("project_id", &self.project_id)
            .field("amount", &self.amount)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Payee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Payee(hidden)")
    }
}

/// The body of `POST /v1/payouts`, not checked yet.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct PayoutRequestBody(Object<Fields>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    project_id: ProjectId,
    customer: Object<Payee>,
    account_number: String,
    amount: i64,
    currency: String,
    idempotency_key: String,
}

impl PayoutRequestBody {
    /// The request, if it is valid and one of these projects pays.
    ///
    /// # Errors
    /// [`FieldError`]: the first error that is found.
    pub fn checked(self, projects: &HashSet<ProjectId>) -> Result<PayoutRequest, FieldError> {
        let Object(body) = self.0;
        if !projects.contains(&body.project_id) {
            return Err(FieldError::new("project_id", "is not in the configuration"));
        }
        let request = PayoutRequest {
            project_id: body.project_id,
            customer: body.customer.0,
            account_number: body.account_number,
            amount: Money::new(body.amount, currency(&body.currency)?),
            idempotency_key: body.idempotency_key,
        };
        request.errors().into_iter().next().map_or(Ok(request), Err)
    }
}

/// A value that was read from a JSON object. Without it serde would also read a JSON list, field by field in the order of
/// the struct.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

#[cfg(test)]
mod tests {
    use jetpay_core::{Currency, Money};

    use super::{Payee, PayoutRequest};

    fn request() -> PayoutRequest {
        PayoutRequest {
            project_id: 1234.into(),
            customer: Payee {
                id: "12345".into(),
                ip_address: "198.51.100.47".into(),
                first_name: "John".into(),
                last_name: "Doe".into(),
                email: "johndoe@example.com".into(),
            },
            account_number: "9182221133".into(),
            amount: Money::new(10_000, Currency::KZT),
            idempotency_key: "k".into(),
        }
    }

    /// Another program computed this digest. A different digest would turn every repeat after an update into a conflict.
    #[test]
    fn fingerprint_is_the_same_in_every_version() {
        let json = r#"{"project_id":1234,"customer":{"id":"12345","ip_address":"198.51.100.47","first_name":"John","last_name":"Doe","email":"johndoe@example.com"},"account_number":"9182221133","amount":10000,"currency":"KZT","idempotency_key":"k"}"#;
        assert_eq!(serde_json::to_string(&request()).unwrap(), json);
        assert_eq!(
            request().fingerprint(),
            "8f20c093794032c2a9e70e82779491ff9b3d7f03b8676715822afcb88d68bfe7"
        );
    }

    #[test]
    fn key_is_1_to_255_bytes_without_control_characters() {
        let errors = |key: &str| {
            let mut request = request();
            request.idempotency_key = key.into();
            request.errors()
        };
        for key in ["k", "a;b: й", &"x".repeat(255)] {
            assert_eq!(errors(key), [], "{key}");
        }
        for key in ["", "a\nb", "\0", "\u{85}", &"x".repeat(256)] {
            let errors = errors(key);
            assert_eq!(errors.len(), 1, "{key:?}");
            assert_eq!(errors[0].field, "idempotency_key");
        }
    }

    #[test]
    fn debug_hides_the_payee() {
        let text = format!("{:?} {:?}", request(), request().customer);
        for hidden in ["12345", "198.51", "John", "Doe", "9182221133"] {
            assert!(!text.contains(hidden), "{text}");
        }
    }
}
