//! What was asked when: answers that are good for some seconds, and the questions that are in flight.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
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
}

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
        })
    }

    /// What is known about a customer. `admits` is asked before a question begins: without it, there is `None`.
    pub(super) fn recall(
        self: &Arc<Self>,
        customer: &CustomerId,
        now: Millis,
        admits: impl FnOnce() -> bool,
    ) -> Option<Recalled> {
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
