//! Counts the day in the background while people use the pages, so that no page waits for it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use actix_web::rt::time::{sleep, timeout};
use jetpay_ledger::{Error, Ledger, Millis};
use jiff::tz::TimeZone;
use tokio::sync::{Mutex, Notify, watch};

use super::count::Count;
use super::day::Counted;
use crate::config::{Config, StoreLocation};
use crate::environment::now;
use crate::telemetry::Metrics;

/// What is new is counted this often.
const PAUSE: Duration = Duration::from_secs(5);
/// Between two parts, others use the store.
const BETWEEN: Duration = Duration::from_millis(5);
/// After so many pauses without a page, the count ends: one hour.
const QUIET: u32 = 720;

/// The day that is counted, and what is known of this process.
#[derive(Clone)]
pub(in super::super) struct Board(Arc<Inner>);

pub(in super::super) struct Inner {
    /// The file of the store; `None`: it is a database.
    pub(super) file: Option<PathBuf>,
    /// Whether the merchant's own system is asked about customers.
    pub(super) has_lookup: bool,
    pub(super) started: Millis,
    count: Mutex<Count>,
    last_credits: std::sync::Mutex<BTreeMap<String, Millis>>,
    wanted: Notify,
}

impl std::ops::Deref for Board {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Board {
    pub(in super::super) fn new(config: &Config, zone: &TimeZone) -> Self {
        let file = match &config.store {
            StoreLocation::Sqlite(path) => Some(path.clone()),
            StoreLocation::Postgres { .. } => None,
        };
        Self(Arc::new(Inner {
            file,
            has_lookup: config.lookup.is_some(),
            started: now(),
            count: Mutex::new(Count::new(zone.clone())),
            last_credits: std::sync::Mutex::default(),
            wanted: Notify::new(),
        }))
    }

    /// A person uses the pages: from now on the day is counted.
    pub(in super::super) fn wanted(&self) {
        self.wanted.notify_one();
    }

    /// What is counted so far, with what is new as far as it is quickly read.
    pub(super) async fn counted(&self, ledger: &Ledger) -> Result<Counted, Error> {
        let asked = Instant::now();
        let mut count = self.count.lock().await;
        loop {
            if let Some(counted) = count.counted(asked) {
                return counted;
            }
            count.step(ledger, now()).await;
        }
    }

    /// When a callback last credited a payment of each method, as far as old entries are read.
    pub(super) fn last_credits(&self) -> BTreeMap<String, Millis> {
        let last = self.last_credits.lock();
        last.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts while the pages are used, until the service ends.
    pub(in super::super) async fn run(
        self,
        ledger: Ledger,
        metrics: Metrics,
        mut ending: watch::Receiver<bool>,
    ) {
        let counting = async {
            loop {
                self.wanted.notified().await;
                self.count_on(&ledger, &metrics).await;
            }
        };
        tokio::select! {
            () = counting => {}
            _ = ending.changed() => {}
        }
    }

    async fn count_on(&self, ledger: &Ledger, metrics: &Metrics) {
        let mut quiet = 0;
        while quiet < QUIET {
            self.catch_up(ledger).await;
            if let Ok(last) = metrics.last_credits(ledger).await {
                let last = last.into_iter();
                let last = last.map(|(method, seconds)| (method, Millis(seconds * 1000)));
                let held = self.last_credits.lock();
                *held.unwrap_or_else(PoisonError::into_inner) = last.collect();
            }
            quiet += 1;
            if timeout(PAUSE, self.wanted.notified()).await.is_ok() {
                quiet = 0;
                sleep(PAUSE).await;
            }
        }
    }

    /// Counts all that there is. While the store is away, the page says so.
    async fn catch_up(&self, ledger: &Ledger) {
        while self.count.lock().await.step(ledger, now()).await {
            sleep(BETWEEN).await;
        }
    }
}
