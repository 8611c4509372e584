//! Payouts beside the top-ups: clients request them, the killed service sends them, and a simulated Gate accepts them.
//! The Gate survives every kill. At the end its records are compared with the ledger.

pub(super) mod audit;
pub(super) mod compare;
mod gate;
pub(super) mod load;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use jetpay_platform::gate::Plan;
use serde_json::{Value, json};

use super::fleet::Fleet;
use super::journal::{CUSTOMERS, PROJECT};
use super::run::Random;
use gate::Gate;

/// What the clients and the Gate know about payouts.
pub(super) struct Payouts {
    journal: Arc<Mutex<Journal>>,
    gate: Gate,
}

impl Payouts {
    /// Opens a Gate at the address that these services use.
    pub(super) fn of(fleet: &Fleet) -> Result<Self> {
        let journal = Arc::default();
        let gate = Gate::open(fleet.gate(), fleet.ports(), &journal)?;
        Ok(Self { journal, gate })
    }

    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The progress, in a few words.
    pub(super) fn summary(&self) -> String {
        let journal = self.journal();
        let answered = journal.orders.iter().filter(|order| order.id.is_some());
        format!(
            "{} of {} payouts acknowledged",
            answered.count(),
            journal.orders.len()
        )
    }
}

/// The body of a client's request. Each request has a wallet of its own, so everything that is sent to that wallet
/// belongs to this request.
struct PayoutRequest {
    key: String,
    account: String,
    /// In minor units.
    amount: i64,
    customer: &'static str,
    /// What the Gate does with this payout.
    plan: Plan,
}

impl PayoutRequest {
    /// A random request. `number` must be unique: the key and the wallet are made of it.
    fn random(number: usize, random: &mut Random) -> Self {
        Self {
            key: format!("key-{number}"),
            account: format!("7700{number:08}"),
            amount: random.amount(1_000_000),
            customer: CUSTOMERS[random.below(CUSTOMERS.len())],
            plan: gate::random_plan(random),
        }
    }

    /// The body of `POST /v1/payouts`, the same each time.
    fn body(&self) -> Value {
        json!({
            "project_id": PROJECT,
            "customer": {
                "id": self.customer,
                "ip_address": "198.51.100.47",
                "first_name": "John",
                "last_name": "Doe",
                "email": "johndoe@example.com",
            },
            "account_number": self.account,
            "amount": self.amount,
            "currency": "KZT",
            "idempotency_key": self.key,
        })
    }

    /// A different payout under the same key.
    fn conflicting_body(&self) -> Value {
        let mut body = self.body();
        body["amount"] = json!(self.amount + 1);
        body
    }
}

/// A request for a payout, and its answers.
struct Order {
    request: PayoutRequest,
    /// The payment id of the answer, once there is one.
    id: Option<String>,
    /// The number of answers that said that the payout is new.
    created: usize,
}

/// What an answer or an acknowledged callback says about a payment id.
#[derive(Default)]
struct Known {
    /// The order whose answer had this id.
    order: Option<usize>,
    /// Each `payment.status` of an acknowledged callback.
    acknowledged: BTreeSet<&'static str>,
    /// The history, as the service showed it last.
    history: Vec<Value>,
}

#[derive(Default)]
struct Journal {
    orders: Vec<Order>,
    known: BTreeMap<String, Known>,
    /// Orders without an answer that their clients will repeat, and that no client is sending now.
    open: Vec<usize>,
    /// Payment ids with an answer or an acknowledged callback since the last audit.
    touched: BTreeSet<String>,
    /// The number of callbacks that were not acknowledged, repeats included.
    undelivered: usize,
    /// Requests and answers that the Gate must not see.
    unexpected: Vec<String>,
    /// The audit has checked this many requests that the Gate has seen.
    checked: usize,
    /// The payouts at the end, as the service shows them.
    shown: Vec<Value>,
}

impl Journal {
    /// Adds a new order and returns its number.
    fn order(&mut self, random: &mut Random) -> usize {
        let number = self.orders.len();
        self.orders.push(Order {
            request: PayoutRequest::random(number, random),
            id: None,
            created: 0,
        });
        number
    }

    /// Takes an open order. The client then calls [`answered`](Self::answered) or [`not_answered`](Self::not_answered).
    fn take_open(&mut self, random: &mut Random) -> Option<usize> {
        let at = random.below(self.open.len());
        (at < self.open.len()).then(|| self.open.swap_remove(at))
    }

    fn take_all_open(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.open)
    }

    /// Makes the order open again. A client that gives up does not call this.
    fn not_answered(&mut self, number: usize) {
        self.open.push(number);
    }

    /// Records an answer with an id, for a new or a known payout. Returns what is wrong with the answer.
    fn answered(&mut self, number: usize, id: &str, is_new: bool) -> Option<String> {
        let order = &mut self.orders[number];
        order.created += usize::from(is_new);
        let key = &order.request.key;
        if order.created > 1 {
            return Some(format!("{id}: {key} was answered twice as a new payout"));
        }
        let before = order.id.get_or_insert_with(|| id.to_owned());
        if *before != id {
            return Some(format!("{key} was answered with {before}, and with {id}"));
        }
        let known = self.known.entry(id.to_owned()).or_default();
        let owner = *known.order.get_or_insert(number);
        self.touched.insert(id.to_owned());
        (owner != number).then(|| format!("{id} was given to two keys"))
    }

    /// Records an acknowledged callback.
    fn acknowledged(&mut self, id: String, status: &'static str) {
        self.known
            .entry(id.clone())
            .or_default()
            .acknowledged
            .insert(status);
        self.touched.insert(id);
    }

    /// A random order, if it has an answer.
    fn any_answered(&self, random: &mut Random) -> Option<usize> {
        let number = random.below(self.orders.len());
        let order = self.orders.get(number)?;
        order.id.is_some().then_some(number)
    }

    fn take_touched(&mut self) -> Vec<String> {
        std::mem::take(&mut self.touched).into_iter().collect()
    }
}

/// A text field of an answer; empty if the field is missing.
fn text<'a>(shown: &'a Value, field: &str) -> &'a str {
    shown[field].as_str().unwrap_or_default()
}
