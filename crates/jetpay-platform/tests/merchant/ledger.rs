//! The merchant's payments and entries.

use std::collections::{BTreeMap, BTreeSet};

use jetpay_core::id::OperationId;
use jetpay_core::status::OperationType;
use jetpay_core::{Callback, TopUp};
use serde_json::{Value, json};

use super::LedgerFault;

#[derive(Default)]
pub(crate) struct Ledger {
    /// What is wrong with it.
    pub(super) fault: Option<LedgerFault>,
    pub(super) payments: BTreeMap<String, Payment>,
    entries: Vec<Entry>,
    /// Refunds and reversals that wait for the credit of their payment.
    pub(super) early: Vec<Callback>,
    /// The entries that exist: project, operation, and whether it is a credit.
    seen: BTreeSet<(u64, u64, bool)>,
    /// The id that the next payment gets instead of its own.
    pub(super) next_id: Option<String>,
    /// Bodies and other data that faulty merchants remember.
    pub(super) remembered: BTreeSet<Vec<u8>>,
}

pub(super) struct Payment {
    pub(super) method: &'static str,
    pub(super) top_up: TopUp,
    pub(super) contract: Option<String>,
    pub(super) flagged: bool,
    pub(super) state: &'static str,
    /// The rest of the credit; `None` before the credit.
    pub(super) left: Option<i64>,
}

/// The number of the callback's operation; 0 if it has none.
fn operation(callback: &Callback) -> u64 {
    callback.operation.id.map_or(0, OperationId::number)
}

struct Entry {
    payment_id: String,
    operation: u64,
    kind: &'static str,
    minor: i64,
}

impl Ledger {
    pub(super) fn new(fault: Option<LedgerFault>) -> Self {
        Self {
            fault,
            ..Self::default()
        }
    }

    /// Stores a pending payment and returns its id. `number` was the next number when the request came.
    pub(super) fn open(&mut self, number: usize, payment: Payment) -> String {
        let number = match self.fault {
            Some(LedgerFault::OneId) => 0,
            Some(LedgerFault::IdByContent) => {
                let twin = |other: &Payment| {
                    other.state == "pending"
                        && other.method == payment.method
                        && other.top_up == payment.top_up
                };
                self.payments
                    .values()
                    .position(twin)
                    .unwrap_or(self.payments.len())
            }
            Some(LedgerFault::CountsThenOpens) => number,
            _ => self.payments.len(),
        };
        let id = self
            .next_id
            .take()
            .unwrap_or_else(|| format!("payment_{number:06}"));
        self.payments.insert(id.clone(), payment);
        if self.fault == Some(LedgerFault::CreditsBefore) {
            let amount = self.payments[&id].top_up.amount.minor();
            self.post(&id, 0, "credit", amount);
        }
        id
    }

    /// Whether this operation has no entry with this sign yet. Records that it has one now.
    pub(super) fn is_fresh(&mut self, callback: &Callback, credit: bool) -> bool {
        self.seen
            .insert((callback.project_id.number(), operation(callback), credit))
    }

    /// What waited for the credit of this payment. It waits no longer.
    pub(super) fn early_of(&mut self, id: &str) -> Vec<Callback> {
        let waits = |early: &mut Callback| early.payment.id.as_str() == id;
        self.early.extract_if(.., waits).collect()
    }

    /// Whether this operation has credited something.
    pub(super) fn has_credited(&self, callback: &Callback) -> bool {
        self.seen
            .contains(&(callback.project_id.number(), operation(callback), true))
    }

    /// Adds an entry.
    pub(super) fn enter(&mut self, callback: &Callback, minor: i64) {
        let id = callback.payment.id.as_str();
        let kind = match &callback.operation.kind {
            Some(OperationType::RefundReverse) => "refund_reverse",
            _ if minor > 0 => "credit",
            _ => "debit",
        };
        self.post(id, operation(callback), kind, minor);
        let Some(payment) = self.payments.get_mut(id) else {
            return;
        };
        payment.state = match (&callback.operation.kind, payment.left) {
            (Some(OperationType::Reversal), _) => "reversed",
            (Some(OperationType::Refund), Some(0)) => "refunded",
            (Some(OperationType::Refund), _) => "partially_refunded",
            _ => "credited",
        };
    }

    /// Adds an entry without a callback.
    pub(super) fn post(&mut self, id: &str, operation: u64, kind: &'static str, minor: i64) {
        if let Some(payment) = self.payments.get_mut(id) {
            payment.left = Some(payment.left.unwrap_or_default() + minor);
            self.entries.push(Entry {
                payment_id: id.to_owned(),
                operation,
                kind,
                minor,
            });
        }
    }

    pub(super) fn payment(&self, id: &str) -> Option<Value> {
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

    pub(super) fn entries(&self, after: usize) -> Vec<Value> {
        let page = self.entries.iter().enumerate().skip(after).take(1000);
        page.map(|(index, entry)| self.shown(index, entry))
            .collect()
    }

    fn shown(&self, index: usize, entry: &Entry) -> Value {
        let payment = &self.payments[&entry.payment_id];
        json!({
            "seq": index + 1,
            "kind": entry.kind,
            "payment_id": entry.payment_id,
            "operation_id": entry.operation.to_string(),
            "project_id": payment.top_up.project_id,
            "method": payment.method,
            "customer_id": payment.top_up.customer_id,
            "amount": entry.minor,
            "currency": payment.top_up.amount.currency(),
            "time": "2026-01-01T00:00:00Z",
        })
    }

    /// The sum of the credits of a payment, and the rest after refunds.
    pub(crate) fn seen(&self, id: &str) -> Option<(i64, i64)> {
        self.payments.get(id)?;
        let of_payment = || self.entries.iter().filter(|entry| entry.payment_id == *id);
        let credits = of_payment().filter(|entry| entry.kind == "credit");
        let credited = credits.map(|entry| entry.minor).sum();
        Some((credited, of_payment().map(|entry| entry.minor).sum()))
    }

    /// The number of credits.
    pub(crate) fn credits(&self) -> usize {
        let credits = self.entries.iter().filter(|entry| entry.kind == "credit");
        credits.count()
    }

    pub(super) fn balance(&self, customer: &str) -> i64 {
        let of_customer = self.entries.iter().filter(|entry| {
            self.payments[&entry.payment_id].top_up.customer_id.as_str() == customer
        });
        let counted = |minor: &i64| match self.fault {
            Some(LedgerFault::ForgetsBalances) => false,
            Some(LedgerFault::ForgetsRefundsInBalances) => *minor > 0,
            _ => true,
        };
        of_customer.map(|entry| entry.minor).filter(counted).sum()
    }
}
