//! Why a transaction fails.

use jetpay_core::id::CustomerId;
use thiserror::Error;

use super::keys::Keys;
use crate::model;

/// Why a transaction failed. Nothing of it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TransactionError {
    /// A command broke a constraint of the database, such as a unique key. It says nothing about the disk.
    #[error("a constraint of the store was broken: {0}")]
    Constraint(String),
    /// The store failed.
    #[error("{0}")]
    Store(String),
    /// The stored contracts of this customer cannot be read. It says nothing about the disk.
    #[error("the stored contracts of a customer are damaged")]
    Damaged(CustomerId),
    /// A command needs rows that were not fetched. Fetch these too, and run it again.
    #[error("more rows must be fetched")]
    Fetch(Box<Keys>),
}

impl From<TransactionError> for model::Error {
    fn from(error: TransactionError) -> Self {
        // The texts name tables and columns, never values: all values are bound.
        match error {
            TransactionError::Damaged(customer_id) => Self::Damaged(customer_id),
            error => Self::Unavailable(error.to_string()),
        }
    }
}
