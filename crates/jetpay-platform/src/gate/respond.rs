//! The answers to sends and status requests.

use jetpay_core::id::ProjectId;

use super::callbacks;
use super::log::{Answer, EntryKind, LogEntry};
use super::payout::{Attempt, Payout, Transition};
use super::plan::{OnSend, OnStatus};
use super::reply::{Accepted, Status, Writer};
use super::request::{Order, RequestError};
use super::state::GateState;
use crate::messages::{Account, Operation};
use crate::serving::Reply;

/// A payout to the same customer with the same amount is in progress.
const IN_FLIGHT: u32 = 3613;
/// The id was used before.
const USED_BEFORE: u32 = 3041;

impl GateState {
    pub(super) fn answer_send(&mut self, order: Order, body: &[u8]) -> Reply {
        let project_id = order.project_id;
        let (id, account) = (order.payment_id.clone(), order.account.clone());
        let at = self.find_or_add(order);
        let payout = &mut self.payouts[at];
        let on_send = payout.plan.on_send(payout.sends);
        let mut entry = LogEntry {
            payment_id: id,
            account,
            earlier_sends: payout.sends,
            may_resend: payout.may_resend,
            ..LogEntry::new(self.now, EntryKind::Send, project_id, body)
        };
        payout.sends += 1;
        let reply = match on_send {
            OnSend::DropBefore => Reply::Dropped { accepted: false },
            OnSend::FailBefore(status) => Self::failed(status, &mut entry),
            OnSend::Refuse(status) => {
                entry.answer = Answer::Http(status);
                Writer::refusal(status)
            }
            OnSend::Reject { code } => self.reject(at, code, &mut entry),
            OnSend::InFlight => self.reject(at, IN_FLIGHT, &mut entry),
            OnSend::Accept => self.accept_send(at, &mut entry),
            OnSend::AcceptSlowly(longer) => self.accept_send(at, &mut entry).slowly(longer),
            OnSend::DropAfter => {
                self.accept_send(at, &mut entry);
                entry.answer = Answer::None;
                Reply::Dropped {
                    accepted: entry.accepted,
                }
            }
            OnSend::FailAfter(status) => {
                self.accept_send(at, &mut entry);
                Self::failed(status, &mut entry)
            }
            OnSend::Unreadable => {
                self.accept_send(at, &mut entry);
                entry.answer = Answer::Unreadable;
                Writer::garbage()
            }
        };
        self.payouts[at].may_resend = entry.answer.may_resend(EntryKind::Send);
        self.log.push(entry);
        reply
    }

    /// Accepts the payout, unless it is already accepted or an equal one is in progress.
    fn accept_send(&mut self, at: usize, entry: &mut LogEntry) -> Reply {
        if self.payouts[at].is_free(self.now)
            && self.conventions.one_at_a_time
            && self.has_equal_in_flight(at)
        {
            return self.reject(at, IN_FLIGHT, entry);
        }
        if !self.payouts[at].is_free(self.now) {
            return self.reject(at, USED_BEFORE, entry);
        }
        self.accept(at);
        entry.answer = Answer::Accepted;
        entry.accepted = true;
        let payout = &self.payouts[at];
        let answer = Accepted {
            status: "success",
            project_id: payout.order.project_id.number(),
            payment_id: &payout.order.payment_id,
            request_id: payout.attempts.last().map_or("", |it| &it.request_id),
        };
        self.writer().good(payout.order.project_id, &answer)
    }

    /// Rejects the send. An id that is already accepted always gets `USED_BEFORE`.
    fn reject(&self, at: usize, code: u32, entry: &mut LogEntry) -> Reply {
        let payout = &self.payouts[at];
        let code = if payout.is_free(self.now) {
            code
        } else {
            USED_BEFORE
        };
        entry.answer = Answer::Rejected(code);
        self.writer()
            .rejection(Some(payout.order.project_id), &RequestError::plain(code))
    }

