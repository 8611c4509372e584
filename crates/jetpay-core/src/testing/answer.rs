//! What the merchant answered.

use std::ops::Deref;

use serde_json::Value;

use super::Payment;
use crate::id::PaymentId;
use crate::money::Money;
use crate::response_code::ResponseCode;
use crate::serve::Reply;
use crate::signature::Project;

/// The merchant's answer: a [`Reply`] and what its JSON says. `answer.status` is the HTTP status, `answer.outcome` says how
/// the message ended, and why.
#[derive(Debug, Clone)]
pub struct Answer {
    reply: Reply,
    amount: Option<Money>,
    project: Project,
}

impl Answer {
    pub(super) fn new(reply: Reply, amount: Option<Money>, project: Project) -> Self {
        Self {
            reply,
            amount,
            project,
        }
    }

    /// The body as JSON. It is `null` for a callback, whose answer has no body.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.reply.body).unwrap_or_default()
    }

    /// The `code` of the body, if it has one that a document describes.
    #[must_use]
    pub fn code(&self) -> Option<ResponseCode> {
        serde_json::from_value(self.json()["code"].clone()).ok()
    }

    /// The payment that a `check_deposit` made.
    ///
    /// # Panics
    /// If the merchant did not answer a `check_deposit` with code 0 and a payment id.
    #[must_use]
    pub fn payment(&self) -> Payment {
        let json = self.json();
        let id = json["payment_id"]
            .as_str()
            .and_then(|id| PaymentId::new(id).ok());
        match (self.code(), id, self.amount) {
            (Some(ResponseCode::Success), Some(id), Some(amount)) => {
                Payment::new(id, amount).of_project(&self.project)
            }
            _ => panic!(
                "this answer makes no payment: HTTP {}, {json}",
                self.reply.status
            ),
        }
    }
}

impl Deref for Answer {
    type Target = Reply;

    fn deref(&self) -> &Reply {
        &self.reply
    }
}
