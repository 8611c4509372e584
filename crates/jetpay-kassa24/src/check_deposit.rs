//! The request `check_deposit`, and the responses to one that succeeds.

use jetpay_core::id::ContractId;
use jetpay_core::message::Authentic;
use jetpay_core::redacted::Redacted;
use jetpay_core::rejection::FieldFlaw;
use jetpay_core::response::{CustomerDepositResponse, DescribedDepositResponse, Response};
use jetpay_core::{PaymentId, Rejection, ResponseCode, TopUp};
use serde::Serialize;

use crate::Kassa24;

/// A top-up. Source: kassa24, request `check_deposit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CheckDeposit {
    /// The fields that all methods share: the project, the customer and the amount.
    #[serde(flatten)]
    pub top_up: TopUp,
    /// The contract to pay. Only option 2 has one. Source: `entity_id` and `number`, which come together.
    #[serde(flatten)]
    pub contract: Option<ContractToPay>,
}

/// A contract to pay, as the response to `verify` named it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ContractToPay {
    /// The contract's id, from the response to `verify`. Source: `entity_id`.
    pub entity_id: ContractId,
    /// The contract's number, from the response to `verify`. Source: `number`.
    pub number: Redacted,
}

impl CheckDeposit {
    /// The fields `entity_id` and `number` must come together.
    pub(crate) fn read(message: &Authentic<'_, '_>) -> Result<Self, Rejection> {
        let top_up = TopUp::read::<Kassa24>(message)?;
        let contract = match (
            message.optional_id("entity_id")?,
            message.optional_text("number")?,
        ) {
            (None, None) => None,
            (Some(entity_id), Some(number)) => Some(ContractToPay {
                entity_id,
                number: Redacted::new(number),
            }),
            (None, Some(_)) => return Err(missing("entity_id")),
            (Some(_), None) => return Err(missing("number")),
        };
        Ok(Self { top_up, contract })
    }
}

fn missing(path: &'static str) -> Rejection {
    Rejection::Field {
        path,
        flaw: FieldFlaw::Missing,
    }
}

/// The response to a `check_deposit` that succeeds. Source: kassa24, response to `check_deposit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[expect(clippy::exhaustive_enums, reason = "the document has two options")]
pub enum CheckDepositResponse {
    /// Option 1: it may name the customer.
    Account(CustomerDepositResponse),
    /// Option 2: it may have a message.
    Contracts(DescribedDepositResponse),
}

impl CheckDepositResponse {
    /// The id under which the merchant stored the pending payment.
    #[must_use]
    pub fn payment_id(&self) -> &PaymentId {
        match self {
            Self::Account(response) => response.payment_id(),
            Self::Contracts(response) => response.payment_id(),
        }
    }
}

impl Response for CheckDepositResponse {
    fn code(&self) -> ResponseCode {
        match self {
            Self::Account(response) => response.code(),
            Self::Contracts(response) => response.code(),
        }
    }

    fn payment(&self) -> Option<&PaymentId> {
        Some(self.payment_id())
    }
}

impl From<CustomerDepositResponse> for CheckDepositResponse {
    fn from(response: CustomerDepositResponse) -> Self {
        Self::Account(response)
    }
}

impl From<DescribedDepositResponse> for CheckDepositResponse {
    fn from(response: DescribedDepositResponse) -> Self {
        Self::Contracts(response)
    }
}
