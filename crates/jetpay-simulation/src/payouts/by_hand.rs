//! A person sends payouts by a file: takes those that wait for a send, and uploads the file in the platform's Dashboard, later
//! or never. Sometimes the file is lost, and the person takes it again.

use jetpay_core::{Currency, Money};
use jetpay_ledger::Error;
use jetpay_ledger::payout::ByHand;
use jetpay_server::environment::Environment;

use super::Simulation;
use super::event::Event;
use super::server::{TaskKind, TaskResult};
use crate::deterministic::{DAY, MINUTE, SECOND};
use crate::report::{Breach, Concerns, Invariant};
use crate::tally::Count;

impl Simulation<'_> {
    /// The payout waits for a send. Sometimes a person is faster.
    pub(super) fn plan_export(&mut self, request: usize) {
        if self.world.random.happens(60) {
            let wait = self.world.random.between(0..=15 * SECOND);
            self.world.later(wait, Event::PersonExports(request));
        }
    }

    /// The ledger refuses it when the platform may have the payout by now.
    pub(super) fn person_exports(&mut self, number: usize) -> Result<(), Breach> {
        let Some(server) = self.any_server() else {
            return Ok(());
        };
        let at = &mut self.servers[server];
        let (ledger, now) = (at.ledger.clone(), at.clock.now());
        let row = &self.checker.known[&number].row;
        let which = match row.state.as_str() {
            "sent_by_hand" => ByHand::Again,
            _ => self.world.random.choose(&[ByHand::All, ByHand::Possible]),
        };
        let ids = vec![row.id.as_str().try_into().expect("an id")];
        let policy = self.server_faults.retry_policy;
        at.begin(TaskKind::Export(number), async move {
            let marked = ledger.send_payouts_by_hand(ids, which, None, now, policy);
            let got_it = |marked: Result<Vec<_>, _>| marked.is_ok_and(|ids| !ids.is_empty());
            TaskResult::Exported(marked.await.map(got_it))
        });
        self.advance(server)
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
                if self.world.random.happens(200) {
                    let wait = self.world.random.between(0..=DAY);
                    self.world.later(wait, Event::PersonExports(request));
                }
                if self.world.random.happens(850) {
                    let within = self.world.random.choose(&[MINUTE, DAY, 3 * DAY]);
                    let wait = self.world.random.between(0..=within);
                    self.world.later(wait, Event::PersonUploads(request));
                }
            }
            Err(_) if may_fail => {}
            Err(error) => {
                let message = format!("the export failed, and no fault permits that: {error}");
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
