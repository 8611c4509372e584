//! Counts the day in the background while people use the pages, so that no page waits for it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use actix_web::rt::time::{sleep, timeout};
use jetpay_ledger::{Error, Ledger, Millis};
use jiff::tz::TimeZone;
use tokio::sync::{Mutex, Notify, watch};

use super::count::{Counted, Day, Span};
use crate::config::{Config, StoreLocation};
use crate::environment::now;
use crate::telemetry::Metrics;

/// How long a page may count.
const BUDGET: Duration = Duration::from_millis(10);
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
    zone: TimeZone,
    /// The file of the store; `None`: it is a database.
    pub(super) file: Option<PathBuf>,
    /// Whether the merchant's own system is asked about customers.
    pub(super) has_lookup: bool,
    pub(super) started: Millis,
    day: Mutex<Option<Day>>,
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
            zone: zone.clone(),
            file,
            has_lookup: config.lookup.is_some(),
            started: now(),
            day: Mutex::default(),
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
        let mut held = self.day.lock().await;
        let begun = Instant::now();
        loop {
            let (day, is_behind) = self.step(&mut held, ledger).await?;
            if !is_behind || begun.elapsed() >= BUDGET {
                return Ok(day.counted());
            }
        }
    }

    /// When a callback last credited a payment of each method, as far as old entries are read.
    pub(super) fn last_credits(&self) -> BTreeMap<String, Millis> {
        let last = self.last_credits.lock();
        last.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads one part. Another day begins at midnight of the zone, and where a clock goes back over it.
    async fn step<'d>(
        &self,
        held: &'d mut Option<Day>,
        ledger: &Ledger,
    ) -> Result<(&'d Day, bool), Error> {
        let now = now();
        if held.as_ref().is_none_or(|day| !day.span.has(now)) {
            let span = Span::of(now, &self.zone);
            let span = span.ok_or_else(|| Error::Unavailable("the clock is wrong".into()))?;
            *held = Some(Day::begin(ledger, span, held.as_ref()).await?);
        }
        let closed = || Error::Unavailable("no day is counted".into());
        let day = held.as_mut().ok_or_else(closed)?;
        let is_behind = day.step(ledger, now).await?;
        Ok((day, is_behind))
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
            // While the store is away, the page says so.
            let _ = self.catch_up(ledger).await;
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

    async fn catch_up(&self, ledger: &Ledger) -> Result<(), Error> {
        loop {
            let mut held = self.day.lock().await;
            let (_, is_behind) = self.step(&mut held, ledger).await?;
            drop(held);
            if !is_behind {
                return Ok(());
            }
            sleep(BETWEEN).await;
        }
    }
}
