//! What goes wrong at the merchant's billing, and how often. Each seed has its own.

use std::time::Duration;

use jetpay_platform::billing::{OnRequest, Spoil};

use super::traffic::Request;
use crate::deterministic::{DAY, HOUR, Random, START};

/// How the billing may spoil an answer after it has done what was asked.
const SPOILED: [Spoil; 7] = [
    Spoil::WrongEncoding,
    Spoil::EntityBomb,
    Spoil::OtherTxn,
    Spoil::TwoAnswers,
    Spoil::TwoResults,
    Spoil::Truncated,
    Spoil::TooLong,
];

/// How often each fault occurs, per 1000 requests.
pub(super) struct BillingFaults {
    slow: u32,
    /// The connection breaks, before or after it is done.
    breaks: u32,
    spoiled: u32,
    temporary: u32,
    /// The billing refuses the customer.
    refused: u32,
    /// The billing says "double request" although it has nothing.
    taken: u32,
    /// From when to when the billing is down.
    down: Option<(i64, i64)>,
}

impl BillingFaults {
    pub(super) fn from_random(random: &mut Random, days: u32) -> Self {
        let down = random.happens(400).then(|| {
            let from = START + random.between(0..=i64::from(days) * DAY);
            let length = random.choose(&[HOUR, 8 * HOUR, 5 * DAY]);
            (from, from + random.between(HOUR / 2..=length))
        });
        Self {
            slow: random.choose(&[0, 20, 100]),
            breaks: random.choose(&[0, 20, 200]),
            spoiled: random.choose(&[0, 10, 50]),
            temporary: random.choose(&[0, 20, 100]),
            refused: random.choose(&[0, 10, 50]),
            taken: random.choose(&[0, 0, 20]),
            down,
        }
    }

    pub(super) fn is_down(&self, now: i64) -> bool {
        self.down
            .is_some_and(|(from, to)| (from..to).contains(&now))
    }

    /// What happens to a request. `first`: nothing of this entry was sent before.
    pub(super) fn on_request(
        &self,
        random: &mut Random,
        request: &Request,
        first: bool,
    ) -> OnRequest {
        let is_pay = matches!(request, Request::Pay { .. });
        if random.happens(self.slow) {
            let millis = random.between(100..=20_000).unsigned_abs();
            return OnRequest::Slowly(Duration::from_millis(millis));
        }
        if random.happens(self.breaks) {
            let is_done = random.happens(500);
            return if is_done {
                OnRequest::DoneAndDrop
            } else {
                OnRequest::Drop
            };
        }
        if random.happens(self.spoiled) {
            return OnRequest::Spoil(random.choose(&SPOILED));
        }
        if random.happens(self.temporary) {
            return match random.below(4) {
                0 => OnRequest::Fail(503),
                1 => OnRequest::Fail(404),
                2 => OnRequest::Body(b"<html>Bad Gateway</html>".to_vec()),
                _ => OnRequest::Result(1),
            };
        }
        if random.happens(self.refused) {
            return OnRequest::Result(random.choose(&[7, 79, 243, 300]));
        }
        if is_pay && first && random.happens(self.taken) {
            return OnRequest::Result(8);
        }
        OnRequest::Answer
    }
}
