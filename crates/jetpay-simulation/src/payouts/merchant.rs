//! The merchant's program requests payouts, and repeats each request until it is answered.

use jetpay_ledger::payout::PayoutRequestOutcome;
use jetpay_server::environment::Environment;

use super::Simulation;
use crate::deterministic::{DAY, HOUR, MINUTE, SECOND};
use crate::payouts::event::Event;
use crate::payouts::payout_request::MerchantView;
use crate::payouts::rows;
use crate::payouts::server::{TaskKind, TaskResult};
use crate::report::{Breach, Concerns, Invariant};
use crate::tally::Count;

/// How often the program tries.
const MOST_ATTEMPTS: u32 = 14;

impl Simulation<'_> {
    /// The program sends its request to a server, and repeats it later unless an answer arrives first.
    pub(super) fn request_payout(
        &mut self,
        number: usize,
        conflicting: bool,
    ) -> Result<(), Breach> {
        let request = &mut self.requests[number];
        let known = request.merchant_view != MerchantView::Unanswered;
        if !known && !conflicting && request.attempts < MOST_ATTEMPTS {
            let waits = [10 * SECOND, MINUTE, 10 * MINUTE, HOUR, 12 * HOUR, DAY];
            let wait = waits[usize::try_from(request.attempts).unwrap_or(9).min(5)];
            let again = Event::RequestPayout {
                request: number,
                conflicting,
            };
            self.world.later(wait, again);
        }
        request.attempts += 1;
        let copies = if self.world.suffers(|it| it.duplicated) {
            2
        } else {
            1
        };
        for _ in 0..copies {
            let server = self
                .any_server()
                .filter(|_| !self.world.suffers(|it| it.request_lost));
            let what = if conflicting {
                "another payout under its key"
            } else {
                "the payout"
            };
            let text = match server {
                Some(server) => format!("the merchant requests {what} from server {server}"),
                None => format!("the merchant requests {what}, but the request is lost"),
            };
            self.world.record(Some(number), Concerns::Service, text);
            let Some(server) = server else {
                self.world.tally[Count::Lost] += 1;
                continue;
            };
            self.world.tally[Count::Requests] += 1;
            let at = &mut self.servers[server];
            let payout = self.requests[number].payout(
                &at.clock.fresh_payment_id(),
                at.clock.now(),
                conflicting,
            );
            let ledger = at.ledger.clone();
            let kind = TaskKind::RequestPayout {
                request: number,
                conflicting,
            };
            at.begin(kind, async move {
                TaskResult::PayoutRequested(ledger.record_payout(payout).await)
            });
            self.advance(server)?;
        }
        Ok(())
    }

    /// A server has answered the program. Checks the answer.
    pub(super) fn payout_requested(
        &mut self,
        number: usize,
        conflicting: bool,
        taken: &Result<PayoutRequestOutcome, jetpay_ledger::Error>,
        may_fail: bool,
    ) -> Result<(), Breach> {
        let request = &self.requests[number];
        let breach = |invariant: Invariant, message: String| invariant.broken(number, message);
        let row = self
            .checker
            .known
            .get(&number)
            .map(|known| known.row.clone());
        let same = row
            .as_ref()
            .is_some_and(|row| row.fingerprint == request.fingerprint(conflicting));
        let status = match (taken, row) {
            (Err(_), _) if may_fail => 503,
            (Err(error), _) => {
                return breach(
                    Invariant::AnswerAllowed,
                    format!("no fault permits the error: {error}"),
                );
            }
            (Ok(PayoutRequestOutcome::Created), Some(_)) if same => 202,
            (Ok(PayoutRequestOutcome::Repeated(id)), Some(row))
                if same && *id.as_str() == row.id =>
            {
                200
            }
            (Ok(PayoutRequestOutcome::KeyConflict(id)), Some(row))
                if !same && *id.as_str() == row.id =>
            {
                409
            }
            // The refusal may precede an accepted payout of the same key in this step.
            (Ok(PayoutRequestOutcome::InsufficientBalance { .. }), _) if request.from_balance => {
                422
            }
            (Ok(PayoutRequestOutcome::Created | PayoutRequestOutcome::Repeated(_)), None) => {
                return breach(
                    Invariant::CommitBeforeAnswer,
                    "the service accepted it, but it is not in the database".into(),
                );
            }
            (Ok(taken), row) => {
                let stored = row.map(|row| row.fingerprint);
                return breach(
                    Invariant::OnePayoutPerRequest,
                    format!("the answer is {taken:?}, but {stored:?} is stored"),
                );
            }
        };
        if let Ok(PayoutRequestOutcome::InsufficientBalance { available }) = taken {
            self.check_refusal(number, conflicting, *available)?;
        }
        let text = format!("the merchant receives {status}");
        self.world.record(Some(number), Concerns::Service, text);
        match status {
            503 => self.world.tally[Count::Unavailable] += 1,
            409 => self.world.tally[Count::Conflicts] += 1,
            422 => self.world.tally[Count::Refused] += 1,
            _ => {}
        }
        if self.world.suffers(|it| it.answer_lost) {
            self.world.tally[Count::Lost] += 1;
            return Ok(());
        }
        self.merchant_answered(number, conflicting, status);
        Ok(())
    }

    /// Checks that the balance in a refusal is smaller than the requested amount.
    fn check_refusal(
        &self,
        number: usize,
        conflicting: bool,
        available: i64,
    ) -> Result<(), Breach> {
        let request = &self.requests[number];
        let customer = crate::setup::customer_id(request.customer);
        let now = self
            .checker
            .store
            .inspect(|connection| rows::balance(connection, customer.as_str()))?;
        if available < request.amount + i64::from(conflicting) {
            return Ok(());
        }
        let message = format!("refused although {available} is enough; the balance is now {now}");
        Invariant::AnswerAllowed.broken(number, message)
    }

    /// The program receives an answer. It may repeat the request days later, or use the key for another payout by
    /// mistake.
    fn merchant_answered(&mut self, request: usize, conflicting: bool, status: u16) {
        let view = &mut self.requests[request].merchant_view;
        match status {
            200 | 202 if *view != MerchantView::Accepted => {
                *view = MerchantView::Accepted;
                for (often, conflicting) in [(300, conflicting), (150, !conflicting)] {
                    if self.world.random.happens(often) {
                        let again = Event::RequestPayout {
                            request,
                            conflicting,
                        };
                        let wait = self.world.random.between(0..=5 * DAY);
                        self.world.later(wait, again);
                    }
                }
            }
            422 if *view == MerchantView::Unanswered && self.world.random.happens(200) => {
                *view = MerchantView::Refused;
            }
            _ => {}
        }
    }
}
