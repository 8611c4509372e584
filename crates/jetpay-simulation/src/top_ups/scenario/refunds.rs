//! Scenarios with refunds, reversals and manual changes.

use super::{Scenario, ScenarioWriter, kzt};
use crate::deterministic::{DAY, HOUR, SECOND};

impl ScenarioWriter<'_> {
    /// Money is taken back an hour or some days after the sale, and sometimes at once.
    pub(super) fn refund_scenario(&mut self, scenario: Scenario) {
        let longest = self.random.choose(&[SECOND, HOUR, 9 * DAY]);
        self.later(longest);
        let amount = self.amount;
        match scenario {
            Scenario::RefundedInParts => self.refund_in_parts(),
            Scenario::Refunded => self.take_back("refund", "refunded", amount),
            Scenario::Reversed => self.take_back("reversal", "reversed", amount),
            Scenario::RefundTakenBack => {
                let part = self.part(amount);
                self.take_back("refund", "partially refunded", part);
                self.later(DAY);
                let back = self.next_operation();
                self.add(back, ["refund reverse", "success", "success"]);
                self.last().amount = Some(kzt(part));
            }
            Scenario::RefundTooLarge => {
                // Two refunds of which only one fits, or one that is too large by itself.
                if self.random.happens(500) {
                    self.take_back("refund", "partially refunded", amount);
                    self.later(DAY);
                    let more = self.part(amount);
                    self.take_back("refund", "partially refunded", more);
                } else {
                    self.take_back("refund", "refunded", amount + 1);
                }
            }
            _ => {
                if self.random.happens(400) {
                    let part = self.part(amount);
                    self.take_back("refund", "partially refunded", part);
                    self.later(DAY);
                }
                let manual = self.next_operation();
                self.add(manual, ["manual change", "success", "decline"]);
            }
        }
    }

    fn refund_in_parts(&mut self) {
        let mut left = self.amount;
        for _ in 0..self.random.between(1..=3) {
            let part = self.part(left);
            left -= part;
            if self.random.happens(200) {
                let failed = self.next_operation();
                self.add(failed, ["refund", "decline", "success"]);
                self.last().amount = Some(kzt(part));
            }
            self.take_back("refund", "partially refunded", part);
            if self.random.happens(200) {
                // The same refund again, with another status of the payment.
                let mut again = self.last_content().clone();
                again.event.words[2] = "refunded";
                self.later(HOUR);
                self.scheduled.push((self.at, again));
            }
            self.later(2 * DAY);
            if left < 2 {
                break;
            }
        }
    }
}
