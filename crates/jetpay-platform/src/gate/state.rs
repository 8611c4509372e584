//! The Gate's state: what it knows, and what it answers.

use std::collections::BTreeMap;
use std::fmt;

use jetpay_core::id::ProjectId;
use jetpay_core::{Keyring, Money};

use super::Millis;
use super::callbacks::Queue;
use super::log::{EntryKind, LogEntry};
use super::payout::Payout;
use super::plan::Plan;
use super::reply::Writer;
use super::request::{self, Order, Request};
use super::script::{Otherwise, Script};
use super::top_up::TopUp;
use crate::serving::Reply;

/// The Gate without a network and a clock: the caller passes the time and the requests.
///
/// The state keeps everything, including a [log](Self::log), because it is for tests.
pub struct GateState {
    pub(super) keyring: Keyring,
    pub(super) conventions: Conventions,
    pub(super) script: Script,
    pub(super) payouts: Vec<Payout>,
    by_id: BTreeMap<(ProjectId, String), usize>,
    pub(super) top_ups: BTreeMap<(ProjectId, String), TopUp>,
    pub(super) by_request: BTreeMap<(ProjectId, String), usize>,
    pub(super) queue: Queue,
    pub(super) log: Vec<LogEntry>,
    pub(super) now: Millis,
    next_operation_id: u64,
}

impl GateState {
    /// The state of a new Gate of these projects. The last two [`digits()`](super::digits()) of an account number
    /// choose the plan of a payout.
    #[must_use]
    pub fn new(keyring: Keyring) -> Self {
        Self {
            keyring,
            conventions: Conventions::default(),
            script: Script::default(),
            payouts: Vec::new(),
            by_id: BTreeMap::new(),
            top_ups: BTreeMap::new(),
            by_request: BTreeMap::new(),
            queue: Queue::default(),
            log: Vec::new(),
            now: 0,
            next_operation_id: 1,
        }
    }

    /// Replaces the conventions.
    #[must_use]
    pub fn with_conventions(mut self, conventions: Conventions) -> Self {
        self.conventions = conventions;
        self
    }

    /// Numbers operations from `operation_id`. The default is 1. A merchant may know the operations of an earlier Gate.
    #[must_use]
    pub fn with_operation_ids_from(mut self, operation_id: u64) -> Self {
        self.next_operation_id = operation_id;
        self
    }

    /// Sets the plan of future payouts to this account. Payouts that the Gate knows keep their plans.
    pub fn plan(&mut self, account: impl Into<String>, plan: Plan) {
        self.script.set(account.into(), plan);
    }

    /// Sets the plan of payouts to all accounts without a plan of their own, whatever their digits are.
    pub fn plan_others(&mut self, plan: Plan) {
        self.script.otherwise(Otherwise::Always(plan));
    }

    /// Uses random plans for these payouts: [`Plan::of_chance`] of the seed, the account and the number of its payouts,
    /// with times divided by `hurry`.
    ///
    /// # Panics
    /// Later, when `hurry` is 0.
    pub fn plan_others_by_chance(&mut self, seed: u64, hurry: u32) {
        self.script.otherwise(Otherwise::Chance { seed, hurry });
    }

    /// Answers a request. `path` begins with `/v2`.
    ///
    /// Sources: qiwi-kz, "Payout by using Gate: Request format" for the payout; the platform's public documents for the
    /// status and the answers.
    pub fn receive(&mut self, now: Millis, path: &str, body: &[u8]) -> Reply {
        self.now = self.now.max(now);
        match request::read(path, body, &self.keyring, &self.conventions.methods) {
            Ok(Request::Payout(order)) => self.answer_send(order, body),
            Ok(Request::Status(project_id, id)) => {
                if let Some(reply) = self.answer_top_up(project_id, &id, body) {
                    return reply;
                }
                let at = self.by_id.get(&(project_id, id.clone())).copied();
                self.answer_status(EntryKind::Status, project_id, &id, at, body)
            }
            Ok(Request::StatusBy(project_id, id)) => {
                let at = self.find_by_request(project_id, id);
                self.answer_status(EntryKind::StatusOfRequest, project_id, "", at, body)
            }
            Err(request_error) => self.writer().rejection(None, &request_error),
        }
    }

    /// A person makes a payout in the Dashboard, so the merchant receives callbacks about an id that it never issued.
    /// The Gate accepts the payout as if it had been sent.
    pub fn made_in_dashboard(
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
            method: self
                .conventions
                .methods
                .first()
                .cloned()
                .unwrap_or_default(),
            customer_id: String::new(),
            account: account.to_owned(),
            amount,
        };
        let at = self.find_or_add(order);
        self.accept(at);
    }

    /// The index of the payout with this id, which is added if it is new.
    pub(super) fn find_or_add(&mut self, order: Order) -> usize {
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
            status_requests: 0,
            attempts: Vec::new(),
            may_resend: None,
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
        if let Some(last) = payout.attempts.last() {
            let key = (payout.order.project_id, last.request_id.clone());
            self.by_request.insert(key, at);
        }
    }

    pub(super) fn writer(&self) -> Writer<'_> {
        Writer {
            keyring: &self.keyring,
            conventions: &self.conventions,
        }
    }
}

