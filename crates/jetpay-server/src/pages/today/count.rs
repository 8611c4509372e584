//! The count of today, step by step. The background and all pages share it: a page waits for a step of another, and never for its
//! whole count.

use std::time::{Duration, Instant};

use jetpay_ledger::{Error, Ledger, Millis};
use jiff::tz::TimeZone;

use super::day::{Counted, Day};
use super::span::Span;

/// How long a page may count, also with the time in which it waits for others that count.
const BUDGET: Duration = Duration::from_millis(10);

/// The count of the day that it is now.
pub(super) struct Count {
    zone: TimeZone,
    day: Option<Day>,
    /// When the last step began, and how it ended.
    step: Option<(Instant, Result<(), Error>)>,
}

impl Count {
    pub(super) const fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            day: None,
            step: None,
        }
    }

    /// Reads one part. Whether there is more.
    pub(super) async fn step(&mut self, ledger: &Ledger, now: Millis) -> bool {
        let begun = Instant::now();
        let read = self.read(ledger, now).await;
        let has_more = read.is_ok() && self.day.as_ref().is_some_and(Day::is_behind);
        self.step = Some((begun, read));
        has_more
    }

    /// Another day begins at midnight of the zone, and where a clock goes back over it.
    async fn read(&mut self, ledger: &Ledger, now: Millis) -> Result<(), Error> {
        let day = match &mut self.day {
            Some(day) if day.span.has(now) => day,
            before => {
                let span = Span::of(now, &self.zone);
                let span = span.ok_or_else(|| Error::Unavailable("the clock is wrong".into()))?;
                let day = Day::begin(ledger, span, before.as_ref()).await?;
                before.insert(day)
            }
        };
        day.step(ledger, now).await
    }

    /// What is counted, for a page that a person asked for at this time: `None` as long as no step began after it, and while there
    /// is more and the page has time for it. So pages that wait for each other share the steps.
    pub(super) fn counted(&self, asked: Instant) -> Option<Result<Counted, Error>> {
        match (&self.step, &self.day) {
            (Some((begun, _)), _) if *begun < asked => None,
            (Some((_, Err(error))), _) => Some(Err(error.clone())),
            (Some((_, Ok(()))), Some(day)) => {
                let is_enough = !day.is_behind() || asked.elapsed() >= BUDGET;
                is_enough.then(|| Ok(day.counted()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::span::tests::at;
    use super::*;

    #[tokio::test]
    async fn pages_that_wait_for_each_other_share_a_step_that_began_after_they_were_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        let now = at("2026-12-01T10:00:00Z");
        let mut count = Count::new(TimeZone::UTC);
        let asked = Instant::now();
        assert!(count.counted(asked).is_none(), "nothing is read yet");
        assert!(!count.step(&ledger, now).await);
        assert_eq!(count.counted(asked).unwrap().unwrap().up_to, None);
        assert!(count.counted(Instant::now()).is_none(), "there may be news");
        let odd = Millis(i64::MAX);
        assert!(!count.step(&ledger, odd).await, "a step that failed");
        assert!(count.counted(asked).unwrap().is_err());
    }
}
