//! A payout at the platform, and everything that will happen to it.

use jetpay_core::Money;

use super::plan::{Ending, Plan};
use super::request::Order;
use super::seen::Leave;
use super::words::Word;
use super::{Millis, later_by};

/// A payout at the platform, from the first time its id was seen.
pub(super) struct Payout {
    pub(super) order: Order,
    pub(super) plan: Plan,
    /// How often it was sent, and its status asked for.
    pub(super) sends: usize,
    pub(super) asks: usize,
    /// Each time it was accepted.
    pub(super) tries: Vec<Try>,
    /// What we said last that lets the merchant send it again, since it did.
    pub(super) leave: Option<Leave>,
}

/// What follows from one time that it was accepted.
pub(super) struct Try {
    pub(super) request_id: String,
    pub(super) created: Millis,
    /// In the order of time.
    pub(super) facts: Vec<Fact>,
    pub(super) forgotten: Option<Millis>,
}

/// From some moment on the payment stands so.
#[derive(Clone)]
pub(super) struct Fact {
    pub(super) at: Millis,
    pub(super) operation_id: u64,
    pub(super) kind: &'static str,
    pub(super) word: Word,
    pub(super) code: u32,
    /// What leaves the platform, in minor units; negative when it comes back.
    pub(super) out: i64,
}

impl Payout {
    /// The try that is remembered.
    pub(super) fn current(&self, now: Millis) -> Option<&Try> {
        self.tries.last().filter(|it| !it.is_forgotten(now))
    }

    /// Where it stands; none when the platform does not know it.
    pub(super) fn stands(&self, now: Millis) -> Option<&Fact> {
        self.current(now)?.known(now).last()
    }

    /// Whether a send would be accepted: it is not known, or ended with `error`.
    pub(super) fn is_free(&self, now: Millis) -> bool {
        self.stands(now).is_none_or(|fact| fact.word == Word::Error)
    }

    /// What has left so far and not come back, in minor units.
    pub(super) fn money_out(&self, now: Millis) -> i64 {
        let facts = self.tries.iter().flat_map(|it| it.known(now));
        facts.map(|fact| fact.out).sum()
    }

    /// Everything that follows from being accepted now. Operations are numbered from `first`; how many there are.
    pub(super) fn accept(&mut self, now: Millis, first: u64) -> u64 {
        let ending = self.plan.ending_of(self.tries.len());
        let sum = self.order.amount;
        let facts = facts(&self.plan, ending, sum, now, first);
        let last = facts.iter().map(|fact| fact.operation_id).max();
        let soon = later_by(now, self.plan.after);
        self.tries.push(Try {
            request_id: format!("{first:040x}"),
            created: now,
            facts,
            forgotten: (ending == Ending::Forget).then_some(soon),
        });
        last.map_or(0, |last| last + 1 - first)
    }
}

impl Try {
    pub(super) fn is_forgotten(&self, now: Millis) -> bool {
        self.forgotten.is_some_and(|at| at <= now)
    }

    /// What has happened by now.
    pub(super) fn known(&self, now: Millis) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(move |fact| fact.at <= now)
    }
}

fn facts(plan: &Plan, ending: Ending, sum: Money, now: Millis, first: u64) -> Vec<Fact> {
    let soon = later_by(now, plan.after);
    let later = later_by(soon, plan.later);
    let fact = |at, word, code| Fact {
        at,
        operation_id: first,
        kind: "payout",
        word,
        code,
        out: 0,
    };
    let paid = |at| Fact {
        out: sum.minor(),
        ..fact(at, Word::Success, 0)
    };
    let declined = |code| fact(soon, Word::Decline, code);
    let mut facts = vec![fact(now, Word::Processing, WAITING)];
    match ending {
        Ending::Succeed => facts.push(paid(soon)),
        Ending::Decline { code } => facts.push(declined(code)),
        Ending::Error => facts.push(fact(soon, Word::Error, PLATFORM_FAILED)),
        Ending::SucceedThenReverse => facts.extend([
            paid(soon),
            Fact {
                operation_id: first + 1,
                kind: "payout reversal",
                out: -sum.minor(),
                ..fact(later, Word::Reversed, 0)
            },
        ]),
        Ending::DeclineThenSucceed => facts.extend([
            declined(GENERAL_DECLINE),
            Fact {
                operation_id: first + 1,
                ..paid(later)
            },
        ]),
        Ending::Linger { code, how_long } => facts.extend([
            fact(soon, Word::ExternalProcessing, code),
            paid(later_by(soon, how_long)),
        ]),
        Ending::Forget | Ending::Never => {}
    }
    facts
}

/// Awaiting processing.
const WAITING: u32 = 9999;
const PLATFORM_FAILED: u32 = 501;
const GENERAL_DECLINE: u32 = 20_000;
