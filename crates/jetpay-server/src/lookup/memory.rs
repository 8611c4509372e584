//! What was asked when: answers that are good for some seconds, and the questions that are in flight.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jetpay_core::id::CustomerId;
use jetpay_ledger::Millis;
use tokio::sync::watch;

use super::Settled;

/// Locks, so that the threads of the service seldom wait for one another.
const SHARDS: usize = 64;
/// Customers that are remembered.
const MOST: usize = 200_000;

/// The result of a question for all who wait for it; `None` until it is there.
pub(super) type Waiting = watch::Receiver<Option<Settled>>;

/// What is known about customers. The memory is lost with the process; the answers are in the ledger.
pub(super) struct Memory {
    hasher: RandomState,
    shards: Vec<Mutex<HashMap<CustomerId, Entry>>>,
    most_in_shard: usize,
    /// The latest time of a question.
    latest: AtomicI64,
}

/// So much earlier than another one can a question be, because of threads, without that the clock was set back. In milliseconds.
const BESIDE: i64 = 1000;

enum Entry {
    /// Asked at the first time; good before the second.
    Answered {
        exists: bool,
        asked_at: Millis,
        until: Millis,
    },
    InFlight(Waiting),
}

impl Entry {
    /// Whether the customer exists, as long as the answer is good. A clock that was set back makes no answer good for longer.
    fn fresh(&self, now: Millis) -> Option<bool> {
        match self {
            Self::Answered {
                exists,
                asked_at,
                until,
            } => (*asked_at..*until).contains(&now).then_some(*exists),
            Self::InFlight(_) => None,
        }
    }

    fn may_go(&self, now: Millis) -> bool {
        matches!(self, Self::Answered { .. }) && self.fresh(now).is_none()
    }
}

/// What the memory has about a customer.
pub(super) enum Recalled {
    /// An answer that is good. Whether the customer exists.
    Fresh(bool),
    /// Another caller asked, and the answer is to come.
    InFlight(Waiting),
    /// Nothing: the caller asks now, and others wait for the result.
    Begun(Asking, Waiting),
}

impl Memory {
    pub(super) fn new() -> Arc<Self> {
        Self::of(SHARDS, MOST)
    }

    fn of(shards: usize, most: usize) -> Arc<Self> {
        Arc::new(Self {
            hasher: RandomState::new(),
            shards: (0..shards).map(|_| Mutex::default()).collect(),
            most_in_shard: most / shards,
            latest: AtomicI64::new(i64::MIN),
        })
    }

    /// What is known about a customer. `admits` is asked before a question begins: without it, there is `None`.
    pub(super) fn recall(
        self: &Arc<Self>,
        customer: &CustomerId,
        now: Millis,
        admits: impl FnOnce() -> bool,
    ) -> Option<Recalled> {
        if now.0 < self.latest.fetch_max(now.0, Relaxed).saturating_sub(BESIDE) {
            self.clock_was_set_back(now);
        }
        let mut shard = self.shard(customer);
        match shard.get(customer) {
            Some(Entry::InFlight(waiting)) => return Some(Recalled::InFlight(waiting.clone())),
            Some(entry) => {
                if let Some(exists) = entry.fresh(now) {
                    return Some(Recalled::Fresh(exists));
                }
            }
            None => {}
        }
        if !admits() {
            return None;
        }
        let (result, waiting) = watch::channel(None);
        if shard.len() >= self.most_in_shard {
            shard.retain(|_, entry| !entry.may_go(now));
        }
        if shard.len() >= self.most_in_shard {
            // All are good or in flight. Any that is not in flight may be asked about again.
            let settled = |entry: &Entry| matches!(entry, Entry::Answered { .. });
            let any = shard.iter().find(|(_, entry)| settled(entry));
            let any = any.map(|(customer, _)| customer.clone());
            any.and_then(|customer| shard.remove(&customer));
        }
        shard.insert(customer.clone(), Entry::InFlight(waiting.clone()));
        let asking = Asking {
            memory: Arc::clone(self),
            customer: customer.clone(),
            result,
        };
        Some(Recalled::Begun(asking, waiting))
    }

    /// Forgets an answer.
    pub(super) fn forget(&self, customer: &CustomerId) {
        let mut shard = self.shard(customer);
        if let Some(Entry::Answered { .. }) = shard.get(customer) {
            shard.remove(customer);
        }
    }

    /// Forgets all answers: when the clock comes again to the times at which they were good, they are old.
    fn clock_was_set_back(&self, now: Millis) {
        self.latest.store(now.0, Relaxed);
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.retain(|_, entry| matches!(entry, Entry::InFlight(_)));
        }
    }

    fn shard(&self, customer: &CustomerId) -> MutexGuard<'_, HashMap<CustomerId, Entry>> {
        let hash = self.hasher.hash_one(customer);
        let index = usize::try_from(hash % self.shards.len() as u64).unwrap_or_default();
        let shard = &self.shards[index];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A question in flight. When it goes away without a result, those who wait for it learn that, and the next caller asks again.
