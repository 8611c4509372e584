//! Customers.

use jetpay_core::id::CustomerId;

use crate::model::{Customer, ImportCount, Put};
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
            match transaction.put_customer(customer)? {
                Put::New => count.new += 1,
                Put::Replaced => count.replaced += 1,
            }
        }
        Ok(count)
    }
}

/// Deletes a customer; whether there was one.
pub(crate) struct DeleteCustomer(pub(crate) CustomerId);

impl Command for DeleteCustomer {
    type Output = bool;

    fn keys(&self, keys: &mut Keys) {
        keys.customers.push(self.0.clone());
    }

    fn run(&mut self, transaction: &mut dyn LedgerTransaction) -> Result<bool, TransactionError> {
        transaction.delete_customer(&self.0)
    }
}
