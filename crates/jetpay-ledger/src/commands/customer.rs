//! Customers.

use jetpay_core::id::CustomerId;

use crate::model::{Customer, Debt, DebtsOutcome, ImportCount, Millis};
use crate::port::{Command, Keys, NOT_SEEN};

/// Adds or replaces customers, all or none.
pub(crate) fn put_customers(customers: Vec<Customer>) -> Command<ImportCount> {
    let ids = customers.iter().map(|it| it.customer_id.clone());
    let keys = Keys {
        customers: ids.collect(),
        ..Keys::default()
    };
    Command::new(keys, move |transaction| {
        let mut count = ImportCount::default();
        for customer in &customers {
            let is_new = transaction.put_customer(customer, None)?;
            count.new += u64::from(is_new);
            count.replaced += u64::from(!is_new);
        }
        Ok(count)
    })
}

/// Adds or replaces a customer as a look-up saw it.
pub(crate) fn see_customer(customer: Customer, now: Millis) -> Command<()> {
    let keys = Keys {
        customers: vec![customer.customer_id.clone()],
        ..Keys::default()
    };
    Command::new(keys, move |transaction| {
        transaction.put_customer(&customer, Some(now)).map(drop)
    })
}

/// Takes back that a look-up saw a customer.
pub(crate) fn unsee_customer(customer_id: CustomerId) -> Command<()> {
    let keys = Keys {
        contracts: vec![customer_id.clone()],
        customers: vec![customer_id.clone()],
        ..Keys::default()
    };
    Command::new(keys, move |transaction| {
        match transaction.customer(&customer_id)? {
            Some(customer) => transaction
                .put_customer(&customer, Some(NOT_SEEN))
                .map(drop),
            None => Ok(()),
        }
    })
}

/// Changes the debts of a customer's contracts, all or none.
pub(crate) fn change_debts(
    customer_id: CustomerId,
    debts: Vec<Debt>,
    as_of_seq: i64,
) -> Command<DebtsOutcome> {
    let keys = Keys {
        contracts: vec![customer_id.clone()],
        customers: vec![customer_id.clone()],
        ..Keys::default()
    };
    Command::new(keys, move |transaction| {
        let Some(customer) = transaction.customer(&customer_id)? else {
            return Ok(DebtsOutcome::NoSuchCustomer);
        };
        let outcome = customer.change_debts(&debts, as_of_seq);
        if let DebtsOutcome::Changed(customer) = &outcome {
            transaction.put_customer(customer, None)?;
        }
        Ok(outcome)
    })
}

/// Deletes customers; how many there were.
pub(crate) fn delete_customers(ids: Vec<CustomerId>) -> Command<u64> {
    let keys = Keys {
        customers: ids.clone(),
        ..Keys::default()
    };
    Command::new(keys, move |transaction| {
        let mut deleted = 0;
        for id in &ids {
            deleted += u64::from(transaction.delete_customer(id)?);
        }
        Ok(deleted)
    })
}
