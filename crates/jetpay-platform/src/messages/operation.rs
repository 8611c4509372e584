//! `operation` in a callback: one step of a payment.

use jetpay_core::Money;
use serde::Serialize;

use super::now;
use crate::operation_ids::next_operation_id;

/// One step of a payment.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are the document's")]
pub struct Operation {
    pub id: u64,
    #[serde(rename = "type")]
    pub kind: String,
    pub status: String,
    pub date: String,
    pub created_date: String,
    pub request_id: String,
    /// What this operation is about: it decides.
    pub sum_initial: Money,
    pub sum_converted: Money,
    pub code: String,
    pub message: String,
    pub provider: Provider,
}

/// The provider's side of an operation.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are the document's")]
pub struct Provider {
    pub id: u64,
    pub payment_id: String,
    pub auth_code: String,
}

impl Operation {
    /// An operation that ended so now, under a number that no operation had before.
    #[must_use]
    pub fn new(kind: &str, status: &str, sum: Money) -> Self {
        let id = next_operation_id();
        let now = now();
        // Whoever looks at these alone must not take for a success what is none.
        let (code, message) = if status.eq_ignore_ascii_case("success") {
            ("0", "Success")
        } else {
            ("9999", "Awaiting processing")
        };
        Self {
            id,
            kind: kind.into(),
            status: status.into(),
            date: now.clone(),
            created_date: now,
            request_id: format!("{id:040x}"),
            sum_initial: sum,
            sum_converted: sum,
            code: code.into(),
            message: message.into(),
            provider: Provider {
                id: 12345,
                payment_id: format!("receipt-{id}"),
                auth_code: String::new(),
            },
        }
    }

    /// Why it ended so: a code of the platform, and its words.
    #[must_use]
    pub fn because(mut self, code: &str, message: &str) -> Self {
        self.code = code.into();
        self.message = message.into();
        self
    }
}
