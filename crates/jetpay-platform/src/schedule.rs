//! When the platform sends a callback again that nobody answered with HTTP 200.
//!
//! Six tries 10 seconds apart, then one every 70 + 10 x 1.12^(n-4) seconds until that reaches four hours, then one
//! every four hours: 120 tries in about ten days.
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

/// How often it comes again, at most.
const TRIES: u32 = 120;
/// How many of them come quickly.
const QUICK: u32 = 6;
const QUICK_WAIT: Duration = Duration::from_secs(10);
const LONGEST_WAIT: Duration = Duration::from_secs(4 * 60 * 60);
/// What the growing part is added to.
const BASE: Duration = Duration::from_secs(70);
/// 10 s x 1.12^3, exactly: the growing part of the seventh wait.
const FIRST_GROWTH: Duration = Duration::from_micros(14_049_280);

/// The waits before each repeat, counted from the try before it.
#[must_use]
pub fn waits() -> Waits {
    Waits {
        done: 0,
        growth: FIRST_GROWTH,
    }
}

/// The iterator that [`waits`] gives.
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
        // Whole nanoseconds: after 60 steps it is still right to the microsecond. No longer than the longest wait,
        // so that it never grows beyond what a Duration holds.
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
}
