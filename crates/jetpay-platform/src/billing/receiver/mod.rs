//! A merchant's web service without a network or with one: it receives webhooks, and answers questions about customers.
//!
//! It accepts each `webhook-id` once, and records what it can see to be wrong: [`Violation`].
//!
//! Source: the specification of Standard Webhooks 1.0.0.
//!
//! ```
//! use jetpay_platform::billing::receiver::{Message, ReceiverState};
//!
//! let mut receiver = ReceiverState::new(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])?;
//! let message = Message {
//!     id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
//!     timestamp: "1614265330",
//!     signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
//!     body: br#"{"test": 2432232314}"#,
//! };
//! // The signature is right, but the body is not that of a webhook.
//! assert_eq!(receiver.deliver(&message, 1_614_265_330).status(), Some(400));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod arrival;
mod server;
mod verify;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;

use serde_json::{Value, json};

pub use arrival::{Arrival, Violation};
pub use server::{LOOKUP_PATH, WEBHOOKS_PATH, serve};
pub use verify::{BadSecret, Message};

use super::script::{OnRequest, Script, Spoil};
use super::watch::{Exchange, Watch};
use crate::serving::Reply;
use verify::Secrets;

/// A receiver of webhooks without a network.
#[derive(Clone)]
pub struct ReceiverState {
    secrets: Secrets,
    /// The bodies that answer look-ups, by the customer's id.
    customers: HashMap<String, Value>,
    deliveries: Script,
    lookups: Script,
    /// In the order in which they came first.
    arrivals: Vec<Arrival>,
    /// Arrivals by `webhook-id`.
    known: HashMap<String, usize>,
    /// The arrivals before this one say nothing about later ones.
    forgotten: usize,
    /// The last `data.seq` of each customer.
    last_seq: HashMap<String, i64>,
    violations: Vec<Violation>,
    repeats: usize,
    asked: usize,
    watch: Watch,
}

impl ReceiverState {
    /// A receiver without customers, with these secrets: `whsec_` and base64, two while they are rotated.
    ///
    /// # Errors
    /// [`BadSecret`].
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Result<Self, BadSecret> {
        Ok(Self {
            secrets: Secrets::parse(secrets)?,
            customers: HashMap::new(),
            deliveries: Script::default(),
            lookups: Script::default(),
            arrivals: Vec::new(),
            known: HashMap::new(),
            forgotten: 0,
            last_seq: HashMap::new(),
            violations: Vec::new(),
            repeats: 0,
            asked: 0,
            watch: Watch::default(),
        })
    }

    /// Calls a function for each request when its answer is made. It must return quickly.
    #[must_use]
    pub fn with_watch(self, watch: impl Fn(&Exchange) + Send + Sync + 'static) -> Self {
        let watch = Watch::new(watch);
        Self { watch, ..self }
    }

