//! The run: one event after the other, until nothing is left to happen.

mod asking;
mod carrying;
mod people;
mod serving;
mod step;
mod telling;

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use jetpay_ledger::store::stepped::{Fate, Stepped};
use jetpay_simulator::gate::{Books, Ending};

use super::audit::Audit;
use super::event::Event;
use super::faults::Faults;
use super::gate;
use super::note::Note;
use super::rows;
use super::server::Server;
use super::tally::PayoutTally;
use super::told::Told;
use super::wire::Post;
use super::wish::{Wish, planned};
use crate::Plan;
use crate::broken::{Broken, Invariant, Violation};
use crate::chance::Chance;
use crate::clock::{Clock, DAY, HOUR, START};
use crate::journal::Journal;
use crate::queue::Queue;
use crate::setting::Setting;
use crate::weather::Weather;

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
    gate: Books,
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
        let store = Arc::new(Stepped::new(weather.queue).expect("a store in memory"));
        let post = Arc::new(Post::default());
        let servers = (0..chance.among(&[1, 2, 3])).map(|number| {
            let off = chance.between(-5_000..=5_000);
            Server::new(number, setting, &store, &post, (&clock, off), faults.pace)
        });
        let servers = servers.collect();
        let gate = Books::new(setting.keyring.clone()).with_habits(gate::habits(&mut chance));
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
        let database = self.audit.store.look(rows::fingerprint)?;
        self.tally.hash = self.journal.hash(database);
        Ok(self.tally)
    }

    /// Puts the customers, before anything can go wrong, and plans what will happen.
    fn open(&mut self) {
        people::open(&self.servers[0].ledger, &self.audit.store);
        for wish in 0..self.wishes.len() {
            let plan = gate::plan(&mut self.chance);
            let this = &mut self.wishes[wish];
            this.may_revive = plan.endings.contains(&Ending::DeclineThenSucceed);
            this.comes_back = plan.endings.contains(&Ending::SucceedThenReverse);
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

    /// Nobody waits any more, the books are those of the Gate, and payers are forgotten.
    fn ended(&mut self) -> Result<(), Broken> {
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
            self.audit.store.step(Fate::Commits);
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

    fn violation(&self, broken: Broken) -> Violation {
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
