//! What is told of a payment, and what goes wrong with it.

use std::time::Duration;

use fastrand::Rng;
use jetpay_core::Money;

use super::fault::Fault;
use super::plan::{Act, Telling};
use crate::top_up::CallbackKind;

/// Everything that is told after `check_deposit`, in turn. What tries to deceive comes before the truth: whoever
/// believes it credits too early, and not only once too often.
pub(super) fn tellings(chance: &mut Rng, amount: Money, faults: &[Fault]) -> Vec<Telling> {
    let mut story = Story {
        chance,
        told: Vec::new(),
    };
    let paid = story.share(900);
    let ending = if paid {
        CallbackKind::Success
    } else {
        CallbackKind::Decline
    };
    let has = |fault: Fault| faults.contains(&fault);
    let main = has(Fault::Late).then_some(Fault::Late);

    let first = if has(Fault::Late) {
        story.millis(60_000, 180_000)
    } else {
        story.millis(1_000, 2_000)
    };
    if story.share(200) {
        let early = story.millis(1_000, 2_000);
        story.tell(early, Act::Tell(CallbackKind::Processing), None);
    }
    story.tell_lies(amount, &has);
    let mut wait = Some(first);
    if has(Fault::Cut) {
        story.tell(first, Act::Cut(ending), Some(Fault::Cut));
        // The platform has seen no answer, so it comes again.
        wait = Some(Duration::from_secs(10));
    }
    if has(Fault::Slow) {
        let takes = story.millis(2_000, 6_000);
        let after = wait.take().unwrap_or_default();
        story.tell(after, Act::Slowly(ending, takes), Some(Fault::Slow));
    }
    if has(Fault::AtOnce) {
        let times = story.chance.u8(2..=5);
        let after = wait.take().unwrap_or_default();
        story.tell(after, Act::AtOnce(ending, times), Some(Fault::AtOnce));
    }
    if let Some(after) = wait {
        story.tell(after, Act::Tell(ending), main);
    }
    story.tell_afterwards(ending, amount, &has);
    story.told
}

struct Story<'c> {
    chance: &'c mut Rng,
    told: Vec<Telling>,
}

impl Story<'_> {
    fn tell(&mut self, after: Duration, act: Act, fault: Option<Fault>) {
        self.told.push(Telling { after, act, fault });
    }

    /// Happens in so many of a thousand.
    fn share(&mut self, per_mille: u16) -> bool {
        self.chance.u16(0..1000) < per_mille
    }

    fn millis(&mut self, least: u64, most: u64) -> Duration {
        Duration::from_millis(self.chance.u64(least..most))
    }

    /// What nobody should believe.
    fn tell_lies(&mut self, amount: Money, has: &dyn Fn(Fault) -> bool) {
        let factor = [2, 3, 10][self.chance.usize(0..3)];
        let other = Money::new(amount.minor().saturating_mul(factor), amount.currency());
        let lies = [
            (Fault::BadSignature, Act::BadSignature),
            (Fault::Tampered, Act::Tampered),
            (Fault::Garbage, Act::Garbage),
            (Fault::UnknownPayment, Act::UnknownPayment),
            (Fault::WrongAmount, Act::WrongAmount(other)),
        ];
        for (fault, act) in lies.into_iter().filter(|(fault, _)| has(*fault)) {
            let after = self.millis(100, 1_000);
            self.tell(after, act, Some(fault));
        }
    }

    /// What comes after the end: repeats, what is out of date, money that goes back.
    fn tell_afterwards(
        &mut self,
        ending: CallbackKind,
        amount: Money,
        has: &dyn Fn(Fault) -> bool,
    ) {
        if has(Fault::Repeat) {
            let after = self.millis(0, 10_000);
            self.tell(after, Act::Tell(ending), Some(Fault::Repeat));
        }
        if has(Fault::Reorder) {
            let paid = ending == CallbackKind::Success;
            let old = if paid && self.chance.bool() {
                CallbackKind::Decline
            } else {
                CallbackKind::Processing
            };
            let after = self.millis(100, 5_000);
            self.tell(after, Act::Tell(old), Some(Fault::Reorder));
        }
        if ending == CallbackKind::Success
            && let Some(back) = self.money_back(amount)
        {
            let after = self.millis(5_000, 60_000);
            self.tell(after, Act::Tell(back), None);
        }
    }

    /// How the money goes back, when it does.
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
