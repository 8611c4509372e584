//! What happens in one top-up.

use std::time::Duration;

use fastrand::Rng;
use jetpay_core::Money;

use super::faults::Fault;
use crate::top_up::CallbackKind;

/// A top-up from the first `verify` to the last callback. A runner may divide the times.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The number of the top-up, from 1.
    pub number: u64,
    /// The pause after the start of the previous top-up, in thousandths of the average pause.
    pub pause_per_mille: u32,
    /// The index of the route.
    pub route: usize,
    /// The index of the customer.
    pub customer: usize,
    /// The amount.
    pub amount: Money,
    /// The payer first mistypes the customer: a number from which an unknown id is made.
    pub mistyped: Option<u32>,
    /// One `verify` after each of these waits; at least one.
    pub verifies: Vec<Duration>,
    /// What happens after `check_deposit`. Without steps the payer leaves before `check_deposit`.
    pub steps: Vec<Step>,
    /// `account.number` in callbacks, which refers to nothing.
    pub account: u32,
}

/// A step after `check_deposit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The wait after the previous step, or after `check_deposit`.
    pub after: Duration,
    /// The action.
    pub action: Action,
    /// The fault of this step; `None` when nothing goes wrong.
    pub fault: Option<Fault>,
}

/// What a step sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// A callback, repeated until it is acknowledged.
    Deliver(CallbackKind),
    /// The same callback several times at once.
    AtOnce(CallbackKind, u8),
    /// A callback whose body takes this long at the first try.
    Slowly(CallbackKind, Duration),
    /// A callback whose sender does not wait for the answer.
    Cut(CallbackKind),
    /// A signed success with this amount.
    WrongAmount(Money),
    /// A success with a signature by another secret.
    BadSignature,
    /// A success with ten times the amount and the signature of the right amount.
    Tampered,
    /// A success of an unknown payment.
    UnknownPayment,
    /// A body that is not JSON.
    Garbage,
}

impl Plan {
    /// Whether the payer leaves without paying.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.steps.is_empty()
    }

    /// The faults of the top-up.
    pub fn faults(&self) -> impl Iterator<Item = Fault> {
        let mistyped = self.mistyped.map(|_| Fault::UnknownCustomer);
        mistyped
            .into_iter()
            .chain(self.steps.iter().filter_map(|step| step.fault))
    }
}

/// All steps after `check_deposit`. Forgeries come before the true result: a merchant that believes one credits too
/// early, not only twice.
pub(super) fn steps(chance: &mut Rng, amount: Money, faults: &[Fault]) -> Vec<Step> {
    let mut builder = StepsBuilder {
        chance,
        steps: Vec::new(),
    };
    let paid = builder.share(900);
    let ending = if paid {
        CallbackKind::Success
    } else {
        CallbackKind::Decline
    };
    let has = |fault: Fault| faults.contains(&fault);
    let main = has(Fault::Late).then_some(Fault::Late);

    let first = if has(Fault::Late) {
        builder.millis(60_000, 180_000)
    } else {
        builder.millis(1_000, 2_000)
    };
    if builder.share(200) {
        let early = builder.millis(1_000, 2_000);
        builder.add(early, Action::Deliver(CallbackKind::Processing), None);
    }
    builder.add_forgeries(amount, &has);
    let mut wait = Some(first);
    if has(Fault::Cut) {
        builder.add(first, Action::Cut(ending), Some(Fault::Cut));
        // The platform has no answer, so it repeats the callback.
        wait = Some(Duration::from_secs(10));
    }
    if has(Fault::Slow) {
        let takes = builder.millis(2_000, 6_000);
        let after = wait.take().unwrap_or_default();
        builder.add(after, Action::Slowly(ending, takes), Some(Fault::Slow));
    }
    if has(Fault::AtOnce) {
        let times = builder.chance.u8(2..=5);
        let after = wait.take().unwrap_or_default();
        builder.add(after, Action::AtOnce(ending, times), Some(Fault::AtOnce));
    }
    if let Some(after) = wait {
        builder.add(after, Action::Deliver(ending), main);
    }
    builder.add_later_steps(ending, amount, &has);
    builder.steps
}

struct StepsBuilder<'c> {
    chance: &'c mut Rng,
    steps: Vec<Step>,
}

impl StepsBuilder<'_> {
    fn add(&mut self, after: Duration, action: Action, fault: Option<Fault>) {
        self.steps.push(Step {
            after,
            action,
            fault,
        });
    }

    /// True in so many of 1000 cases.
    fn share(&mut self, per_mille: u16) -> bool {
        self.chance.u16(0..1000) < per_mille
    }

    fn millis(&mut self, least: u64, most: u64) -> Duration {
        Duration::from_millis(self.chance.u64(least..most))
    }

    /// Callbacks that the merchant must not believe.
    fn add_forgeries(&mut self, amount: Money, has: &dyn Fn(Fault) -> bool) {
        let factor = [2, 3, 10][self.chance.usize(0..3)];
        let other = Money::new(amount.minor().saturating_mul(factor), amount.currency());
        let forgeries = [
            (Fault::BadSignature, Action::BadSignature),
            (Fault::Tampered, Action::Tampered),
            (Fault::Garbage, Action::Garbage),
            (Fault::UnknownPayment, Action::UnknownPayment),
            (Fault::WrongAmount, Action::WrongAmount(other)),
        ];
        for (fault, action) in forgeries.into_iter().filter(|(fault, _)| has(*fault)) {
            let after = self.millis(100, 1_000);
            self.add(after, action, Some(fault));
        }
    }

    /// Steps after the result: repeats, outdated callbacks, refunds and reversals.
    fn add_later_steps(
        &mut self,
        ending: CallbackKind,
        amount: Money,
        has: &dyn Fn(Fault) -> bool,
    ) {
        if has(Fault::Repeat) {
            let after = self.millis(0, 10_000);
            self.add(after, Action::Deliver(ending), Some(Fault::Repeat));
        }
        if has(Fault::Reorder) {
            let paid = ending == CallbackKind::Success;
            let old = if paid && self.chance.bool() {
                CallbackKind::Decline
            } else {
                CallbackKind::Processing
            };
            let after = self.millis(100, 5_000);
            self.add(after, Action::Deliver(old), Some(Fault::Reorder));
        }
        if ending == CallbackKind::Success
            && let Some(back) = self.money_back(amount)
        {
            let after = self.millis(5_000, 60_000);
            self.add(after, Action::Deliver(back), None);
        }
    }

    /// How the money goes back, if it does.
    fn money_back(&mut self, amount: Money) -> Option<CallbackKind> {
        let part = Money::new(amount.minor() / 2, amount.currency());
        match self.chance.u8(0..100) {
            0..2 => Some(CallbackKind::Refund),
            2 if part.is_positive() => Some(CallbackKind::PartialRefund(part)),
            3 | 4 => Some(CallbackKind::Reversal),
            _ => None,
        }
    }
}
