//! The worker: looks for payouts that are due, and runs several errands at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::rt;
use futures_util::future::join_all;
use jetpay_gate::Gate;
use jetpay_ledger::Ledger;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};

use super::{AtTheGate, Driver, Gateway};
use crate::config::Config;
use crate::environment::SystemEnvironment;
use crate::telemetry;

/// Errands that are under way at once: each may wait for the Gate as long as a request may take.
const AT_ONCE: usize = 64;
/// How often it looks, when nobody wakes it.
const TICK: Duration = Duration::from_secs(1);
/// How often payers are forgotten, and how many at once.
const FORGET_EVERY: Duration = Duration::from_secs(60);
const FORGOTTEN_AT_ONCE: usize = 500;

/// Looks for payouts that are due, until it is told to end; at once whenever it is woken.
pub(crate) struct Worker<G> {
    driver: Arc<Driver<G>>,
    woken: Arc<Notify>,
    keep_personal_data: Duration,
    tick: Duration,
}

impl Worker<AtTheGate> {
    /// The worker of a configuration that has a Gate.
    pub(crate) fn new(config: &Config, ledger: &Ledger, woken: &Arc<Notify>) -> Option<Self> {
        let settings = config.gate.as_ref()?;
        let pace = settings.pace;
        let gate = Gate::at(settings.base_url.clone()).timeout(pace.answer_timeout);
        let gateway = AtTheGate::new(gate, config.keyring());
        Some(Self {
            driver: Arc::new(Driver::new(
                ledger.clone(),
                gateway,
                settings.address(),
                pace,
                Arc::new(SystemEnvironment),
            )),
            woken: Arc::clone(woken),
            keep_personal_data: settings.keep_personal_data,
            // More often where a simulated Gate may be asked sooner.
            tick: TICK.min(pace.query_after / 2).max(Duration::from_millis(5)),
        })
    }
}

impl<G: Gateway + 'static> Worker<G> {
    /// Works until `ending` says true; then finishes what is under way. A mistake of ours that ends it is told, and it
    /// begins anew: payouts must not stand still while everything looks well.
    pub(crate) async fn keep_working(self, ending: watch::Receiver<bool>) {
        let worker = Arc::new(self);
        while let Err(error) = rt::spawn(Arc::clone(&worker).work(ending.clone())).await {
            tracing::error!("the worker of payouts failed and begins anew: {error}");
            rt::time::sleep(TICK).await;
        }
    }

    async fn work(self: Arc<Self>, mut ending: watch::Receiver<bool>) {
        let errands = Arc::new(Semaphore::new(AT_ONCE));
        let mut forgot: Option<Instant> = None;
        while !*ending.borrow() {
            let busy = self.round(&errands).await;
            // A batch at a time: payouts are not kept waiting for it.
            if forgot.is_none_or(|at| at.elapsed() > FORGET_EVERY) && !self.forget().await {
                forgot = Some(Instant::now());
            }
            if !busy {
                tokio::select! {
                    () = self.woken.notified() => {}
                    () = rt::time::sleep(self.tick) => {}
                    _ = ending.changed() => {}
                }
            }
        }
        // Whoever has all permits knows that no errand is under way.
        let all = u32::try_from(AT_ONCE).unwrap_or(u32::MAX);
        let _ = errands.acquire_many(all).await;
    }

    /// Begins what is due, as much as may be under way; whether there may be more.
    async fn round(&self, errands: &Arc<Semaphore>) -> bool {
        let Some(permits) = permits(errands).await else {
            return false;
        };
        let due = match self.driver.due(permits.len()).await {
            Ok(due) => due,
            Err(error) => {
                telemetry::payouts_stand_still(&error);
                return false;
            }
        };
        let mut more = due.len() == permits.len();
        let taken = join_all(due.into_iter().map(|id| self.driver.take_up(id))).await;
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
                    // A store in trouble is given a moment.
                    more = false;
                    telemetry::payouts_stand_still(&error);
                }
            }
        }
        more
    }

    /// Forgets some payers; whether there may be more.
    async fn forget(&self) -> bool {
        let keep = self.keep_personal_data;
        match self.driver.forget_payers(keep, FORGOTTEN_AT_ONCE).await {
            Ok(forgotten) => forgotten == FORGOTTEN_AT_ONCE,
            Err(error) => {
                telemetry::payouts_stand_still(&error);
                false
            }
        }
    }
}

/// All permits that are free, and one at least.
async fn permits(errands: &Arc<Semaphore>) -> Option<Vec<OwnedSemaphorePermit>> {
    let mut permits = vec![Arc::clone(errands).acquire_owned().await.ok()?];
    while let Ok(permit) = Arc::clone(errands).try_acquire_owned() {
        permits.push(permit);
    }
    Some(permits)
}
