//! The servers that tell the billing: one or two, over one store. The driver is the real one. A server may crash or stall
//! before it continues with anything; what it has sent still arrives.

use std::sync::Arc;

use jetpay_ledger::{Ledger, Millis};
use jetpay_server::deliver::{Action, Driver, Settings};

use super::connection::Endpoint;
use super::person::stream;
use crate::database;
use crate::deterministic::{Clock, MINUTE, Random, SECOND, SkewedClock, poll_once};
use crate::fault_profile::{FaultProfile, OutageKind};
use crate::report::{Breach, Concerns};
use crate::tally::Count;
use crate::top_ups::Simulation;
use crate::top_ups::event::Event;

/// The service's settings for a billing.
const PARALLEL: usize = 16;
const ATTEMPT_LIMIT: std::time::Duration = std::time::Duration::from_secs(20);
/// The clocks of two servers differ by twice this at most, in milliseconds.
pub(super) const SKEW: i64 = 2 * SECOND;
/// After so long without a request, a server does nothing until something is due.
const QUIET: i64 = 2 * MINUTE;

/// How often servers fail, per 1000 times that one continues.
pub(super) struct TellerFaults {
    crash: u32,
    stall: u32,
}

impl TellerFaults {
    pub(super) fn from_random(random: &mut Random) -> Self {
        Self {
            crash: random.choose(&[0, 3, 30]),
            stall: random.choose(&[0, 3, 30]),
        }
    }
}

/// A server that tells the billing.
pub(super) struct Teller {
    clock: SkewedClock,
    /// None while the server is down.
    driver: Option<Driver<Endpoint>>,
    actions: Vec<Action>,
    /// Differs after each start.
    pub(super) incarnation: usize,
    /// The server does nothing before: it is down, or stalls.
    resumes_at: i64,
    /// When it wakes next.
    wakes_at: Option<i64>,
    /// When it sent something last.
    pub(super) active_at: i64,
}

impl Teller {
    pub(super) fn new(clock: &Clock, random: &mut Random) -> Self {
        Self {
            clock: SkewedClock {
                clock: clock.clone(),
                skew: random.between(-SKEW..=SKEW),
            },
            driver: None,
            actions: Vec::new(),
            incarnation: 0,
            resumes_at: 0,
            wakes_at: None,
            active_at: 0,
        }
    }

    /// Advances the driver as far as possible.
    fn advance(&mut self) {
        let Some(driver) = &mut self.driver else {
            return;
        };
        loop {
            self.actions.extend(std::iter::from_fn(|| driver.next()));
            let mut ended = Vec::new();
            self.actions.retain_mut(|action| {
                let event = poll_once(action.as_mut());
                let goes_on = event.is_none();
                ended.extend(event);
                goes_on
            });
            if ended.is_empty() {
                return;
            }
            for event in ended {
                driver.take(event);
            }
        }
    }
}

