//! Customers.

use jetpay_core::id::CustomerId;

use super::{Books, Failure, Keys, Work};
use crate::customer::{Customer, ImportCount, Put};

/// Adds or replaces customers, all or none.
pub(crate) struct PutCustomers(pub(crate) Vec<Customer>);

impl Work for PutCustomers {
    type Done = ImportCount;

    fn keys(&self, keys: &mut Keys) {
        let ids = self.0.iter().map(|customer| customer.customer_id.clone());
        keys.customers.extend(ids);
    }

    fn run(&mut self, books: &mut dyn Books) -> Result<ImportCount, Failure> {
        let mut count = ImportCount::default();
        for customer in &self.0 {
            match books.put_customer(customer)? {
                Put::New => count.new += 1,
                Put::Replaced => count.replaced += 1,
            }
        }
        Ok(count)
    }
}

/// Deletes a customer.
pub(crate) struct DeleteCustomer(pub(crate) CustomerId);

impl Work for DeleteCustomer {
    type Done = bool;

    fn keys(&self, keys: &mut Keys) {
        keys.customers.push(self.0.clone());
    }

    fn run(&mut self, books: &mut dyn Books) -> Result<bool, Failure> {
        books.delete_customer(&self.0)
    }
}
