//! A step of the store: what it committed is checked, and then the answers leave.

use jetpay_ledger::sim::Fault;

use super::Simulation;
use super::checker::{NewRow, code};
use super::event::Message;
use super::service::{Answered, Response};
use crate::fault_profile::FaultProfile;
use crate::report::{Breach, Concerns, Invariant};
use crate::tally::Count;

/// The whole database is checked after so many steps.
const STEPS_BETWEEN_FULL_CHECKS: u64 = 512;

impl Simulation<'_> {
    pub(super) fn step(&mut self) -> Result<(), Breach> {
        self.world.step_begins();
        let fault = self.world.next_fault();
        let commands = self.service.store.step(fault);
        if commands == 0 {
            return Ok(()); // All that waits is for the billing.
        }
        let crashed = matches!(fault, Fault::Crashes { .. });
        self.checker.step += 1;
        self.world.record_step(fault, commands);
        if FaultProfile::permits_unavailable(fault) {
            self.service.suffered();
        }
        let answered = self.service.advance();
        let entries = self.checker.entries.len();
        self.check(&answered)?;
        if let Some(billing) = &mut self.billing {
            billing.learn(self.world.clock.millis());
        }
        for (message, response, may_fail) in answered {
            // An interrupted write looks like a closed store, but a crashed service cannot answer.
            let given = response.status != 503 && !is_failure(&response);
            if crashed && !given {
                self.interrupted(message);
            } else {
                self.respond(message, &response, may_fail)?;
            }
        }
        if crashed {
            self.crash();
        } else if self.billing.is_none() && self.service.waiting() > 0 {
            return Invariant::Terminates.broken(None, "a message was not answered after the step");
        }
        self.notice_parked()?;
        if self.checker.entries.len() > entries {
            self.wake_tellers();
        }
        self.tellers_advance()?;
        self.service_advances()?;
        if crashed || self.checker.step.is_multiple_of(STEPS_BETWEEN_FULL_CHECKS) {
            self.checker
                .check_all(&self.service.ledger, &self.platform.notifications)?;
        }
        Ok(())
    }

    /// The service crashed with its store. What has no answer gets none.
    fn crash(&mut self) {
        for message in self.service.interrupt() {
            self.interrupted(message);
        }
        let traffic = self.billing.as_ref().map(|it| &it.traffic);
        self.service.restart(self.setup, &self.world.clock, traffic);
        self.up_at = self.world.now() + FaultProfile::downtime(&mut self.world.random);
        self.crash_tellers();
    }

    /// Checks what the step committed: each row has a reason, and each changed payment is correct.
    fn check(&mut self, responses: &[Answered]) -> Result<(), Breach> {
        let mut touched = Vec::with_capacity(responses.len());
        for (index, new) in self.checker.sync(&mut self.platform.notifications)? {
            let top_up = self.checker.payments[index].top_up;
            let event = match new {
                NewRow::Event { notification } => format!("notification {notification} is stored"),
                NewRow::Entry { amount, operation } => {
                    format!("money moved: {amount} by operation {operation}")
                }
            };
            self.world.record(Some(top_up), Concerns::Service, event);
            touched.push(index);
        }
        for (message, ..) in responses {
            let payment = match *message {
                Message::Callback { notification, .. } => {
                    Some(&self.platform.notifications[notification].payment)
                }
                Message::Import(number) | Message::Dismiss(number) => {
                    self.platform.top_ups[number].payment.as_ref()
                }
                Message::Verify(_) | Message::CheckDeposit(_) | Message::Retry(_) => None,
            };
            touched.extend(payment.map(|id| self.checker.by_id[id]));
        }
        touched.sort_unstable();
        touched.dedup();
        for index in touched {
            self.checker
                .check_payment(index, &self.platform.notifications)?;
        }
        Ok(())
    }

    fn interrupted(&mut self, message: Message) {
        self.record(
            message,
            Concerns::Service,
            "the service crashed before it answered",
        );
        self.world.tally[Count::Interrupted] += 1;
        if matches!(
            message,
            Message::Import(_) | Message::Dismiss(_) | Message::Retry(_)
        ) {
            self.operator_acts_later(message);
        }
    }
}

/// Whether an answer says that the service failed.
fn is_failure(response: &Response) -> bool {
    code(response) == Some(500)
}
