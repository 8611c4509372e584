//! Reconciliations in the working set.

use jetpay_reconcile::Finding;

use super::working_set::{WorkingSet, missing};
use crate::model::Reconciliation;
use crate::port::{
    DifferenceRow, ReconciliationTransaction, TransactionError, owned, reconciliations,
};

impl ReconciliationTransaction for WorkingSet {
    fn last_run(&mut self) -> Result<i64, TransactionError> {
        self.last_run
            .ok_or_else(|| missing(|keys| keys.reconciles = true))
    }

    fn add_run(&mut self, run: &Reconciliation, listed: usize) -> Result<(), TransactionError> {
        self.last_run = Some(run.run);
        let row = owned(reconciliations::of_run(run, listed)?);
        self.changes.runs.push(row);
        Ok(())
    }

    fn finish_run(&mut self, run: i64) -> Result<(), TransactionError> {
        self.changes.finished.push(run);
        Ok(())
    }

    fn add_finding(
        &mut self,
        run: i64,
        number: i64,
        difference: Option<&str>,
        finding: &Finding,
    ) -> Result<(), TransactionError> {
        let row = reconciliations::of_finding(run, number, difference, finding)?;
        self.changes.findings.push(owned(row));
        Ok(())
    }

    fn difference(&mut self, id: &str) -> Result<Option<DifferenceRow>, TransactionError> {
        if self.changes.raised.contains(id) {
            // The number of its alarm is not known before the commit: each command gets a transaction of its own.
            let why = "a command of the same group raised an alarm about a difference";
            return Err(TransactionError::Constraint(why.into()));
        }
        let row = self.differences.get(id).cloned();
        row.ok_or_else(|| missing(|keys| keys.differences.push(id.to_owned())))
    }

    fn put_difference(&mut self, row: &DifferenceRow) -> Result<(), TransactionError> {
        self.differences.insert(row.id.clone(), Some(row.clone()));
        let changed = &mut self.changes.differences;
        changed.insert(row.id.clone(), row.clone());
        Ok(())
    }
}
