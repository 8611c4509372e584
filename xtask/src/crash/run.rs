//! The state that all workers of a run share, requests that wait for a store, and random choices.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use jetpay_platform::{Admin, Exchange, Platform};

use super::audit::Feed;
use super::fleet::Fleet;
use super::journal::Journal;
use super::payouts::Payouts;

pub(super) struct Run {
    /// One for each service.
    pub(super) platforms: Vec<Platform>,
    /// One for each service.
    pub(super) admins: Vec<Admin>,
    /// The number of callbacks sent, repeats included.
    pub(super) deliveries: AtomicUsize,
    /// The number of callbacks answered with HTTP 503.
    pub(super) unavailable: AtomicUsize,
    /// The number of callbacks that got no answer: the service was down, or it was killed before it answered.
    pub(super) unanswered: AtomicUsize,
    pub(super) payouts: Payouts,
    journal: Mutex<Journal>,
    /// The entries that the merchant's billing has read.
    feed: Mutex<Feed>,
    violations: Mutex<Vec<String>>,
}

impl Run {
    pub(super) fn of(fleet: &Fleet) -> Result<Self> {
        Ok(Self {
            platforms: fleet.platforms()?,
            admins: fleet.admins(),
            deliveries: AtomicUsize::new(0),
            unavailable: AtomicUsize::new(0),
            unanswered: AtomicUsize::new(0),
            payouts: Payouts::of(fleet)?,
            journal: Mutex::default(),
            feed: Mutex::default(),
            violations: Mutex::default(),
        })
    }

    pub(super) fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn feed(&self) -> MutexGuard<'_, Feed> {
        self.feed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Picks a service, running or not.
    pub(super) fn platform(&self, random: &mut Random) -> &Platform {
        &self.platforms[random.below(self.platforms.len())]
    }

    /// Records a violation.
    pub(super) fn violated(&self, what: String) {
        self.violations_mut().push(what);
    }

    pub(super) fn is_violated(&self) -> bool {
        !self.violations_mut().is_empty()
    }

    pub(super) fn violations(&self) -> Vec<String> {
        self.violations_mut().clone()
    }

    fn violations_mut(&self) -> MutexGuard<'_, Vec<String>> {
        let violations = self.violations.lock();
        violations.unwrap_or_else(PoisonError::into_inner)
    }

    /// The progress, in one line.
    pub(super) fn summary(&self) -> String {
        let journal = self.journal();
        format!(
            "{} payments, {} deliveries, {} of {} callbacks acknowledged, {} entries read; {}",
            journal.payments.len(),
            self.deliveries.load(Ordering::Relaxed),
            journal.acknowledged(),
            journal.events.len(),
            self.feed().entries.len(),
            self.payouts.summary()
        )
    }
}

const TIMEOUT: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(10);

/// Sends a GET request to a service that is ready. Repeats it after HTTP 503 and after a lost connection: the store may
/// still be recovering.
pub(super) async fn get_with_retries(admin: &Admin, path: &str) -> Result<Exchange> {
    let begun = Instant::now();
    loop {
        let why = match admin.call("GET", path, None).await {
            Ok(answer) if answer.status != 503 => return Ok(answer),
            Ok(answer) => answer.text(),
            Err(no_answer) => no_answer.to_string(),
        };
        if begun.elapsed() > TIMEOUT {
            bail!("{path} was not answered within {TIMEOUT:?}: {why}");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Random choices that a seed decides. `SplitMix64` is small and good enough for that.
#[derive(Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Another generator, with a seed from this one.
    pub(super) fn fork(&mut self) -> Self {
        Self(self.next())
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number less than `end`; 0 if `end` is 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % end).unwrap_or_default()
    }

    /// An amount from 1 to `most`, in minor units.
    pub(super) fn amount(&mut self, most: i64) -> i64 {
        1 + i64::try_from(self.next() >> 2).unwrap_or_default() % most.max(1)
    }

    /// True in `percent` of a hundred cases.
    pub(super) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// A time between two numbers of milliseconds.
    pub(super) fn millis(&mut self, from: usize, to: usize) -> Duration {
        let micros = from * 1000 + self.below((to - from) * 1000);
        Duration::from_micros(u64::try_from(micros).unwrap_or_default())
    }

    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn same_seed_gives_the_same_choices_within_the_bounds() {
        let chosen = |seed| -> Vec<usize> {
            let mut random = Random::new(seed);
            (0..50).map(|_| random.below(10)).collect()
        };
        assert_eq!(chosen(7), chosen(7));
        assert_ne!(chosen(7), chosen(8));
        assert!(chosen(7).iter().all(|&number| number < 10));
        let amounts: Vec<i64> = (0..50).map(|_| Random::new(7).amount(3)).collect();
        assert!(amounts.iter().all(|amount| (1..=3).contains(amount)));
    }
}
