//! The good answers to `check_deposit`, one for each option.

use jetpay_core::response::{CustomerDepositResponse, DescribedDepositResponse};
use serde::Serialize;

/// A good answer to `check_deposit`. Source: kassa24, answer to `check_deposit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum CheckDepositResponse {
    /// Option 1: with the customer.
    Customer(CustomerDepositResponse),
    /// Option 2: with words.
    Contracts(DescribedDepositResponse),
}

impl From<CustomerDepositResponse> for CheckDepositResponse {
    fn from(deposit: CustomerDepositResponse) -> Self {
        Self::Customer(deposit)
    }
}

impl From<DescribedDepositResponse> for CheckDepositResponse {
    fn from(deposit: DescribedDepositResponse) -> Self {
        Self::Contracts(deposit)
    }
}
