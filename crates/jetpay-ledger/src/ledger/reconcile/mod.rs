//! The ledger against the platform's own books: the comparison, and the record of it.

mod facts;
mod recorded;

use std::collections::{BTreeSet, HashMap};

use jetpay_core::id::ProjectId;
use jetpay_reconcile::{Interval, Kind, Matcher, OpenDifference, PlatformBooks, Report};

use super::{Ledger, listed};
use crate::commands;
use crate::model::{
    Difference, DifferenceVerdict, Error, Millis, NewReconciliation, Reason, ReconciledFinding,
    Reconciliation, RecordedRun, ResolveError, RunDifferences,
};
use crate::port::{DifferenceRow, TransactionError, Value, Values, reconciliations};
pub(super) use recorded::Table;

/// The most results that are recorded of one run.
const MOST_RESULTS: usize = 250_000;

/// Results that one transaction writes: callbacks do not wait for all of them.
const BATCH: usize = 1_000;

/// Reconciliation.
///
/// # Errors
/// Each can give [`Error::Unavailable`]; the writes can give [`Error::Busy`] as well.
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
impl Ledger {
    /// Compares the ledger, up to its last entry, with the platform's books. It reads while others write, and writes nothing.
    /// The operations that do not agree are looked up once more, as they are then.
    ///
    /// Operations after `fresh_from` (in whole seconds since 1970-01-01 00:00 UTC) are too fresh to be differences. `progress`
    /// gets how many recorded rows are read, and how many there are about.
    pub async fn reconcile(
        &self,
        theirs: &PlatformBooks,
        interval: Interval,
        projects: &[ProjectId],
        fresh_from: i64,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Report, Error> {
        let mut matcher = Matcher::new(theirs, interval, fresh_from, projects);
        let (last_entry, spans) = self.spans(interval).await?;
        let about = spans.iter().map(recorded::Span::rows).sum();
        let (mut read, mut without_operation) = (0, BTreeSet::new());
        for mut span in spans {
            let (table, until) = (span.table, span.until);
            while span.after < until {
                let before = span.rows();
                for row in self.page(&mut span).await? {
                    let row = &mut Values::of(&row);
                    give(&mut matcher, table, row, &mut without_operation)?;
                }
                read += before - span.rows();
                progress(read, about);
                pause().await;
            }
            if table == Table::Entries {
                let mut after = until;
                while after < i64::MAX {
                    for entry in self.late_entries(interval, &mut after).await? {
                        matcher.entry(&entry);
                    }
                }
            }
        }
        if !without_operation.is_empty() {
            matcher.paid_without_operation(&without_operation);
        }
        for difference in self.all_open().await? {
            matcher.open(difference);
        }
        let doubtful = matcher.doubtful();
        let last_payouts = matcher.last_payouts(&doubtful);
        for keys in doubtful.chunks(listed::BATCH) {
            let facts = self.facts(keys, &last_payouts).await?;
            for (key, facts) in keys.iter().zip(&facts) {
                matcher.judge(key, facts);
            }
            pause().await;
        }
        Ok(matcher.report(last_entry))
    }

    /// Records a report: opens and closes differences, and raises alarms for the gravest. It moves no money.
    ///
    /// It closes the differences that the report names as agreed, and does not list. That it lists a difference no more is not
    /// enough: the source may lack the row.
    ///
    /// # Errors
    /// [`Error::TooManyResults`]; [`Error::Busy`], [`Error::Unavailable`]: then a part may be stored, which is not shown as a
    /// run. Record the report again.
    pub async fn record_reconciliation(
        &self,
        new: NewReconciliation,
        now: Millis,
    ) -> Result<RecordedRun, Error> {
        let NewReconciliation { report, by } = new;
        let listed = report.results.len();
        if listed > MOST_RESULTS {
            return Err(Error::TooManyResults {
                listed,
                most: MOST_RESULTS,
            });
        }
        let run = Reconciliation {
            run: 0,
            from: Millis(report.from.saturating_mul(1_000)),
            to: Millis(report.to.saturating_mul(1_000)),
            ledger_seq: report.ledger_seq,
            sources: report.sources,
            counts: report.counts,
            sums: report.sums,
            time: now,
            by: by.clone(),
        };
        let run = self.write(commands::begin_run(run, listed)).await?;
        let mut outcome = RecordedRun {
            run,
            ..RecordedRun::default()
        };
        let mut before = 0;
        for findings in report.results.chunks(BATCH) {
            let record = commands::record_findings(run, before, findings.to_vec(), now);
            let recorded = self.write(record).await?;
            outcome.opened += recorded.opened;
            outcome.alarms += recorded.alarms;
            before += findings.len().cast_signed() as i64;
        }
        let mut agreed = report.agreed;
        agreed.sort_unstable();
        agreed.dedup();
        for ids in agreed.chunks(BATCH) {
            let close = commands::close_differences(run, ids.to_vec(), by.clone(), now);
            outcome.closed += self.write(close).await?;
        }
        self.write(commands::finish_run(run)).await?;
        Ok(outcome)
    }

    /// All differences that are open, of every project and time: the platform's time of an operation can be another one now.
    async fn all_open(&self) -> Result<Vec<OpenDifference>, Error> {
        let mut all: Vec<OpenDifference> = Vec::new();
        loop {
            let after = all.last().map_or("", |last| &last.id).to_owned();
            let page = self.read(reconciliations::ALL_OPEN, vec![after.into()], |row| {
                Ok(OpenDifference {
                    id: row.string()?,
                    kind: row.word()?,
                    project_id: row.project()?,
                    operation_id: row.operation()?,
                })
            });
            let page = page.await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    /// Recorded reconciliations, newest first: those before `before`, at most `limit`.
    pub async fn reconciliations(
        &self,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Reconciliation>, Error> {
        let values = vec![before.unwrap_or(i64::MAX).into(), Value::limit(limit)];
        let sql = reconciliations::runs();
        self.read(&sql, values, reconciliations::read_run).await
    }

    /// A recorded reconciliation.
    pub async fn reconciliation(&self, run: i64) -> Result<Option<Reconciliation>, Error> {
        let sql = reconciliations::run();
        let run = self.read(&sql, vec![run.into()], reconciliations::read_run);
        Ok(run.await?.pop())
    }

    /// The results that a run listed, in their order: those behind the first `after`, at most `limit`. Each comes with its
    /// difference as it is now.
    pub async fn reconciliation_results(
        &self,
        run: i64,
        after: i64,
        limit: usize,
    ) -> Result<Vec<ReconciledFinding>, Error> {
        let results = self.numbered_results(run, None, after, limit).await?;
        Ok(results.into_iter().map(|(_, result)| result).collect())
    }

    /// The same, only those of this kind if there is one, each with its place in the run, from 1.
    pub async fn numbered_results(
        &self,
        run: i64,
        kind: Option<Kind>,
        after: i64,
        limit: usize,
    ) -> Result<Vec<(i64, ReconciledFinding)>, Error> {
        let sql = reconciliations::results(kind.is_some());
        let mut values = vec![run.into(), after.into()];
        values.extend(kind.map(|kind| reconciliations::pattern(kind).into()));
        values.push(Value::limit(limit));
        self.read(&sql, values, reconciliations::read_finding).await
    }

    /// How many differences about an operation the runs from `first` to `last` list, by run; runs without one are left out.
    pub async fn differences_of_runs(
        &self,
        first: i64,
        last: i64,
    ) -> Result<HashMap<i64, RunDifferences>, Error> {
        let values = vec![first.into(), last.into()];
        let runs = self.read(reconciliations::OF_RUNS, values, reconciliations::of_runs);
        Ok(runs.await?.into_iter().collect())
    }

    /// Open differences by id, at most `limit`, without their alarms.
    pub async fn listed_differences(&self, limit: usize) -> Result<Vec<Difference>, Error> {
        let sql = reconciliations::listed();
        let read = self.read(&sql, vec![Value::limit(limit)], |row| {
            DifferenceRow::read(row)?.shown()
        });
        read.await
    }

    /// The difference with this id.
    pub async fn difference(&self, id: &str) -> Result<Option<Difference>, Error> {
        // PostgreSQL may not even be asked about such a text.
        if id.contains('\0') {
            return Ok(None);
        }
        let sql = reconciliations::by_id();
        let read = self.read(&sql, vec![id.into()], |row| {
            DifferenceRow::read(row)?.shown()
        });
        Ok(read.await?.pop())
    }

    /// How many differences are open, for metrics.
    pub async fn open_differences(&self) -> Result<i64, Error> {
        self.number(reconciliations::OPEN).await
    }

    /// Records what an operator says about a difference, and resolves its alarm. It holds as long as the facts stay the same.
    ///
    /// # Errors
    /// [`Error::Resolve`]: there is no such difference, or it is not open, or the reason is empty.
    pub async fn resolve_difference(
        &self,
        id: &str,
        verdict: DifferenceVerdict,
        reason: Reason,
        now: Millis,
    ) -> Result<(), Error> {
        let reason = reason.checked()?;
        // PostgreSQL may not even be asked about such a text.
        if id.contains('\0') {
            return Err(ResolveError::NoSuchDifference.into());
        }
        let resolve = commands::resolve_difference(id.to_owned(), verdict, reason, now);
        Ok(self.write(resolve).await??)
    }
}

/// Gives the matcher what a row of a span says. A payout that was paid without an operation goes into the set.
fn give(
    matcher: &mut Matcher<'_>,
    table: Table,
    row: &mut Values<'_>,
    without_operation: &mut BTreeSet<String>,
) -> Result<(), TransactionError> {
    match table {
        Table::Events => {
            if let Some(event) = recorded::event(row)? {
                matcher.event(&event);
            }
        }
        Table::Entries => matcher.entry(&recorded::entry(row)?),
        Table::Steps => {
            let unnamed = |_, payment: &str| {
                without_operation.insert(payment.to_owned());
                None
            };
            if let Some(step) = recorded::step(row, unnamed)? {
                matcher.entry(&step);
            }
        }
    }
    Ok(())
}

/// Lets other tasks of the thread run: a store in a file reads without waiting.
async fn pause() {
    let mut paused = false;
    let pause = std::future::poll_fn(|context| {
        if std::mem::replace(&mut paused, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    });
    pause.await;
}

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use jetpay_reconcile::Finding;
    use serde_json::json;

    use super::*;

    const NOW: Millis = Millis(1_733_000_000_000);

    fn report(results: &[Finding]) -> NewReconciliation {
        let report = json!({
            "from": 0, "to": 9, "ledger_seq": 0, "sources": [], "counts": {}, "results": results,
            "sums": [{
                "project_id": 1234, "currency": "KZT", "type": "sale", "ours": 1, "theirs": 1, "explained": 0,
            }],
        });
        NewReconciliation {
            report: serde_json::from_value(report).unwrap(),
            by: None,
        }
    }

    #[tokio::test]
    async fn difference_that_a_later_run_lists_is_not_closed_by_an_earlier_one_that_ends_after_it()
    {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        let found = json!({
            "id": "1234-1-not_there", "kind": "not_there", "project_id": 1234, "operation_id": "1", "time": 5,
        });
        let found: [Finding; 1] = [serde_json::from_value(found).unwrap()];
        let recorded = ledger.record_reconciliation(report(&found), NOW).await;
        assert_eq!(recorded.unwrap().opened, 1);
        let earlier = ledger.reconciliation(1).await.unwrap().unwrap();
        let earlier = ledger.write(commands::begin_run(earlier, 0)).await.unwrap();
        let recorded = ledger.record_reconciliation(report(&found), NOW).await;
        assert_eq!(recorded.unwrap().run, earlier + 1);
        // It looked for what to close before the later run came.
        let close = |run| commands::close_differences(run, vec![found[0].id.clone()], None, NOW);
        assert_eq!(ledger.write(close(earlier)).await, Ok(0));
        assert_eq!(ledger.open_differences().await, Ok(1));
        assert_eq!(ledger.write(close(earlier + 2)).await, Ok(1));
        assert_eq!(ledger.open_differences().await, Ok(0));
    }
}
