//! Customers.

use jetpay_core::id::CustomerId;

use crate::model::{Customer, Debt, DebtsOutcome, ImportCount};
use crate::port::{Command, Keys, LedgerTransaction, TransactionError, command};

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
pub(crate) fn change_debts(
    customer_id: CustomerId,
    debts: Vec<Debt>,
    as_of_seq: i64,
) -> impl Command<Output = DebtsOutcome> {
    let id = customer_id.clone();
    let keys = move |keys: &mut Keys| {
        keys.contracts.push(id.clone());
        keys.customers.push(id.clone());
    };
    command(keys, move |transaction| {
        let Some(customer) = transaction.customer(&customer_id)? else {
            return Ok(DebtsOutcome::NoSuchCustomer);
        };
        let outcome = customer.change_debts(&debts, as_of_seq);
        if let DebtsOutcome::Changed(customer) = &outcome {
            transaction.put_customer(customer)?;
        }
        Ok(outcome)
    })
}

/// Deletes customers; how many there were.
pub(crate) fn delete_customers(ids: Vec<CustomerId>) -> impl Command<Output = u64> {
    let deleted = ids.clone();
    let keys = move |keys: &mut Keys| keys.customers.extend_from_slice(&deleted);
    command(keys, move |transaction| {
        let mut deleted = 0;
        for id in &ids {
            deleted += u64::from(transaction.delete_customer(id)?);
        }
        Ok(deleted)
    })
}
