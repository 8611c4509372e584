//! Top-ups: the random traffic of the platform, and the journal of what the service acknowledged.
//!
//! The journal is no ledger. It says what must be recorded and which callbacks move money; `jetpay ledger check` proves
//! sums and states.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use jetpay_core::signature::Key;
use jetpay_platform::traffic::{Route, Tally, Traffic};
use jetpay_platform::{
    Admin, Entry, Exchange, METHODS, NoAnswer, Platform, Recorder, path_segment,
};
use serde_json::{Value, json};

use super::fleet::{PROJECT, SECRET};
use super::{CUSTOMERS, issued, list};

const CONTRACT: &str = "c1:N-1";
/// Faults that a good merchant survives without an alarm that stays.
const FAULTS: &str = "repeat=300,at-once=200,reorder=100,cut=100,late=100";
/// Divides the platform's waits: 10 seconds become 2 milliseconds.
pub(super) const HURRY: u32 = 5_000;

/// Adds the customers, who owe more than they pay in a run.
pub(super) async fn put_customers(admin: &Admin) -> Result<()> {
    let customer =
        json!({"contracts": [{"id": "c1", "number": "N-1", "payment": 900_000_000_000_i64}]});
    for id in CUSTOMERS {
        admin.put_customer(id, &customer).await?;
    }
    Ok(())
}

/// Traffic to the services at this URL. The journal sees the answers.
pub(super) fn traffic(url: &str, seed: u64, journal: &Journal) -> Result<Traffic> {
    let key = Key::new(SECRET)?;
    let routes = METHODS.iter().map(|method| {
        let platform = Platform::new(format!("{url}{}", method.path()), PROJECT, key.clone());
        let records = |callbacks| {
            let journal = journal.clone();
            platform
                .clone()
                .with_recorder(Records { journal, callbacks })
        };
        Route::new(method, records(false)).with_callbacks(records(true))
    });
    let customers = CUSTOMERS.map(str::to_owned).to_vec();
    let mut traffic = Traffic::new(routes.collect(), customers)?;
    traffic.contract = Some(CONTRACT.parse()?);
    traffic.seed = seed;
    traffic.rate = "300".parse()?;
    traffic.faults = FAULTS.parse()?;
    traffic.concurrency = 16;
    traffic.hurry = HURRY;
    Ok(traffic)
}

/// What the service acknowledged. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Journal(Arc<Mutex<Acknowledged>>);

#[derive(Debug, Default)]
pub(super) struct Acknowledged {
    /// Of each payment that got an id: the `check_deposit`, and the callbacks that were sent.
    pub(super) payments: BTreeMap<String, (Value, Sent)>,
    /// Payments with an answer since the last audit.
    touched: BTreeSet<String>,
    /// The number of callbacks sent, repeats included; of those answered with HTTP 503; and of those without an answer.
    pub(super) deliveries: usize,
    pub(super) unavailable: usize,
    pub(super) unanswered: usize,
    /// Answers that no crash explains.
    pub(super) unexpected: Vec<String>,
}

impl Journal {
    pub(super) fn lock(&self) -> MutexGuard<'_, Acknowledged> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records what one kind of request is answered with: callbacks, or `verify` and `check_deposit`.
#[derive(Debug)]
struct Records {
    journal: Journal,
    callbacks: bool,
}

impl Recorder for Records {
    fn sent(&self, _: &str, _: &str, _: Option<&str>, body: &[u8]) -> usize {
        if self.callbacks {
            self.journal.lock().sent(body);
        }
        0
    }

    fn answered(&self, _: usize, answer: &Result<Exchange, NoAnswer>) {
        let mut journal = self.journal.lock();
        match answer {
            Ok(exchange) if exchange.status == 503 => {
                journal.unavailable += usize::from(self.callbacks);
            }
            Ok(exchange) if self.callbacks => journal.callback(exchange),
            Ok(exchange) => journal.answer(exchange),
            Err(_) => journal.unanswered += usize::from(self.callbacks),
        }
    }
}

/// Callbacks, and whether the service acknowledged them.
type Sent = BTreeMap<Callback, bool>;

impl Acknowledged {
    /// Records a callback that is sent. Until it is acknowledged, the service may have recorded it or not.
    pub(super) fn sent(&mut self, body: &[u8]) {
        self.deliveries += 1;
        let (id, callback) = Callback::of(body);
        if let Some((_, callbacks)) = self.payments.get_mut(&id) {
            callbacks.entry(callback).or_default();
        }
    }

    /// Records the answer to a callback. Any other than 200 loses money; above all 404, which forgot the payment.
    pub(super) fn callback(&mut self, exchange: &Exchange) {
        let (id, callback) = Callback::of(&exchange.request);
        match self.payments.get_mut(&id) {
            Some((_, callbacks)) if exchange.status == 200 => {
                callbacks.insert(callback, true);
                self.touched.insert(id);
            }
            _ => self.unexpected.push(format!(
                "{id}: {callback} was answered with HTTP {}",
                exchange.status
            )),
        }
    }

    /// Records the answer to `verify` or `check_deposit`. The code 204 says that nothing is owed.
    pub(super) fn answer(&mut self, exchange: &Exchange) {
        let request: Value = serde_json::from_slice(&exchange.request).unwrap_or_default();
        let is_good = exchange.status == 200 && matches!(exchange.code(), Some(0 | 204));
        match exchange.payment_id().filter(|_| is_good) {
            Some(id) => {
                let payment = (request, Sent::new());
                if self.payments.insert(id.to_owned(), payment).is_some() {
                    let twice = format!("{id}: this payment id was issued twice");
                    self.unexpected.push(twice);
                }
                self.touched.insert(id.to_owned());
            }
            None if is_good && request["type"] == "verify" => {}
            None => self.unexpected.push(format!(
                "{} was answered with HTTP {}: {}",
                request["type"],
                exchange.status,
                exchange.text()
            )),
        }
    }

