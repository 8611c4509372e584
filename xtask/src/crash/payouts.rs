//! Payouts: clients request them, the killed service sends them, and a simulated Gate accepts them. The Gate survives
//! every kill. At the end its record is compared with what the service shows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use fastrand::Rng;
use jetpay_core::{Keyring, Project};
use jetpay_platform::gate::{self, Event, EventHandler, GateState, Plan, Server, ServerOptions};
use jetpay_platform::{Admin, Exchange, next_operation_id};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::at_the_gate::{AtTheGate, random_plan};
use super::fleet::{PROJECT, SECRET};
use super::top_ups::HURRY;
use super::{CUSTOMERS, get, issued, list, millis, text};

/// While this many of the latest payouts wait for an answer, clients request no new ones.
const MOST_OPEN: usize = 20;
/// Clients repeat requests for this many of the latest payouts.
const LATEST: usize = 40;
/// All payouts must have an outcome within this time. It is long: each wait is 1.5 times the last one, and a Gate may
/// forget a payout.
const FINISHED_WITHIN: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(250);

/// The clients and the Gate. Clones share both.
#[derive(Clone)]
pub(super) struct Payouts {
    admin: Admin,
    gate: Arc<Server>,
    journal: Arc<Mutex<Journal>>,
}

/// What the clients and the Gate know about payouts.
#[derive(Default)]
pub(super) struct Journal {
    pub(super) orders: Vec<Order>,
    /// Orders with an answer or an acknowledged callback since the last audit.
    touched: BTreeSet<usize>,
    /// The number of the Gate's callbacks that were not acknowledged, repeats included.
    pub(super) undelivered: usize,
    /// Answers and requests that no crash explains.
    pub(super) unexpected: Vec<String>,
    /// The payouts at the end, as the service shows them.
    pub(super) shown: Vec<Value>,
}

/// A payout that a client requests. It has a wallet of its own, so everything that is sent to the wallet belongs to it.
#[derive(Default)]
pub(super) struct Order {
    pub(super) key: String,
    pub(super) account: String,
    /// The body of `POST /v1/payouts`, the same each time.
    pub(super) body: Value,
    /// What the Gate does with it.
    plan: Plan,
    /// The client does not repeat a request without an answer.
    pub(super) gives_up: bool,
    /// The payment id of the answer, once there is one.
    pub(super) id: Option<String>,
    /// Each `payment.status` of an acknowledged callback.
    pub(super) acknowledged: BTreeSet<&'static str>,
    /// The history, as the service showed it last.
    history: Vec<Value>,
}

impl Payouts {
    /// Opens a Gate at this port, which sends its callbacks to this URL.
    pub(super) async fn open(port: u16, callbacks: &str, admin: Admin) -> Result<Self> {
        let journal = Arc::<Mutex<Journal>>::default();
        let records = Arc::clone(&journal);
        let options = ServerOptions {
            callback_url: Some(format!("{callbacks}/callback").parse()?),
            hurry: HURRY,
            on_event: EventHandler::new(move |event| lock(&records).record(&event)),
            ..ServerOptions::default()
        };
        let state = GateState::new(Keyring::from(Project::new(PROJECT, SECRET)?));
        let state = state.with_operation_ids_from(next_operation_id());
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let gate = Arc::new(gate::serve(listener, state, options)?);
        Ok(Self {
            admin,
            gate,
            journal,
        })
    }

