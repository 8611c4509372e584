//! How much strangers can write into the log: lines that a caller of the service causes are limited.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many lines of one kind the log gets.
pub(super) struct Budget {
    /// What the lines are about.
    about: &'static str,
    lines: u32,
    /// How many of the lines may say the same.
    equal: u32,
    window: Duration,
    spent: Mutex<Spent>,
}

struct Spent {
    since: Option<Instant>,
    lines: u32,
    left_out: u64,
    /// What the lines of this window say, as hashes, and how many say it.
    said: BTreeMap<u64, u32>,
}

/// Messages that are not signed: anyone can send them.
pub(super) static UNSIGNED: Budget = Budget::new("messages without a good signature", 20, 10);
/// Signed messages, and what became of them. Strangers cannot use up these lines.
pub(super) static SIGNED: Budget = Budget::new("signed messages", 20, 10);
/// Requests of the platform that the service refused.
pub(super) static REFUSED: Budget = Budget::new("refused requests", 20, 10);
/// Requests of the platform that the service carried out. A callback may be repeated, and its operation has several states.
pub(super) static SERVED: Budget = Budget::with_equal(5, "requests of the platform", 50_000, 10);
/// Requests of the service to the Gate.
pub(super) static GATE: Budget = Budget::new("payouts", 20, 10);
/// Mails of alarms that were not sent.
pub(super) static MAILS: Budget = Budget::new("mails of alarms", 20, 10);
/// Deliveries to the merchant's own systems.
pub(super) static DELIVERIES: Budget = Budget::new("deliveries", 20, 10);
/// Questions to the merchant's own system.
pub(super) static LOOKUPS: Budget = Budget::new("look-ups", 20, 10);
/// Requests to the admin interface and the pages that were not let in.
pub(super) static DENIED: Budget = Budget::new("requests without a right token or role", 20, 10);
/// The store, when a message or the admin interface needs it.
pub(super) static STORE: Budget = Budget::new("the store", 20, 10);
/// Requests for a path that does not exist.
pub(super) static WRONG_PATHS: Budget = Budget::new("paths that do not exist", 1, 60);
/// Signals, one of which comes with every write to a file that is too large.
pub(super) static SIGNALS: Budget = Budget::new("signals", 20, 10);
/// Lines of other crates.
pub(super) static DEPENDENCIES: Budget = Budget::new("connections", 20, 10);

impl Budget {
    /// So many lines in so many seconds, each once.
    const fn new(about: &'static str, lines: u32, seconds: u64) -> Self {
        Self::with_equal(1, about, lines, seconds)
    }

    const fn with_equal(equal: u32, about: &'static str, lines: u32, seconds: u64) -> Self {
        Self {
            about,
            lines,
            equal,
            window: Duration::from_secs(seconds),
            spent: Mutex::new(Spent {
                since: None,
                lines: 0,
                left_out: 0,
                said: BTreeMap::new(),
            }),
        }
    }

    /// Writes a line that a caller of the service caused. When there were too many of its kind of late, it counts the line
    /// instead.
    pub(super) fn limited(&self, write: impl FnOnce()) {
        if self.take(None) {
            write();
        }
    }

    /// The same for a line that says this. When enough lines of the window said it, it is counted: a captured message can be
    /// sent again and again, and must not use up the lines about others.
    pub(super) fn limited_once(&self, says: impl Hash, write: impl FnOnce()) {
        let mut hasher = DefaultHasher::new();
        says.hash(&mut hasher);
        if self.take(Some(hasher.finish())) {
            write();
        }
    }

    /// Whether one more line may be written, which says this. If not, it is counted.
    pub(super) fn take(&self, says: Option<u64>) -> bool {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent
            .since
            .is_none_or(|since| since.elapsed() > self.window)
        {
            spent.since = Some(Instant::now());
            spent.lines = 0;
            spent.said.clear();
        }
        let said = says
            .and_then(|says| spent.said.get(&says).copied())
            .unwrap_or(0);
        let left = said < self.equal && spent.lines < self.lines;
        if left {
            spent.lines += 1;
            spent.said.extend(says.map(|says| (says, said + 1)));
        } else {
            spent.left_out += 1;
        }
        left
    }

    /// Logs how many lines were left out in a window that is over.
    fn report(&self) {
        let left_out = {
            let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
            if spent
                .since
                .is_none_or(|since| since.elapsed() <= self.window)
            {
                return;
            }
            std::mem::take(&mut spent.left_out)
        };
        if left_out > 0 {
            tracing::warn!(
                lines = left_out,
                "the log left out lines: there were too many about {}",
                self.about
            );
        }
    }
}

/// Logs how many lines were left out. Call it from time to time.
pub fn report_left_out() {
    for budget in [
        &UNSIGNED,
        &SIGNED,
        &REFUSED,
        &SERVED,
        &GATE,
        &LOOKUPS,
        &DENIED,
        &STORE,
        &WRONG_PATHS,
        &SIGNALS,
        &DEPENDENCIES,
    ] {
        budget.report();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budget_gives_its_lines_once_a_window_and_counts_the_rest() {
        let budget = Budget::new("tests", 3, 3600);
        assert_eq!((0..10).filter(|_| budget.take(None)).count(), 3);
        assert_eq!(budget.spent.lock().unwrap().left_out, 7);
        let budget = Budget::new("tests", 3, 3600);
        let lines = [1, 1, 1, 2, 1, 3, 4].map(|says| budget.take(Some(says)));
        assert_eq!(lines, [true, false, false, true, false, true, false]);
    }
}
