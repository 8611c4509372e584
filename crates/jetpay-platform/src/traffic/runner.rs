//! Plays traffic against an endpoint, and what all top-ups of a run share.

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, timeout, timeout_at};

use super::expected::{Answered, Expected};
use super::generator::Generator;
use super::play::play;
use super::settings::{Route, Traffic};
use super::show::Counters;
use super::tally::{MessageKind, Tally, Unexpected};
use crate::visible;

/// How long top-ups in progress may take after the stop.
const GRACE: Duration = Duration::from_secs(5);

/// Traffic that is ready to be played.
pub struct Runner(Arc<Run>);

impl Runner {
    /// Prepares the traffic. Nothing is sent yet.
    #[must_use]
    pub fn new(traffic: Traffic) -> Self {
        Self(Arc::new(Run::new(traffic)))
    }

    /// The counters, which can be read while the traffic runs.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.0.counters.clone()
    }

    /// Plays until the requested number of top-ups has ended, or until `stop` is ready. Then no new top-up begins, and
    /// those in progress have five seconds to end.
    ///
    /// # Panics
    /// Outside of a tokio runtime with I/O and time.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Tally {
        let run = self.0;
        let mut stop = pin!(stop);
        let mut under_way = JoinSet::new();
        let stopped = begin(&run, &mut under_way, &mut stop).await;
        if !stopped {
            tokio::select! {
                () = drain(&mut under_way) => {}
                () = &mut stop => {}
            }
        }
        if timeout(GRACE, drain(&mut under_way)).await.is_err() {
            let left = under_way.len() as u64;
            under_way.shutdown().await;
            run.counters.count(|tally| tally.cut_short = left);
        }
        run.counters.now()
    }
}

/// Begins top-ups. Returns false when all have begun, and true when it is stopped.
async fn begin(
    run: &Arc<Run>,
    under_way: &mut JoinSet<()>,
    mut stop: impl Future<Output = ()> + Unpin,
) -> bool {
    let traffic = &run.traffic;
    let methods = traffic.routes.iter().map(|route| route.method);
    let (customers, faults) = (traffic.customers.len(), traffic.faults.clone());
    let plans = Generator::new(traffic.seed, methods, customers, traffic.currency, faults);
    let places = traffic.concurrency.clamp(1, Semaphore::MAX_PERMITS);
    let places = Arc::new(Semaphore::new(places));
    let (mut begun, mut next) = (0, Instant::now());
    for plan in plans {
        if traffic.count.is_some_and(|count| begun >= count) {
            return false;
        }
        if timeout_at(next, &mut stop).await.is_ok() {
            return true;
        }
        next += traffic.rate.every() * plan.pause_per_mille / 1000;
        match Arc::clone(&places).try_acquire_owned() {
            Ok(place) => {
                begun += 1;
                run.counters.count(|tally| tally.begun += 1);
                under_way.spawn(play(Arc::clone(run), plan, place));
            }
            Err(_) => run.counters.count(|tally| tally.left_out += 1),
        }
        while let Some(done) = under_way.try_join_next() {
            raise(done);
        }
        // On a slow machine nothing above waits.
        tokio::task::yield_now().await;
    }
    false
}

async fn drain(under_way: &mut JoinSet<()>) {
    while let Some(done) = under_way.join_next().await {
        raise(done);
    }
}

/// A panic in a task becomes a panic of the caller.
fn raise(done: Result<(), JoinError>) {
    if let Err(error) = done
        && let Ok(panic) = error.try_into_panic()
    {
        std::panic::resume_unwind(panic);
    }
}

/// For each top-up that may be in progress, so many callbacks may wait for their repeats.
const WAITING: usize = 20;
/// The number of payment ids that are remembered. Then the memory is cleared.
const REMEMBERED: usize = 1_000_000;
/// The part of a merchant's payment id that is shown, in characters.
const SHOWN: usize = 64;

pub(super) struct Run {
    pub(super) traffic: Traffic,
    pub(super) counters: Counters,
    /// Permits for callbacks that wait for their repeats.
    pub(super) waiting: Arc<Semaphore>,
    /// A keyed hash of each id, because a merchant's ids can be long.
    payment_ids: Mutex<HashSet<u64>>,
}

/// What a request is about.
#[derive(Clone, Copy)]
pub(super) struct RequestInfo<'a> {
    pub(super) number: u64,
    pub(super) route: &'a Route,
    pub(super) kind: MessageKind,
    pub(super) payment_id: Option<&'a str>,
}

impl Run {
    pub(super) fn new(traffic: Traffic) -> Self {
        let waiting = traffic.concurrency.saturating_mul(WAITING);
        Self {
            traffic,
            counters: Counters::default(),
            waiting: Arc::new(Semaphore::new(waiting.clamp(1, Semaphore::MAX_PERMITS))),
            payment_ids: Mutex::default(),
        }
    }

    pub(super) async fn sleep(&self, wait: Duration) {
        tokio::time::sleep(wait / self.traffic.hurry.max(1)).await;
    }

    /// Counts a request without an answer to compare.
    pub(super) fn sent(&self, kind: MessageKind) {
        self.counters
            .count(|tally| tally.rows.entry(kind).or_default().sent += 1);
    }

    /// Counts a request and its answer. Returns whether the answer is the expected one.
    pub(super) fn judge(
        &self,
        info: RequestInfo<'_>,
        expected: Expected,
        answer: &Answered,
    ) -> bool {
        let got = expected.but_got(answer);
        let good = got.is_none();
        self.counters.count(|tally| {
            let row = tally.rows.entry(info.kind).or_default();
            row.sent += 1;
            match answer {
                Ok(answer) => row.times.add(answer.took),
                Err(_) => row.unanswered += 1,
            }
            match got {
                None => row.expected += 1,
                Some(got) => tally.add_unexpected(info.unexpected(expected.words(), &got)),
            }
        });
        good
    }

    /// Counts an answer as unexpected that was counted as expected before.
    pub(super) fn reconsider(&self, info: RequestInfo<'_>, expected: &'static str, got: &str) {
        self.counters.count(|tally| {
            let row = tally.rows.entry(info.kind).or_default();
            row.expected = row.expected.saturating_sub(1);
            tally.add_unexpected(info.unexpected(expected, got));
        });
    }

    /// Whether no other payment has this id.
    pub(super) fn is_fresh(&self, payment_id: &str) -> bool {
        let mut ids = self
            .payment_ids
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if ids.len() == REMEMBERED {
            ids.clear();
        }
        let hash = ids.hasher().hash_one(payment_id);
        ids.insert(hash)
    }
}

impl RequestInfo<'_> {
    fn unexpected(&self, expected: &'static str, got: &str) -> Unexpected {
        // The merchant chose the id, and a terminal must not obey it.
        let shown = |id: &str| id.chars().take(SHOWN).map(visible::character).collect();
        Unexpected {
            number: self.number,
            method: self.route.method.name,
            kind: self.kind,
            payment_id: self.payment_id.map(shown),
            expected,
            got: visible::line(got),
        }
    }
}
