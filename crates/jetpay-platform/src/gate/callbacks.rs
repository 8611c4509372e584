//! Callbacks of payouts, and when they are due.

use std::collections::BTreeMap;
use std::fmt;

use jetpay_core::Money;
use jetpay_core::id::ProjectId;

use super::log::{Answer, EntryKind, LogEntry};
use super::payout::{Attempt, Payout, Transition};
use super::plan::CallbackPlan;
use super::reply::signed;
use super::state::GateState;
use super::{Millis, later_by};
use crate::messages::{Account, Callback, Operation, Payment, Provider, date};

/// A callback that is due for its first delivery. When the answer is not HTTP 200, the sender of callbacks repeats it
/// after each of [`schedule::waits`](crate::schedule::waits).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DueCallback {
    /// The time since which it is due.
    pub at: Millis,
    /// The project whose secret signed it.
    pub project_id: ProjectId,
    /// The id of the payout.
    pub payment_id: String,
    /// `payment.status`.
    pub status: &'static str,
    /// The signed body.
    pub body: Vec<u8>,
}

/// The future callbacks, by time.
#[derive(Default)]
pub(super) struct Queue {
    waiting: BTreeMap<(Millis, u64), Waiting>,
    added: u64,
}

/// A callback to come: which transition of which attempt of which payout, and how often it was written before.
struct Waiting {
    payout: usize,
    number: usize,
    transition: usize,
    time: u32,
}

impl Queue {
    /// Adds all callbacks about the payout's last attempt.
    pub(super) fn add(&mut self, at: usize, payout: &Payout) {
        let CallbackPlan {
            times,
            gap,
            delay,
            processing,
            backwards,
        } = payout.plan.callbacks;
        let (Some(last), number) = (payout.attempts.last(), payout.attempts.len() - 1) else {
            return;
        };
        let transitions = last.transitions.iter().enumerate();
        let mut told: Vec<(usize, Millis)> = transitions
            .filter(|(_, transition)| processing || !transition.status.is_under_way())
            .map(|(transition, it)| (transition, it.at))
            .collect();
        if backwards {
            let end = told.iter().map(|(_, at)| *at).max().unwrap_or_default();
            for (_, at) in &mut told {
                *at = end;
            }
            told.reverse();
        }
        for time in 0..times {
            for &(transition, since) in &told {
                let due = later_by(later_by(since, delay), gap * time);
                if last.is_forgotten(due) {
                    continue;
                }
                let waiting = Waiting {
                    payout: at,
                    number,
                    transition,
                    time,
                };
                self.waiting.insert((due, self.added), waiting);
                self.added += 1;
            }
        }
    }

    /// The next callback that is due by now.
    fn next(&mut self, now: Millis) -> Option<(Millis, Waiting)> {
        let entry = self.waiting.first_entry()?;
        let (at, _) = *entry.key();
        (at <= now).then(|| (at, entry.remove()))
    }
}

impl GateState {
    /// Takes the callbacks that are due by now, in the order in which they are sent.
    pub fn due(&mut self, now: Millis) -> Vec<DueCallback> {
        self.now = self.now.max(now);
        let mut due = Vec::new();
        while let Some((at, waiting)) = self.queue.next(self.now) {
            due.push(self.told(at, &waiting));
        }
        due
    }

    /// When the next callback is due, in milliseconds since 1970.
    #[must_use]
    pub fn next_due(&self) -> Option<Millis> {
        self.queue.waiting.keys().next().map(|(at, _)| *at)
    }

    fn told(&mut self, at: Millis, waiting: &Waiting) -> DueCallback {
        let payout = &mut self.payouts[waiting.payout];
        let it = &payout.attempts[waiting.number];
        let transition = &it.transitions[waiting.transition];
        let answer = Answer::Status(transition.status.of_payment());
        if let Some(may_resend) = answer.may_resend(EntryKind::Callback) {
            payout.may_resend = Some(may_resend);
        }
        let payout = &self.payouts[waiting.payout];
        let it = &payout.attempts[waiting.number];
        let transition = &it.transitions[waiting.transition];
        let order = &payout.order;
        let callback = Callback {
            project_id: order.project_id.number(),
            payment: payment(payout, transition, waiting.time),
            account: Some(Account {
                number: order.account.clone(),
            }),
            customer: None,
            operation: operation(payout, it, transition, waiting.time),
        };
        let body = serde_json::to_vec(&callback).expect("a message can be written as JSON");
        let told = DueCallback {
            at,
            project_id: order.project_id,
            payment_id: order.payment_id.clone(),
            status: transition.status.of_payment(),
            body: signed(&self.keyring, order.project_id, body),
        };
        self.log.push(LogEntry {
            payment_id: told.payment_id.clone(),
            account: order.account.clone(),
            answer,
            ..LogEntry::new(self.now, EntryKind::Callback, told.project_id, &told.body)
        });
        told
    }
}

/// `payment` after this transition.
pub(super) fn payment(payout: &Payout, transition: &Transition, time: u32) -> Payment {
    let order = &payout.order;
    let comes_back = transition.out < 0;
    let left = if comes_back { 0 } else { order.amount.minor() };
    Payment {
        id: order.payment_id.clone(),
        kind: "payout".to_owned(),
        status: transition.status.of_payment().to_owned(),
        date: written(transition.at, time),
        method: order.method.clone(),
        sum: Money::new(left, order.amount.currency()),
        description: String::new(),
    }
}

/// `operation` after this transition.
pub(super) fn operation(
    payout: &Payout,
    it: &Attempt,
    transition: &Transition,
    time: u32,
) -> Operation {
    let id = transition.operation_id;
    let begun = it.transitions.iter().find(|first| first.operation_id == id);
    Operation {
        id,
        kind: transition.kind.to_owned(),
        status: transition.status.with_operation_id().to_owned(),
        date: written(transition.at, time),
        created_date: written(begun.map_or(it.created, |first| first.at), 0),
        request_id: it.request_id.clone(),
        sum_initial: payout.order.amount,
        sum_converted: payout.order.amount,
        code: transition.code.to_string(),
        message: transition.status.message().to_owned(),
        provider: Provider {
            id: 12_345,
            payment_id: format!("receipt-{id}"),
            auth_code: String::new(),
        },
    }
}

/// A time in the platform's format. Each repeat of a transition has a date that is one second later.
fn written(millis: Millis, time: u32) -> String {
    let moment = millis.saturating_add(1000 * Millis::from(time));
    date(jiff::Timestamp::from_millisecond(moment).unwrap_or_default())
}

impl fmt::Debug for DueCallback {
    /// Hides the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DueCallback")
            .field("at", &self.at)
            .field("payment_id", &self.payment_id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
