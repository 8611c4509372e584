//! Payouts: money that the merchant sends through the platform's Gate.
//!
//! This module has what all methods share: the identification of a request ([`General`]), and the trait of methods that
//! can pay out ([`Payouts`]). Each method has its own type for the request. [`sign`](crate::signature::sign) signs it and
//! puts the signature into `general`.
//!
//! ```
//! use jetpay_core::id::{PaymentId, ProjectId};
//! use jetpay_core::payout::General;
//!
//! let general = General::new(ProjectId::new(35), PaymentId::new("test_123")?)?;
//! assert_eq!(serde_json::to_string(&general)?, r#"{"project_id":35,"payment_id":"test_123"}"#);
//!
//! assert!(General::new(ProjectId::new(35), PaymentId::new("with space")?).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::id::{PaymentId, ProjectId};
use crate::method::Method;

/// The maximum length of a payment id in a payout, in bytes.
const LONGEST: usize = 64;

/// The payment id cannot be used for a payout. This is stricter than the platform's own rule.
///
/// An id without odd characters is the same in a URL, in a file of payouts and on the phone with support.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "a payout's payment id has 1 to 64 characters, each a letter A-Z or a-z, a digit, `_` or `-`"
)]
#[non_exhaustive]
pub struct InvalidPaymentId;

/// `general` of a request to the Gate: the project and the payment that it is about. Signing adds the signature.
///
/// Source: qiwi-kz, request payout, `general`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "UncheckedGeneral")]
pub struct General {
    project_id: ProjectId,
    payment_id: PaymentId,
}

impl General {
    /// Names the project and the payment.
    ///
    /// Make a new id for each payout and store it before you send the payout. The platform finds the payout by this id,
    /// and the id alone prevents that the payout is sent twice.
    ///
    /// # Errors
    /// [`InvalidPaymentId`] if the id has more than 64 characters or a character other than `[A-Za-z0-9_-]`.
    pub fn new(project_id: ProjectId, payment_id: PaymentId) -> Result<Self, InvalidPaymentId> {
        let text = payment_id.as_str();
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if text.len() > LONGEST || !text.bytes().all(is_plain) {
            return Err(InvalidPaymentId);
        }
        Ok(Self {
            project_id,
            payment_id,
        })
    }

    /// The project. Its secret signs the request.
    #[must_use]
    pub fn project_id(&self) -> ProjectId {
        self.project_id
    }

    /// The merchant's id of the payment.
    #[must_use]
    pub fn payment_id(&self) -> &PaymentId {
        &self.payment_id
    }
}

/// `general` of a stored request, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedGeneral {
    project_id: u64,
    payment_id: String,
}

impl TryFrom<UncheckedGeneral> for General {
    type Error = InvalidPaymentId;

    fn try_from(unchecked: UncheckedGeneral) -> Result<Self, InvalidPaymentId> {
        let payment_id = PaymentId::new(unchecked.payment_id).map_err(|_| InvalidPaymentId)?;
        Self::new(ProjectId::new(unchecked.project_id), payment_id)
    }
}

/// A method that can pay out. A method without payouts does not implement this trait, so a program that tries to pay out
/// with it does not compile.
///
/// The crate `jetpay-gate` sends a payout: `gate.payout::<QiwiKz>(&project, &payout)`. The result comes as a callback whose
/// [`paid_out`](crate::Callback::paid_out) is the amount.
pub trait Payouts: Method {
    /// The path of the Gate's URL for payouts, from the first `/` on.
    const PATH: &'static str;
    /// The request. It serializes as the JSON object that is sent, but without the signature.
    type Payout: Serialize + Send + Sync;

    /// The `general` of a request: the payment that the request is about. The client reads the project and the id from it.
    fn general(payout: &Self::Payout) -> &General;
}

#[cfg(test)]
mod tests {
    use super::{General, InvalidPaymentId};
    use crate::id::{PaymentId, ProjectId};

    fn general(id: &str) -> Result<General, InvalidPaymentId> {
        General::new(ProjectId::new(35), PaymentId::new(id).unwrap())
    }

    #[test]
    fn id_of_64_plain_characters_is_accepted() {
        for id in ["a", "test_123", "0198-AZaz_9", &"x".repeat(64)] {
            assert_eq!(general(id).unwrap().payment_id().as_str(), id);
        }
    }

    #[test]
    fn longer_id_or_one_with_other_characters_is_refused() {
        for id in [
            "a b",
            "a.b",
            "a/b",
            "a:b",
            "ä",
            "a\u{200b}",
            &"x".repeat(65),
        ] {
            assert_eq!(general(id), Err(InvalidPaymentId), "{id}");
        }
    }

    #[test]
    fn general_is_read_back_from_its_json_and_checked_again() {
        let there = general("test_123").unwrap();
        let json = serde_json::to_string(&there).unwrap();
        assert_eq!(serde_json::from_str::<General>(&json).unwrap(), there);
        for wrong in [
            r#"{"project_id":35,"payment_id":"a b"}"#,
            r#"{"project_id":35,"payment_id":""}"#,
            r#"{"project_id":"35","payment_id":"a"}"#,
            r#"{"project_id":35,"payment_id":"a","signature":"x"}"#,
        ] {
            assert!(serde_json::from_str::<General>(wrong).is_err(), "{wrong}");
        }
    }
}
