//! Callbacks of every kind.

use jetpay_core::id::ProjectId;
use jetpay_core::{Currency, Money};
use serde::Serialize;

use super::now;
use crate::messages::next_operation_id;
use crate::methods::MethodFacts;

/// A callback: the result of a payment.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are the document's")]
pub struct Callback {
    pub project_id: u64,
    pub payment: Payment,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<Customer>,
    pub operation: Operation,
}

/// The state of the payment.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are the document's")]
pub struct Payment {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub status: String,
    pub date: String,
    pub method: String,
    /// The rest of the amount after refunds.
    pub sum: Money,
    pub description: String,
}

/// `account`. It refers to nothing that was sent before.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are the document's")]
pub struct Account {
    pub number: String,
}

/// `customer`. It refers to nothing that was sent before.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are the document's")]
pub struct Customer {
    pub id: String,
}

impl Callback {
    /// A callback of a top-up with this payment status and this operation.
    /// [`CallbackKind`](crate::CallbackKind) makes the usual ones.
    #[must_use]
    pub fn new(
        method: &MethodFacts,
        project_id: ProjectId,
        payment_id: &str,
        status: &str,
        operation: Operation,
    ) -> Self {
        let payment = Payment {
            id: payment_id.into(),
            kind: "purchase".into(),
            status: status.into(),
            date: now(),
            method: method.callback_methods[0].into(),
            sum: operation.sum_initial,
            description: String::new(),
        };
        Self {
            project_id: project_id.number(),
            payment,
            account: None,
            customer: None,
            operation,
        }
    }

    /// Replaces `operation.id`.
    #[must_use]
    pub fn with_operation_id(mut self, id: u64) -> Self {
        self.operation.id = id;
        self
    }

    /// Replaces `payment.sum`, the rest of the payment.
    #[must_use]
    pub fn with_remaining_sum(mut self, sum: Money) -> Self {
        self.payment.sum = sum;
        self
    }

    /// Adds `account.number` and `customer.id`, as most samples have them.
    #[must_use]
    pub fn with_account(mut self, number: &str, customer_id: &str) -> Self {
        self.account = Some(Account {
            number: number.into(),
        });
        self.customer = Some(Customer {
            id: customer_id.into(),
        });
        self
    }

    /// Replaces the currency of all amounts.
    #[must_use]
    pub fn with_currency(mut self, currency: Currency) -> Self {
        let changed = |money: Money| Money::new(money.minor(), currency);
        self.payment.sum = changed(self.payment.sum);
        self.operation.sum_initial = changed(self.operation.sum_initial);
        self.operation.sum_converted = changed(self.operation.sum_converted);
        self
    }
}

/// `operation`: one step of a payment.
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
    /// The amount of the operation. This amount counts.
    pub sum_initial: Money,
    pub sum_converted: Money,
    pub code: String,
    pub message: String,
    pub provider: Provider,
}

/// `operation.provider`: the provider's side of an operation.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are the document's")]
pub struct Provider {
    pub id: u64,
    pub payment_id: String,
    pub auth_code: String,
}

impl Operation {
    /// An operation that ended now, with an id that no operation had before.
    #[must_use]
    pub fn new(kind: &str, status: &str, sum: Money) -> Self {
        let id = next_operation_id();
        let now = now();
        // A program that reads only these two fields must not take another status for a success.
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

    /// Replaces `code` and `message`.
    #[must_use]
    pub fn with_code(mut self, code: &str, message: &str) -> Self {
        self.code = code.into();
        self.message = message.into();
        self
    }
}
