//! Customers.

use jetpay_core::id::CustomerId;

use crate::model::{Customer, Debt, DebtsOutcome, ImportCount};
use crate::port::{Command, Keys, LedgerTransaction, TransactionError};

/// Adds or replaces customers, all or none.
pub(crate) struct PutCustomers(pub(crate) Vec<Customer>);

impl Command for PutCustomers {
    type Output = ImportCount;

    fn keys(&self, keys: &mut Keys) {
        let ids = self.0.iter().map(|customer| customer.customer_id.clone());
        keys.customers.extend(ids);
    }

    fn run(
        &mut self,
        transaction: &mut dyn LedgerTransaction,
    ) -> Result<ImportCount, TransactionError> {
        let mut count = ImportCount::default();
        for customer in &self.0 {
            let is_new = transaction.put_customer(customer)?;
            count.new += u64::from(is_new);
            count.replaced += u64::from(!is_new);
        }
        Ok(count)
    }
}

/// Changes the debts of a customer's contracts, all or none.
pub(crate) struct ChangeDebts {
    pub(crate) customer_id: CustomerId,
    pub(crate) debts: Vec<Debt>,
    pub(crate) as_of_seq: i64,
}

impl Command for ChangeDebts {
    type Output = DebtsOutcome;

    fn keys(&self, keys: &mut Keys) {
        keys.contracts.push(self.customer_id.clone());
        keys.customers.push(self.customer_id.clone());
    }

    fn run(
        &mut self,
        transaction: &mut dyn LedgerTransaction,
    ) -> Result<DebtsOutcome, TransactionError> {
        let Some(customer) = transaction.customer(&self.customer_id)? else {
            return Ok(DebtsOutcome::NoSuchCustomer);
        };
        let outcome = customer.change_debts(&self.debts, self.as_of_seq);
        if let DebtsOutcome::Changed(customer) = &outcome {
            transaction.put_customer(customer)?;
        }
        Ok(outcome)
    }
}

/// Deletes customers; how many there were.
pub(crate) struct DeleteCustomers(pub(crate) Vec<CustomerId>);

impl Command for DeleteCustomers {
    type Output = u64;

    fn keys(&self, keys: &mut Keys) {
        keys.customers.extend(self.0.iter().cloned());
    }

    fn run(&mut self, transaction: &mut dyn LedgerTransaction) -> Result<u64, TransactionError> {
        let mut deleted = 0;
        for id in &self.0 {
            deleted += u64::from(transaction.delete_customer(id)?);
        }
        Ok(deleted)
    }
}