    pub(super) fn journal(&self) -> MutexGuard<'_, Journal> {
        lock(&self.journal)
    }

    pub(super) fn gate(&self) -> MutexGuard<'_, GateState> {
        self.gate.state()
    }

    /// One client, which requests payouts for ever.
    pub(super) async fn request_payouts(self, mut random: Rng) {
        loop {
            let picked = self.journal().pick(&mut random);
            match picked {
                // The same request on three connections at once.
                Some(number) if random.u8(..100) < 10 => {
                    let three = [number; 3].map(|number| self.clone().post(number));
                    JoinSet::from_iter(three).join_all().await;
                }
                Some(number) => self.clone().post(number).await,
                None => {}
            }
            tokio::time::sleep(millis(&mut random, 4, 24)).await;
        }
    }

    /// Requests a payout.
    async fn post(self, number: usize) {
        let (body, was_answered) = {
            let journal = self.journal();
            let order = &journal.orders[number];
            self.gate().plan(order.account.clone(), order.plan.clone());
            (order.body.clone(), order.id.is_some())
        };
        let answer = self.admin.call("POST", "/v1/payouts", Some(&body)).await;
        if let Ok(answer) = answer.as_ref()
            && answer.status != 503
        {
            self.journal().answered(number, was_answered, answer);
        }
    }

    /// Looks up every payout with an answer or an acknowledged callback since the last audit. Returns what is wrong.
    pub(super) async fn audit(&self) -> Result<Vec<String>> {
        let (touched, mut problems) = {
            let mut journal = self.journal();
            let touched = std::mem::take(&mut journal.touched);
            (touched, std::mem::take(&mut journal.unexpected))
        };
        for number in touched {
            // What is acknowledged by now must be in the answer.
            let (id, acknowledged) = {
                let journal = self.journal();
                let order = &journal.orders[number];
                (
                    order.id.clone().unwrap_or_default(),
                    order.acknowledged.clone(),
                )
            };
            let path = format!("/v1/payouts/{id}");
            let found = match issued(&self.admin, &path).await? {
                Ok(shown) => self.journal().orders[number].lost(&acknowledged, &shown),
                Err(gone) => vec![gone],
            };
            problems.extend(found.into_iter().map(|problem| format!("{id}: {problem}")));
        }
        Ok(problems)
    }

    /// Repeats the requests of clients that have not given up, until they are answered; then waits until the service and
    /// the Gate agree about every payout. Returns what is wrong in the end.
    pub(super) async fn finish(&self) -> Result<Vec<String>> {
        let begun = Instant::now();
        loop {
            let open = self.journal().unanswered();
            for number in &open {
                self.clone().post(*number).await;
            }
            let listed = self.listed().await?;
            let settled = listed.iter().all(|shown| {
                let gate = AtTheGate::of(&self.gate(), text(shown, "payment_id"));
                gate.is_settled() && gate.agrees_with(text(shown, "state"))
            });
            if (open.is_empty() && settled) || begun.elapsed() > FINISHED_WITHIN {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        let mut shown = Vec::new();
        for listed in self.listed().await? {
            let path = format!("/v1/payouts/{}", text(&listed, "payment_id"));
            let answer = get(&self.admin, &path).await?;
            shown.push(answer.json.with_context(|| format!("{path} is not JSON"))?);
        }
        let mut journal = self.journal();
        journal.shown = shown;
        Ok(journal.compare(&self.gate()))
    }

    /// Lists all payouts, page by page, without their histories.
    async fn listed(&self) -> Result<Vec<Value>> {
        let (mut all, mut path) = (Vec::new(), "/v1/payouts?limit=1000".to_owned());
        loop {
            let page = get(&self.admin, &path).await?.json;
            let page = page.context("the list of payouts is not JSON")?;
            all.extend(list(&page, "payouts").cloned());
            match page["next"].as_str() {
                Some(next) => path = format!("/v1/payouts?limit=1000&after={next}"),
                None => return Ok(all),
            }
        }
    }
}

fn lock(journal: &Mutex<Journal>) -> MutexGuard<'_, Journal> {
    journal.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Order {
    /// `number` must be unique: the key and the wallet are made of it.
    pub(super) fn new(number: usize, random: &mut Rng) -> Self {
        let (key, account) = (format!("key-{number}"), format!("7700{number:08}"));
        let body = json!({
            "project_id": PROJECT,
            "customer": {
                "id": CUSTOMERS[random.usize(..CUSTOMERS.len())],
                "ip_address": "198.51.100.47",
                "first_name": "John",
                "last_name": "Doe",
                "email": "johndoe@example.com",
            },
            "account_number": account,
            "amount": random.i64(1..1_000_000),
            "currency": "KZT",
            "idempotency_key": key,
        });
        Self {
            key,
            account,
            body,
            plan: random_plan(random),
            gives_up: random.u8(..100) < 20,
            ..Self::default()
        }
    }

    /// What of the payout is gone: a field of the request, the effect of a callback, or a step that was shown before.
    pub(super) fn lost(&mut self, acknowledged: &BTreeSet<&str>, shown: &Value) -> Vec<String> {
        let fields = ["project_id", "account_number", "amount", "currency"].into_iter();
        let changed = fields.filter(|field| shown[field] != self.body[field]);
        let changed = changed.map(|it| format!("{it} is {}, and was {}", shown[it], self.body[it]));
        let mut problems: Vec<_> = changed.collect();
        let state = text(shown, "state");
        let without_effect = acknowledged.iter().filter(|status| match **status {
            "success" => !matches!(state, "paid" | "reversed"),
            "reversed" => state != "reversed",
            "decline" => state != "declined",
            _ => false,
        });
        problems
            .extend(without_effect.map(|it| format!("{it} was acknowledged, and it is {state}")));
        let history: Vec<_> = list(shown, "history").cloned().collect();
        if history.is_empty() || !history.starts_with(&self.history) {
            let (before, now) = (self.history.len(), history.len());
            problems.push(format!(
                "of {before} steps of its history some are gone; it has {now}"
            ));
        }
        self.history = history;
        problems
    }
}

impl Journal {
    /// A new order, or one of the latest. None if a client of that one has given up.
    fn pick(&mut self, random: &mut Rng) -> Option<usize> {
        let count = self.orders.len();
        let latest = count.saturating_sub(LATEST);
        let open = self.orders[latest..].iter().filter(|it| it.id.is_none());
        if count == 0 || (random.u8(..100) < 40 && open.count() < MOST_OPEN) {
            self.orders.push(Order::new(count, random));
            return Some(count);
        }
        let number = random.usize(latest..count);
        let order = &self.orders[number];
        (order.id.is_some() || !order.gives_up).then_some(number)
    }

    fn unanswered(&self) -> Vec<usize> {
        let orders = self.orders.iter().enumerate();
        let open = orders.filter(|(_, it)| it.id.is_none() && !it.gives_up);
        open.map(|(number, _)| number).collect()
    }

    /// Records an answer: HTTP 202 for a new payout, 200 for a known one.
    pub(super) fn answered(&mut self, number: usize, was_answered: bool, answer: &Exchange) {
        let Order { key, id: known, .. } = &mut self.orders[number];
        let problem = match (answer.status, answer.payment_id()) {
            (202, Some(id)) if was_answered => {
                format!("{key} was known, and {id} was answered as new")
            }
            (200 | 202, Some(id)) => {
                self.touched.insert(number);
                let before = known.get_or_insert_with(|| id.to_owned());
                if before.as_str() == id {
                    return;
                }
                format!("{key} was answered with {before} and with {id}")
            }
            (status, _) => format!("{key} was answered with HTTP {status}: {}", answer.text()),
        };
        self.unexpected.push(problem);
    }

    /// Records what the Gate saw of the service.
    fn record(&mut self, event: &Event) {
        match event {
            Event::Delivered {
                payment_id,
                status,
                answer: Ok(200),
            } => {
                let mut orders = self.orders.iter_mut().enumerate();
                let is_it = |order: &Order| order.id.as_ref() == Some(payment_id);
                if let Some((number, order)) = orders.find(|(_, order)| is_it(order)) {
                    order.acknowledged.insert(status);
                    self.touched.insert(number);
                }
            }
            // The service or its store is down. The Gate repeats the callback.
            Event::Delivered {
                answer: Ok(503) | Err(_),
                ..
            } => self.undelivered += 1,
            // The signature or the form of a request is wrong, or the service refuses a callback.
            Event::Delivered { .. } | Event::Rejected { .. } => {
                self.unexpected.push(event.to_string());
            }
            _ => {}
        }
    }

    /// Compares the payouts with the orders and with the Gate's record: each order has one payout, and each payout was
    /// sent as the Gate has it.
    pub(super) fn compare(&self, gate: &GateState) -> Vec<String> {
        let mut by_key: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut problems = Vec::new();
        for shown in &self.shown {
            let id = text(shown, "payment_id");
            by_key
                .entry(text(shown, "idempotency_key"))
                .or_default()
                .push(id);
            let found = AtTheGate::of(gate, id).problems(shown);
            problems.extend(found.into_iter().map(|problem| format!("{id}: {problem}")));
        }
        for Order {
            key,
            account,
            id,
            gives_up,
            ..
        } in &self.orders
        {
            let ids = by_key.remove(key.as_str()).unwrap_or_default();
            let sent = gate.payment_ids(account);
            let is_good = match id {
                Some(id) => ids == [id],
                None => *gives_up && ids.len() <= 1,
            };
            if !is_good || sent != ids {
                problems.push(format!("{key} was answered with {id:?}, the service shows {ids:?}, and {sent:?} was sent"));
            }
        }
        problems.extend(by_key.keys().map(|key| format!("no client sent {key}")));
        problems.extend(
            gate.unsafe_resends()
                .map(|it| format!("sent again although the Gate did not allow it: {it:?}")),
        );
        problems
    }
}
