//! The request `check_deposit`.

use jetpay_core::id::ContractId;
use jetpay_core::message::Authentic;
use jetpay_core::{Rejection, TopUp};
use serde::Serialize;

use crate::Kaspi;

/// A top-up of one contract. Source: kaspi, request `check_deposit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CheckDeposit {
    /// Who pays how much.
    #[serde(flatten)]
    pub top_up: TopUp,
    /// The contract, by the id that the answer to `verify` gave it.
    pub entity_id: ContractId,
}

impl CheckDeposit {
    pub(crate) fn read(message: &Authentic<'_, '_>) -> Result<Self, Rejection> {
        Ok(Self {
            top_up: TopUp::read::<Kaspi>(message)?,
            entity_id: message.id("entity_id")?,
        })
    }
}
