//! Checks an answer before it leaves the service.

use serde_json::Value;

use crate::database;
use crate::notification::{Flaw, Notification};
use crate::report::{Breach, Invariant};
use crate::top_ups::checker::Checker;
use crate::top_ups::service::Response;

impl Checker {
    /// Checks the answer to a callback. `may_fail`: a fault permits 503.
    pub(crate) fn check_callback_response(
        &self,
        number: usize,
        notifications: &[Notification],
        answer: &Response,
        may_fail: bool,
    ) -> Result<(), Breach> {
        let notification = &notifications[number];
        let index = self.by_id[&notification.payment];
        let payment = &self.payments[index];
        let breach = |invariant: Invariant, message: &str| {
            invariant.broken(
                index,
                format!(
                    "notification {number} was answered {}: {message}",
                    answer.status
                ),
            )
        };
        let usable = notification.content.is_usable();
        match (answer.status, notification.content.flaw) {
            (503, _) if may_fail => Ok(()),
            (400, Flaw::BadSignature) => Ok(()),
            (400, Flaw::NoAmount) if self.has_alarm_with_body(notification)? => Ok(()),
            (400, Flaw::NoAmount) => breach(Invariant::MismatchAlarmed, "no alarm holds it"),
            (200 | 404, _) if usable && !self.is_stored(number, notifications)? => breach(
                Invariant::CommitBeforeAnswer,
                "the event is not in the database",
            ),
            (200, _)
                if usable && (payment.announced.is_some() || self.dismissed(notification)?) =>
            {
                Ok(())
            }
            (200, _) if usable => breach(Invariant::AnswerAllowed, "the payment was not announced"),
            // If the payment was announced in this step, the callback may have come before the announcement.
            (404, _) if usable && payment.announced.is_none_or(|step| step == self.step) => Ok(()),
            (404, _) if usable => breach(Invariant::AnswerAllowed, "the payment was announced"),
            _ => breach(Invariant::AnswerAllowed, "no fault permits this answer"),
        }
    }

    /// Whether the notification is stored; or one that contradicts it came first, and an alarm holds this one.
    fn is_stored(&self, number: usize, notifications: &[Notification]) -> Result<bool, Breach> {
        let notification = &notifications[number];
        if notification.stored {
            return Ok(true);
        }
        let payment = &self.payments[self.by_id[&notification.payment]];
        let before = payment
            .stored
            .iter()
            .any(|&known| notifications[known].identity() == notification.identity());
        Ok(before && (payment.announced.is_none() || self.has_alarm_with_body(notification)?))
    }

    /// Whether an alarm holds one of its bodies.
    fn has_alarm_with_body(&self, notification: &Notification) -> Result<bool, Breach> {
        let found = self.store.inspect(|connection| {
            let mut found = false;
            for body in notification.bodies.iter().flatten() {
                found |= database::alarm_has_body(connection, body)?;
            }
            Ok(found)
        });
        Ok(found?)
    }

    fn dismissed(&self, notification: &Notification) -> Result<bool, Breach> {
        let count_with_disposition = |connection: &_| {
            database::count_with_disposition(connection, &notification.payment, "dismissed")
        };
        Ok(self.store.inspect(count_with_disposition)? > 0)
    }

    /// Checks that a payment whose id was issued is in the database, with the announced amount.
    pub(crate) fn check_announced(&self, index: usize) -> Result<(), Breach> {
        let payment = &self.payments[index];
        let row = self
            .store
            .inspect(|connection| database::payment(connection, &payment.id))?;
        if row.is_some_and(|row| row.amount == payment.amount) {
            return Ok(());
        }
        Invariant::CommitBeforeAnswer
            .broken(index, "its id was issued, but it is not in the database")
    }
}

/// Which answers to `verify` and `check_deposit` are permitted.
#[derive(Clone, Copy)]
pub(crate) struct Permitted {
    pub(crate) success: bool,
    /// "No such customer".
    pub(crate) not_found: bool,
    /// "Try again later".
    pub(crate) failure: bool,
}

/// Checks the answer to `verify` or `check_deposit`. `may_fail`: a fault permits 503. Returns the body of a success;
/// none for a permitted refusal or failure.
pub(crate) fn check_request_response(
    customer: &str,
    answer: &Response,
    permitted: Permitted,
    may_fail: bool,
) -> Result<Option<Value>, Breach> {
    match (answer.status, code(answer)) {
        (503, _) if may_fail => Ok(None),
        (200, Some(0)) if permitted.success => Ok(Some(body(answer))),
        (200, Some(404)) if permitted.not_found => Ok(None),
        (200, Some(500)) if permitted.failure => Ok(None),
        (status, _) => Invariant::AnswerAllowed.broken(
            None,
            format!(
                "a request about {customer} was answered {status} with {}",
                body(answer)
            ),
        ),
    }
}

/// The response code of an answer.
pub(crate) fn code(answer: &Response) -> Option<i64> {
    body(answer).get("code").and_then(Value::as_i64)
}

fn body(answer: &Response) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}
