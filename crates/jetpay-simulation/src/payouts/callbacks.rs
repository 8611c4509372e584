//! Callbacks about payouts: the platform repeats each one, to any server, until a server acknowledges it.

use std::sync::Arc;

use jetpay_platform::schedule::{Waits, waits};
use serde_json::Value;

use super::event::Event;
use super::{Simulation, gate, rows};
use crate::fault_profile::copy_delays;
use crate::report::{Breach, Concerns, Invariant};
use crate::tally::Count;

impl Simulation<'_> {
    /// Starts the callbacks that are due at the Gate by now, and schedules the next look at the Gate.
    pub(super) fn advance_gate(&mut self) {
        for notification in self.gate.due(self.gate_now()) {
            let request = self.checker.request_of(&notification.payment_id);
            let body = match self.world.random.below(5) {
                odd @ (0 | 1) => gate::without_operation(self.setup, &notification.body, odd == 0),
                _ => None,
            };
            self.start_notification(PayoutNotification::new(
                request,
                NotificationKind::Gate,
                body.unwrap_or(notification.body),
            ));
        }
        let next = self
            .gate
            .next_due()
            .filter(|at| *at <= self.server_faults.gate_stops_at);
        if next.is_some() && next != self.gate_at {
            self.gate_at = next;
            let at = next.unwrap_or_default().max(self.world.now());
            self.world.queue.put(at, Event::GateDue);
        }
    }

    /// Starts to deliver a notification.
    pub(super) fn start_notification(&mut self, notification: PayoutNotification) {
        self.notifications.push(notification);
        let due = Event::CallbackDue(self.notifications.len() - 1);
        self.world.later(0, due);
    }

    /// Sends the callback once, and schedules the next attempt.
    pub(super) fn send_callback(&mut self, number: usize) {
        let notification = &mut self.notifications[number];
        if notification.acknowledged {
            return;
        }
        if let Some(wait) = notification.waits.next() {
            let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
            self.world.later(wait, Event::CallbackDue(number));
        }
        let request = notification.request;
        let copy_delays = if self.faults_active() {
            copy_delays(&mut self.world.random, &self.world.fault_profile, true)
        } else {
            vec![self.latency()]
        };
        let copies = copy_delays.len();
        let text = format!("callback {number}: sent, {copies} copies will arrive");
        self.world.record(request, Concerns::Others, text);
        for after in copy_delays {
            self.world.later(after, Event::CallbackArrives(number));
        }
    }

    pub(super) fn callback_arrived(&mut self, number: usize) -> Result<(), Breach> {
        let Some(server) = self.any_server() else {
            return Ok(());
        };
        self.world.tally[Count::Callbacks] += 1;
        let body = self.notifications[number].body.clone();
        self.servers[server].take_callback(number, body);
        self.advance(server)
    }

    /// A server has answered a callback. Checks the answer and sends it to the platform.
    pub(super) fn callback_answered(
        &mut self,
        number: usize,
        status: u16,
        may_fail: bool,
    ) -> Result<(), Breach> {
        let notification = &self.notifications[number];
        let (id, request) = (&notification.payment, notification.request);
        let (stored, alarm, known) = self.checker.store.inspect(|connection| {
            Ok((
                rows::event(
                    connection,
                    id,
                    notification.operation,
                    &notification.statuses,
                )?,
                rows::alarm(connection, id, Some(notification.operation))?,
                crate::database::payment(connection, id)?.is_some()
                    || rows::payout(connection, id)?.is_some(),
            ))
        })?;
        let breach = |invariant: Invariant, message: &str| {
            invariant.broken(
                request,
                format!("callback {number} was answered {status}: {message}"),
            )
        };
        match status {
            503 if may_fail => {}
            200 | 404 if !stored => {
                return breach(
                    Invariant::CommitBeforeAnswer,
                    "the event is not in the database",
                );
            }
            200 if !known => {
                return breach(Invariant::AnswerAllowed, "the payment was not announced");
            }
            200 if notification.kind == NotificationKind::Mismatch && !alarm => {
                return breach(Invariant::MismatchAlarmed, "no alarm names it");
            }
            200 => {}
            404 if !known || notification.kind == NotificationKind::TopUp => {}
            _ => return breach(Invariant::AnswerAllowed, "no fault permits this answer"),
        }
        self.notifications[number].acknowledged_at_merchant |= status == 200;
        self.world.tally[Count::Mismatched] += u64::from(
            status == 200 && self.notifications[number].kind == NotificationKind::Mismatch,
        );
        let text = format!("callback {number}: answered {status}");
        self.world.record(request, Concerns::Others, text);
        if self.faults_active() && self.world.suffers(|it| it.answer_lost) {
            self.world.tally[Count::Lost] += 1;
        } else {
            let latency = self.latency();
            let answered = Event::CallbackAnswered(number, status);
            self.world.later(latency, answered);
        }
        Ok(())
    }
}

/// What a notification is about, and what must follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotificationKind {
    /// The outcome of a payout, from the Gate.
    Gate,
    /// It does not fit its payout: an alarm must name it.
    Mismatch,
    /// A part of a payout came back, in minor units.
    Returned(i64),
    /// A top-up.
    TopUp,
}

/// A notification that the platform sends as a callback until a server acknowledges it.
pub(super) struct PayoutNotification {
    /// The number of the payout request, if it is about one.
    pub(super) request: Option<usize>,
    pub(super) kind: NotificationKind,
    pub(super) body: Arc<[u8]>,
    /// The payment, the operation, and the two statuses, as the ledger stores them: -1 and an empty text if they are absent.
    pub(super) payment: String,
    pub(super) operation: i64,
    pub(super) statuses: [String; 2],
    pub(super) waits: Waits,
    pub(super) acknowledged: bool,
    /// A server has answered 200, so the merchant must have it.
    pub(super) acknowledged_at_merchant: bool,
}

impl PayoutNotification {
    pub(super) fn new(request: Option<usize>, kind: NotificationKind, body: Vec<u8>) -> Self {
        let value: Value = serde_json::from_slice(&body).expect("a callback is JSON");
        let text = |pointer: &str| {
            let text = value.pointer(pointer).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        Self {
            request,
            kind,
            payment: text("/payment/id"),
            operation: value["operation"]["id"].as_i64().unwrap_or(-1),
            statuses: [text("/operation/status"), text("/payment/status")],
            body: body.into(),
            waits: waits(),
            acknowledged: false,
            acknowledged_at_merchant: false,
        }
    }

    pub(super) fn status(&self) -> &str {
        &self.statuses[1]
    }
}
