//! What all top-ups of a run share.

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::counters::Counters;
use super::judge::{Seen, Wanted};
use super::kind::Kind;
use super::settings::{Route, Traffic};
use super::tally::Unexpected;
use crate::visible;

/// As many callbacks may wait to be sent again as this times the top-ups that may be under way.
const WAITING: usize = 20;
/// So many payment ids are remembered; then it begins anew.
const REMEMBERED: usize = 1_000_000;
/// Of a merchant's payment id so much is shown, in characters.
const SHOWN: usize = 64;

pub(super) struct World {
    pub(super) traffic: Traffic,
    pub(super) counters: Counters,
    /// Places for callbacks that wait to be sent again.
    pub(super) waiting: Arc<Semaphore>,
    /// A keyed hash of each: a merchant chooses how long they are.
    payment_ids: Mutex<HashSet<u64>>,
}

/// What a request was about.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) number: u64,
    pub(super) route: &'a Route,
    pub(super) kind: Kind,
    pub(super) payment_id: Option<&'a str>,
}

impl World {
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

    /// Counts a request that nobody waited for.
    pub(super) fn sent(&self, kind: Kind) {
        self.counters
            .count(|tally| tally.rows.entry(kind).or_default().sent += 1);
    }

    /// Counts a request, and its answer as it should be or not; true when it should be so.
    pub(super) fn judge(
        &self,
        about: About<'_>,
        wanted: Wanted,
        answer: Result<(&Seen, Duration), &str>,
    ) -> bool {
        let got = wanted.but_got(answer.map(|(seen, _)| seen));
        let good = got.is_none();
        self.counters.count(|tally| {
            let row = tally.rows.entry(about.kind).or_default();
            row.sent += 1;
            match answer {
                Ok((_, took)) => row.times.add(took),
                Err(_) => row.unanswered += 1,
            }
            match got {
                None => row.expected += 1,
                Some(got) => tally.add_unexpected(about.unexpected(wanted.words(), &got)),
            }
        });
        good
    }

    /// An answer that was counted as it should be turns out not to be.
    pub(super) fn reconsider(&self, about: About<'_>, wanted: &'static str, got: &str) {
        self.counters.count(|tally| {
            let row = tally.rows.entry(about.kind).or_default();
            row.expected = row.expected.saturating_sub(1);
            tally.add_unexpected(about.unexpected(wanted, got));
        });
    }

    /// Whether no payment had this id before.
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

impl About<'_> {
    fn unexpected(&self, wanted: &'static str, got: &str) -> Unexpected {
        // The merchant chose it: no terminal shall obey it.
        let shown = |id: &str| id.chars().take(SHOWN).map(visible::character).collect();
        Unexpected {
            number: self.number,
            method: self.route.method.name,
            kind: self.kind,
            payment_id: self.payment_id.map(shown),
            wanted,
            got: visible::line(got),
        }
    }
}
