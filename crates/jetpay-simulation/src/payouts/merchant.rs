//! The merchant asks for payouts, and asks again until it knows.

use jetpay_ledger::payout::PayoutRequestOutcome;
use jetpay_server::environment::Environment;

use super::World;
use crate::deterministic::{DAY, HOUR, MINUTE, SECOND};
use crate::payouts::event::Event;
use crate::payouts::event::Note;
use crate::payouts::payout_request::Heard;
use crate::payouts::rows;
use crate::payouts::server::{About, Done};
use crate::report::{Broken, Invariant};

/// So often it asks before it gives up.
const TRIES: u32 = 14;

impl World<'_> {
    /// The merchant's program asks a server. It asks again later, unless it is answered until then.
    pub(super) fn ask(&mut self, number: usize, other: bool) -> Result<(), Broken> {
        let now = self.clock.millis();
        let wish = &mut self.wishes[number];
        let known = wish.heard != Heard::Nothing;
        if !known && !other && wish.asked < TRIES {
            let waits = [10 * SECOND, MINUTE, 10 * MINUTE, HOUR, 12 * HOUR, DAY];
            let wait = waits[usize::try_from(wish.asked).unwrap_or(9).min(5)];
            self.queue.put(
                now + wait,
                Event::Ask {
                    wish: number,
                    other,
                },
            );
        }
        wish.asked += 1;
        let copies = if self.chance.happens(self.weather.doubled) {
            2
        } else {
            1
        };
        for _ in 0..copies {
            let server = self
                .someone()
                .filter(|_| !self.chance.happens(self.weather.request_lost));
            self.note(Some(number), Note::Asked { server, other });
            let Some(server) = server else {
                self.tally.lost += 1;
                continue;
            };
            self.tally.asked += 1;
            let at = &mut self.servers[server];
            let payout =
                self.wishes[number].payout(&at.clock.fresh_payment_id(), at.clock.now(), other);
            let ledger = at.ledger.clone();
            let about = About::Ask {
                wish: number,
                other,
            };
            at.begin(about, async move {
                Done::Asked(ledger.record_payout(payout).await)
            });
            self.go_on(server)?;
        }
        Ok(())
    }

    /// A server answers: checks that it may.
    pub(super) fn asked(
        &mut self,
        number: usize,
        other: bool,
        taken: &Result<PayoutRequestOutcome, jetpay_ledger::Error>,
        excused: bool,
    ) -> Result<(), Broken> {
        let wish = &self.wishes[number];
        let broken = |invariant, what: String| Err(Broken::new(invariant, number, what));
        let row = self.audit.known.get(&number).map(|known| known.row.clone());
        let same = row
            .as_ref()
            .is_some_and(|row| row.fingerprint == wish.fingerprint(other));
        let status = match (taken, row) {
            (Err(_), _) if excused => 503,
            (Err(error), _) => {
                return broken(
                    Invariant::AnswerFits,
                    format!("nothing went wrong: {error}"),
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
            // Before one of the same key was taken, if there is one: in this very step.
            (Ok(PayoutRequestOutcome::InsufficientBalance { .. }), _) if wish.from_balance => 422,
            (Ok(PayoutRequestOutcome::Created | PayoutRequestOutcome::Repeated(_)), None) => {
                return broken(
                    Invariant::CommitFirst,
                    "it was answered, and is not in the database".into(),
                );
            }
            (Ok(taken), row) => {
                let there = row.map(|row| row.fingerprint);
                return broken(
                    Invariant::OneId,
                    format!("answered {taken:?}, and there is {there:?}"),
                );
            }
        };
        if let Ok(PayoutRequestOutcome::InsufficientBalance { available }) = taken {
            self.too_small(number, other, *available)?;
        }
        self.note(Some(number), Note::Answered(status));
        match status {
            503 => self.tally.unavailable += 1,
            409 => self.tally.conflicts += 1,
            422 => self.tally.refused += 1,
            _ => {}
        }
        if self.chance.happens(self.weather.answer_lost) {
            self.tally.lost += 1;
            return Ok(());
        }
        self.heard(number, other, status);
        Ok(())
    }

    /// What a refusal says of a balance is less than was asked for.
    fn too_small(&self, number: usize, other: bool, available: i64) -> Result<(), Broken> {
        let wish = &self.wishes[number];
        let customer = crate::setup::customer_id(wish.customer);
        let now = self
            .audit
            .store
            .inspect(|connection| rows::balance(connection, customer.as_str()))?;
        if available < wish.amount + i64::from(other) {
            return Ok(());
        }
        let what = format!("refused, though {available} suffices; there is {now} now");
        Err(Broken::new(Invariant::AnswerFits, number, what))
    }

    /// The merchant's program has an answer. It may ask once more later, or mistake the key for another one's.
    fn heard(&mut self, number: usize, other: bool, status: u16) {
        let wish = &mut self.wishes[number];
        match status {
            200 | 202 if wish.heard != Heard::Taken => {
                wish.heard = Heard::Taken;
                for (often, other) in [(300, other), (150, !other)] {
                    if self.chance.happens(often) {
                        let at = self.clock.millis() + self.chance.between(0..=5 * DAY);
                        self.queue.put(
                            at,
                            Event::Ask {
                                wish: number,
                                other,
                            },
                        );
                    }
                }
            }
            422 if wish.heard == Heard::Nothing && self.chance.happens(200) => {
                wish.heard = Heard::Refused;
            }
            _ => {}
        }
    }
}
