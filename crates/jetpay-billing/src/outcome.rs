//! What became of a question, or of a delivery.

use std::time::Duration;

/// What became of one attempt to deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The receiver has it.
    Delivered {
        /// The receiver's own number of the payment (`prv_txn`), if it gave one.
        receipt: Option<String>,
    },
    /// The receiver may have it or not: send the same again later.
    Again {
        /// Why, for people. It holds no secret and no payer's data.
        why: String,
        /// How long the receiver asks to wait.
        after: Option<Duration>,
    },
    /// The receiver refuses it, or its answer cannot be understood: a person must decide.
    Refused {
        /// Why, for people.
        why: String,
    },
    /// The receiver says that nothing may be sent there any more (HTTP 410): a person must look at the endpoint.
    Gone {
        /// Why, for people.
        why: String,
    },
}

/// Why a question has no answer. It never means that the customer is unknown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// There was no connection.
    #[error("no connection: {0}")]
    NotConnected(String),
    /// There was no answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The HTTP status is not one that answers the question.
    #[error("HTTP status {0}")]
    Status(u16),
    /// The answer cannot be read.
    #[error("the answer cannot be read: {0}")]
    Unreadable(String),
    /// The billing says that it cannot answer now, or that the customer cannot be topped up.
    #[error("the billing says: {0}")]
    Said(String),
}
