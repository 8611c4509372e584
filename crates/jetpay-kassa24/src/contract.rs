//! A contract in the second option of answers: with a code that says whether it can be paid.

use jetpay_core::response::Contract;
use serde::Serialize;

/// `status_code` of a contract that can be paid.
pub const PAYABLE: i64 = 0;
/// `status_code` of a contract on which nothing is owed; also the code of an answer in which that holds for all.
pub const NOTHING_OWED: i64 = 204;

/// A contract and whether it can be paid. Source: kassa24, answer to `verify`, option 2.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContractStatus {
    #[serde(flatten)]
    contract: Contract,
    status_code: i64,
}

impl ContractStatus {
    /// A contract with the code `status_code`: [`PAYABLE`], [`NOTHING_OWED`], or another for which JetPay agreed to
    /// show a text instead of taking a payment.
    #[must_use]
    pub fn new(contract: Contract, status_code: i64) -> Self {
        Self {
            contract,
            status_code,
        }
    }

    pub(crate) fn is_nothing_owed(&self) -> bool {
        self.status_code == NOTHING_OWED
    }
}

impl From<Contract> for ContractStatus {
    fn from(contract: Contract) -> Self {
        Self::new(contract, PAYABLE)
    }
}
