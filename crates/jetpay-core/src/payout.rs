//! Payouts: money that the merchant sends through the platform's Gate.
//!
//! What all methods share is here: how a request is identified, and what a method that can pay out says of itself. The
//! request is the method's own type. It is signed with [`sign`](crate::signature::sign), which puts the signature into
//! `general`.
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

/// The longest payment id that we send, in bytes.
const LONGEST: usize = 64;

/// A payment id that we do not send, though the platform may know such ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "a payout's payment id has 1 to 64 characters, each a letter A-Z or a-z, a digit, `_` or `-`"
)]
pub struct InvalidPaymentId;

/// `general` of a request to the Gate: which payment of which project it is about. The signature joins it when the
/// request is signed.
///
/// Source: qiwi-kz, request payout, `general`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "UncheckedGeneral")]
pub struct General {
    project_id: ProjectId,
    payment_id: PaymentId,
}

impl General {
    /// The payment with this id in this project.
    ///
    /// Make a fresh id for each payout and store it before anything is sent: a payout is found by it, and nothing
    /// else keeps it from being sent twice.
    ///
    /// # Errors
    /// [`InvalidPaymentId`] for an id of more than 64 characters or of others than `[A-Za-z0-9_-]`.
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

    /// Whose payment it is; its secret signs the request.
    #[must_use]
    pub fn project_id(&self) -> ProjectId {
        self.project_id
    }

    /// Our id of the payment.
    #[must_use]
    pub fn payment_id(&self) -> &PaymentId {
        &self.payment_id
    }
}

/// `general` as it stands in a request that was kept.
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

/// A method by which a merchant can pay out. A method without payouts does not implement it, and a program that would
/// pay out by it does not compile.
pub trait Payouts: Method {
    /// Where the Gate takes its payouts: the path of the URL, from the first `/` on.
    const PATH: &'static str;
    /// The request. It serializes as the JSON object that is sent, without the signature.
    type Payout: Serialize + Send + Sync;

    /// Which payment a request is about: what its `general` says.
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
    fn id_of_64_plain_characters_is_sent() {
        for id in ["a", "test_123", "0198-AZaz_9", &"x".repeat(64)] {
            assert_eq!(general(id).unwrap().payment_id().as_str(), id);
        }
    }

    #[test]
    fn longer_id_or_one_of_other_characters_is_refused() {
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
    fn general_comes_back_from_its_json_and_is_checked_again() {
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
