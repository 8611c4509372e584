//! The requests of the platform: `verify` and `check_deposit`.

use serde::Serialize;

use super::{Authentic, Callback};
use crate::id::{CustomerId, ProjectId};
use crate::method::Method;
use crate::money::Money;
use crate::rejection::{FieldFlaw, Rejection};

/// The kind of a request: the word in the field `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::exhaustive_enums,
    reason = "the crates of methods must handle both; a third request is a new protocol"
)]
pub enum RequestKind {
    /// `verify` asks whether a customer exists.
    Verify,
    /// `check_deposit` announces a top-up and asks for the merchant's payment id.
    CheckDeposit,
}

/// A typed message to the method `M`.
#[expect(
    clippy::exhaustive_enums,
    reason = "a program that serves messages itself must handle every kind"
)]
pub enum Request<M: Method> {
    /// Asks whether a customer exists. It has no effects and may come any number of times.
    Verify(VerifyRequest),
    /// Announces a top-up and asks for the merchant's payment id.
    CheckDeposit(M::CheckDeposit),
    /// Reports the result of a payment. It may come to the URL of any method.
    Callback(Box<Callback>),
}

/// The request `verify`, the same for all methods. Only the URL says which method it is for.
///
/// It serializes as the fields of the document, without the signature:
/// `{"type":"verify","project_id":1234,"customer_id":"7123456789"}`.
///
/// Source: every document, request `verify`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "verify")]
#[non_exhaustive]
pub struct VerifyRequest {
    /// The project whose secret signed it. Source: `project_id`.
    pub project_id: ProjectId,
    /// The customer id, as the payer typed it. Source: `customer_id`.
    pub customer_id: CustomerId,
}

impl VerifyRequest {
    pub(super) fn read(message: &Authentic<'_, '_>) -> Result<Self, Rejection> {
        Ok(Self {
            project_id: message.project_id()?,
            customer_id: message.id("customer_id")?,
        })
    }
}

impl RequestKind {
    /// Reads the kind from the field `type`.
    ///
    /// # Errors
    /// [`Rejection::Field`] if the field names neither request.
    pub fn by_type(message: &Authentic<'_, '_>) -> Result<Self, Rejection> {
        match message.text("type")? {
            "verify" => Ok(Self::Verify),
            "check_deposit" => Ok(Self::CheckDeposit),
            _ => Err(Rejection::Field {
                path: "type",
                flaw: FieldFlaw::NotThe("`verify` or `check_deposit`"),
            }),
        }
    }
}

/// A top-up in progress: the fields of `check_deposit` that all documents share.
///
/// It serializes as the fields of the documents, without the signature. `type` and `payment_method` are among them.
///
/// The platform gives a top-up no id, so a repeated request looks like a second, equal top-up. Give each request a new
/// payment id.
///
/// The request of a method has it in the field `top_up`, beside the method's own fields.
///
/// Source: every document, request `check_deposit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TopUp {
    #[serde(rename = "type")]
    kind: RequestKind,
    /// The project whose secret signed it. Source: `project_id`.
    pub project_id: ProjectId,
    /// The customer whose account is topped up. No `verify` need have come before. Source: `customer_id`.
    pub customer_id: CustomerId,
    /// The amount in minor units. It is positive and in the project's currency. Source: `amount` and `currency`.
    #[serde(flatten)]
    pub amount: Money,
    payment_method: &'static str,
}

impl TopUp {
    /// Reads the shared fields of a `check_deposit` to the method `M`.
    ///
    /// # Errors
    /// [`Rejection`] if a field is missing or has a wrong type, the amount is not positive, the currency is not the
    /// project's, or `payment_method` is not the method's.
    pub fn read<M: Method>(message: &Authentic<'_, '_>) -> Result<Self, Rejection> {
        let amount = message.money("amount", "currency")?;
        if !amount.is_positive() {
            return Err(Rejection::Field {
                path: "amount",
                flaw: FieldFlaw::NotThe("greater than zero"),
            });
        }
        let currency = message.project().currency();
        if amount.currency() != currency {
            return Err(Rejection::Field {
                path: "currency",
                flaw: FieldFlaw::OtherCurrency(currency),
            });
        }
        if message.text("payment_method")? != M::PAYMENT_METHOD {
            return Err(Rejection::Field {
                path: "payment_method",
                flaw: FieldFlaw::NotThe(M::PAYMENT_METHOD),
            });
        }
        Ok(Self {
            kind: RequestKind::by_type(message)?,
            project_id: message.project_id()?,
            customer_id: message.id("customer_id")?,
            amount,
            payment_method: M::PAYMENT_METHOD,
        })
    }
}
