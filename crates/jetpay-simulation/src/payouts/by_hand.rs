//! A person sends payouts by a file: takes those that wait for a send, and uploads the file in the platform's Dashboard, later
//! or never. Sometimes the file is lost, and the person takes it again.

use jetpay_core::{Currency, Money};
use jetpay_ledger::Error;
use jetpay_server::environment::Environment;

use super::Simulation;
use super::event::Event;
use super::payout_request::PayoutRequest;
use super::rows;
use super::server::{TaskKind, TaskResult};
use crate::deterministic::{DAY, MINUTE, START};
use crate::report::{Breach, Concerns, Invariant};
use crate::tally::Count;

impl Simulation<'_> {
    pub(super) fn plan_exports(&mut self) {
        let mut at = START + self.world.random.between(0..=DAY);
        while at < self.server_faults.gate_stops_at {
            self.world.queue.put(at, Event::PersonExports);
            at += self.world.random.between(5 * MINUTE..=DAY);
        }
    }

    pub(super) fn person_exports(&mut self) -> Result<(), Breach> {
        for (key, again) in self.checker.store.inspect(rows::by_hand)? {
            let (Some(number), Some(server)) =
                (PayoutRequest::number_from_key(&key), self.any_server())
            else {
                continue;
            };
            if !self.world.random.happens(if again { 100 } else { 400 }) {
                continue;
            }
            let at = &mut self.servers[server];
            let (ledger, now) = (at.ledger.clone(), at.clock.now());
            let id = self.checker.known[&number].row.id.as_str();
            let ids = vec![id.try_into().expect("an id")];
            let policy = self.server_faults.retry_policy;
            at.begin(TaskKind::Export(number), async move {
                let marked = ledger.send_payouts_by_hand(ids, again, None, now, policy);
                TaskResult::Exported(marked.await.map(|marked| marked.is_ok()))
            });
            self.advance(server)?;
        }
        Ok(())
    }

    /// The person has the file, or gets an error.
    pub(super) fn export_ended(
        &mut self,
        request: usize,
        exported: &Result<bool, Error>,
        may_fail: bool,
    ) -> Result<(), Breach> {
        match exported {
            Ok(false) => {}
            Ok(true) => {
                self.world.tally[Count::ByHand] += 1;
                let text = "a person has it in a file".to_owned();
                self.world.record(Some(request), Concerns::Service, text);
                if self.world.random.happens(850) {
                    let within = self.world.random.choose(&[MINUTE, DAY, 3 * DAY]);
                    let wait = self.world.random.between(0..=within);
                    self.world.later(wait, Event::PersonUploads(request));
                }
            }
            Err(_) if may_fail => {}
            Err(error) => {
                let message =
                    format!("the export failed, and no fault permits that: {error}");
                return Invariant::AnswerAllowed.broken(request, message);
            }
        }
        Ok(())
    }

    /// The Dashboard refuses a payment id that the platform knows.
    pub(super) fn person_uploads(&mut self, number: usize) {
        let (request, known) = (&self.requests[number], &self.checker.known[&number].row);
        let project = request.project_id();
        if self.gate.status(project, &known.id).is_some() {
            return;
        }
        let amount = Money::new(known.amount, Currency::KZT);
        let (id, account) = (known.id.clone(), request.account());
        let text = "a person uploads the file".to_owned();
        self.world.record(Some(number), Concerns::Service, text);
        self.gate
            .made_in_dashboard(self.gate_now(), project, &id, &account, amount);
        self.advance_gate();
    }
}
