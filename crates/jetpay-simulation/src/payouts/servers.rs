//! Servers go on, crash, stand still, and look for payouts that are due.

use jetpay_ledger::payout::Lease;
use jetpay_ledger::{Error, Millis};
use jetpay_server::payouts::ActionResult;

use super::World;
use crate::deterministic::{HOUR, MINUTE, SECOND};
use crate::fault_profile::{Out, Weather};
use crate::payouts::event::Event;
use crate::payouts::event::Note;
use crate::payouts::rows;
use crate::payouts::server::{About, Done};
use crate::report::{Broken, Invariant};

impl World<'_> {
    /// A server that takes a message, if any is there.
    pub(super) fn someone(&mut self) -> Option<usize> {
        let up: Vec<usize> = (0..self.servers.len())
            .filter(|&it| self.is_up(it))
            .collect();
        (!up.is_empty()).then(|| self.chance.among(&up))
    }

    pub(super) fn is_up(&self, server: usize) -> bool {
        let now = self.clock.millis();
        now >= self.servers[server].back && !self.weather.out(Out::Service, now)
    }

    /// A server goes on with all that it does, as far as it can; or it crashes or stands still just then.
    pub(super) fn go_on(&mut self, server: usize) -> Result<(), Broken> {
        let now = self.clock.millis();
        if self.servers[server].tasks.is_empty() || now < self.servers[server].awake {
            return Ok(());
        }
        if let Some(absence) = self.faults.crash(&mut self.chance, now) {
            self.crash(server, absence);
            return Ok(());
        }
        if self.stands_still(server, false) {
            return Ok(());
        }
        let ended = self.servers[server].poll();
        self.departures()?;
        let mut begun = false;
        for (about, done, excused) in ended {
            begun |= self.done(server, &about, done, excused)?;
        }
        self.step_soon();
        if begun {
            // Between taking a payout up and sending it, anything may happen.
            self.go_on(server)?;
        }
        Ok(())
    }

    /// Whether a server stands still from now on, so that it goes on with nothing until then.
    pub(super) fn stands_still(&mut self, server: usize, answered: bool) -> bool {
        let now = self.clock.millis();
        let Some(time) = self.faults.stall(&mut self.chance, now, answered) else {
            return false;
        };
        self.tally.stalls += 1;
        self.note(None, Note::Stalled(server, time));
        self.servers[server].awake = now + time;
        self.queue.put(now + time, Event::Wake(server));
        true
    }

    /// Something ended; whether something else begins.
    fn done(
        &mut self,
        server: usize,
        about: &About,
        done: Done,
        excused: bool,
    ) -> Result<bool, Broken> {
        let excused = excused || self.weather.queue < 100;
        match (about, done) {
            (About::Ask { wish, other }, Done::Asked(taken)) => {
                self.asked(*wish, *other, &taken, excused)?;
                self.tick_soon(server, taken.is_ok());
            }
            (_, Done::Lease(taken)) => return self.taken_up(server, taken, excused),
            (About::Action(id), Done::Driven(driven)) => {
                self.tally.too_late += u64::from(driven == ActionResult::TooLate);
                if driven == ActionResult::NotRecorded && !excused {
                    let what =
                        format!("what came of {id} was not recorded, and nothing went wrong");
                    return Err(Broken::anywhere(Invariant::AnswerFits, what));
                }
                self.tick_soon(server, true);
            }
            (About::Callback(fact), Done::Replied(status)) => {
                self.replied(*fact, status, excused)?;
            }
            (about, Done::Written(result)) => self.written(about, &result, excused)?,
            (about, _) => unreachable!("{about:?} ends otherwise"),
        }
        Ok(false)
    }

    fn taken_up(
        &mut self,
        server: usize,
        taken: Result<Option<(Lease, Millis)>, Error>,
        excused: bool,
    ) -> Result<bool, Broken> {
        match taken {
            Ok(Some((payout, at))) => {
                self.servers[server].run(payout, at);
                Ok(true)
            }
            Ok(None) => {
                self.tick_soon(server, true);
                Ok(false)
            }
            Err(_) if excused => {
                self.tick_soon(server, false);
                Ok(false)
            }
            Err(error) => {
                let what = format!("nothing went wrong, and no payout can be taken up: {error}");
                Err(Broken::anywhere(Invariant::AnswerFits, what))
            }
        }
    }

    /// A server looks for payouts that are due.
    pub(super) fn tick(&mut self, server: usize) -> Result<(), Broken> {
        let now = self.clock.millis();
        if self.servers[server].tick_at != Some(now) {
            return Ok(()); // It looks sooner, or later.
        }
        self.servers[server].tick_at = None;
        if self.is_over() || !self.is_up(server) || now < self.servers[server].awake {
            self.tick_soon(server, true);
            return Ok(());
        }
        let due = self.servers[server].due();
        let due = due.map_err(|error| Broken::anywhere(Invariant::Ends, error.to_string()))?;
        for id in due {
            self.servers[server].take_up(id);
        }
        self.tick_soon(server, true);
        self.go_on(server)
    }

    /// It looks again when something will be due; a while later when that did not work.
    pub(super) fn tick_soon(&mut self, server: usize, works: bool) {
        let now = self.clock.millis();
        if self.is_over() {
            return;
        }
        let out = self.weather.out(Out::Store, now) || self.weather.out(Out::Service, now);
        let due = self.audit.store.inspect(rows::next_due).unwrap_or_default();
        let at = match due {
            _ if out => now + self.chance.between(HOUR / 2..=2 * HOUR),
            _ if !works => now + self.chance.between(SECOND..=MINUTE),
            Some(due) => due.max(now) + self.chance.between(1..=SECOND),
            None => now + HOUR,
        };
        self.tick_at(
            server,
            at.max(self.servers[server].awake)
                .max(self.servers[server].back),
        );
    }

    pub(super) fn tick_at(&mut self, server: usize, at: i64) {
        let server_at = &mut self.servers[server].tick_at;
        if server_at.is_none_or(|before| before > at || before < self.clock.millis()) {
            *server_at = Some(at);
            self.queue.put(at, Event::Tick(server));
        }
    }

    pub(super) fn crash(&mut self, server: usize, absence: i64) {
        self.tally.crashes += 1;
        self.note(None, Note::Crashed(server));
        let now = self.clock.millis();
        let it = &mut self.servers[server];
        let errand = |about: &About| matches!(about, About::Action(_) | About::TakeUp);
        let cut_off = it.tasks.iter().filter(|task| errand(&task.about)).count();
        self.tally.cut_off += u64::try_from(cut_off).unwrap_or_default();
        it.tasks.clear();
        self.post.abandon(server);
        it.back = now + absence;
        it.awake = it.back;
        it.tick_at = None;
        self.queue.put(it.back, Event::Wake(server));
    }

    /// The store ended: whoever is on the same machine ends with it.
    pub(super) fn crash_with_the_store(&mut self) {
        for server in 0..self.servers.len() {
            if self.servers.len() == 1 || self.chance.happens(500) {
                let absence = Weather::absence(&mut self.chance);
                self.crash(server, absence);
            }
        }
    }

    pub(super) fn wake(&mut self, server: usize) -> Result<(), Broken> {
        if !self.is_up(server) {
            self.queue
                .put(self.clock.millis() + HOUR, Event::Wake(server));
            return Ok(());
        }
        self.tick_soon(server, true);
        self.go_on(server)
    }
}
