//! The request `check_deposit`.

use jetpay_core::id::ContractId;
use jetpay_core::message::Authentic;
use jetpay_core::redacted::Redacted;
use jetpay_core::rejection::FieldFlaw;
use jetpay_core::{Rejection, TopUp};
use serde::Serialize;

use crate::Kassa24;

/// A top-up. Source: kassa24, request `check_deposit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CheckDeposit {
    /// Who pays how much.
    #[serde(flatten)]
    pub top_up: TopUp,
    /// Which contract; only with the second option of answers.
    #[serde(flatten)]
    pub contract: Option<ContractToPay>,
}

/// A contract that is topped up, as the answer to `verify` named it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ContractToPay {
    /// Its id.
    pub entity_id: ContractId,
    /// Its number.
    pub number: Redacted,
}

impl CheckDeposit {
    /// `entity_id` and `number` come together or not at all.
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