    /// Whether an equal payout is in progress. The payout at `at` itself is not in progress, because a send would be
    /// accepted.
    fn has_equal_in_flight(&self, at: usize) -> bool {
        let of = |payout: &Payout| {
            let Order {
                project_id, amount, ..
            } = payout.order;
            (project_id, payout.order.customer_id.clone(), amount)
        };
        let this = of(&self.payouts[at]);
        self.payouts.iter().any(|payout| {
            let latest = payout.latest(self.now);
            of(payout) == this && latest.is_some_and(|it| it.status.is_under_way())
        })
    }

    fn failed(status: u16, entry: &mut LogEntry) -> Reply {
        entry.answer = Answer::Http(status);
        Writer::failure(status)
    }
}

/// No payment has this id.
const UNKNOWN: u32 = 3061;

impl GateState {
    /// Answers a status request. `at` is the index of the payout, if the platform ever received it.
    pub(super) fn answer_status(
        &mut self,
        kind: EntryKind,
        project_id: ProjectId,
        payment_id: &str,
        at: Option<usize>,
        body: &[u8],
    ) -> Reply {
        let order = at.map(|at| &self.payouts[at].order);
        let mut entry = LogEntry {
            payment_id: order
                .map_or(payment_id, |order| &order.payment_id)
                .to_owned(),
            account: order.map_or_else(String::new, |order| order.account.clone()),
            ..LogEntry::new(self.now, kind, project_id, body)
        };
        let on_status = at.map_or(OnStatus::Answer, |at| {
            let payout = &mut self.payouts[at];
            payout.status_requests += 1;
            payout.plan.on_status(payout.status_requests - 1)
        });
        let reply = match on_status {
            OnStatus::Answer => self.status_reply(project_id, at, &mut entry),
            OnStatus::Slowly(longer) => {
                self.status_reply(project_id, at, &mut entry).slowly(longer)
            }
            OnStatus::Drop => Reply::Dropped { accepted: false },
            OnStatus::Fail(status) => {
                entry.answer = Answer::Http(status);
                Writer::failure(status)
            }
            OnStatus::Unreadable => {
                entry.answer = Answer::Unreadable;
                Writer::garbage()
            }
        };
        if let (Some(at), Some(may_resend)) = (at, entry.answer.may_resend(kind)) {
            self.payouts[at].may_resend = Some(may_resend);
        }
        self.log.push(entry);
        reply
    }

    fn status_reply(
        &self,
        project_id: ProjectId,
        at: Option<usize>,
        entry: &mut LogEntry,
    ) -> Reply {
        let payout = at.map(|at| &self.payouts[at]);
        let Some((payout, transition)) = payout.and_then(|it| Some((it, it.latest(self.now)?)))
        else {
            entry.answer = Answer::Rejected(UNKNOWN);
            return self
                .writer()
                .rejection(Some(project_id), &RequestError::plain(UNKNOWN));
        };
        entry.answer = Answer::Status(transition.status.of_payment());
        let status = Status {
            project_id: project_id.number(),
            payment: callbacks::payment(payout, transition, 0),
            account: Some(Account {
                number: payout.order.account.clone(),
            }),
            operations: self.operations(payout),
        };
        self.writer().good(project_id, &status)
    }

    /// The current state of each operation.
    fn operations(&self, payout: &Payout) -> Vec<Operation> {
        let now = self.now;
        let attempts = payout.attempts.iter().filter(|it| !it.is_forgotten(now));
        let transitions =
            attempts.flat_map(|it| it.known(now).map(move |transition| (it, transition)));
        let mut last: Vec<(&Attempt, &Transition)> = Vec::new();
        for (it, transition) in transitions {
            last.retain(|(_, earlier)| earlier.operation_id != transition.operation_id);
            last.push((it, transition));
        }
        let written = last.into_iter();
        written
            .map(|(it, transition)| callbacks::operation(payout, it, transition, 0))
            .collect()
    }

    /// The index of the payout with this request id, unless the platform forgot it.
    pub(super) fn find_by_request(
        &self,
        project_id: ProjectId,
        request_id: String,
    ) -> Option<usize> {
        let key = (project_id, request_id);
        let at = *self.by_request.get(&key)?;
        let mut attempts = self.payouts[at].attempts.iter();
        let remembered = attempts.any(|it| it.request_id == key.1 && !it.is_forgotten(self.now));
        remembered.then_some(at)
    }
}
