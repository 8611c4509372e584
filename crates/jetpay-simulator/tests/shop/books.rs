//! What happened to the money.

use std::collections::{BTreeMap, BTreeSet};

use jetpay_core::words::{OperationStatus, OperationType, PaymentStatus};
use jetpay_core::{Acknowledged, Callback, Money, TopUp, Unacknowledged};
use serde_json::{Value, json};

use super::Fault;

#[derive(Default)]
pub(crate) struct Books {
    payments: BTreeMap<String, Payment>,
    entries: Vec<Value>,
    /// What has an entry: a project, an operation, a sign.
    seen: BTreeSet<(u64, u64, bool)>,
}

struct Payment {
    method: &'static str,
    top_up: TopUp,
    contract: Option<String>,
    flagged: bool,
    state: &'static str,
    /// What is left of the credit, once there was one.
    left: Option<i64>,
}

impl Books {
    /// Stores a pending payment; its id.
    pub(crate) fn open(
        &mut self,
        method: &'static str,
        top_up: TopUp,
        contract: Option<String>,
        flagged: bool,
        fault: Fault,
    ) -> String {
        let number = if fault == Fault::OnePaymentId {
            0
        } else {
            self.payments.len()
        };
        let id = format!("payment_{number}");
        self.payments.insert(
            id.clone(),
            Payment {
                method,
                top_up,
                contract,
                flagged,
                state: "pending",
                left: None,
            },
        );
        id
    }

    pub(crate) fn apply(
        &mut self,
        callback: &Callback,
        fault: Fault,
    ) -> Result<Acknowledged, Unacknowledged> {
        let id = callback.payment.id.as_str();
        let payment = self
            .payments
            .get_mut(id)
            .ok_or(Unacknowledged::UnknownPayment)?;
        let (operation, amount) = (&callback.operation, payment.top_up.amount);
        if callback.project_id != payment.top_up.project_id {
            return Ok(Acknowledged);
        }
        let fits = operation.sum_initial == amount
            && callback.payment.status != PaymentStatus::PartiallyPaid;
        let done = operation.status == OperationStatus::Success;
        match (&operation.kind, &callback.payment.status) {
            (OperationType::Sale, PaymentStatus::Success | PaymentStatus::PartiallyPaid)
                if done && !fits =>
            {
                payment.state = "quarantined";
            }
            (OperationType::Sale, PaymentStatus::Success)
                if done && (payment.left.is_none() || fault == Fault::CreditsTwice) =>
            {
                self.enter(callback, amount.minor(), fault);
            }
            (OperationType::Sale, PaymentStatus::Decline) if payment.left.is_none() => {
                payment.state = "declined";
            }
            (OperationType::Refund | OperationType::Reversal, _)
                if done && payment.left.is_some() =>
            {
                self.enter(callback, -operation.sum_initial.minor(), fault);
            }
            _ => {}
        }
        Ok(Acknowledged)
    }

    /// Adds an entry, unless the operation has one.
    fn enter(&mut self, callback: &Callback, minor: i64, fault: Fault) {
        let (project, operation) = (callback.project_id.number(), callback.operation.id.number());
        let fresh = self.seen.insert((project, operation, minor > 0));
        let Some(payment) = self.payments.get_mut(callback.payment.id.as_str()) else {
            return;
        };
        if !fresh && fault != Fault::CreditsTwice {
            return;
        }
        let left = payment.left.unwrap_or_default() + minor;
        payment.left = Some(left);
        payment.state = match (&callback.operation.kind, left) {
            (OperationType::Reversal, _) => "reversed",
            (OperationType::Refund, 0) => "refunded",
            (OperationType::Refund, _) => "partially_refunded",
            _ => "credited",
        };
        self.entries.push(json!({
            "seq": self.entries.len() + 1,
            "kind": if minor > 0 { "credit" } else { "debit" },
            "payment_id": callback.payment.id,
            "operation_id": operation.to_string(),
            "project_id": project,
            "method": payment.method,
            "customer_id": payment.top_up.customer_id,
            "amount": minor,
            "currency": payment.top_up.amount.currency(),
            "time": "2026-01-01T00:00:00Z",
        }));
    }

    pub(crate) fn payment(&self, id: &str) -> Option<Value> {
        let payment = self.payments.get(id)?;
        Some(json!({
            "payment_id": id,
            "project_id": payment.top_up.project_id,
            "method": payment.method,
            "customer_id": payment.top_up.customer_id,
            "contract_id": payment.contract,
            "amount": payment.top_up.amount.minor(),
            "currency": payment.top_up.amount.currency(),
            "state": payment.state,
            "flags": if payment.flagged { vec!["look"] } else { vec![] },
        }))
    }

    pub(crate) fn entries(&self, after: usize) -> Vec<Value> {
        self.entries
            .iter()
            .skip(after)
            .take(1000)
            .cloned()
            .collect()
    }

    pub(crate) fn balance(&self, customer: &str) -> i64 {
        let of_customer = self
            .entries
            .iter()
            .filter(|entry| entry["customer_id"] == *customer);
        of_customer
            .filter_map(|entry| entry["amount"].as_i64())
            .sum()
    }
}

/// Whether an amount is one to look at.
pub(crate) fn is_beyond(limits: Option<jetpay_core::limits::Limits>, amount: Money) -> bool {
    limits.is_some_and(|limits| !limits.contain(amount))
}
