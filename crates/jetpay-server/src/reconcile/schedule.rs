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
    use jetpay_core::report::ReportedOperation;
    use jetpay_core::signature::Key;
    use jetpay_core::{Currency, Money};
    use jetpay_gate::BaseUrl;
    use jetpay_platform::data_api::{DataApiState, OnRequest, PlatformRecord, Server, serve};
    use tokio::net::TcpListener;

    use super::*;

    const HOUR: i64 = 60 * 60 * 1000;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    const TOKEN: &str = "ZOyTL5shY8ddhpxdQyplRPJYmGV7Kv";

    /// A simulated Data API that lists a success of three days ago, which no ledger has; and a schedule that asks it, with an
    /// empty ledger in a new folder.
    async fn schedule() -> (Schedule, Server, tempfile::TempDir) {
        let key = Key::new("a key of tests").unwrap();
        let record = PlatformRecord::new();
        let amount = Money::new(100_000, Currency::KZT);
        let sale = ReportedOperation::new(
            1234.into(),
            11.into(),
            "p-1",
            "sale".into(),
            "success".into(),
            amount,
        );
        record.put(sale.at(Some(now().0 / 1000 - 3 * seconds(DAY))));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = serve(listener, DataApiState::new(TOKEN, key.clone(), record)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let url = BaseUrl::parse(&server.url()).unwrap();
        let schedule = Schedule {
            ledger: Ledger::open(&folder.path().join("ledger.db")).unwrap(),
            api: DataApi::new(url, TOKEN, key).unwrap(),
            projects: vec![1234.into()],
            every: DAY,
            first: Duration::ZERO,
        };
        (schedule, server, folder)
    }

    #[actix_web::test]
    async fn turn_records_what_it_finds_and_the_next_one_waits_for_the_period() {
        let (schedule, server, _folder) = schedule().await;
        assert_eq!(schedule.turn().await.unwrap(), DAY);
        let runs = schedule.ledger.reconciliations(None, 9).await.unwrap();
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].by, None);
        assert_eq!(runs[0].counts["not_credited"], 1);
        assert_eq!(schedule.ledger.open_differences().await.unwrap(), 1);
        let asked = server.state().requests();
        let waits = schedule.turn().await.unwrap();
        assert!(
            waits <= DAY && waits + Duration::from_secs(60) > DAY,
            "{waits:?}"
        );
        assert_eq!(
            server.state().requests(),
            asked,
            "nothing is asked before it is due"
        );
    }

    #[actix_web::test]
    async fn run_that_a_person_recorded_does_not_take_the_place_of_a_scheduled_one() {
        let (schedule, _server, _folder) = schedule().await;
        let comparison = Comparison {
            api: &schedule.api,
            projects: &schedule.projects,
            is_covered: false,
            interval: interval(now()),
            now: now().0 / 1000,
            grace: GRACE,
        };
        let report = comparison
            .run(&schedule.ledger, &mut |_, _| {})
            .await
            .unwrap();
        let by_a_person = NewReconciliation {
            report,
            by: Some("aliya".to_owned()),
        };
        let recorded = schedule.ledger.record_reconciliation(by_a_person, now());
        recorded.await.unwrap();
        assert_eq!(schedule.turn().await.unwrap(), DAY);
        let runs = schedule.ledger.reconciliations(None, 9).await.unwrap();
        assert_eq!(runs.iter().filter(|run| run.by.is_none()).count(), 1);
    }

    #[actix_web::test]
    async fn run_that_another_service_records_meanwhile_is_not_doubled() {
        let (schedule, server, _folder) = schedule().await;
        let pause = Duration::from_millis(300);
        server.state().script([OnRequest::Slowly(2 * pause)]);
        let other = async {
            rt::time::sleep(pause).await;
            let report = serde_json::json!({
                "from": 1, "to": 2, "ledger_seq": 0, "sources": [], "counts": {}, "sums": [], "results": [],
            });
            let report = serde_json::from_value(report).unwrap();
            let new = NewReconciliation { report, by: None };
            schedule.ledger.record_reconciliation(new, now()).await
        };
        let (turn, other) = tokio::join!(schedule.turn(), other);
        assert_eq!((turn.unwrap(), other.unwrap().run), (DAY, 1));
        let runs = schedule.ledger.reconciliations(None, 9).await.unwrap();
        assert_eq!(runs.len(), 1);
    }

    #[actix_web::test]
    async fn failure_is_counted_and_records_nothing_and_the_schedule_ends_when_the_service_does() {
        let (schedule, server, _folder) = schedule().await;
        server.state().script([OnRequest::WrongSignature]);
        let ledger = schedule.ledger.clone();
        let before = telemetry::RECONCILIATION_FAILURES.get();
        let (end, ending) = watch::channel(false);
        let runs = rt::spawn(schedule.run(ending));
        while telemetry::RECONCILIATION_FAILURES.get() == before {
            rt::time::sleep(Duration::from_millis(10)).await;
        }
        end.send_replace(true);
        runs.await.unwrap();
        assert!(ledger.reconciliations(None, 9).await.unwrap().is_empty());
    }

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
