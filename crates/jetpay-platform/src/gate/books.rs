//! The Gate's books: what it knows, and what it answers.

use std::collections::BTreeMap;
use std::fmt;

use jetpay_core::id::ProjectId;
use jetpay_core::{Keyring, Money};

use super::Millis;
use super::answer::Writer;
use super::habits::Habits;
use super::payout::Payout;
use super::plan::Plan;
use super::reply::Reply;
use super::request::{self, Order, Request};
use super::script::{Otherwise, Script};
use super::seen::{Seen, What};
use super::tell::Queue;

/// What the Gate knows of payouts. Time and requests come from outside, and nothing else does.
///
/// Everything is kept, also what it [saw](Self::seen): this is for tests.
pub struct Books {
    pub(super) keyring: Keyring,
    pub(super) habits: Habits,
    pub(super) script: Script,
    pub(super) payouts: Vec<Payout>,
    by_id: BTreeMap<(ProjectId, String), usize>,
    pub(super) by_request: BTreeMap<(ProjectId, String), usize>,
    pub(super) queue: Queue,
    pub(super) seen: Vec<Seen>,
    pub(super) now: Millis,
    next_operation_id: u64,
}

impl Books {
    /// Empty books of these projects. Payouts go as the last two [`digits()`](super::digits()) of the account say.
    #[must_use]
    pub fn new(keyring: Keyring) -> Self {
        Self {
            keyring,
            habits: Habits::default(),
            script: Script::default(),
            payouts: Vec::new(),
            by_id: BTreeMap::new(),
            by_request: BTreeMap::new(),
            queue: Queue::default(),
            seen: Vec::new(),
            now: 0,
            next_operation_id: 1,
        }
    }

    /// The same with other habits.
    #[must_use]
    pub fn with_habits(mut self, habits: Habits) -> Self {
        self.habits = habits;
        self
    }

    /// The same with operations numbered from here: 1, unless a merchant knows operations of earlier books.
    #[must_use]
    pub fn numbered_from(mut self, operation_id: u64) -> Self {
        self.next_operation_id = operation_id;
        self
    }

    /// What happens to payouts to this account from now on; payouts that are known keep their plans.
    pub fn plan(&mut self, account: impl Into<String>, plan: Plan) {
        self.script.set(account.into(), plan);
    }

    /// What happens to payouts to all accounts that have no plan of their own, whatever their digits are.
    pub fn plan_others(&mut self, plan: Plan) {
        self.script.otherwise(Otherwise::Always(plan));
    }

    /// The same by chance: [`Plan::of_chance`] of the seed, the account, and how many payouts that had, with times
    /// divided by `hurry`.
    ///
    /// # Panics
    /// Later, when `hurry` is 0.
    pub fn plan_others_by_chance(&mut self, seed: u64, hurry: u32) {
        self.script.otherwise(Otherwise::Chance { seed, hurry });
    }

    /// Takes a request: its path from `/v2` on, and its body.
    ///
    /// Sources: qiwi-kz, "Payout by using Gate: Request format" for the payout; the platform's public documents for
    /// the status and the answers.
    pub fn receive(&mut self, now: Millis, path: &str, body: &[u8]) -> Reply {
        self.now = self.now.max(now);
        match request::read(path, body, &self.keyring, &self.habits.methods) {
            Ok(Request::Payout(order)) => self.send(order, body),
            Ok(Request::Status(project_id, id)) => {
                let at = self.by_id.get(&(project_id, id.clone())).copied();
                self.ask(What::Status, project_id, &id, at, body)
            }
            Ok(Request::StatusBy(project_id, id)) => {
                let at = self.of_request(project_id, id);
                self.ask(What::StatusOfRequest, project_id, "", at, body)
            }
            Err(flaw) => self.writer().rejection(None, &flaw),
        }
    }

    /// A payout made by a person in the Dashboard: the merchant gets callbacks of an id that it never issued.
    /// It is accepted as if it had been sent.
    pub fn made_by_hand(
        &mut self,
        now: Millis,
        project_id: impl Into<ProjectId>,
        payment_id: &str,
        account: &str,
        amount: Money,
    ) {
        self.now = self.now.max(now);
        let order = Order {
            project_id: project_id.into(),
            payment_id: payment_id.to_owned(),
            method: self.habits.methods.first().cloned().unwrap_or_default(),
            customer_id: String::new(),
            account: account.to_owned(),
            amount,
        };
        let at = self.entered(order);
        self.accept(at);
    }

    /// The place of the payout with this id: a new one, or one that was seen before.
    pub(super) fn entered(&mut self, order: Order) -> usize {
        let key = (order.project_id, order.payment_id.clone());
        if let Some(&at) = self.by_id.get(&key) {
            if self.payouts[at].is_free(self.now) {
                self.payouts[at].order = order;
            }
            return at;
        }
        let plan = self.script.plan(&order.account);
        self.payouts.push(Payout {
            order,
            plan,
            sends: 0,
            asks: 0,
            tries: Vec::new(),
            leave: None,
        });
        let at = self.payouts.len() - 1;
        self.by_id.insert(key, at);
        at
    }

    pub(super) fn accept(&mut self, at: usize) {
        let payout = &mut self.payouts[at];
        let operations = payout.accept(self.now, self.next_operation_id);
        self.next_operation_id += operations;
        self.queue.add(at, payout);
        if let Some(last) = payout.tries.last() {
            let key = (payout.order.project_id, last.request_id.clone());
            self.by_request.insert(key, at);
        }
    }

    pub(super) fn writer(&self) -> Writer<'_> {
        Writer {
            keyring: &self.keyring,
            habits: &self.habits,
        }
    }
}

impl fmt::Debug for Books {
    /// Counts only: the rest is the payees' data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Books")
            .field("payouts", &self.payouts.len())
            .field("seen", &self.seen.len())
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