pub(super) struct Asking {
    memory: Arc<Memory>,
    customer: CustomerId,
    result: watch::Sender<Option<Settled>>,
}

impl Asking {
    /// Gives the result to all who wait. `good` is remembered: whether the customer exists, when that was asked, and until
    /// when the answer is good.
    pub(super) fn settle(self, result: Settled, good: Option<(bool, Millis, Millis)>) {
        if let Some((exists, asked_at, until)) = good {
            let entry = Entry::Answered {
                exists,
                asked_at,
                until,
            };
            let mut shard = self.memory.shard(&self.customer);
            shard.insert(self.customer.clone(), entry);
        }
        self.result.send_replace(Some(result));
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        let mut shard = self.memory.shard(&self.customer);
        if let Some(Entry::InFlight(_)) = shard.get(&self.customer) {
            shard.remove(&self.customer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Answer;
    use super::*;

    fn customer(number: usize) -> CustomerId {
        CustomerId::new(number.to_string()).unwrap()
    }

    fn begun(memory: &Arc<Memory>, number: usize, now: i64) -> Asking {
        match memory.recall(&customer(number), Millis(now), || true) {
            Some(Recalled::Begun(asking, _)) => asking,
            _ => panic!("{number} is known"),
        }
    }

    /// Remembers that a customer exists, from the first time until the second.
    fn remember(memory: &Arc<Memory>, number: usize, asked_at: i64, until: i64) {
        let good = Some((true, Millis(asked_at), Millis(until)));
        begun(memory, number, asked_at).settle(Ok(Answer::Exists), good);
    }

    fn is_fresh(memory: &Arc<Memory>, number: usize, now: i64) -> bool {
        let recalled = memory.recall(&customer(number), Millis(now), || false);
        matches!(recalled, Some(Recalled::Fresh(true)))
    }

    #[test]
    fn answer_is_good_from_the_question_until_its_end_and_not_before_it() {
        let memory = Memory::new();
        remember(&memory, 1, 1000, 2000);
        let fresh = [999, 1000, 1999, 2000].map(|now| is_fresh(&memory, 1, now));
        assert_eq!(fresh, [false, true, true, false]);
        memory.forget(&customer(1));
        assert!(!is_fresh(&memory, 1, 1000));
    }

    #[test]
    fn answer_from_before_the_clock_was_set_back_is_not_good_when_its_time_comes_again() {
        let memory = Memory::new();
        remember(&memory, 1, 3_600_000, 3_630_000);
        remember(&memory, 2, 3_629_000, 3_660_000);
        // Threads do not come in the order of their times.
        assert!(is_fresh(&memory, 1, 3_628_500));
        assert!(!is_fresh(&memory, 3, 30_000));
        assert!(!is_fresh(&memory, 1, 3_610_000) && !is_fresh(&memory, 2, 3_650_000));
    }

    #[test]
    fn full_memory_gives_up_expired_answers_first_then_others_and_never_a_question_in_flight() {
        let memory = Memory::of(1, 4);
        let count = |memory: &Memory| memory.shards[0].lock().unwrap().len();
        let in_flight = begun(&memory, 0, 0);
        remember(&memory, 1, 0, 10);
        remember(&memory, 2, 0, 100);
        remember(&memory, 3, 0, 10);
        remember(&memory, 4, 50, 100);
        assert!(is_fresh(&memory, 2, 50) && is_fresh(&memory, 4, 50));
        assert_eq!(count(&memory), 3);
        for number in 5..50 {
            remember(&memory, number, 50, 100);
            assert!(count(&memory) <= 4);
        }
        let recalled = memory.recall(&customer(0), Millis(50), || true);
        assert!(matches!(recalled, Some(Recalled::InFlight(_))));
        drop(in_flight);
        // What is in flight is more than fits only as long as it is in flight.
        let asking: Vec<_> = (100..110)
            .map(|number| begun(&memory, number, 50))
            .collect();
        assert_eq!(count(&memory), 10);
        drop(asking);
        assert_eq!(count(&memory), 0);
    }

    #[test]
    fn question_without_a_result_is_forgotten_and_those_who_wait_learn_it() {
        let memory = Memory::new();
        let asking = begun(&memory, 1, 0);
        let waits = memory.recall(&customer(1), Millis(0), || panic!("it was asked"));
        let Some(Recalled::InFlight(waiting)) = waits else {
            panic!("the question is in flight");
        };
        drop(asking);
        assert!(waiting.has_changed().is_err());
        drop(begun(&memory, 1, 0));
        assert!(memory.recall(&customer(1), Millis(0), || false).is_none());
    }
}
