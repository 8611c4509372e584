//! Reconciliations: added, changed, read.

use std::sync::LazyLock;

use jetpay_reconcile::Finding;

use super::rows::insert;
use super::transaction::Transaction;
use crate::model::Reconciliation;
use crate::port::tables::{DIFFERENCES, FINDINGS, RUNS};
use crate::port::{
    DifferenceRow, ReconciliationTransaction, TransactionError, reconciliations, rows,
};

static ADD_RUN: LazyLock<String> = LazyLock::new(|| insert(&RUNS));
static ADD_FINDING: LazyLock<String> = LazyLock::new(|| insert(&FINDINGS));
static PUT_DIFFERENCE: LazyLock<String> =
    LazyLock::new(|| insert(&DIFFERENCES) + &DIFFERENCES.or_replace(1));
static DIFFERENCE: LazyLock<String> = LazyLock::new(reconciliations::by_id);
const FINISH_RUN: &str = "UPDATE reconciliations SET finished = 1 WHERE seq = ?1";

impl ReconciliationTransaction for Transaction<'_> {
    fn last_run(&mut self) -> Result<i64, TransactionError> {
        let last = self.row(reconciliations::LAST_RUN, &[], rows::number)?;
        Ok(last.unwrap_or_default())
    }

    fn add_run(&mut self, run: &Reconciliation, listed: usize) -> Result<(), TransactionError> {
        let row = reconciliations::of_run(run, listed)?;
        self.execute(&ADD_RUN, &row).map(drop)
    }

    fn finish_run(&mut self, run: i64) -> Result<(), TransactionError> {
        self.execute(FINISH_RUN, &[run.into()]).map(drop)
    }

    fn add_finding(
        &mut self,
        run: i64,
        number: i64,
        difference: Option<&str>,
        finding: &Finding,
    ) -> Result<(), TransactionError> {
        let row = reconciliations::of_finding(run, number, difference, finding)?;
        self.execute(&ADD_FINDING, &row).map(drop)
    }

    fn difference(&mut self, id: &str) -> Result<Option<DifferenceRow>, TransactionError> {
        self.row(&DIFFERENCE, &[id.into()], DifferenceRow::read)
    }

    fn put_difference(&mut self, row: &DifferenceRow) -> Result<(), TransactionError> {
        self.execute(&PUT_DIFFERENCE, &row.values()).map(drop)
    }
}
