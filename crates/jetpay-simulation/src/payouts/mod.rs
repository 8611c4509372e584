//! The simulation of payouts, with the same clock, fault profile and store as that of top-ups.
//!
//! Real parts: the driver of `jetpay-server`, which leases payouts and records their outcomes; its merchant, which
//! receives their callbacks; the ledger, its rules and its SQL. Simulated parts: the merchant's program; one to three
//! servers that share the store, crash and stall; the network; an operator. The Gate is the one of `jetpay-platform`,
//! without HTTP.

mod books;
mod by_hand;
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

use self::callbacks::PayoutNotification;
use self::checker::Checker;
use self::event::Event;
use self::gate_traffic::GateTraffic;
use self::payout_request::{PayoutRequest, PlatformPlan, plan_requests};
use self::server::Server;
use crate::Plan;
use crate::database;
use crate::deterministic::{DAY, HOUR, Random, SECOND, START};
use crate::fault_profile::ServerFaults;
use crate::report::Breach;
use crate::setup::{Setup, import_customers};
use crate::tally::{Count, Tally};
use crate::world::World;

/// How long servers continue to query after the Gate has stopped.
const LAST_QUESTIONS: i64 = 8 * HOUR;

pub(crate) struct Simulation<'s> {
    setup: &'s Setup,
    world: World<Event>,
    server_faults: ServerFaults,
    gate: GateState,
    traffic: Arc<GateTraffic>,
    servers: Vec<Server>,
    requests: Vec<PayoutRequest>,
    /// Whether a server received a rejection of a send, by request.
    rejected: Vec<bool>,
    notifications: Vec<PayoutNotification>,
    checker: Checker,
    /// When the simulation looks at the Gate next.
    gate_at: Option<i64>,
}

impl<'s> Simulation<'s> {
    pub(crate) fn new(setup: &'s Setup, plan: Plan) -> Self {
        // The random numbers differ from those of the top-ups.
        let mut world = World::new(plan, Random::from_seed(plan.seed ^ 0x7061_796f_7574));
        let (random, fault_profile) = (&mut world.random, &world.fault_profile);
        let server_faults = ServerFaults::from_random(&mut random.fork(), fault_profile, plan.days);
        let requests = plan_requests(&mut random.fork(), plan.days);
        let store =
            Arc::new(SimStore::new(fault_profile.queue_capacity).expect("a store in memory"));
        let traffic = Arc::new(GateTraffic::default());
        let servers = (0..random.choose(&[1, 2, 3])).map(|number| {
            let skew = random.between(-5_000..=5_000);
            Server::new(
                number,
                setup,
                &store,
                &traffic,
                (&world.clock, skew),
                server_faults.retry_policy,
            )
        });
        let servers = servers.collect();
        let gate =
            GateState::new(setup.keyring.clone()).with_conventions(gate::conventions(random));
        Self {
            setup,
            server_faults,
            gate,
            traffic,
            servers,
            rejected: vec![false; requests.len()],
            requests,
            notifications: Vec::new(),
            checker: Checker::new(store),
            gate_at: None,
            world,
        }
    }

    pub(crate) fn run_to_end(&mut self) -> Result<Tally, Breach> {
        self.open();
        while let Some(event) = self.world.next() {
            self.advance_gate();
            self.handle(event)?;
        }
        self.world.ends();
        self.check_end()?;
        let payouts = u64::try_from(self.checker.known.len());
        self.world.tally[Count::Payouts] = payouts.unwrap_or(u64::MAX);
        let database = self.checker.store.inspect(database::fingerprint)?;
        Ok(self.world.tally(self.checker.step, database))
    }

    /// Imports the customers before any fault can occur, and schedules what the seed plans.
    fn open(&mut self) {
        import_customers(&self.servers[0].ledger, &self.checker.store);
        for request in 0..self.requests.len() {
            let plan = gate::plan(&mut self.world.random);
            let this = &mut self.requests[request];
            if plan.endings.contains(&Ending::DeclineThenSucceed) {
                this.platform_plan = PlatformPlan::PaysAfterDecline;
            } else if plan.endings.contains(&Ending::SucceedThenReverse) {
                this.platform_plan = PlatformPlan::Reverses;
            }
            self.gate.plan(this.account(), plan);
            let conflicting = false;
            let begins = Event::RequestPayout {
                request,
                conflicting,
            };
            self.world.queue.put(this.begins_at, begins);
            if self.world.random.happens(80) {
                // Often while the first send is under way: its answer then comes when an operator must look already.
                let within = if self.world.random.happens(500) {
                    20 * SECOND
                } else {
                    3 * DAY
                };
                let at = this.begins_at + self.world.random.between(0..=within);
                self.world.queue.put(at, Event::Mismatch(request));
            }
        }
        self.plan_operator();
        for server in 0..self.servers.len() {
            self.poll_at(server, START);
        }
    }

    /// The time at the Gate. It stops at the end of the run.
    fn gate_now(&self) -> i64 {
        self.world.now().min(self.server_faults.gate_stops_at)
    }

    fn is_over(&self) -> bool {
        self.world.now() > self.server_faults.gate_stops_at + LAST_QUESTIONS
    }

    fn handle(&mut self, event: Event) -> Result<(), Breach> {
        match event {
            Event::RequestPayout {
                request,
                conflicting,
            } => self.request_payout(request, conflicting),
            Event::ServerPolls(server) => self.server_polls(server),
            Event::ServerResumes(server) => self.server_resumes(server),
            Event::RequestArrives(ticket) => self.request_arrived(ticket),
            Event::AnswerArrives(ticket) => self.answer_arrived(ticket),
            Event::AnswerTimesOut(ticket) => self.answer_timed_out(ticket),
            Event::GateDue => Ok(()), // `advance_gate` has done it.
            Event::CallbackDue(notification) => {
                self.send_callback(notification);
                Ok(())
            }
            Event::CallbackArrives(notification) => self.callback_arrived(notification),
            Event::CallbackAnswered(notification, status) => {
                self.notifications[notification].acknowledged |= status == 200;
                Ok(())
            }
            Event::StoreStep => self.step(),
            Event::OperatorResolves => self.operator_resolves(),
            Event::PersonExports(request) => self.person_exports(request),
            Event::PersonUploads(request) => {
                self.person_uploads(request);
                Ok(())
            }
            Event::ErasePayers => self.erase_payers(),
            Event::TopUp(number) => self.top_up(number),
            Event::ManualPayout(number) => {
                self.manual_payout(number);
                Ok(())
            }
            Event::Mismatch(request) => {
                self.send_mismatch(request);
                Ok(())
            }
        }
    }
}
