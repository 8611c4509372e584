//! Scenarios with refunds, reversals and manual changes.

use super::{Scenario, ScenarioWriter};
use crate::deterministic::{DAY, HOUR, SECOND};
use crate::notification::Effect;

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
                self.add(
                    back,
                    ["refund reverse", "success", "success"],
                    Effect::RefundReversed,
                );
                self.last_content().amount = part;
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
                    self.last_content().effect = Effect::Mismatch;
                }
            }
            _ => {
                if self.random.happens(400) {
                    let part = self.part(amount);
                    self.take_back("refund", "partially refunded", part);
                    self.later(DAY);
                }
                let manual = self.next_operation();
                self.add(
                    manual,
                    ["manual change", "success", "decline"],
                    Effect::TakesBackRest,
                );
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
                let statuses = ["refund", "decline", "success"];
                self.add(failed, statuses, Effect::Nothing);
                self.last_content().amount = part;
            }
            self.take_back("refund", "partially refunded", part);
            if self.random.happens(200) {
                // The same refund again, with another status of the payment.
                let operation = self.last_content().operation;
                self.later(HOUR);
                self.add(
                    operation,
                    ["refund", "success", "refunded"],
                    Effect::TakesBack,
                );
                self.last_content().amount = part;
            }
            self.later(2 * DAY);
            if left < 2 {
                break;
            }
        }
    }
}
