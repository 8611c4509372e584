//! Refunds, reversals, and what the platform's people change by hand.

use super::{Plot, Teller};
use crate::deterministic::{DAY, HOUR, SECOND};
use crate::notification::Meaning;

impl Teller<'_> {
    /// What is taken back is mostly told an hour or some days after the sale, and now and then at once.
    pub(super) fn taken_back(&mut self, plot: Plot) {
        let longest = self.chance.among(&[SECOND, HOUR, 9 * DAY]);
        self.later(longest);
        let amount = self.amount;
        match plot {
            Plot::RefundedInParts => self.refund_in_parts(),
            Plot::Refunded => self.take("refund", "refunded", amount),
            Plot::Reversed => self.take("reversal", "reversed", amount),
            Plot::RefundTakenBack => {
                let part = self.part(amount);
                self.take("refund", "partially refunded", part);
                self.later(DAY);
                let back = self.fresh();
                self.say(
                    back,
                    ["refund reverse", "success", "success"],
                    Meaning::Returns,
                );
                self.last().amount = part;
            }
            Plot::RefundTooLarge => {
                // Two that fit one by one, or one that never does.
                if self.chance.happens(500) {
                    self.take("refund", "partially refunded", amount);
                    self.later(DAY);
                    let more = self.part(amount);
                    self.take("refund", "partially refunded", more);
                } else {
                    self.take("refund", "refunded", amount + 1);
                    self.last().meaning = Meaning::Misfit;
                }
            }
            _ => {
                if self.chance.happens(400) {
                    let part = self.part(amount);
                    self.take("refund", "partially refunded", part);
                    self.later(DAY);
                }
                let by_hand = self.fresh();
                self.say(
                    by_hand,
                    ["manual change", "success", "decline"],
                    Meaning::TakesRest,
                );
            }
        }
    }

    fn refund_in_parts(&mut self) {
        let mut left = self.amount;
        for _ in 0..self.chance.between(1..=3) {
            let part = self.part(left);
            left -= part;
            if self.chance.happens(200) {
                let failed = self.fresh();
                let words = ["refund", "decline", "success"];
                self.say(failed, words, Meaning::Nothing);
                self.last().amount = part;
            }
            self.take("refund", "partially refunded", part);
            if self.chance.happens(200) {
                // The same refund, told again once the payment's status is another.
                let operation = self.last().operation;
                self.later(HOUR);
                self.say(operation, ["refund", "success", "refunded"], Meaning::Takes);
                self.last().amount = part;
            }
            self.later(2 * DAY);
            if left < 2 {
                break;
            }
        }
    }
}
