//! No item of a stream is lost, whatever two servers and a person do in whatever order: up to the cursor, each is delivered or
//! skipped, or waits.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::TestLedger;
use crate::deliveries::{alarm, at, entries};
use jetpay_ledger::{
    DeliveryAlarmKind, DeliveryLease, DeliveryProgress, DeliveryStream, Error, Millis,
    ResolveError, Waiting, WaitingState,
};
use proptest::prelude::*;

/// What the receiver says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Taken,
    Busy,
    Refused,
}

#[derive(Debug, Clone)]
enum Step {
    /// A customer pays.
    Pay(usize),
    /// Time passes: leases may end.
    Wait,
    /// A server, if it has no lease, asks for one. Else it reads on in the feed, sends, and records.
    Read(usize, Vec<Answer>),
    /// It sends what waits.
    Resend(usize, Vec<Answer>),
    Release(usize),
    Retry(prop::sample::Index),
    Skip(prop::sample::Index),
    Replay(prop::sample::Index),
}

fn step() -> impl Strategy<Value = Step> {
    let answer = prop::sample::select(vec![
        Answer::Taken,
        Answer::Taken,
        Answer::Busy,
        Answer::Refused,
    ]);
    let answers = || prop::collection::vec(answer.clone(), 1..5);
    prop_oneof![
        3 => (1..4_usize).prop_map(Step::Pay),
        2 => Just(Step::Wait),
        6 => (0..2_usize, answers()).prop_map(|(server, answers)| Step::Read(server, answers)),
        4 => (0..2_usize, answers()).prop_map(|(server, answers)| Step::Resend(server, answers)),
        1 => (0..2_usize).prop_map(Step::Release),
        2 => any::<prop::sample::Index>().prop_map(Step::Retry),
        2 => any::<prop::sample::Index>().prop_map(Step::Skip),
        1 => any::<prop::sample::Index>().prop_map(Step::Replay),
    ]
}

/// Two servers as they remember the stream, and what became of the items.
struct Simulation {
    test: TestLedger,
    stream: DeliveryStream,
    paid: u64,
    clock: i64,
    servers: [Option<DeliveryLease>; 2],
    /// What is recorded as delivered, or skipped, since the last replay.
    settled: BTreeSet<i64>,
}

const LEASE: i64 = 60_000;

impl Simulation {
    fn now(&self) -> Millis {
        at(self.clock)
    }

    async fn run(&mut self, step: &Step) {
        self.clock += 1_000;
        match step {
            Step::Pay(count) => {
                for _ in 0..*count {
                    self.paid += 1;
                    self.test
                        .pay(format!("p{}", self.paid).leak(), self.paid)
                        .await;
                }
            }
            Step::Wait => self.clock += LEASE,
            Step::Read(server, answers) => self.read(*server, answers).await,
            Step::Resend(server, answers) => self.resend(*server, answers).await,
            Step::Release(server) => {
                if let Some(lease) = self.servers[*server].take() {
                    let released = self
                        .test
                        .release_deliveries(&self.stream, lease.fencing_token);
                    released.await.unwrap();
                }
            }
            Step::Retry(index) => {
                if let Some(seq) = self.any_waiting(index).await {
                    let retried =
                        self.test
                            .retry_delivery(&self.stream, seq, "now".into(), self.now());
                    retried.await.unwrap();
                }
            }
            Step::Skip(index) => {
                if let Some(seq) = self.any_waiting(index).await {
                    let skipped =
                        self.test
                            .skip_delivery(&self.stream, seq, "by hand".into(), self.now());
                    match skipped.await {
                        Ok(()) => drop(self.settled.insert(seq)),
                        Err(Error::Resolve(ResolveError::Held(until))) => {
                            assert!(self.now() < until);
                        }
                        Err(refused) => panic!("{refused}"),
                    }
                }
            }
            Step::Replay(index) => {
                let after = i64::try_from(index.index(10)).unwrap();
                let replayed =
                    self.test
                        .replay_deliveries(&self.stream, after, "again".into(), self.now());
                match replayed.await {
                    Ok(_) => self.settled.retain(|seq| *seq <= after),
                    Err(Error::Resolve(_)) => {}
                    Err(failed) => panic!("{failed}"),
                }
            }
        }
    }

    async fn waiting(&self) -> Vec<Waiting> {
        self.test
            .waiting_deliveries(&self.stream, 0, 999)
            .await
            .unwrap()
    }

    async fn any_waiting(&self, index: &prop::sample::Index) -> Option<i64> {
        let waiting = self.waiting().await;
        (!waiting.is_empty()).then(|| index.get(&waiting).seq)
    }

    /// Whether the server remembers a lease.
    async fn leases(&mut self, server: usize) -> bool {
        if self.servers[server].is_some() {
            return true;
        }
        let (now, until) = (self.now(), at(self.clock + LEASE));
        let leased = self
            .test
            .lease_deliveries(&self.stream, now, until)
            .await
            .unwrap();
        self.servers[server] = leased;
        false
    }

