//! A step of the store and the checks after it; and the checks at the end of a run.

use std::time::Duration;

use jetpay_ledger::sim::Fault;

use super::Simulation;
use super::callbacks::{NotificationKind, PayoutNotification};
use super::checker::MoneyEvidence;
use super::event::Event;
use super::server::Server;
use crate::database;
use crate::deterministic::{DAY, poll_once};
use crate::fault_profile::FaultProfile;
use crate::report::{About, Breach, Concerns, Invariant, Violation};
use crate::tally::Count;

/// The whole database is checked after so many steps, and after so many crashes of the store.
const STEPS_BETWEEN_FULL_CHECKS: u64 = 512;
const CRASHES_BETWEEN_FULL_CHECKS: u64 = 8;

impl Simulation<'_> {
    /// Schedules a step of the store if a task waits for one.
    pub(super) fn step_soon(&mut self) {
        let waits = self.servers.iter().any(|server| !server.tasks.is_empty());
        if waits {
            self.world.step_soon(Event::StoreStep);
        }
    }

    pub(super) fn step(&mut self) -> Result<(), Breach> {
        self.world.step_begins();
        let fault = if self.faults_active() {
            self.world.next_fault()
        } else {
            Fault::Commits
        };
        let commands = self.checker.store.step(fault);
        let crashed = matches!(fault, Fault::Crashes { .. });
        if commands == 0 {
            return Ok(()); // All tasks wait for the Gate.
        }
        self.checker.step += 1;
        self.world.record_step(fault, commands);
        self.check()?;
        if FaultProfile::permits_unavailable(fault) {
            let tasks = self.servers.iter_mut().flat_map(|server| &mut server.tasks);
            tasks.for_each(|task| task.may_fail = true);
        }
        if crashed {
            self.crash_with_the_store();
        }
        for server in 0..self.servers.len() {
            self.advance(server)?;
        }
        let many_crashes = crashed
            && self.world.tally[Count::StoreCrashes].is_multiple_of(CRASHES_BETWEEN_FULL_CHECKS);
        if many_crashes || self.checker.step.is_multiple_of(STEPS_BETWEEN_FULL_CHECKS) {
            self.check_all()?;
        }
        Ok(())
    }

    /// Checks what the step committed: each step has a reason, and each changed payout is correct.
    fn check(&mut self) -> Result<(), Breach> {
        let touched = self.checker.sync(&self.requests)?;
        for &(request, place) in &touched {
            let step = self.checker.steps[place].clone();
            let amount = step
                .amount
                .map_or(String::new(), |amount| format!(", {amount}"));
            let text = format!("stored: {}{amount}", step.what);
            self.world.record(Some(request), Concerns::Service, text);
            if step.amount.is_some() {
                self.evidence(request).check(&step)?;
            }
            if step.what == "sent" {
                self.checker.check_not_stopped(request)?;
                self.checker.check_not_by_hand(request)?;
            }
            if step.what == "sent_by_hand" {
                let this = &self.requests[request];
                self.checker.check_given_out(this, &self.gate)?;
            }
            if matches!(&*step.what, "created" | "postponed" | "not_known") {
                self.plan_export(request);
            }
            let this = &self.requests[request];
            if step.what == "reserved_again" {
                self.checker.may_be_negative[this.customer] |= this.from_balance;
                self.world.tally[Count::ReservedAgain] += 1;
            }
            if step.what == "created" && this.from_balance {
                self.checker.check_balance(this)?;
            }
        }
        let mut requests: Vec<usize> = touched.into_iter().map(|(request, _)| request).collect();
        requests.dedup();
        for request in requests {
            self.checker.check_payout(&self.requests[request])?;
        }
        Ok(())
    }

    fn evidence(&self, number: usize) -> MoneyEvidence<'_> {
        let request = &self.requests[number];
        let row = &self.checker.known[&number].row;
        let returned = |notification: &PayoutNotification| match notification.kind {
            NotificationKind::Returned(amount) if notification.request == Some(number) => {
                Some((notification.operation, amount))
            }
            _ => None,
        };
        MoneyEvidence {
            status: self.gate.status(request.project_id(), &row.id),
            returned: self.notifications.iter().filter_map(returned).collect(),
            was_rejected: self.rejected[number],
            request,
            created_at: row.created_at,
        }
    }

    /// Checks everything.
    pub(super) fn check_all(&mut self) -> Result<(), Breach> {
        self.checker.check_copy()?;
        for request in &self.requests {
            self.checker.check_payout(request)?;
        }
        database::check_counts(&self.checker.store)
    }
}

impl Simulation<'_> {
    /// Checks that no task waits, that the ledger agrees with the Gate and with the platform's record, and that personal
    /// data is erased.
    pub(super) fn check_end(&mut self) -> Result<(), Breach> {
        let waits = |server: &&Server| !server.tasks.is_empty();
        if let Some(server) = self.servers.iter().find(waits) {
            let message = format!("a task still waits: {:?}", server.tasks[0].kind);
            return Invariant::Terminates.broken(None, message);
        }
        self.check_all()?;
        let now = self.world.now();
        for request in &self.requests {
            self.checker.check_paid_out(request, &self.gate)?;
            self.checker.check_followed_up(request, now)?;
            let agrees = self
                .checker
                .matches_gate(request, &self.gate, &self.notifications)?;
            self.world.tally[Count::Unreported] += u64::from(!agrees);
            let state = self
                .checker
                .known
                .get(&request.number)
                .map_or("", |known| &known.row.state);
            let count = match state {
                "" => continue,
                "paid" => &mut self.world.tally[Count::Paid],
                "reversed" => &mut self.world.tally[Count::Reversed],
                "declined" | "rejected" => &mut self.world.tally[Count::Released],
                _ => &mut self.world.tally[Count::Open],
            };
            *count += 1;
        }
        self.check_ledger_audit()?;
        self.check_reconciliation()?;
        self.world.clock.set(now + 400 * DAY);
        for _ in 0..=self.requests.len() / 500 {
            self.servers[0].erase_payers(Duration::ZERO);
            self.servers[0].poll();
            self.checker.store.step(Fault::Commits);
        }
        self.check_all()?;
        self.checker.check_payers(&self.requests)
    }

    /// Checks that the ledger's own audit finds nothing.
    fn check_ledger_audit(&self) -> Result<(), Breach> {
        match poll_once(self.servers[0].ledger.audit(Some(&self.setup.keyring))) {
            Some(Ok(audit)) if audit.findings.is_empty() && audit.unverified == 0 => Ok(()),
            other => Invariant::AuditClean.broken(None, format!("{other:?}")),
        }
    }

    pub(crate) fn violation(&self, breach: Breach) -> Violation {
        let about = breach.subject.map(|number| {
            let own = |(_, it): &(usize, &PayoutNotification)| it.request == Some(number);
            let callbacks = self.notifications.iter().enumerate().filter(own);
            let callbacks = callbacks.map(|(callback, it)| {
                let [operation, payment] = &it.statuses;
                format!(
                    "callback {callback}: operation {} {operation}, payment {payment}, {:?}",
                    it.operation, it.kind
                )
            });
            let known = self.checker.known.get(&number);
            let id = known.map_or("not stored", |known| &known.row.id);
            let amount = self.requests[number].amount;
            About {
                number,
                name: format!("request {number} for {amount} ({id})"),
                told: callbacks.collect(),
            }
        });
        self.world.violation(breach, self.checker.step, about)
    }
}
