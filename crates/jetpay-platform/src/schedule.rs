//! When the platform repeats a callback that was not answered with HTTP 200.
//!
//! The platform repeats it six times, 10 seconds apart. Then it waits 70 + 10 x 1.12^(n-4) seconds before repeat n
//! until that reaches four hours, and four hours after that. It makes 120 repeats in about ten days.
//!
//! ```
//! use std::time::Duration;
//!
//! let waits: Vec<Duration> = jetpay_platform::schedule::waits().collect();
//! assert_eq!(waits.len(), 120);
//! assert_eq!(waits[0], Duration::from_secs(10));
//! assert_eq!(waits[119], Duration::from_secs(4 * 60 * 60));
//! ```

use std::iter::FusedIterator;
use std::time::Duration;

/// The number of repeats.
const TRIES: u32 = 120;
/// The number of repeats with the short wait.
const QUICK: u32 = 6;
const QUICK_WAIT: Duration = Duration::from_secs(10);
const LONGEST_WAIT: Duration = Duration::from_secs(4 * 60 * 60);
/// The constant part of the longer waits.
const BASE: Duration = Duration::from_secs(70);
/// 10 s x 1.12^3 exactly: the growing part of the seventh wait.
const FIRST_GROWTH: Duration = Duration::from_micros(14_049_280);

/// The wait before each repeat, counted from the try before it.
#[must_use]
pub fn waits() -> Waits {
    Waits {
        done: 0,
        growth: FIRST_GROWTH,
    }
}

/// The iterator that [`waits`] returns.
#[derive(Debug, Clone)]
pub struct Waits {
    done: u32,
    growth: Duration,
}

impl Iterator for Waits {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        if self.done == TRIES {
            return None;
        }
        self.done += 1;
        if self.done <= QUICK {
            return Some(QUICK_WAIT);
        }
        let wait = LONGEST_WAIT.min(BASE + self.growth);
        // Nanoseconds keep the result exact to the microsecond after 60 steps. The limit keeps the growth within a
        // `Duration`.
        self.growth = LONGEST_WAIT.min(self.growth * 112 / 100);
        Some(wait)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (TRIES - self.done) as usize;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Waits {}
impl FusedIterator for Waits {}

/// Whether an answer with this HTTP status acknowledges a callback, so that the platform stops repeating it.
#[must_use]
pub const fn is_acknowledged(status: u16) -> bool {
    status == 200
}

/// Whether equal callbacks that were sent at once are acknowledged. One of the answers is enough: a merchant who
/// processes one of them may refuse the others, since the platform sends them again.
#[must_use]
pub fn any_acknowledged(statuses: impl IntoIterator<Item = u16>) -> bool {
    statuses.into_iter().any(is_acknowledged)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = include_str!("../../../fixtures/vectors/callback_retry_schedule.tsv");

    fn rounded_seconds(duration: Duration) -> u64 {
        (duration + Duration::from_millis(500)).as_secs()
    }

    #[test]
    fn every_row_of_the_table_is_reproduced() {
        let rows: Vec<&str> = TABLE.lines().skip(1).collect();
        assert_eq!(rows.len(), waits().len());
        let mut since_first = Duration::ZERO;
        for (row, (wait, attempt)) in rows.iter().zip(waits().zip(1..)) {
            since_first += wait;
            // A thousandth of a day is 86.4 seconds.
            let thousandths = (since_first.as_millis() + 43_200) / 86_400;
            let ours = format!(
                "{attempt}\t{}\t{}\t{}.{:03}",
                rounded_seconds(wait),
                rounded_seconds(since_first),
                thousandths / 1000,
                thousandths % 1000
            );
            assert_eq!(ours, *row);
        }
    }

    #[test]
    fn http_200_acknowledges_and_everything_else_refuses() {
        for refused in [100, 199, 201, 202, 204, 302, 400, 403, 500, 503] {
            assert!(!is_acknowledged(refused), "{refused}");
        }
        assert!(is_acknowledged(200));
    }

    #[test]
    fn one_acknowledgement_of_several_is_enough() {
        assert!(any_acknowledged([409, 200, 503]));
        assert!(!any_acknowledged([409, 204]));
        assert!(!any_acknowledged([]));
    }
}