    async fn read(&mut self, server: usize, answers: &[Answer]) {
        if !self.leases(server).await {
            return;
        }
        let Some(mut lease) = self.servers[server].clone() else {
            return;
        };
        let read = self
            .test
            .entries(lease.cursor, answers.len())
            .await
            .unwrap();
        let mut progress = DeliveryProgress::default();
        let mut taken = Vec::new();
        for (entry, answer) in read.iter().zip(answers) {
            let item = Waiting {
                seq: entry.seq,
                lane: entry.customer_id.to_string(),
                state: WaitingState::Waiting,
                attempts: 1,
                since: self.now(),
                due_at: self.now(),
                why: None,
                may_be_there: false,
            };
            match answer {
                // What was skipped stays settled, also after a replay.
                _ if lease.skipped.contains(&entry.seq) => taken.push(entry.seq),
                Answer::Taken => taken.push(entry.seq),
                _ => note(&mut lease, &mut progress, item, *answer),
            }
            lease.cursor = entry.seq;
        }
        self.record(server, lease, progress, taken).await;
    }

    async fn resend(&mut self, server: usize, answers: &[Answer]) {
        if !self.leases(server).await {
            return;
        }
        let Some(mut lease) = self.servers[server].clone() else {
            return;
        };
        let mut progress = DeliveryProgress::default();
        let due = lease.waiting.clone().into_iter();
        let due = due.filter(|item| item.state == WaitingState::Waiting);
        for (item, answer) in due.zip(answers) {
            lease.waiting.retain(|other| other.seq != item.seq);
            match answer {
                Answer::Taken => progress.done.push(item.seq),
                _ => note(&mut lease, &mut progress, item, *answer),
            }
        }
        let taken = progress.done.clone();
        self.record(server, lease, progress, taken).await;
    }

    async fn record(
        &mut self,
        server: usize,
        lease: DeliveryLease,
        mut progress: DeliveryProgress,
        taken: Vec<i64>,
    ) {
        progress.cursor = lease.cursor;
        let (fencing_token, now) = (lease.fencing_token, self.now());
        let until = at(self.clock + LEASE);
        let recorded =
            self.test
                .record_deliveries(&self.stream, fencing_token, progress, now, until);
        let newest = self
            .servers
            .iter()
            .flatten()
            .map(|lease| lease.fencing_token)
            .max();
        match recorded.await.unwrap() {
            Some(changes) => {
                assert_eq!(Some(fencing_token), newest, "a later lease has begun");
                self.settled.extend(taken);
                let waiting = if changes == lease.changes {
                    lease.waiting
                } else {
                    self.waiting().await
                };
                self.servers[server] = Some(DeliveryLease {
                    changes,
                    waiting,
                    ..lease
                });
            }
            None => self.servers[server] = None,
        }
    }

    async fn check(&self) {
        let names = [self.stream.name.clone()];
        let status = self.test.delivery_status(&names).await.unwrap();
        let waiting: BTreeMap<_, _> = self
            .waiting()
            .await
            .into_iter()
            .map(|it| (it.seq, it.state))
            .collect();
        for seq in 1..=status[0].cursor {
            let is_known = self.settled.contains(&seq) || waiting.contains_key(&seq);
            assert!(is_known, "{seq} is lost: {waiting:?}, {:?}", self.settled);
        }
    }

    /// A server that delivers all there is; a person retries what is parked.
    async fn deliver_the_rest(&mut self) {
        self.clock += 9 * LEASE;
        self.servers = [None, None];
        self.leases(0).await;
        for item in self.waiting().await {
            let retried =
                self.test
                    .retry_delivery(&self.stream, item.seq, "now".into(), self.now());
            retried.await.unwrap();
        }
        let all = vec![Answer::Taken; 999];
        // The first one learns what the person changed.
        for _ in 0..2 {
            self.read(0, &all).await;
            self.resend(0, &all).await;
        }
        let paid = i64::try_from(self.paid).unwrap();
        assert!((1..=paid).all(|seq| self.settled.contains(&seq)));
        assert_eq!(self.waiting().await, []);
        assert_eq!(self.test.counts().await.unwrap().open_alarms, 0);
        self.check().await;
        self.test.check().await;
    }
}

/// An item that was not taken waits, or is parked with an alarm.
fn note(
    lease: &mut DeliveryLease,
    progress: &mut DeliveryProgress,
    mut item: Waiting,
    answer: Answer,
) {
    item.attempts += 1;
    if answer == Answer::Refused {
        item.state = WaitingState::Parked;
        let parked = alarm(DeliveryAlarmKind::Parked, item.seq);
        progress.alarms.push(parked);
    }
    lease.waiting.push(item.clone());
    progress.waiting.push(item);
}

async fn check_sequence(test: TestLedger, steps: Vec<Step>) {
    let mut simulation = Simulation {
        test,
        stream: entries(),
        paid: 0,
        clock: 0,
        servers: [None, None],
        settled: BTreeSet::new(),
    };
    // The stream begins before the first payment.
    simulation.leases(0).await;
    for step in &steps {
        simulation.run(step).await;
        simulation.check().await;
    }
    simulation.deliver_the_rest().await;
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_item_is_lost_after_any_sequence_in_sqlite(steps in prop::collection::vec(step(), 1..40)) {
        runtime().block_on(check_sequence(TestLedger::open(), steps));
    }
}

#[cfg(feature = "postgres")]
proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_item_is_lost_after_any_sequence_in_postgres(steps in prop::collection::vec(step(), 1..40)) {
        runtime().block_on(async {
            if let Some(test) = TestLedger::connect().await {
                check_sequence(test, steps).await;
            }
        });
    }
}
