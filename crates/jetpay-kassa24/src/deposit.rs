//! The good answers to `check_deposit`, one for each option.

use jetpay_core::answer::{CustomerDeposit, DescribedDeposit};
use serde::Serialize;

/// A good answer to `check_deposit`. Source: kassa24, answer to `check_deposit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Deposit {
    /// Option 1: with the customer.
    Customer(CustomerDeposit),
    /// Option 2: with words.
    Contracts(DescribedDeposit),
}

impl From<CustomerDeposit> for Deposit {
    fn from(deposit: CustomerDeposit) -> Self {
        Self::Customer(deposit)
    }
}

impl From<DescribedDeposit> for Deposit {
    fn from(deposit: DescribedDeposit) -> Self {
        Self::Contracts(deposit)
    }
}
