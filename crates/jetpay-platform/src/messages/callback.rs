//! Callbacks of every kind.

use jetpay_core::id::ProjectId;
use jetpay_core::{Currency, Money};
use serde::Serialize;

use super::{Operation, now};
use crate::methods::MethodFacts;

/// The result of a payment.
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

/// The payment as it stands now.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are the document's")]
pub struct Payment {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub status: String,
    pub date: String,
    pub method: String,
    /// What is left of it after refunds.
    pub sum: Money,
    pub description: String,
}

/// `account`: matches nothing that was sent before.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are the document's")]
pub struct Account {
    pub number: String,
}

/// `customer`: matches nothing that was sent before.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are the document's")]
pub struct Customer {
    pub id: String,
}

impl Callback {
    /// A callback of a top-up, with these words for the payment and the operation.
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
            method: method.callback_words[0].into(),
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

    /// The top-up is paid.
    #[must_use]
    pub fn success(
        method: &MethodFacts,
        project_id: ProjectId,
        payment_id: &str,
        amount: Money,
    ) -> Self {
        Self::new(
            method,
            project_id,
            payment_id,
            "success",
            Operation::new("sale", "success", amount),
        )
    }

    /// The top-up failed, for a reason that the platform does not tell.
    #[must_use]
    pub fn decline(
        method: &MethodFacts,
        project_id: ProjectId,
        payment_id: &str,
        amount: Money,
    ) -> Self {
        let operation =
            Operation::new("sale", "decline", amount).because("20000", "General decline");
        Self::new(method, project_id, payment_id, "decline", operation)
    }

    /// The top-up is under way.
    #[must_use]
    pub fn processing(
        method: &MethodFacts,
        project_id: ProjectId,
        payment_id: &str,
        amount: Money,
    ) -> Self {
        let operation =
            Operation::new("sale", "processing", amount).because("9999", "Awaiting processing");
        Self::new(method, project_id, payment_id, "processing", operation)
    }

    /// The payer paid less than announced: `paid`.
    #[must_use]
    pub fn partially_paid(
        method: &MethodFacts,
        project_id: ProjectId,
        payment_id: &str,
        paid: Money,
    ) -> Self {
        Self::new(
            method,
            project_id,
            payment_id,
            "partially paid",
            Operation::new("sale", "success", paid),
        )
    }

    /// All of a paid top-up goes back.
    #[must_use]
    pub fn refund(
        method: &MethodFacts,
        project_id: ProjectId,
        payment_id: &str,
        amount: Money,
    ) -> Self {
        let none = Money::new(0, amount.currency());
        Self::new(
            method,
            project_id,
            payment_id,
            "refunded",
            Operation::new("refund", "success", amount),
        )
        .leaving(none)
    }

    /// A part of a paid top-up goes back, and `left` is left of it.
    #[must_use]
    pub fn partial_refund(
        method: &MethodFacts,
        project_id: ProjectId,
        payment_id: &str,
        part: Money,
        left: Money,
    ) -> Self {
        let operation = Operation::new("refund", "success", part);
        Self::new(
            method,
            project_id,
            payment_id,
            "partially refunded",
            operation,
        )
        .leaving(left)
    }

    /// A paid top-up is taken back on the same day.
    #[must_use]
    pub fn reversal(
        method: &MethodFacts,
        project_id: ProjectId,
        payment_id: &str,
        amount: Money,
    ) -> Self {
        let none = Money::new(0, amount.currency());
        let operation = Operation::new("reversal", "success", amount);
        Self::new(method, project_id, payment_id, "reversed", operation).leaving(none)
    }

    /// The same fact told of another operation.
    #[must_use]
    pub fn of_operation(mut self, id: u64) -> Self {
        self.operation.id = id;
        self
    }

    /// What is left of the payment: `payment.sum`.
    #[must_use]
    pub fn leaving(mut self, sum: Money) -> Self {
        self.payment.sum = sum;
        self
    }

    /// With `account.number` and `customer.id`, as most samples have them.
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

    /// The same amounts in another currency.
    #[must_use]
    pub fn in_currency(mut self, currency: Currency) -> Self {
        let changed = |money: Money| Money::new(money.minor(), currency);
        self.payment.sum = changed(self.payment.sum);
        self.operation.sum_initial = changed(self.operation.sum_initial);
        self.operation.sum_converted = changed(self.operation.sum_converted);
        self
    }
}
