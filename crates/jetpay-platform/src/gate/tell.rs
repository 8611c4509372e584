//! What the platform tells of its own accord: callbacks, when they are due.

use std::collections::BTreeMap;
use std::fmt;

use jetpay_core::Money;
use jetpay_core::id::ProjectId;

use super::answer::signed;
use super::books::Books;
use super::payout::{Fact, Payout, Try};
use super::plan::Telling;
use super::seen::{Said, Seen, What};
use super::{Millis, later_by};
use crate::messages::{Account, Callback, Operation, Payment, Provider};

/// A callback to be told for the first time. When it is not answered with HTTP 200, it comes again after each of
/// [`schedule::waits`](crate::schedule::waits), and that is the matter of whoever tells it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Told {
    /// Since when it is due.
    pub at: Millis,
    /// The project that signed it.
    pub project_id: ProjectId,
    /// The payout.
    pub payment_id: String,
    /// `payment.status`.
    pub status: &'static str,
    /// The body, signed.
    pub body: Vec<u8>,
}

/// The callbacks to come, by time.
#[derive(Default)]
pub(super) struct Queue {
    waiting: BTreeMap<(Millis, u64), Waiting>,
    added: u64,
}

/// Which fact is to be told: of which try of which payout, and for which time.
struct Waiting {
    payout: usize,
    number: usize,
    fact: usize,
    time: u32,
}

impl Queue {
    /// Everything that will be told of the payout's last try.
    pub(super) fn add(&mut self, at: usize, payout: &Payout) {
        let Telling {
            times,
            gap,
            delay,
            processing,
            backwards,
        } = payout.plan.telling;
        let (Some(last), number) = (payout.tries.last(), payout.tries.len() - 1) else {
            return;
        };
        let facts = last.facts.iter().enumerate();
        let mut told: Vec<(usize, Millis)> = facts
            .filter(|(_, fact)| processing || !fact.word.is_under_way())
            .map(|(fact, it)| (fact, it.at))
            .collect();
        if backwards {
            let end = told.iter().map(|(_, at)| *at).max().unwrap_or_default();
            for (_, at) in &mut told {
                *at = end;
            }
            told.reverse();
        }
        for time in 0..times {
            for &(fact, since) in &told {
                let due = later_by(later_by(since, delay), gap * time);
                if last.is_forgotten(due) {
                    continue;
                }
                let waiting = Waiting {
                    payout: at,
                    number,
                    fact,
                    time,
                };
                self.waiting.insert((due, self.added), waiting);
                self.added += 1;
            }
        }
    }

    /// The next one that is due by now.
    fn next(&mut self, now: Millis) -> Option<(Millis, Waiting)> {
        let entry = self.waiting.first_entry()?;
        let (at, _) = *entry.key();
        (at <= now).then(|| (at, entry.remove()))
    }
}

impl Books {
    /// The callbacks that are due by now and were not given out, in the order in which they are told.
    pub fn due(&mut self, now: Millis) -> Vec<Told> {
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

    fn told(&mut self, at: Millis, waiting: &Waiting) -> Told {
        let payout = &mut self.payouts[waiting.payout];
        let it = &payout.tries[waiting.number];
        let fact = &it.facts[waiting.fact];
        let said = Said::Stands(fact.word.of_payment());
        if let Some(leave) = said.leave(What::Callback) {
            payout.leave = Some(leave);
        }
        let payout = &self.payouts[waiting.payout];
        let it = &payout.tries[waiting.number];
        let fact = &it.facts[waiting.fact];
        let order = &payout.order;
        let callback = Callback {
            project_id: order.project_id.number(),
            payment: payment(payout, fact, waiting.time),
            account: Some(Account {
                number: order.account.clone(),
            }),
            customer: None,
            operation: operation(payout, it, fact, waiting.time),
        };
        let body = serde_json::to_vec(&callback).expect("a message can be written as JSON");
        let told = Told {
            at,
            project_id: order.project_id,
            payment_id: order.payment_id.clone(),
            status: fact.word.of_payment(),
            body: signed(&self.keyring, order.project_id, body),
        };
        self.seen.push(Seen {
            at: self.now,
            what: What::Callback,
            project_id: told.project_id,
            payment_id: told.payment_id.clone(),
            account: order.account.clone(),
            body: told.body.clone(),
            said,
            accepted: false,
            earlier_sends: 0,
            earlier_accepted: 0,
            leave: None,
        });
        told
    }
}

/// `payment`, as it stood after this fact.
pub(super) fn payment(payout: &Payout, fact: &Fact, time: u32) -> Payment {
    let order = &payout.order;
    let comes_back = fact.out < 0;
    let left = if comes_back { 0 } else { order.amount.minor() };
    Payment {
        id: order.payment_id.clone(),
        kind: "payout".to_owned(),
        status: fact.word.of_payment().to_owned(),
        date: written(fact.at, time),
        method: order.method.clone(),
        sum: Money::new(left, order.amount.currency()),
        description: String::new(),
    }
}

/// `operation`, as it stood after this fact.
pub(super) fn operation(payout: &Payout, it: &Try, fact: &Fact, time: u32) -> Operation {
    let id = fact.operation_id;
    let begun = it.facts.iter().find(|first| first.operation_id == id);
    Operation {
        id,
        kind: fact.kind.to_owned(),
        status: fact.word.of_operation().to_owned(),
        date: written(fact.at, time),
        created_date: written(begun.map_or(it.created, |first| first.at), 0),
        request_id: it.request_id.clone(),
        sum_initial: payout.order.amount,
        sum_converted: payout.order.amount,
        code: fact.code.to_string(),
        message: fact.word.message().to_owned(),
        provider: Provider {
            id: 12_345,
            payment_id: format!("receipt-{id}"),
            auth_code: String::new(),
        },
    }
}

/// A moment as the platform writes it. In the second writing of a fact it is a second later, and so on.
fn written(millis: Millis, time: u32) -> String {
    let moment = millis.saturating_add(1000 * Millis::from(time));
    let moment = jiff::Timestamp::from_millisecond(moment).unwrap_or_default();
    moment.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}

impl fmt::Debug for Told {
    /// Without the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Told")
            .field("at", &self.at)
            .field("payment_id", &self.payment_id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