impl Simulation<'_> {
    /// Starts the tellers before any fault can occur: a stream begins where the feed ends then.
    pub(crate) fn open_tellers(&mut self) {
        let Some(billing) = &mut self.billing else {
            return;
        };
        for _ in 0..self.world.random.choose(&[1, 2]) {
            billing
                .tellers
                .push(Teller::new(&self.world.clock, &mut self.world.random));
        }
        for teller in 0..billing.tellers.len() {
            self.start_teller(teller);
            for _ in 0..2 {
                self.billing().tellers[teller].advance();
                self.service.store.step(jetpay_ledger::sim::Fault::Commits);
            }
        }
    }

    fn start_teller(&mut self, number: usize) {
        let ledger: Ledger = self.service.ledger.clone();
        let billing = self.billing.as_mut().expect("it has tellers");
        billing.incarnations += 1;
        let teller = &mut billing.tellers[number];
        let endpoint = Endpoint {
            teller: number,
            traffic: Arc::clone(&billing.traffic),
        };
        let settings = Settings {
            parallel: PARALLEL,
            attempt_limit: ATTEMPT_LIMIT,
            projects: Vec::new(),
        };
        let clock = Arc::new(teller.clock.clone());
        teller.driver = Some(Driver::new(ledger, endpoint, clock, stream(), settings));
        teller.incarnation = billing.incarnations;
    }

    /// A teller continues with what it can. It may crash or stall first.
    pub(super) fn teller_advances(&mut self, number: usize) -> Result<(), Breach> {
        let now = self.world.now();
        if now < self.billing().tellers[number].resumes_at || self.world.is_out(OutageKind::Service)
        {
            self.wake_teller(number, 0);
            return Ok(());
        }
        if self.billing().tellers[number].driver.is_none() {
            self.start_teller(number);
        }
        let TellerFaults { crash, stall } = self.billing().teller_faults;
        if self.world.random.happens(crash) {
            self.crash_teller(number);
            return Ok(());
        }
        if self.world.random.happens(stall) {
            let longest = self
                .world
                .random
                .choose(&[5 * SECOND, 2 * MINUTE, 10 * MINUTE]);
            let time = self.world.random.between(1..=longest);
            self.world.tally[Count::Stalls] += 1;
            let text = format!("teller {number} stalls for {time} ms");
            self.world.record(None, Concerns::All, text);
            self.billing().tellers[number].resumes_at = now + time;
            self.wake_teller(number, time);
            return Ok(());
        }
        self.billing().tellers[number].advance();
        self.carry_to_billing()?;
        if !self.billing().tellers[number].actions.is_empty() {
            self.world.step_soon(Event::StoreStep);
        }
        self.plan_wake(number)
    }

    /// Schedules when a teller wakes by itself. One that has had nothing to do for a while sleeps until a row is due.
    fn plan_wake(&mut self, number: usize) -> Result<(), Breach> {
        let now = self.world.now();
        let teller = &self.billing().tellers[number];
        let (skew, active_at) = (teller.clock.skew, teller.active_at);
        let wakes_at = teller.driver.as_ref().and_then(Driver::wakes_at);
        let Some(Millis(wakes_at)) = wakes_at else {
            return Ok(());
        };
        let mut wait = wakes_at - skew - now;
        if now - active_at > QUIET {
            let due = self.service.store.inspect(database::next_delivery)?;
            let Some(due) = due.or(self.has_undelivered()?.then_some(now)) else {
                return Ok(());
            };
            wait = wait.max(due - now);
        }
        self.wake_teller(number, wait.max(1));
        Ok(())
    }

    /// Whether the feed goes on behind the cursor.
    fn has_undelivered(&self) -> Result<bool, Breach> {
        let stream = self.service.store.inspect(database::delivery_stream)?;
        let last = self.checker.entries.last().map_or(0, |it| it.seq);
        Ok(stream.is_none_or(|it| it.cursor < last))
    }

    fn wake_teller(&mut self, number: usize, wait: i64) {
        let now = self.world.now();
        let is_out = self.world.is_out(OutageKind::Service) || self.world.is_out(OutageKind::Store);
        let out = if is_out {
            self.world.random.between(10 * MINUTE..=60 * MINUTE)
        } else {
            0
        };
        let teller = &mut self.billing.as_mut().expect("it has tellers").tellers[number];
        let at = (now + wait.max(out)).max(teller.resumes_at);
        if teller
            .wakes_at
            .is_none_or(|planned| planned > at || planned <= now)
        {
            teller.wakes_at = Some(at);
            self.world.queue.put(at, Event::TellerWakes(number));
        }
    }

    pub(crate) fn teller_wakes(&mut self, number: usize) -> Result<(), Breach> {
        let now = self.world.now();
        let teller = &mut self.billing().tellers[number];
        if teller.wakes_at != Some(now) {
            return Ok(()); // It wakes sooner, or later.
        }
        teller.wakes_at = None;
        self.teller_advances(number)
    }

    /// There are new entries, or a person retried one.
    pub(crate) fn wake_tellers(&mut self) {
        let count = self.billing.as_ref().map_or(0, |it| it.tellers.len());
        for number in 0..count {
            let now = self.world.now();
            let teller = &mut self.billing().tellers[number];
            teller.active_at = now;
            if let Some(driver) = &mut teller.driver {
                driver.has_news();
            }
            let wait = self.world.random.between(1..=2 * SECOND);
            self.wake_teller(number, wait);
        }
    }

    /// After a step of the store: the tellers continue.
    pub(crate) fn tellers_advance(&mut self) -> Result<(), Breach> {
        let count = self.billing.as_ref().map_or(0, |it| it.tellers.len());
        for number in 0..count {
            if !self.billing().tellers[number].actions.is_empty() {
                self.teller_advances(number)?;
            }
        }
        Ok(())
    }

    /// The machine of the service crashed: all tellers on it do, or one of two.
    pub(crate) fn crash_tellers(&mut self) {
        let count = self.billing.as_ref().map_or(0, |it| it.tellers.len());
        for number in 0..count {
            if number == 0 || self.world.random.happens(500) {
                self.crash_teller(number);
            }
        }
    }

    fn crash_teller(&mut self, number: usize) {
        let downtime = FaultProfile::downtime(&mut self.world.random);
        self.world.tally[Count::ServerCrashes] += 1;
        self.world
            .record(None, Concerns::All, format!("teller {number} crashes"));
        let now = self.world.now();
        let teller = &mut self.billing().tellers[number];
        (teller.driver, teller.resumes_at) = (None, now + downtime);
        teller.actions.clear();
        teller.active_at = now + downtime;
        self.wake_teller(number, downtime);
    }
}
