//! A step of the store, and what is checked after it; and the end of a run.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use jetpay_ledger::sim::Fault;

use super::World;
use super::callbacks::{Kind, Told};
use super::checker::Reasons;
use super::event::{Event, Note};
use super::server::Server;
use crate::database;
use crate::deterministic::DAY;
use crate::fault_profile::Weather;
use crate::report::{Broken, Invariant, Violation};

/// After so many steps, and after so many in which the store ended, the whole database is compared.
const EVERYTHING: u64 = 512;
const CRASHES: u64 = 8;

impl World<'_> {
    /// What comes until then is written in the same step.
    pub(super) fn step_soon(&mut self) {
        let waits = self.servers.iter().any(|server| !server.tasks.is_empty());
        if waits && !self.step_due {
            self.step_due = true;
            let wait = self.chance.between(self.weather.wait.clone());
            self.queue.put(self.clock.millis() + wait, Event::Step);
        }
    }

    pub(super) fn step(&mut self) -> Result<(), Broken> {
        self.step_due = false;
        let now = self.clock.millis();
        let fate = if self.is_bad() {
            self.weather.fate(&mut self.chance, now)
        } else {
            Fault::Commits
        };
        let jobs = self.audit.store.step(fate);
        let crashed = matches!(fate, Fault::Crashes { .. });
        if jobs == 0 {
            return Ok(()); // Whoever waits, waits for the Gate.
        }
        self.audit.step += 1;
        self.tally.refusals += u64::from(matches!(fate, Fault::Refuses(_) | Fault::Full));
        self.tally.store_crashes += u64::from(crashed);
        self.journal.note(now, None, Note::Wrote(fate, jobs));
        self.check()?;
        if Weather::excuses(fate) {
            let tasks = self.servers.iter_mut().flat_map(|server| &mut server.tasks);
            tasks.for_each(|task| task.excused = true);
        }
        if crashed {
            self.crash_with_the_store();
        }
        for server in 0..self.servers.len() {
            self.go_on(server)?;
        }
        let many_crashes = crashed && self.tally.store_crashes.is_multiple_of(CRASHES);
        if many_crashes || self.audit.step.is_multiple_of(EVERYTHING) {
            self.everything()?;
        }
        Ok(())
    }

    /// What the step committed has its reasons, and the payouts that it touched stand right.
    fn check(&mut self) -> Result<(), Broken> {
        let touched = self.audit.sync(&self.wishes)?;
        for &(wish, place) in &touched {
            let step = self.audit.steps[place].clone();
            if let Some(word) = word(&step.what) {
                self.note(Some(wish), Note::Step(word, step.amount));
            }
            if step.amount.is_some() {
                self.reasons(wish).allow(&step)?;
            }
            if step.what == "sent" {
                self.audit.was_not_stopped(wish)?;
            }
            let this = &self.wishes[wish];
            if step.what == "reserved_again" {
                self.audit.strained[this.customer] |= this.from_balance;
                self.tally.reserved_again += 1;
            }
            if step.what == "created" && this.from_balance {
                self.audit.balance(this)?;
            }
        }
        let mut wishes: Vec<usize> = touched.into_iter().map(|(wish, _)| wish).collect();
        wishes.dedup();
        for wish in wishes {
            self.audit.payout(&self.wishes[wish])?;
        }
        Ok(())
    }

    fn reasons(&self, number: usize) -> Reasons<'_> {
        let wish = &self.wishes[number];
        let row = &self.audit.known[&number].row;
        let came_back = |told: &Told| match told.kind {
            Kind::CameBack(amount) if told.wish == Some(number) => Some((told.operation, amount)),
            _ => None,
        };
        Reasons {
            status: self.gate.status(wish.project_id(), &row.id),
            came_back: self.told.iter().filter_map(came_back).collect(),
            was_rejected: self.rejected[number],
            wish,
            created_at: row.created_at,
        }
    }

    /// Checks everything.
    pub(super) fn everything(&mut self) -> Result<(), Broken> {
        self.audit.copies()?;
        for wish in &self.wishes {
            self.audit.payout(wish)?;
        }
        let (said, there) = self.audit.store.inspect(database::counts)?;
        if said != there {
            let what = format!("pending, unmatched, alarms, open alarms: {said:?} of {there:?}");
            return Err(Broken::anywhere(Invariant::CountsAgree, what));
        }
        Ok(())
    }
}

/// The step's word, as it is noted.
fn word(what: &str) -> Option<&'static str> {
    let kind: jetpay_ledger::payout::StepKind = what.parse().ok()?;
    Some(kind.as_str())
}

impl World<'_> {
    /// Nobody waits any more, the books are those of the Gate, and payers are forgotten.
    pub(super) fn ended(&mut self) -> Result<(), Broken> {
        let waits = |server: &&Server| !server.tasks.is_empty();
        if let Some(server) = self.servers.iter().find(waits) {
            let what = format!("a server still waits: {:?}", server.tasks[0].about);
            return Err(Broken::anywhere(Invariant::Ends, what));
        }
        self.everything()?;
        let now = self.clock.millis();
        for wish in &self.wishes {
            self.audit.out(wish, &self.gate)?;
            self.audit.remembered(wish, now)?;
            let agrees = self.audit.agrees(wish, &self.gate, &self.told)?;
            self.tally.untold += u64::from(!agrees);
            let state = self
                .audit
                .known
                .get(&wish.number)
                .map_or("", |known| &known.row.state);
            let count = match state {
                "" => continue,
                "paid" => &mut self.tally.paid,
                "reversed" => &mut self.tally.reversed,
                "declined" | "rejected" => &mut self.tally.released,
                _ => &mut self.tally.open,
            };
            *count += 1;
        }
        self.finds_nothing()?;
        self.clock.set(now + 400 * DAY);
        for _ in 0..=self.wishes.len() / 500 {
            self.servers[0].forget(Duration::ZERO);
            self.servers[0].poll();
            self.audit.store.step(Fault::Commits);
        }
        self.everything()?;
        self.audit.payers(&self.wishes)
    }

    /// The ledger's own audit agrees.
    fn finds_nothing(&self) -> Result<(), Broken> {
        let audit = pin!(self.servers[0].ledger.audit(Some(&self.setting.keyring)));
        match audit.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(audit)) if audit.findings.is_empty() && audit.unverified == 0 => Ok(()),
            other => Err(Broken::anywhere(
                Invariant::AuditAgrees,
                format!("{other:?}"),
            )),
        }
    }

    pub(super) fn violation(&self, broken: Broken) -> Violation {
        let Broken {
            invariant,
            what,
            payment: wish,
        } = broken;
        let history = wish.map_or_else(Vec::new, |wish| {
            let mut history = self.journal.of(wish);
            let told = self.told.iter().enumerate();
            history.extend(told.filter(|(_, told)| told.wish == Some(wish)).map(
                |(number, told)| {
                    let [operation, payment] = &told.words;
                    format!(
                        "callback {number}: operation {} {operation}, payment {payment}, {:?}",
                        told.operation, told.kind
                    )
                },
            ));
            history
        });
        let what = match wish.map(|wish| &self.wishes[wish]) {
            Some(wish) => {
                let id = self
                    .audit
                    .known
                    .get(&wish.number)
                    .map_or("not taken", |known| &known.row.id);
                format!("wish {} over {} ({id}): {what}", wish.number, wish.amount)
            }
            None => what,
        };
        Violation {
            seed: self.plan.seed,
            days: self.plan.days,
            step: self.audit.step,
            invariant,
            what,
            history,
        }
    }
}
