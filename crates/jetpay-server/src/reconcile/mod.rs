//! The ledger against the Data API: what the command `jetpay reconcile api` and the schedule share. Nothing here moves money.

mod schedule;
pub(crate) mod text;
pub(crate) mod view;

use std::time::Duration;

use jetpay_core::id::ProjectId;
use jetpay_gate::{DataApi, UnreadableOperation};
use jetpay_ledger::Ledger;
use jetpay_reconcile::{Interval, Kind, PlatformBooks, Report};

pub(crate) use schedule::Schedule;

/// The name of the Data API among a report's sources.
const SOURCE: &str = "data api";

/// The platform's lists lag by minutes: an interval must end so long ago.
pub(crate) const SETTLED: Duration = Duration::from_secs(60 * 60);

/// How long an operation may be known to one side alone before that is a difference. Callbacks can take longer after an
/// outage.
pub(crate) const GRACE: Duration = Duration::from_secs(48 * 60 * 60);

const DAY: i64 = 24 * 60 * 60;

/// How long after the interval's end the platform may have changed an operation that it then lists later.
const CHANGED_WITHIN: i64 = 180 * DAY;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    DataApi(#[from] jetpay_gate::DataApiError),
    #[error(transparent)]
    Ledger(#[from] jetpay_ledger::Error),
    #[error(
        "{0}: has the token's user the rights to the project, and is base_url right? To compare the others alone, name them with \
         --project"
    )]
    Uncovered(Uncovered),
    #[error(
        "the sums of the report do not add up, so the comparison itself is wrong, and nothing was recorded; report this to the \
         authors of jetpay"
    )]
    DoesNotAddUp,
}

/// A comparison with the Data API.
pub(crate) struct Comparison<'a> {
    pub(crate) api: &'a DataApi,
    pub(crate) projects: &'a [ProjectId],
    /// A person named the projects, so the books cover them, also if they list nothing.
    pub(crate) is_covered: bool,
    /// It ends at least [`SETTLED`] before `now`.
    pub(crate) interval: Interval,
    /// Whole seconds since 1970-01-01 00:00 UTC.
    pub(crate) now: i64,
    pub(crate) grace: Duration,
}

impl Comparison<'_> {
    /// Fetches the platform's books, and compares the ledger with them.
    ///
    /// The platform selects operations by their last change, and the ledger by their date. So it asks for a day before the
    /// interval, and for all that was changed since its end. `progress` gets how many recorded rows are read, and how many
    /// there are about.
    pub(crate) async fn run(
        &self,
        ledger: &Ledger,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Report, Failure> {
        let Interval { from, to } = self.interval;
        let last = self.now.saturating_sub(seconds(SETTLED)).max(to);
        let first_end = to.saturating_add(DAY).min(last);
        let later = to.saturating_add(CHANGED_WITHIN).min(last);
        let mut books = PlatformBooks::new();
        self.fetch(from.saturating_sub(DAY), first_end, &mut books)
            .await?;
        if later > first_end {
            // A source of its own: it has the newer version of an operation that both list.
            self.fetch(first_end, later, &mut books).await?;
        }
        let report = self.compare(ledger, &books, progress).await?;
        if let Some(uncovered) = uncovered(&report, self.projects)
            && !self.is_covered
        {
            return Err(Failure::Uncovered(uncovered));
        }
        if report.adds_up() {
            Ok(report)
        } else {
            Err(Failure::DoesNotAddUp)
        }
    }

    async fn fetch(&self, from: i64, to: i64, books: &mut PlatformBooks) -> Result<(), Failure> {
        let source = books.begin_source(SOURCE);
        let mut each = |operation: Result<_, UnreadableOperation>| match operation {
            Ok(operation) => books.add(source, None, &operation),
            Err(bad) => {
                books.add_unreadable(source, bad.number, bad.field, &bad.why, bad.operation);
            }
        };
        let asked = self.api.operations(from, to, self.projects, &mut each);
        let all = asked.await?;
        books.end_source(source, all.sha256, all.rows);
        Ok(())
    }

    async fn compare(
        &self,
        ledger: &Ledger,
        books: &PlatformBooks,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Report, Failure> {
        let fresh_from = fresh_from(self.now, self.grace);
        let compared = ledger.reconcile(books, self.interval, self.projects, fresh_from, progress);
        Ok(compared.await?)
    }
}

/// A project of which the platform's books list no success, and the ledger has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the platform's books list no success of project {project}, and the ledger has {booked} in the interval, so they may not cover \
     the project"
)]
pub(crate) struct Uncovered {
    project: ProjectId,
    booked: usize,
}

/// The first project that the platform's books seem not to cover. Compared all the same, each of its credits would raise an
/// alarm. A few can be what is really missing there.
pub(crate) fn uncovered(report: &Report, projects: &[ProjectId]) -> Option<Uncovered> {
    const FEWEST: usize = 3;
    let lists_any = |project| {
        let mut sums = report.sums.iter().filter(|sum| sum.project_id == project);
        sums.any(|sum| sum.theirs != 0)
    };
    projects.iter().copied().find_map(|project| {
        let not_there = report
            .results
            .iter()
            .filter(|result| result.kind == Kind::NotThere && result.project_id == Some(project));
        let booked = not_there.count();
        (booked >= FEWEST && !lists_any(project)).then_some(Uncovered { project, booked })
    })
}

/// How many results of a kind a report has.
pub(crate) fn count(report: &Report, kind: Kind) -> u64 {
    report.counts.get(kind.as_str()).copied().unwrap_or(0)
}

/// From when on operations are too fresh to be differences; never, without a grace time.
pub(crate) fn fresh_from(now: i64, grace: Duration) -> i64 {
    if grace.is_zero() {
        return i64::MAX;
    }
    now.saturating_sub(seconds(grace))
}

/// Whole seconds.
pub(crate) fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
