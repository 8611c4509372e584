//! Servers continue, crash, stall, and look for payouts that are due.

use jetpay_ledger::payout::Lease;
use jetpay_ledger::{Error, Millis};
use jetpay_server::payouts::ActionResult;

use super::Simulation;
use crate::deterministic::{HOUR, MINUTE, SECOND};
use crate::fault_profile::{FaultProfile, OutageKind};
use crate::payouts::event::Event;
use crate::payouts::rows;
use crate::payouts::server::{TaskKind, TaskResult};
use crate::report::{Breach, Concerns, Invariant};
use crate::tally::Count;

impl Simulation<'_> {
    /// A server that accepts a message, if one is up.
    pub(super) fn any_server(&mut self) -> Option<usize> {
        let up: Vec<usize> = (0..self.servers.len())
            .filter(|&it| self.is_up(it))
            .collect();
        (!up.is_empty()).then(|| self.world.random.choose(&up))
    }

    pub(super) fn is_up(&self, server: usize) -> bool {
        let now = self.world.now();
        now >= self.servers[server].up_at && !self.world.is_out(OutageKind::Service)
    }

    /// Advances all tasks of a server. The server may crash or stall first.
    pub(super) fn advance(&mut self, server: usize) -> Result<(), Breach> {
        let now = self.world.now();
        if self.servers[server].tasks.is_empty() || now < self.servers[server].resumes_at {
            return Ok(());
        }
        if let Some(downtime) = self.server_faults.crash(&mut self.world.random, now) {
            self.crash(server, downtime);
            return Ok(());
        }
        if self.stalls(server, false) {
            return Ok(());
        }
        let ended = self.servers[server].poll();
        self.carry_departures()?;
        let mut begun = false;
        for (kind, done, may_fail) in ended {
            begun |= self.task_ended(server, &kind, done, may_fail)?;
        }
        self.step_soon();
        if begun {
            // A fault may occur between the lease of a payout and its send.
            self.advance(server)?;
        }
        Ok(())
    }

    /// Whether the server stalls now. It then does nothing until the stall ends.
    pub(super) fn stalls(&mut self, server: usize, answered: bool) -> bool {
        let now = self.world.now();
        let Some(time) = self
            .server_faults
            .stall(&mut self.world.random, now, answered)
        else {
            return false;
        };
        self.world.tally[Count::Stalls] += 1;
        let text = format!("server {server} stalls for {time} ms");
        self.world.record(None, Concerns::All, text);
        self.servers[server].resumes_at = now + time;
        self.world.later(time, Event::ServerResumes(server));
        true
    }

    /// A task ended. Returns whether the server started another task.
    fn task_ended(
        &mut self,
        server: usize,
        kind: &TaskKind,
        done: TaskResult,
        may_fail: bool,
    ) -> Result<bool, Breach> {
        let may_fail = may_fail || self.world.fault_profile.queue_capacity < 100;
        match (kind, done) {
            (
                TaskKind::RequestPayout {
                    request,
                    conflicting,
                },
                TaskResult::PayoutRequested(taken),
            ) => {
                self.payout_requested(*request, *conflicting, &taken, may_fail)?;
                self.poll_soon(server, taken.is_ok());
            }
            (_, TaskResult::LeaseTaken(taken)) => return self.lease_taken(server, taken, may_fail),
            (TaskKind::RunAction(id), TaskResult::ActionRun(driven)) => {
                self.world.tally[Count::TooLate] += u64::from(driven == ActionResult::TooLate);
                if driven == ActionResult::NotRecorded && !may_fail {
                    let message =
                        format!("the outcome of {id} was not recorded, and no fault permits that");
                    return Invariant::AnswerAllowed.broken(None, message);
                }
                self.poll_soon(server, true);
            }
            (TaskKind::Callback(notification), TaskResult::CallbackAnswered(status)) => {
                self.callback_answered(*notification, status, may_fail)?;
            }
            (TaskKind::Export(request), TaskResult::Exported(result)) => {
                self.export_ended(*request, &result, may_fail)?;
            }
            (kind, TaskResult::Written(result)) => {
                self.operator_write_ended(kind, &result, may_fail)?;
            }
            (kind, _) => unreachable!("{kind:?} has another result"),
        }
        Ok(false)
    }

    fn lease_taken(
        &mut self,
        server: usize,
        taken: Result<Option<(Lease, Millis)>, Error>,
        may_fail: bool,
    ) -> Result<bool, Breach> {
        match taken {
            Ok(Some((payout, at))) => {
                self.servers[server].run(payout, at);
                Ok(true)
            }
            Ok(None) => {
                self.poll_soon(server, true);
                Ok(false)
            }
            Err(_) if may_fail => {
                self.poll_soon(server, false);
                Ok(false)
            }
            Err(error) => Invariant::AnswerAllowed.broken(
                None,
                format!("no fault permits that a lease fails: {error}"),
            ),
        }
    }

    /// A server looks for payouts that are due.
    pub(super) fn server_polls(&mut self, server: usize) -> Result<(), Breach> {
        let now = self.world.now();
        if self.servers[server].polls_at != Some(now) {
            return Ok(()); // It looks sooner, or later.
        }
        self.servers[server].polls_at = None;
        if self.is_over() || !self.is_up(server) || now < self.servers[server].resumes_at {
            self.poll_soon(server, true);
            return Ok(());
        }
        let due = match self.servers[server].due() {
            Ok(due) => due,
            Err(error) => return Invariant::Terminates.broken(None, error.to_string()),
        };
        for id in due {
            self.servers[server].take_up(id);
        }
        self.poll_soon(server, true);
        self.advance(server)
    }

    /// Schedules the next look: when a payout becomes due, or a while later if the last attempt failed.
    pub(super) fn poll_soon(&mut self, server: usize, works: bool) {
        let now = self.world.now();
        if self.is_over() {
            return;
        }
        let out = self.world.is_out(OutageKind::Store) || self.world.is_out(OutageKind::Service);
        let due = self
            .checker
            .store
            .inspect(rows::next_due)
            .unwrap_or_default();
        let at = match due {
            _ if out => now + self.world.random.between(HOUR / 2..=2 * HOUR),
            _ if !works => now + self.world.random.between(SECOND..=MINUTE),
            Some(due) => due.max(now) + self.world.random.between(1..=SECOND),
            None => now + HOUR,
        };
        self.poll_at(
            server,
            at.max(self.servers[server].resumes_at)
                .max(self.servers[server].up_at),
        );
    }

    pub(super) fn poll_at(&mut self, server: usize, at: i64) {
        let server_at = &mut self.servers[server].polls_at;
        if server_at.is_none_or(|before| before > at || before < self.world.now()) {
            *server_at = Some(at);
            self.world.queue.put(at, Event::ServerPolls(server));
        }
    }

    pub(super) fn crash(&mut self, server: usize, downtime: i64) {
        self.world.tally[Count::ServerCrashes] += 1;
        self.world
            .record(None, Concerns::All, format!("server {server} crashes"));
        let now = self.world.now();
        let it = &mut self.servers[server];
        let action = |kind: &TaskKind| matches!(kind, TaskKind::RunAction(_) | TaskKind::TakeLease);
        let interrupted = it.tasks.iter().filter(|task| action(&task.kind)).count();
        self.world.tally[Count::Interrupted] += u64::try_from(interrupted).unwrap_or_default();
        it.tasks.clear();
        self.traffic.abandon_server(server);
        it.up_at = now + downtime;
        it.resumes_at = it.up_at;
        it.polls_at = None;
        self.world.queue.put(it.up_at, Event::ServerResumes(server));
    }

    /// The store crashed. Servers on the same machine crash with it.
    pub(super) fn crash_with_the_store(&mut self) {
        for server in 0..self.servers.len() {
            if self.servers.len() == 1 || self.world.random.happens(500) {
                let downtime = FaultProfile::downtime(&mut self.world.random);
                self.crash(server, downtime);
            }
        }
    }

    pub(super) fn server_resumes(&mut self, server: usize) -> Result<(), Breach> {
        if !self.is_up(server) {
            self.world.later(HOUR, Event::ServerResumes(server));
            return Ok(());
        }
        self.poll_soon(server, true);
        self.advance(server)
    }
}