    /// The next audit looks up everything.
    pub(super) fn touch_all(&mut self) {
        self.touched.extend(self.payments.keys().cloned());
    }

    /// The numbers of callbacks that were sent, repeats left out, and of those that were acknowledged.
    pub(super) fn callbacks(&self) -> (usize, usize) {
        let sent = self.payments.values().flat_map(|(_, sent)| sent.values());
        (
            sent.clone().count(),
            sent.filter(|acknowledged| **acknowledged).count(),
        )
    }
}

/// What a callback says. A repeat says the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Callback {
    operation_id: String,
    operation_type: String,
    operation_status: String,
    payment_status: String,
    amount: i64,
}

impl Callback {
    /// The payment of a callback's body, and what it says of the payment.
    fn of(body: &[u8]) -> (String, Self) {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let (payment, operation) = (&body["payment"], &body["operation"]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let callback = Self {
            operation_id: operation["id"].to_string().trim_matches('"').to_owned(),
            operation_type: text(&operation["type"]),
            operation_status: text(&operation["status"]),
            payment_status: text(&payment["status"]),
            amount: operation["sum_initial"]["amount"]
                .as_i64()
                .unwrap_or_default(),
        };
        (text(&payment["id"]), callback)
    }

    /// The amount of the entry that it makes, if it moves money.
    fn moves(&self) -> Option<i64> {
        let amount = if self.operation_type == "sale" {
            self.amount
        } else {
            -self.amount
        };
        (self.operation_status == "success").then_some(amount)
    }

    /// What is wrong if this callback was acknowledged and the payment's history is this.
    fn problem(&self, history: &Value) -> Option<String> {
        let is_it = |row: &&Value| {
            row["operation_id"] == self.operation_id
                && row["operation_type"] == self.operation_type
                && row["operation_status"] == self.operation_status
                && row["payment_status"] == self.payment_status
        };
        let recorded: Vec<_> = list(history, "callbacks").filter(is_it).collect();
        let [recorded] = recorded[..] else {
            let times = recorded.len();
            return Some(format!(
                "{self} was acknowledged and is recorded {times} times"
            ));
        };
        let entries = list(history, "entries").filter(|it| it["operation_id"] == self.operation_id);
        let entries: Vec<_> = entries.map(|it| it["amount"].as_i64()).collect();
        let state = &history["state"];
        let has_effect = match self.moves() {
            // A refund that is early waits for its sale.
            amount @ Some(_) => {
                entries == [amount] || (entries.is_empty() && recorded["outcome"] == "early")
            }
            None => self.operation_status != "decline" || state != "pending",
        };
        (!has_effect).then(|| {
            format!(
                "{self} was acknowledged, and the payment is {state} with the entries {entries:?}"
            )
        })
    }
}

impl fmt::Display for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} ({})",
            self.operation_type, self.operation_id, self.operation_status
        )
    }
}

/// Looks up what was acknowledged since the last audit. Returns what is wrong.
pub(super) async fn audit(journal: &Journal, admin: &Admin) -> Result<Vec<String>> {
    let (touched, mut problems) = {
        let mut journal = journal.lock();
        let touched = std::mem::take(&mut journal.touched);
        (touched, std::mem::take(&mut journal.unexpected))
    };
    for id in touched {
        // What is acknowledged by now must be in the answer.
        let (deposit, sent) = journal.lock().payments[&id].clone();
        let path = format!("/v1/payments/{}/history", path_segment(&id));
        let found = match issued(admin, &path).await? {
            Ok(history) => differences(&deposit, &sent, &history),
            Err(gone) => vec![gone],
        };
        problems.extend(found.into_iter().map(|problem| format!("{id}: {problem}")));
    }
    Ok(problems)
}

pub(super) fn differences(deposit: &Value, sent: &Sent, history: &Value) -> Vec<String> {
    let fields = ["customer_id", "amount", "currency"].into_iter();
    let changed = fields.filter(|field| deposit[field] != history[field]);
    let changed =
        changed.map(|field| format!("{field} is {}, and was {}", history[field], deposit[field]));
    let acknowledged = sent.iter().filter(|(_, acknowledged)| **acknowledged);
    let lost = acknowledged.filter_map(|(callback, _)| callback.problem(history));
    changed.chain(lost).collect()
}

/// Compares the entries of the feed with the callbacks that move money: each that was acknowledged has one entry, and no
/// entry is without one.
pub(super) fn compare(journal: &Acknowledged, feed: &[Entry]) -> Vec<String> {
    let mut problems = Vec::new();
    // The entries that are still to be explained.
    let mut left = BTreeSet::new();
    for it in feed {
        let entry = (it.payment_id.clone(), it.operation_id.clone(), it.amount);
        if !left.insert(entry.clone()) {
            problems.push(format!("{entry:?} is in the feed twice"));
        }
    }
    for (id, (_, sent)) in &journal.payments {
        for (callback, acknowledged) in sent {
            let Some(amount) = callback.moves() else {
                continue;
            };
            let entry = (id.clone(), callback.operation_id.clone(), amount);
            if !left.remove(&entry) && *acknowledged {
                problems.push(format!("{entry:?} was acknowledged and is not in the feed"));
            }
        }
    }
    let groundless = left.iter();
    problems
        .extend(groundless.map(|it| format!("{it:?} is in the feed, and no callback explains it")));
    problems
}

/// What the platform repeated to the end, though the services were up again and again.
pub(super) fn given_up(tally: &Tally) -> Option<String> {
    let count = tally.given_up;
    (count > 0).then(|| format!("{count} callbacks are not acknowledged in the end"))
}
