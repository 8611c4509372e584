//! The circuit breaker: a billing that does not answer is left alone for a while. Pure: the caller has the clock.

use jetpay_ledger::Millis;

/// So many failures in a row open the breaker.
const FAILURES: u32 = 5;
/// How long it stays open, in milliseconds; and how long a probe keeps the others back.
const PAUSE: i64 = 10_000;

/// Counts failures in a row. It heals itself: after each pause one question probes, and its answer closes the breaker.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    /// When the pause began: with the last failure, or with a probe.
    paused_at: Option<Millis>,
}

/// What a result changed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    Opened,
    Closed,
}

impl Breaker {
    /// Whether a question may be asked now. The first one after a pause is the probe, and begins the next pause: a probe
    /// whose result never comes blocks nothing for longer than that.
    pub(super) fn admits(&mut self, now: Millis) -> bool {
        let Some(paused_at) = self.paused_at else {
            return true;
        };
        // A clock that was set back does not make the pause longer.
        let is_over = !(paused_at.0..paused_at.0.saturating_add(PAUSE)).contains(&now.0);
        if is_over {
            self.paused_at = Some(now);
        }
        is_over
    }

    /// The billing answered.
    pub(super) fn answered(&mut self) -> Option<Change> {
        self.failures = 0;
        self.paused_at.take().map(|_| Change::Closed)
    }

    /// The billing did not answer. What was asked before the breaker opened does not make the pause longer.
    pub(super) fn failed(&mut self, now: Millis) -> Option<Change> {
        self.failures = self.failures.saturating_add(1);
        if self.failures < FAILURES || self.paused_at.is_some() {
            return None;
        }
        self.paused_at = Some(now);
        Some(Change::Opened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Millis {
        Millis(seconds * 1000)
    }

    fn opened(seconds: i64) -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 1..FAILURES {
            assert_eq!(breaker.failed(at(seconds)), None);
        }
        assert_eq!(breaker.failed(at(seconds)), Some(Change::Opened));
        breaker
    }

    #[test]
    fn five_failures_in_a_row_open_it_and_an_answer_between_them_does_not() {
        let mut breaker = Breaker::default();
        for _ in 0..10 {
            for _ in 1..FAILURES {
                assert_eq!(breaker.failed(at(0)), None);
                assert!(breaker.admits(at(0)));
            }
            assert_eq!(breaker.answered(), None);
        }
        assert!(!opened(0).admits(at(0)));
    }

    #[test]
    fn open_breaker_admits_one_probe_after_ten_seconds_and_its_answer_closes_it() {
        let mut breaker = opened(100);
        assert!(!breaker.admits(Millis(109_999)));
        assert!(breaker.admits(at(110)), "the probe");
        assert!(!breaker.admits(at(110)), "one probe at a time");
        assert_eq!(breaker.answered(), Some(Change::Closed));
        assert!(breaker.admits(at(110)) && breaker.admits(at(110)));
        for _ in 1..FAILURES {
            assert_eq!(breaker.failed(at(111)), None, "it counts from 0 again");
        }
    }

    #[test]
    fn probe_that_fails_or_never_ends_leads_to_the_next_probe_ten_seconds_later() {
        for fails in [true, false] {
            let mut breaker = opened(0);
            for probe in 1..5 {
                assert!(breaker.admits(at(probe * 10)), "probe {probe}");
                if fails {
                    assert_eq!(breaker.failed(at(probe * 10 + 3)), None);
                }
                assert!(!breaker.admits(at(probe * 10 + 9)));
            }
        }
    }

    #[test]
    fn late_failure_does_not_make_the_pause_longer_and_a_clock_that_goes_back_does_not_either() {
        let mut breaker = opened(100);
        assert_eq!(breaker.failed(at(109)), None);
        assert!(breaker.admits(at(110)));
        assert!(opened(100).admits(at(50)));
    }
}
