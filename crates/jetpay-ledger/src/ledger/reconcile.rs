//! The ledger against the platform's own books.

use jetpay_core::id::ProjectId;
use jetpay_reconcile::{Interval, PlatformBooks, Report};

use super::Ledger;
use crate::model::{
    DifferenceVerdict, Error, Millis, NewReconciliation, Reason, ReconciledFinding, Reconciliation,
    RecordedRun,
};

/// Reconciliation.
///
/// # Errors
/// Each can give [`Error::Unavailable`]; the writes can give [`Error::Busy`] as well.
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
impl Ledger {
    /// Compares the ledger, up to its last entry, with the platform's books. It reads while others write, and writes nothing.
    ///
    /// Operations of the `grace` seconds before `now` are too fresh to be differences. `progress` gets how many recorded rows
    /// are read, and how many there are about.
    pub async fn reconcile(
        &self,
        theirs: &PlatformBooks,
        interval: Interval,
        projects: &[ProjectId],
        fresh_from: i64,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Report, Error> {
        let _ = (theirs, interval, projects, fresh_from, progress);
        todo!()
    }

    /// Records a report: opens and closes differences, and raises alarms for the gravest. It moves no money.
    pub async fn record_reconciliation(
        &self,
        new: NewReconciliation,
        now: Millis,
    ) -> Result<RecordedRun, Error> {
        let _ = (new, now);
        todo!()
    }

    /// Recorded reconciliations, newest first: those before `before`, at most `limit`.
    pub async fn reconciliations(
        &self,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Reconciliation>, Error> {
        let _ = (before, limit);
        todo!()
    }

    /// A recorded reconciliation.
    pub async fn reconciliation(&self, run: i64) -> Result<Option<Reconciliation>, Error> {
        let _ = run;
        todo!()
    }

    /// The results that a run listed, in their order: those behind the first `after`, at most `limit`.
    pub async fn reconciliation_results(
        &self,
        run: i64,
        after: i64,
        limit: usize,
    ) -> Result<Vec<ReconciledFinding>, Error> {
        let _ = (run, after, limit);
        todo!()
    }

    /// How many differences are open, for metrics.
    pub async fn open_differences(&self) -> Result<i64, Error> {
        todo!()
    }

    /// Records what an operator says about a difference, and resolves its alarm. It holds as long as the facts stay the same.
    ///
    /// # Errors
    /// [`Error::Resolve`]: there is no such difference, or it is resolved or closed already, or the reason is empty.
    pub async fn resolve_difference(
        &self,
        id: &str,
        verdict: DifferenceVerdict,
        reason: Reason,
        now: Millis,
    ) -> Result<(), Error> {
        let _ = (id, verdict, reason, now);
        todo!()
    }
}
