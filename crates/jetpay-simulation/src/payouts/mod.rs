//! Payouts in a world of their own, under the same clock, weather and store.
//!
//! Real are the driver of `jetpay-server`, which takes payouts up and records what came of them, its shop, which takes
//! their callbacks, the ledger, its rules and its SQL. Played are a merchant that asks, one to three servers that share
//! the store and crash and stall, the network, and a person; the Gate is that of `jetpay-platform`, without HTTP.

mod callbacks;
mod checker;
mod event;
mod gate;
mod gate_answer;
mod gate_traffic;
mod merchant;
mod operator;
mod payout_request;
mod rows;
mod server;
mod servers;
mod step;

use std::sync::Arc;

use jetpay_ledger::sim::SimStore;
use jetpay_platform::gate::{Ending, GateState};

use self::callbacks::Told;
use self::checker::Audit;
use self::event::{Event, Note};
use self::gate_traffic::Post;
use self::payout_request::{Plot, Wish, planned};
use self::server::Server;
use crate::Plan;
use crate::deterministic::{Chance, Clock, DAY, HOUR, Queue, START};
use crate::fault_profile::{Faults, Weather};
use crate::report::{Broken, Journal, Violation};
use crate::setup::Setting;
use crate::tally::PayoutTally;

/// After the Gate stands still, servers ask on for so long.
const LAST_QUESTIONS: i64 = 8 * HOUR;

pub(super) struct World<'s> {
    setting: &'s Setting,
    plan: Plan,
    clock: Clock,
    queue: Queue<Event>,
    chance: Chance,
    weather: Weather,
    faults: Faults,
    gate: GateState,
    post: Arc<Post>,
    servers: Vec<Server>,
    wishes: Vec<Wish>,
    /// The wishes of which a send was heard to be rejected.
    rejected: Vec<bool>,
    told: Vec<Told>,
    audit: Audit,
    journal: Journal<Note>,
    tally: PayoutTally,
    /// A step of the store is due.
    step_due: bool,
    /// When the Gate is looked after next.
    gate_at: Option<i64>,
}

impl<'s> World<'s> {
    pub(super) fn new(setting: &'s Setting, plan: Plan) -> Self {
        // Other chance than that of the top-ups.
        let mut chance = Chance::of(plan.seed ^ 0x7061_796f_7574);
        let weather = Weather::of(&mut chance.fork(), plan.days);
        let faults = Faults::of(&mut chance.fork(), &weather, plan.days);
        let wishes = planned(&mut chance.fork(), plan.days);
        let clock = Clock::new();
        let store = Arc::new(SimStore::new(weather.queue).expect("a store in memory"));
        let post = Arc::new(Post::default());
        let servers = (0..chance.among(&[1, 2, 3])).map(|number| {
            let off = chance.between(-5_000..=5_000);
            Server::new(number, setting, &store, &post, (&clock, off), faults.pace)
        });
        let servers = servers.collect();
        let gate =
            GateState::new(setting.keyring.clone()).with_conventions(gate::habits(&mut chance));
        Self {
            setting,
            plan,
            queue: Queue::default(),
            weather,
            faults,
            gate,
            post,
            servers,
            rejected: vec![false; wishes.len()],
            wishes,
            told: Vec::new(),
            audit: Audit::new(store),
            journal: Journal::default(),
            tally: PayoutTally::default(),
            step_due: false,
            gate_at: None,
            chance,
            clock,
        }
    }

    pub(super) fn run(mut self) -> Result<PayoutTally, Box<Violation>> {
        self.until_the_end()
            .map_err(|broken| Box::new(self.violation(broken)))
    }

    fn until_the_end(&mut self) -> Result<PayoutTally, Broken> {
        self.open();
        while let Some((at, event)) = self.queue.next() {
            self.clock.set(at);
            self.gate_goes_on();
            self.happen(event)?;
        }
        self.tally.days = ((self.clock.millis() - START) / DAY).cast_unsigned();
        self.ended()?;
        self.tally.payouts = u64::try_from(self.audit.known.len()).unwrap_or(u64::MAX);
        self.tally.steps = self.audit.step;
        let database = self.audit.store.inspect(rows::fingerprint)?;
        self.tally.hash = self.journal.hash(database);
        Ok(self.tally)
    }

    /// Puts the customers, before anything can go wrong, and plans what will happen.
    fn open(&mut self) {
        operator::open(&self.servers[0].ledger, &self.audit.store);
        for wish in 0..self.wishes.len() {
            let plan = gate::plan(&mut self.chance);
            let this = &mut self.wishes[wish];
            if plan.endings.contains(&Ending::DeclineThenSucceed) {
                this.plot = Plot::Revives;
            } else if plan.endings.contains(&Ending::SucceedThenReverse) {
                this.plot = Plot::ComesBack;
            }
            self.gate.plan(this.account(), plan);
            self.queue
                .put(this.begins, Event::Ask { wish, other: false });
            if self.chance.happens(80) {
                let at = this.begins + self.chance.between(0..=3 * DAY);
                self.queue.put(at, Event::Odd(wish));
            }
        }
        self.plan_people();
        for server in 0..self.servers.len() {
            self.tick_at(server, START);
        }
    }

    /// The Gate's time: it stands still in the end.
    fn gate_now(&self) -> i64 {
        self.clock.millis().min(self.faults.end)
    }

    fn is_over(&self) -> bool {
        self.clock.millis() > self.faults.end + LAST_QUESTIONS
    }

    fn happen(&mut self, event: Event) -> Result<(), Broken> {
        match event {
            Event::Ask { wish, other } => self.ask(wish, other),
            Event::Tick(server) => self.tick(server),
            Event::Wake(server) => self.wake(server),
            Event::Reach(ticket) => self.reach(ticket),
            Event::Answer(ticket) => self.answer(ticket),
            Event::GiveUp(ticket) => self.give_up(ticket),
            Event::GateTells => Ok(()), // It was looked after already.
            Event::Tell(fact) => {
                self.tell(fact);
                Ok(())
            }
            Event::Arrive(fact) => self.arrive(fact),
            Event::Acknowledge(fact, status) => {
                self.told[fact].acknowledged |= status == 200;
                Ok(())
            }
            Event::Step => self.step(),
            Event::Attend => self.attend(),
            Event::Forget => self.forget(),
            Event::TopUp(number) => self.top_up(number),
            Event::ByHand(number) => {
                self.by_hand(number);
                Ok(())
            }
            Event::Odd(wish) => {
                self.odd(wish);
                Ok(())
            }
        }
    }

    fn note(&mut self, wish: Option<usize>, note: Note) {
        self.journal.note(self.clock.millis(), wish, note);
    }
}

/// Runs the payouts of a seed to their end.
///
/// # Errors
/// [`Violation`]: an invariant does not hold.
pub fn simulate_payouts(setting: &Setting, plan: Plan) -> Result<PayoutTally, Box<Violation>> {
    World::new(setting, plan).run()
}
