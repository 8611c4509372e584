//! A command that changes nothing.

use crate::port::{Command, Keys, LedgerTransaction, TransactionError};

/// Makes the store commit, to find out whether it can. It also wakes a writer.
pub(crate) struct Probe;

impl Command for Probe {
    type Output = ();

    fn keys(&self, _: &mut Keys) {}

    fn run(&mut self, transaction: &mut dyn LedgerTransaction) -> Result<(), TransactionError> {
        transaction.probe()
    }
}
