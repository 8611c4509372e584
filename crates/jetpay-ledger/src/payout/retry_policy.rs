//! The retry policy: how long to wait for what.

use std::time::Duration;

use crate::model::Millis;

/// How long to wait for what. The default is what the protocol requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How long one request to the Gate may take.
    pub answer_timeout: Duration,
    /// How long after a send the status may be queried.
    pub query_after: Duration,
    /// Waits grow up to this; after [`overdue_after`](Self::overdue_after), up to six times this.
    pub longest_wait: Duration,
    /// After this, an alarm says that no outcome came.
    pub overdue_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            answer_timeout: Duration::from_secs(30),
            query_after: Duration::from_secs(10),
            longest_wait: Duration::from_secs(10 * 60),
            overdue_after: Duration::from_secs(24 * 60 * 60),
        }
    }
}

impl RetryPolicy {
    /// How long a lease lasts. A server begins the action within [`answer_timeout`](Self::answer_timeout) or not at all, and
    /// the action takes no longer than that.
    #[must_use]
    pub fn lease_time(&self) -> Duration {
        self.answer_timeout * 2 + self.query_after
    }

    /// The longest time that a stored instant can lie ahead: the longest wait and a lease. The lease makes room for the clocks
    /// of several servers, which differ a little.
    #[must_use]
    pub fn longest_ahead(&self) -> Duration {
        self.longest_wait * 6 + self.lease_time()
    }

    /// Whether a stored instant lies further ahead than that: the clock was wrong when it was stored. Whatever is due then
    /// is due now.
    pub(super) fn is_ahead(&self, stored: Millis, now: Millis) -> bool {
        stored > after(now, self.longest_ahead())
    }

    /// The wait after this many tries. Each wait is half as long again as the one before.
    pub(super) fn wait(&self, tries: i64, overdue: bool) -> Duration {
        let longest = self.longest_wait * if overdue { 6 } else { 1 };
        let mut wait = self.query_after;
        for _ in 0..tries {
            if wait >= longest {
                return longest;
            }
            wait = wait * 3 / 2;
        }
        wait.min(longest)
    }
}

/// The instant after this wait.
pub(crate) fn after(now: Millis, wait: Duration) -> Millis {
    let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
    Millis(now.0.saturating_add(wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_by_half_up_to_ten_minutes_and_to_an_hour_once_overdue() {
        let policy = RetryPolicy::default();
        let seconds = |tries, overdue| policy.wait(tries, overdue).as_secs();
        assert_eq!(
            [0, 1, 2, 3].map(|tries| seconds(tries, false)),
            [10, 15, 22, 33]
        );
        assert_eq!((seconds(1_000, false), seconds(1_000, true)), (600, 3_600));
    }
}
