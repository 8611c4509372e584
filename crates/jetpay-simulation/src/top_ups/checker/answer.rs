//! What is answered, checked before it leaves the merchant.

use serde_json::Value;

use crate::database;
use crate::notification::{Fact, Flaw};
use crate::report::{Broken, Invariant};
use crate::setup::CUSTOMERS;
use crate::top_ups::checker::Audit;
use crate::top_ups::platform::TopUp;
use crate::top_ups::service::Answer;

impl Audit {
    /// Whether a callback may be answered so. `fault`: something went wrong that the service must tell of.
    pub(crate) fn callback_answer(
        &self,
        number: usize,
        facts: &[Fact],
        answer: &Answer,
        fault: bool,
    ) -> Result<(), Broken> {
        let fact = &facts[number];
        let index = self.by_id[&fact.payment];
        let payment = &self.payments[index];
        let broken = |invariant, what: &str| {
            let what = format!("fact {number} was answered {}: {what}", answer.status);
            Err(Broken::new(invariant, index, what))
        };
        match (answer.status, fact.saying.flaw) {
            (503, _) if fault => Ok(()),
            (400, Flaw::BadSignature) => Ok(()),
            (400, Flaw::NoAmount) if self.kept(fact)? => Ok(()),
            (400, Flaw::NoAmount) => broken(Invariant::PersonHears, "no alarm keeps it"),
            (200 | 404, Flaw::None) if !self.is_stored(number, facts)? => {
                broken(Invariant::CommitFirst, "it is not in the database")
            }
            (200, Flaw::None) if payment.announced.is_some() || self.dismissed(fact)? => Ok(()),
            (200, Flaw::None) => broken(Invariant::AnswerFits, "nobody knows the payment"),
            // Announced in this very step, it may have been so after the callback.
            (404, Flaw::None) if payment.announced.is_none_or(|step| step == self.step) => Ok(()),
            (404, Flaw::None) => broken(Invariant::AnswerFits, "the payment is known"),
            _ => broken(Invariant::AnswerFits, "nothing went wrong"),
        }
    }

    /// Whether it is stored: the fact itself, or one that contradicts it and came first, with an alarm.
    fn is_stored(&self, number: usize, facts: &[Fact]) -> Result<bool, Broken> {
        let fact = &facts[number];
        if fact.known {
            return Ok(true);
        }
        let payment = &self.payments[self.by_id[&fact.payment]];
        let before = payment
            .known
            .iter()
            .any(|&known| facts[known].identity() == fact.identity());
        Ok(before && (payment.announced.is_none() || self.kept(fact)?))
    }

    /// Whether an alarm keeps one of its bodies.
    fn kept(&self, fact: &Fact) -> Result<bool, Broken> {
        let kept = self.store.inspect(|connection| {
            let mut kept = false;
            for body in fact.bodies.iter().flatten() {
                kept |= database::alarm_keeps(connection, body)?;
            }
            Ok(kept)
        });
        Ok(kept?)
    }

    fn dismissed(&self, fact: &Fact) -> Result<bool, Broken> {
        let placed = |connection: &_| database::placed(connection, &fact.payment, "dismissed");
        Ok(self.store.inspect(placed)? > 0)
    }

    /// Whether the payment that was just given out is in the database, as it was asked for.
    pub(crate) fn is_announced(&self, index: usize) -> Result<(), Broken> {
        let payment = &self.payments[index];
        let row = self
            .store
            .inspect(|connection| database::payment(connection, &payment.id))?;
        if row.is_some_and(|row| row.amount == payment.amount) {
            return Ok(());
        }
        let what = "its id was given out, and it is not in the database";
        Err(Broken::new(Invariant::CommitFirst, index, what))
    }
}

/// The body of a good answer to `verify` or `check_deposit`, if it may be answered so. None: it is no good answer, and
/// need not be one.
pub(crate) fn of_request(
    top_up: &TopUp,
    answer: &Answer,
    fault: bool,
) -> Result<Option<Value>, Broken> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let code = body.get("code").and_then(Value::as_i64);
    let known = top_up.customer < CUSTOMERS;
    match (answer.status, code) {
        (503, _) if fault => Ok(None),
        (200, Some(0)) if known => Ok(Some(body)),
        (200, Some(404)) if !known => Ok(None),
        _ => {
            let what = format!("a request was answered {} with {body}", answer.status);
            Err(Broken::anywhere(Invariant::AnswerFits, what))
        }
    }
}