impl fmt::Debug for GateState {
    /// Shows counts only, because the rest is the payees' data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GateState")
            .field("payouts", &self.payouts.len())
            .field("log", &self.log.len())
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

/// What the documents leave open about the Gate. A merchant must cope with either choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conventions {
    /// The payout methods, as they appear in the path.
    pub methods: Vec<String>,
    /// Whether answers are signed.
    pub signs_answers: bool,
    /// Whether `code` in an answer is a number, not a text.
    pub codes_are_numbers: bool,
    /// The HTTP status of an answer that rejects with a code.
    pub rejects_with: u16,
    /// Whether a payout is rejected with 3613 while an equal one, of the same customer and amount, is in progress.
    pub one_at_a_time: bool,
}

impl Default for Conventions {
    /// QIWI Kazakhstan alone, signed answers, codes as texts, rejections with HTTP 400, 3613 only if a plan says so.
    fn default() -> Self {
        Self {
            methods: vec!["qiwi-kz".to_owned()],
            signs_answers: true,
            codes_are_numbers: false,
            rejects_with: 400,
            one_at_a_time: false,
        }
    }
}

impl GateState {
    /// All readable requests with a good signature, and all callbacks that were taken, in order.
    #[must_use]
    pub fn log(&self) -> &[LogEntry] {
        &self.log
    }

    /// The sends of an id that was sent before, without 3061, 3613, `error`, 401, 403 or 429 in between. A merchant
    /// that follows the rules makes none.
    pub fn unsafe_resends(&self) -> impl Iterator<Item = &LogEntry> {
        self.log.iter().filter(|entry| entry.is_unsafe_resend())
    }

    /// The sends of one payout, in order.
    pub fn sends_of(&self, payment_id: &str) -> impl Iterator<Item = &LogEntry> {
        let sends = self
            .log
            .iter()
            .filter(|entry| entry.kind == EntryKind::Send);
        sends.filter(move |entry| entry.payment_id == payment_id)
    }

    /// How often a payout was accepted. It is more than once after `error` or when the platform forgot it.
    #[must_use]
    pub fn accepted(&self, project_id: impl Into<ProjectId>, payment_id: &str) -> usize {
        self.payout(project_id, payment_id)
            .map_or(0, |it| it.attempts.len())
    }

    /// All account numbers to which payouts were sent, sorted.
    #[must_use]
    pub fn accounts(&self) -> Vec<&str> {
        let accounts = self.payouts.iter().map(|it| it.order.account.as_str());
        let mut accounts: Vec<&str> = accounts.collect();
        accounts.sort_unstable();
        accounts.dedup();
        accounts
    }

    /// All ids of payouts to this account, accepted or not, in the order of their first sends.
    #[must_use]
    pub fn payment_ids(&self, account: &str) -> Vec<&str> {
        let payouts = self.payouts.iter().filter(|it| it.order.account == account);
        payouts.map(|it| it.order.payment_id.as_str()).collect()
    }

    /// What this account received minus what came back, in minor units, at the latest time that the state was given.
    #[must_use]
    pub fn money_out(&self, account: &str) -> i64 {
        let payouts = self.payouts.iter().filter(|it| it.order.account == account);
        payouts.map(|it| it.money_out(self.now)).sum()
    }

    /// What one payout paid minus what came back, in minor units.
    #[must_use]
    pub fn money_out_by(&self, project_id: impl Into<ProjectId>, payment_id: &str) -> i64 {
        self.payout(project_id, payment_id)
            .map_or(0, |it| it.money_out(self.now))
    }

    /// `payment.status` of the payout at the latest time that the state was given; `None` when the Gate does not know
    /// it.
    #[must_use]
    pub fn status(
        &self,
        project_id: impl Into<ProjectId>,
        payment_id: &str,
    ) -> Option<&'static str> {
        let payout = self.payout(project_id, payment_id)?;
        payout
            .latest(self.now)
            .map(|transition| transition.status.of_payment())
    }

    /// The payout with this id. There is at most one.
    fn payout(&self, project_id: impl Into<ProjectId>, payment_id: &str) -> Option<&Payout> {
        let key = (project_id.into(), payment_id.to_owned());
        self.by_id.get(&key).map(|at| &self.payouts[*at])
    }
}