    /// Replaces the secrets.
    ///
    /// # Errors
    /// [`BadSecret`].
    pub fn set_secrets<'a>(
        &mut self,
        secrets: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), BadSecret> {
        self.secrets = Secrets::parse(secrets)?;
        Ok(())
    }

    /// Answers look-ups of this customer with this body: that of `PUT /v1/customers/{customer_id}`.
    pub fn put_customer(&mut self, id: &str, body: Value) {
        self.customers.insert(id.to_owned(), body);
    }

    /// Answers look-ups of this customer with 404 `unknown_customer`.
    pub fn remove_customer(&mut self, id: &str) {
        self.customers.remove(id);
    }

    /// What happens to deliveries.
    pub fn deliveries(&mut self) -> &mut Script {
        &mut self.deliveries
    }

    /// What happens to look-ups.
    pub fn lookups(&mut self) -> &mut Script {
        &mut self.lookups
    }

    /// What was delivered, each once, in the order in which it came first.
    #[must_use]
    pub fn arrivals(&self) -> &[Arrival] {
        &self.arrivals
    }

    /// The sum of the amounts that were delivered for a customer, in minor units.
    #[must_use]
    pub fn balance(&self, customer_id: &str) -> i64 {
        let theirs = |it: &&Arrival| it.customer_id.as_deref() == Some(customer_id);
        self.arrivals
            .iter()
            .filter(theirs)
            .map(|it| it.amount)
            .sum()
    }

    /// What was wrong.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// How many deliveries came again after they had been accepted.
    #[must_use]
    pub fn repeats(&self) -> usize {
        self.repeats
    }

    /// How many look-ups have come.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asked
    }

    /// After an operator replays, or restores a backup: older entries may come now, and known ids with other numbers.
    pub fn forget_order(&mut self) {
        self.forgotten = self.arrivals.len();
        self.last_seq.clear();
    }

    /// Answers a delivery at `now`, in seconds since 1970.
    pub fn deliver(&mut self, message: &Message<'_>, now: i64) -> Reply {
        let planned = self.deliveries.turn();
        let accept = |state: &mut Self| match state.accept(message, now) {
            Ok(()) => Reply::now(200, "{}"),
            Err(violation) => state.refuse(violation),
        };
        let reply = self.planned(planned, accept);
        self.tell(WEBHOOKS_PATH, message, &reply);
        reply.slowly(self.deliveries.latency)
    }

    /// Answers a question about a customer at `now`, in seconds since 1970.
    pub fn look_up(&mut self, message: &Message<'_>, now: i64) -> Reply {
        self.asked += 1;
        let planned = self.lookups.turn();
        let answer = |state: &mut Self| match state.customer(message, now) {
            Ok(Some(body)) => Reply::now(200, body.to_string()),
            Ok(None) => {
                let message = "there is no such customer";
                let error = json!({"error": {"code": "unknown_customer", "message": message}});
                Reply::now(404, error.to_string())
            }
            Err(violation) => state.refuse(violation),
        };
        let reply = self.planned(planned, answer);
        self.tell(LOOKUP_PATH, message, &reply);
        reply.slowly(self.lookups.latency)
    }

    /// Does what the script says. `done` does what is asked.
    fn planned(&mut self, planned: OnRequest, done: impl FnOnce(&mut Self) -> Reply) -> Reply {
        let reply = match planned {
            OnRequest::Answer => done(self),
            OnRequest::Slowly(time) => done(self).slowly(time),
            OnRequest::Drop => Reply::Dropped { accepted: false },
            OnRequest::DoneAndDrop => {
                done(self);
                Reply::Dropped { accepted: true }
            }
            OnRequest::Fail(status) => Reply::now(status, ""),
            OnRequest::FailFor(status, seconds) => {
                Reply::now(status, "").with_header("retry-after", seconds.to_string())
            }
            OnRequest::Result(_) => Reply::now(500, ""),
            OnRequest::Body(body) => Reply::now(200, body),
            OnRequest::Spoil(spoil) => spoiled(done(self), spoil),
        };
        reply.with_header("content-type", "application/json")
    }

    /// Accepts a delivery once.
    fn accept(&mut self, message: &Message<'_>, now: i64) -> Result<(), Violation> {
        self.authenticate(message, now)?;
        let arrival = Arrival::read(message)?;
        if let Some(&index) = self.known.get(message.id) {
            self.repeats += 1;
            let first = &mut self.arrivals[index];
            if first.body != arrival.body && index >= self.forgotten {
                // A receiver that accepted it before accepts it again.
                self.violations.push(Violation::OtherBody(arrival.id));
            }
            return Ok(());
        }
        if let (Some(customer), Some(seq)) = (&arrival.customer_id, arrival.seq) {
            let after = self.last_seq.insert(customer.clone(), seq);
            if let Some(after) = after.filter(|after| *after >= seq) {
                self.violations.push(Violation::WrongOrder { seq, after });
            }
        }
        self.known.insert(arrival.id.clone(), self.arrivals.len());
        self.arrivals.push(arrival);
        Ok(())
    }

    /// The body of the customer that is asked for.
    fn customer(&self, message: &Message<'_>, now: i64) -> Result<Option<&Value>, Violation> {
        self.authenticate(message, now)?;
        let json: Value = serde_json::from_slice(message.body).unwrap_or_default();
        let fields = json.as_object().map_or(0, serde_json::Map::len);
        let id = json["customer_id"].as_str();
        let is_whole = json["project_id"].is_u64() && json["method"].is_string() && fields == 3;
        let id = id.filter(|_| is_whole).ok_or(Violation::Unreadable)?;
        Ok(self.customers.get(id))
    }

    fn authenticate(&self, message: &Message<'_>, now: i64) -> Result<(), Violation> {
        if !self.secrets.signed(message) {
            return Err(Violation::BadSignature);
        }
        if !message.is_recent(now) {
            return Err(Violation::WrongTime);
        }
        Ok(())
    }

    fn refuse(&mut self, violation: Violation) -> Reply {
        let status = if violation == Violation::Unreadable {
            400
        } else {
            401
        };
        self.violations.push(violation);
        Reply::now(status, "")
    }

    fn tell(&self, path: &str, message: &Message<'_>, reply: &Reply) {
        self.watch.tell(
            || {
                format!(
                    "{path} {} {}",
                    message.id,
                    String::from_utf8_lossy(message.body)
                )
            },
            reply,
        );
    }
}

/// A spoiled answer in JSON. It names no transaction, so that it cannot answer another one.
fn spoiled(mut reply: Reply, spoil: Spoil) -> Reply {
    if let Reply::Answer { body, .. } = &mut reply {
        match spoil {
            Spoil::WrongEncoding => {
                // Cyrillic letters in windows-1251.
                body.splice(1..1, *b"\"additional_customer_id\":\"\xcf\xf0\xe8\",");
            }
            Spoil::EntityBomb => *body = ["[".repeat(20_000), "]".repeat(20_000)].concat().into(),
            Spoil::OtherTxn => {}
            Spoil::TwoAnswers => body.extend_from_within(..),
            Spoil::TwoResults => {
                body.splice(1..1, *b"\"contracts\":[],\"contracts\":[],");
            }
            Spoil::Truncated => body.truncate(body.len() / 2),
            Spoil::TooLong => body.resize(100 * 1024, b' '),
        }
    }
    reply
}

impl fmt::Debug for ReceiverState {
    /// Hides the secrets and the payers' data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverState")
            .field("customers", &self.customers.len())
            .field("arrivals", &self.arrivals.len())
            .field("violations", &self.violations)
            .finish_non_exhaustive()
    }
}
