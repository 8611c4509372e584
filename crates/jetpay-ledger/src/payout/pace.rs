//! How long to wait for what.

use std::time::Duration;

use crate::millis::Millis;

/// How long to wait for what. The default is what the protocol asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How long one request to the Gate may take in all.
    pub answer_within: Duration,
    /// How long after a request the platform may be asked about it.
    pub ask_after: Duration,
    /// Waits grow up to this; after [`overdue_after`](Self::overdue_after), up to six times as much.
    pub longest_wait: Duration,
    /// After this a person is told that no outcome came.
    pub overdue_after: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            answer_within: Duration::from_secs(30),
            ask_after: Duration::from_secs(10),
            longest_wait: Duration::from_secs(10 * 60),
            overdue_after: Duration::from_secs(24 * 60 * 60),
        }
    }
}

impl Pace {
    /// How long nobody else takes up what one server took up: it begins within [`answer_within`](Self::answer_within), or
    /// not at all, and then takes no longer than that.
    #[must_use]
    pub fn lease(&self) -> Duration {
        self.answer_within * 2 + self.ask_after
    }

    /// The wait before the try that comes after `tries` others: half as long again each time.
    pub(super) fn wait(&self, tries: i64, overdue: bool) -> Duration {
        let longest = self.longest_wait * if overdue { 6 } else { 1 };
        let mut wait = self.ask_after;
        for _ in 0..tries {
            if wait >= longest {
                return longest;
            }
            wait = wait * 3 / 2;
        }
        wait.min(longest)
    }
}

/// The instant that long after this one.
pub(super) fn after(now: Millis, wait: Duration) -> Millis {
    let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
    Millis(now.0.saturating_add(wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_by_half_up_to_ten_minutes_and_to_an_hour_once_overdue() {
        let pace = Pace::default();
        let seconds = |tries, overdue| pace.wait(tries, overdue).as_secs();
        assert_eq!(
            [0, 1, 2, 3].map(|tries| seconds(tries, false)),
            [10, 15, 22, 33]
        );
        assert_eq!((seconds(1_000, false), seconds(1_000, true)), (600, 3_600));
    }
}
