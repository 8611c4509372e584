//! Plays traffic against an endpoint.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, timeout, timeout_at};

use super::counters::Counters;
use super::generator::Generator;
use super::settings::Traffic;
use super::tally::Tally;
use super::visit::visit;
use super::world::World;

/// How long what is under way may take when all is stopped.
const GRACE: Duration = Duration::from_secs(5);

/// Traffic, ready to be played.
pub struct Runner(Arc<World>);

impl Runner {
    /// Prepares the traffic; nothing is sent yet.
    #[must_use]
    pub fn new(traffic: Traffic) -> Self {
        Self(Arc::new(World::new(traffic)))
    }

    /// The counters, to be looked at meanwhile.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.0.counters.clone()
    }

    /// Plays until as many top-ups as wanted have begun and ended, or until `stop` is ready: then nothing is begun any
    /// more, and what is under way has five seconds to end.
    ///
    /// # Panics
    /// Outside of a tokio runtime with I/O and time.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Tally {
        let world = self.0;
        let mut stop = pin!(stop);
        let mut under_way = JoinSet::new();
        let stopped = begin(&world, &mut under_way, &mut stop).await;
        if !stopped {
            tokio::select! {
                () = drain(&mut under_way) => {}
                () = &mut stop => {}
            }
        }
        if timeout(GRACE, drain(&mut under_way)).await.is_err() {
            let left = under_way.len() as u64;
            under_way.shutdown().await;
            world.counters.count(|tally| tally.cut_short = left);
        }
        world.counters.now()
    }
}

/// Begins top-ups until there are enough (false) or it is stopped (true).
async fn begin(
    world: &Arc<World>,
    under_way: &mut JoinSet<()>,
    mut stop: impl Future<Output = ()> + Unpin,
) -> bool {
    let traffic = &world.traffic;
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
                world.counters.count(|tally| tally.begun += 1);
                under_way.spawn(visit(Arc::clone(world), plan, place));
            }
            Err(_) => world.counters.count(|tally| tally.left_out += 1),
        }
        while let Some(done) = under_way.try_join_next() {
            raise(done);
        }
        // Where the machine is behind, nothing above has waited.
        tokio::task::yield_now().await;
    }
    false
}

async fn drain(under_way: &mut JoinSet<()>) {
    while let Some(done) = under_way.join_next().await {
        raise(done);
    }
}

/// A mistake of ours in a task is one here.
fn raise(done: Result<(), JoinError>) {
    if let Err(error) = done
        && let Ok(panic) = error.try_into_panic()
    {
        std::panic::resume_unwind(panic);
    }
}
