//! `[reconcile] every`: a task of the service compares the ledger with the Data API, again and again.

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt;
use jetpay_core::id::ProjectId;
use jetpay_gate::{DataApi, GateError};
use jetpay_ledger::{Ledger, Millis, NewReconciliation};
use jetpay_reconcile::Interval;
use tokio::sync::watch;

use super::{Comparison, Failure, GRACE, SETTLED, seconds};
use crate::config::Config;
use crate::environment::now;
use crate::telemetry;

/// How far back each comparison goes: callbacks can come 11 days after their operation.
const WINDOW: Duration = Duration::from_secs(15 * 24 * 60 * 60);

/// The service has other things to do right after its start.
const FIRST: Duration = Duration::from_secs(5 * 60);
/// The pauses after failures double from the first to the longest one.
const PAUSES: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(60 * 60));
/// Recorded runs among which the last one of a schedule is looked for: people record others.
const LOOKED_AT: usize = 100;

/// The schedule. Several services on one database may each have one: a service whose turn it is looks first whether another
/// one has recorded a run, and a doubled run does no harm.
pub(crate) struct Schedule {
    ledger: Ledger,
    api: DataApi,
    projects: Vec<ProjectId>,
    every: Duration,
    first: Duration,
}

impl Schedule {
    /// The schedule of a configuration; `None` without `[reconcile] every`.
    ///
    /// # Errors
    /// When this machine has no certificates for a connection to the Data API.
    pub(crate) fn new(config: &Config, ledger: &Ledger) -> Result<Option<Self>, GateError> {
        let (Some(every), Some(api)) = (config.reconcile_every, &config.data_api) else {
            return Ok(None);
        };
        Ok(Some(Self {
            ledger: ledger.clone(),
            api: api.client()?,
            projects: config.projects.iter().map(|project| project.id).collect(),
            every,
            first: FIRST,
        }))
    }

    /// Works until `ending` is true; a comparison in progress is given up then, since it writes nothing until its end. After a
    /// panic it logs the error and starts again.
    pub(crate) async fn run(self, mut ending: watch::Receiver<bool>) {
        let schedule = Arc::new(self);
        let mut waits = schedule.first;
        loop {
            let mut works = rt::spawn(Arc::clone(&schedule).work(waits));
            tokio::select! {
                ended = &mut works => if let Err(error) = ended {
                    tracing::error!("the scheduled reconciliation failed and starts again: {error}");
                    telemetry::RECONCILIATION_FAILURES.inc();
                },
                _ = ending.wait_for(|ends| *ends) => {
                    works.abort();
                    let _ = works.await;
                    return;
                }
            }
            waits = PAUSES.0;
        }
    }

    async fn work(self: Arc<Self>, first: Duration) {
        rt::time::sleep(first).await;
        let mut pause = PAUSES.0;
        loop {
            let waits = match self.turn().await {
                Ok(until_next) => {
                    pause = PAUSES.0;
                    until_next
                }
                Err(failure) => {
                    telemetry::RECONCILIATION_FAILURES.inc();
                    tracing::error!(
                        again_in_seconds = pause.as_secs(),
                        "the scheduled reconciliation was not done: {failure}"
                    );
                    let waits = pause;
                    pause = (pause * 2).min(PAUSES.1);
                    waits
                }
            };
            rt::time::sleep(waits).await;
        }
    }

    /// Compares and records, if no schedule did that within the last period. Returns how long to wait for the next turn.
    async fn turn(&self) -> Result<Duration, Failure> {
        let begun = now();
        let last = self.last().await?;
        if let Some(waits) = last.and_then(|last| until(last, self.every, begun)) {
            return Ok(waits);
        }
        let comparison = Comparison {
            api: &self.api,
            projects: &self.projects,
            is_covered: false,
            interval: interval(begun),
            now: begun.0.div_euclid(1000),
            grace: GRACE,
        };
        let report = comparison.run(&self.ledger, &mut |_, _| {}).await?;
        // Another service on the database can have been faster.
        if self.last().await? != last {
            return Ok(self.every);
        }
        let differences = report.differences();
        let new = NewReconciliation { report, by: None };
        let recorded = self.ledger.record_reconciliation(new, now()).await?;
        tracing::info!(
            run = recorded.run,
            differences,
            opened = recorded.opened,
            closed = recorded.closed,
            "the ledger was compared with the Data API; `jetpay reconcile show {}` shows it",
            recorded.run
        );
        Ok(self.every)
    }

    /// When a schedule recorded its last run.
    async fn last(&self) -> Result<Option<Millis>, Failure> {
        let runs = self.ledger.reconciliations(None, LOOKED_AT).await?;
        let of_schedule = runs.into_iter().find(|run| run.by.is_none());
        Ok(of_schedule.map(|run| run.time))
    }
}

/// How long until the next run is due; `None` if it is. A run in the future is one of another clock.
fn until(last: Millis, every: Duration, now: Millis) -> Option<Duration> {
    let passed = u64::try_from(now.0.saturating_sub(last.0)).unwrap_or(0);
    every
        .checked_sub(Duration::from_millis(passed))
        .filter(|waits| !waits.is_zero())
}

/// From 15 days to one hour before `now`.
fn interval(now: Millis) -> Interval {
    let now = now.0.div_euclid(1000);
    Interval {
        from: now.saturating_sub(seconds(WINDOW)),
        to: now.saturating_sub(seconds(SETTLED)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 60 * 60 * 1000;

    #[test]
    fn run_is_due_when_the_last_one_is_as_old_as_the_period() {
        let day = Duration::from_secs(24 * 60 * 60);
        for (passed, waits) in [
            (0, Some(24)),
            (23 * HOUR, Some(1)),
            (24 * HOUR, None),
            (99 * HOUR, None),
            (-5 * HOUR, Some(24)),
        ] {
            let (last, now) = (Millis(100 * HOUR), Millis(100 * HOUR + passed));
            let expected = waits.map(|hours| Duration::from_secs(hours * 60 * 60));
            assert_eq!(until(last, day, now), expected, "{passed}");
        }
    }

    #[test]
    fn interval_is_fifteen_days_and_ends_an_hour_ago() {
        let Interval { from, to } = interval(Millis(2_000_000_000_999));
        assert_eq!(to, 2_000_000_000 - 60 * 60);
        assert_eq!(from, 2_000_000_000 - 15 * 24 * 60 * 60);
    }
}
