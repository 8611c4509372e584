//! What became of a question, or of a delivery.

use std::fmt;
use std::time::Duration;

/// What became of one attempt to deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The receiver has it.
    Delivered {
        /// The receiver's own number of the payment (`prv_txn`), if it gave one: at most 64 printable ASCII characters.
        receipt: Option<String>,
    },
    /// It is not delivered, as far as is known: send the same again later.
    Again {
        /// Whether the receiver may have it nevertheless: the request may have arrived, and no answer refuses it.
        may_have_arrived: bool,
        /// Why, for people. It holds no secret and no payer's data.
        why: String,
        /// How long the receiver asks to wait (`Retry-After`), at most a day.
        after: Option<Duration>,
    },
    /// The receiver refuses it, or its answer is ambiguous: a person must decide.
    Refused {
        /// Why.
        why: Refusal,
    },
    /// The receiver says that nothing may be sent there any more (HTTP 410): a person must look at the endpoint.
    Gone {
        /// Why, for people. It holds no secret and no payer's data.
        why: String,
    },
}

/// Why a receiver refuses, for people. `Display` shows both parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The answer's result, and what it means. It holds no secret and no payer's data.
    pub meaning: String,
    /// What the receiver said of it, a billing in `comment` and a webhook in its answer's body, which the person who decides needs: at most 200 characters, one line, without
    /// the account and without numbers of five digits or more. A billing could still write a name there, so it belongs to the
    /// item alone: into no log, no alarm and no mail.
    pub said: Option<String>,
}

impl From<String> for Refusal {
    fn from(meaning: String) -> Self {
        let said = None;
        Self { meaning, said }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.meaning)?;
        match &self.said {
            Some(said) => write!(f, " (\"{said}\")"),
            None => Ok(()),
        }
    }
}

/// Why a question has no answer. It never means that the customer is unknown. No text holds a secret or a payer's data.
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
    #[error("HTTP status {0}{hint}", hint = hint(*.0))]
    Status(u16),
    /// The answer cannot be read.
    #[error("the answer cannot be read: {0}")]
    Unreadable(String),
    /// The billing knows the account, and refuses payments to it: the result and its meaning.
    #[error("the billing refuses payments to this account: {0}")]
    Said(String),
    /// The billing does not answer the question now: the result and its meaning.
    #[error("the billing does not answer now: {0}")]
    NotNow(String),
}

/// What a person should look at after this HTTP status.
pub(crate) fn hint(status: u16) -> &'static str {
    match status {
        300..=399 => ": a redirect, which is not followed; configure the URL that it leads to",
        401 | 403 => ": check the login or the secret",
        404 => ": check the URL",
        _ => "",
    }
}

impl Failure {
    /// Whether the other side may have done what was asked. Without a connection it cannot have. A redirect or HTTP 4xx comes
    /// from a server that did not hand the request on: the URL, the login or the server is wrong.
    #[must_use]
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::NotConnected(_) | Self::Status(300..=499) | Self::Said(_) => false,
            Self::TimedOut
            | Self::Broken(_)
            | Self::Status(_)
            | Self::Unreadable(_)
            | Self::NotNow(_) => true,
        }
    }
}

impl Delivery {
    /// A delivery that failed in this way.
    #[must_use]
    pub fn again(failure: &Failure, after: Option<Duration>) -> Self {
        Self::Again {
            may_have_arrived: failure.may_have_arrived(),
            why: failure.to_string(),
            after,
        }
    }
}
