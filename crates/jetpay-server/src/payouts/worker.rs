//! The worker: finds payouts that are due, and performs several actions in parallel.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::rt;
use futures_util::future::join_all;
use jetpay_core::Keyring;
use jetpay_gate::GateError;
use jetpay_ledger::Ledger;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};

use super::{Driver, GateClient, Gateway};
use crate::config::Config;
use crate::environment::SystemEnvironment;
use crate::reload::Live;
use crate::telemetry;

/// Actions in progress at a time. Each may wait for the Gate until its request times out.
const PARALLEL: usize = 64;
/// The pause between two searches when no new payout notifies the worker.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// The pause between two searches for personal data to delete, and the payouts of one such batch.
const FORGET_INTERVAL: Duration = Duration::from_secs(60);
const FORGET_BATCH: usize = 500;

/// Performs the actions of payouts that are due, until it is stopped.
pub(crate) struct Worker<G> {
    driver: Arc<Driver<G>>,
    /// Notified for each new payout.
    new_payout: Arc<Notify>,
    keep_personal_data: Duration,
    poll_interval: Duration,
}

impl Worker<GateClient> {
    /// The worker of a configuration; `None` without `[gate]`.
    ///
    /// # Errors
    /// When this machine has no certificates for a connection to the Gate.
    pub(crate) fn new(
        config: &Config,
        ledger: &Ledger,
        keyring: &Live<Keyring>,
        new_payout: &Arc<Notify>,
    ) -> Result<Option<Self>, GateError> {
        let Some(settings) = config.gate.as_ref() else {
            return Ok(None);
        };
        let policy = settings.retry_policy;
        let gate = settings.client();
        let gate = gate.with_timeout(policy.answer_timeout).build()?;
        let keyring = keyring.clone();
        Ok(Some(Self {
            driver: Arc::new(Driver::new(
                ledger.clone(),
                GateClient { gate, keyring },
                settings.address(),
                policy,
                Arc::new(SystemEnvironment),
            )),
            new_payout: Arc::clone(new_payout),
            keep_personal_data: settings.keep_personal_data,
            // Shorter for a simulated Gate, which allows earlier status queries.
            poll_interval: POLL_INTERVAL
                .min(policy.query_after / 2)
                .max(Duration::from_millis(5)),
        }))
    }
}

impl<G: Gateway + 'static> Worker<G> {
    /// Works until `ending` is true, then finishes the actions in progress. After a panic it logs the error and starts again:
    /// payouts must not stop while the service seems healthy.
    pub(crate) async fn run(self, ending: watch::Receiver<bool>) {
        let worker = Arc::new(self);
        while let Err(error) = rt::spawn(Arc::clone(&worker).work(ending.clone())).await {
            tracing::error!("the payouts worker failed and starts again: {error}");
            rt::time::sleep(POLL_INTERVAL).await;
        }
    }

    async fn work(self: Arc<Self>, mut ending: watch::Receiver<bool>) {
        let permits = Arc::new(Semaphore::new(PARALLEL));
        let mut forgot: Option<Instant> = None;
        while !*ending.borrow() {
            let busy = self.start_due(&permits).await;
            // One batch between two rounds: payouts must not wait for all of it.
            if forgot.is_none_or(|at| at.elapsed() > FORGET_INTERVAL) && !self.forget().await {
                forgot = Some(Instant::now());
            }
            if !busy {
                tokio::select! {
                    () = self.new_payout.notified() => {}
                    () = rt::time::sleep(self.poll_interval) => {}
                    _ = ending.changed() => {}
                }
            }
        }
        // All permits are free only when no action is in progress.
        let all = u32::try_from(PARALLEL).unwrap_or(u32::MAX);
        let _ = permits.acquire_many(all).await;
    }

    /// Starts the actions that are due, as many as there are permits. Returns whether more may be due.
    async fn start_due(&self, permits: &Arc<Semaphore>) -> bool {
        let Some(permits) = free_permits(permits).await else {
            return false;
        };
        let due = match self.driver.due(permits.len()).await {
            Ok(due) => due,
            Err(error) => {
                telemetry::payouts_stopped(&self.driver.ledger, &error);
                return false;
            }
        };
        let mut more = due.len() == permits.len();
        let taken = join_all(due.into_iter().map(|id| self.driver.lease(id))).await;
        for (taken, permit) in taken.into_iter().zip(permits) {
            match taken {
                Ok(Some((payout, at))) => {
                    let driver = Arc::clone(&self.driver);
                    rt::spawn(async move {
                        driver.run(payout, at).await;
                        drop(permit);
                    });
                }
                Ok(None) => {}
                Err(error) => {
                    // The store has a problem: pause before the next attempt.
                    more = false;
                    telemetry::payouts_stopped(&self.driver.ledger, &error);
                }
            }
        }
        more
    }

    /// Deletes one batch of personal data. Returns whether more may be due.
    async fn forget(&self) -> bool {
        let keep = self.keep_personal_data;
        match self.driver.forget_payers(keep, FORGET_BATCH).await {
            Ok(forgotten) => forgotten == FORGET_BATCH,
            Err(error) => {
                telemetry::payouts_stopped(&self.driver.ledger, &error);
                false
            }
        }
    }
}

/// Waits for one permit, and takes all others that are free.
async fn free_permits(semaphore: &Arc<Semaphore>) -> Option<Vec<OwnedSemaphorePermit>> {
    let mut permits = vec![Arc::clone(semaphore).acquire_owned().await.ok()?];
    while let Ok(permit) = Arc::clone(semaphore).try_acquire_owned() {
        permits.push(permit);
    }
    Some(permits)
}
