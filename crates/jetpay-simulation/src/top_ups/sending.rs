//! What the platform sends: requests, which it repeats after a time limit, and callbacks, which it repeats on its
//! schedule.

use std::sync::Arc;

use super::Simulation;
use crate::deterministic::SECOND;
use crate::fault_profile::copy_delays;
use crate::report::{Breach, Concerns};
use crate::tally::Count;
use crate::top_ups::event::Event;
use crate::top_ups::event::Message;
use crate::top_ups::platform::Origin;

/// How long the platform waits for an answer to `verify` and `check_deposit`, and how often it sends each.
const READ_TIMEOUT: i64 = 30 * SECOND;
const MOST_ATTEMPTS: u32 = 3;

impl Simulation<'_> {
    pub(super) fn begin(&mut self, number: usize) -> Result<(), Breach> {
        let top_up = &self.platform.top_ups[number];
        let actions = match top_up.origin {
            Origin::Service => {
                self.send_request(Message::Verify(number));
                return Ok(());
            }
            Origin::Elsewhere => vec![],
            Origin::Imported(after) => vec![(after, Message::Import(number))],
            Origin::Dismissed(after) => vec![(after, Message::Dismiss(number))],
            Origin::DismissedThenImported(after) => vec![
                (after / 2, Message::Dismiss(number)),
                (after, Message::Import(number)),
            ],
        };
        for (after, message) in actions {
            self.world.later(after, Event::OperatorActs(message));
        }
        let id: Arc<str> = format!("older-{number:06}").into();
        let index = self.checker.issue(&id, number, top_up)?;
        self.payment_id_arrived(number, index);
        Ok(())
    }

    /// The platform has a payment id, and schedules the callbacks.
    pub(super) fn payment_id_arrived(&mut self, number: usize, index: usize) {
        if self.platform.top_ups[number].payment.is_some() {
            return; // The platform sent the request twice and has an id already.
        }
        let payment = &mut self.checker.payments[index];
        let now = self.world.now();
        for (after, notification) in self
            .platform
            .schedule_notifications(number, &payment.id, now)
        {
            payment.notifications.push(notification);
            self.world.later(after, Event::CallbackDue(notification));
        }
    }

    pub(super) fn send_request(&mut self, message: Message) {
        let (Message::Verify(number) | Message::CheckDeposit(number)) = message else {
            return;
        };
        self.platform.top_ups[number].attempts += 1;
        self.send(message);
        self.world
            .later(READ_TIMEOUT, Event::RequestTimesOut(message));
    }

    pub(super) fn request_timed_out(&mut self, message: Message) {
        let (Message::Verify(number) | Message::CheckDeposit(number)) = message else {
            return;
        };
        let top_up = &self.platform.top_ups[number];
        let done = match message {
            Message::Verify(_) => top_up.verified,
            _ => top_up.payment.is_some(),
        };
        if !done && top_up.attempts < MOST_ATTEMPTS {
            self.send_request(message);
        }
    }

    /// Sends the callback once, and schedules the next attempt.
    pub(super) fn send_callback(&mut self, number: usize) {
        let notification = &mut self.platform.notifications[number];
        if notification.acknowledged {
            return;
        }
        notification.tries += 1;
        match notification.waits.next() {
            Some(wait) => {
                let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
                self.world.later(wait, Event::CallbackDue(number));
            }
            None => self.world.tally[Count::GivenUp] += 1,
        }
        let variant = self.platform.variant();
        self.send(Message::Callback {
            notification: number,
            variant,
        });
    }

    pub(super) fn send(&mut self, message: Message) {
        let callback = matches!(message, Message::Callback { .. });
        let copy_delays = copy_delays(&mut self.world.random, &self.world.fault_profile, callback);
        let copies = copy_delays.len();
        let sent = format!("sent, {copies} copies will arrive");
        self.record(message, Concerns::Others, &sent);
        self.world.tally[Count::Lost] += u64::from(copy_delays.is_empty());
        for after in copy_delays {
            self.world.later(after, Event::MessageArrives(message));
        }
    }
}
