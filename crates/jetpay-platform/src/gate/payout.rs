//! A payout at the platform, and everything that will happen to it.

use jetpay_core::Money;

use super::log::ResendReason;
use super::plan::{Ending, Plan};
use super::request::Order;
use super::{Millis, later_by};

/// A payout at the platform, from the first time that its id was received.
pub(super) struct Payout {
    pub(super) order: Order,
    pub(super) plan: Plan,
    /// The number of sends, and of status requests.
    pub(super) sends: usize,
    pub(super) status_requests: usize,
    /// One attempt for each time that it was accepted.
    pub(super) attempts: Vec<Attempt>,
    /// The last answer that allows another send, if there was one since the last send.
    pub(super) may_resend: Option<ResendReason>,
}

/// What follows from one acceptance.
pub(super) struct Attempt {
    pub(super) request_id: String,
    pub(super) created: Millis,
    /// In order of time.
    pub(super) transitions: Vec<Transition>,
    pub(super) forgotten: Option<Millis>,
}

/// From this time on, the payment has this status.
#[derive(Clone)]
pub(super) struct Transition {
    pub(super) at: Millis,
    pub(super) operation_id: u64,
    pub(super) kind: &'static str,
    pub(super) status: PayoutStatus,
    pub(super) code: u32,
    /// The money that leaves the platform, in minor units. Negative when it comes back.
    pub(super) out: i64,
}

impl Payout {
    /// The last attempt, unless the platform forgot it.
    pub(super) fn attempt(&self, now: Millis) -> Option<&Attempt> {
        self.attempts.last().filter(|it| !it.is_forgotten(now))
    }

    /// The current status; `None` when the platform does not know the payout.
    pub(super) fn latest(&self, now: Millis) -> Option<&Transition> {
        self.attempt(now)?.known(now).last()
    }

    /// Whether the Gate would accept a send: the payout is unknown, or its status is `error`.
    pub(super) fn is_free(&self, now: Millis) -> bool {
        self.latest(now)
            .is_none_or(|transition| transition.status == PayoutStatus::Error)
    }

    /// The money that left and did not come back by now, in minor units.
    pub(super) fn money_out(&self, now: Millis) -> i64 {
        let transitions = self.attempts.iter().flat_map(|it| it.known(now));
        transitions.map(|transition| transition.out).sum()
    }

    /// Adds an attempt with all its transitions. Its operations are numbered from `first`. Returns how many there are.
    pub(super) fn accept(&mut self, now: Millis, first: u64) -> u64 {
        let ending = self.plan.ending_of(self.attempts.len());
        let sum = self.order.amount;
        let transitions = transitions(&self.plan, ending, sum, now, first);
        let last = transitions
            .iter()
            .map(|transition| transition.operation_id)
            .max();
        let soon = later_by(now, self.plan.after);
        self.attempts.push(Attempt {
            request_id: format!("{first:040x}"),
            created: now,
            transitions,
            forgotten: (ending == Ending::Forget).then_some(soon),
        });
        last.map_or(0, |last| last + 1 - first)
    }
}

impl Attempt {
    pub(super) fn is_forgotten(&self, now: Millis) -> bool {
        self.forgotten.is_some_and(|at| at <= now)
    }

    /// The transitions up to now.
    pub(super) fn known(&self, now: Millis) -> impl Iterator<Item = &Transition> {
        self.transitions
            .iter()
            .filter(move |transition| transition.at <= now)
    }
}

fn transitions(
    plan: &Plan,
    ending: Ending,
    sum: Money,
    now: Millis,
    first: u64,
) -> Vec<Transition> {
    let soon = later_by(now, plan.after);
    let later = later_by(soon, plan.later);
    let transition = |at, status, code| Transition {
        at,
        operation_id: first,
        kind: "payout",
        status,
        code,
        out: 0,
    };
    let paid = |at| Transition {
        out: sum.minor(),
        ..transition(at, PayoutStatus::Success, 0)
    };
    let declined = |code| transition(soon, PayoutStatus::Decline, code);
    let mut transitions = vec![transition(now, PayoutStatus::Processing, WAITING)];
    match ending {
        Ending::Succeed => transitions.push(paid(soon)),
        Ending::Decline { code } => transitions.push(declined(code)),
        Ending::Error => transitions.push(transition(soon, PayoutStatus::Error, PLATFORM_FAILED)),
        Ending::SucceedThenReverse => transitions.extend([
            paid(soon),
            Transition {
                operation_id: first + 1,
                kind: "payout reversal",
                out: -sum.minor(),
                ..transition(later, PayoutStatus::Reversed, 0)
            },
        ]),
        Ending::DeclineThenSucceed => transitions.extend([
            declined(GENERAL_DECLINE),
            Transition {
                operation_id: first + 1,
                ..paid(later)
            },
        ]),
        Ending::Linger { code, how_long } => transitions.extend([
            transition(soon, PayoutStatus::ExternalProcessing, code),
            paid(later_by(soon, how_long)),
        ]),
        Ending::Forget | Ending::Never => {}
    }
    transitions
}

/// Awaiting processing.
const WAITING: u32 = 9999;
const PLATFORM_FAILED: u32 = 501;
const GENERAL_DECLINE: u32 = 20_000;

/// The status of a payout, in the platform's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PayoutStatus {
    Processing,
    ExternalProcessing,
    Success,
    Decline,
    Error,
    Reversed,
}

impl PayoutStatus {
    /// `payment.status`.
    pub(super) fn of_payment(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::ExternalProcessing => "external processing",
            Self::Success => "success",
            Self::Decline => "decline",
            Self::Error => "error",
            Self::Reversed => "reversed",
        }
    }

    /// `operation.status`.
    pub(super) fn with_operation_id(self) -> &'static str {
        match self {
            Self::Reversed => "success",
            other => other.of_payment(),
        }
    }

    /// `operation.message`.
    pub(super) fn message(self) -> &'static str {
        match self {
            Self::Processing | Self::ExternalProcessing => "Awaiting processing",
            Self::Success | Self::Reversed => "Success",
            Self::Decline => "General decline",
            Self::Error => "Error",
        }
    }

    /// Whether another status follows.
    pub(super) fn is_under_way(self) -> bool {
        matches!(self, Self::Processing | Self::ExternalProcessing)
    }
}
