//! The end of a run, and what is told when it comes too soon.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use jetpay_ledger::sim::Fault;

use super::World;
use crate::broken::{Broken, Invariant, Violation};
use crate::clock::DAY;
use crate::payouts::server::Server;

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
