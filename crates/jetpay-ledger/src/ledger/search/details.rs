//! What people tell the payments of a list apart by: the receipts, and the numbers of contracts.

use std::collections::HashMap;

use jetpay_core::id::{ContractId, CustomerId, PaymentId};

use super::hit::Hit;
use crate::ledger::Ledger;
use crate::ledger::listed::{BATCH, list};
use crate::model::{Contract, Error};
use crate::port::{TransactionError, Value, Values};

/// The last receipt of each payment or payout, before others that of a success. The concatenation keeps the index of receipts
/// out, which has those of all payments.
pub(super) const RECEIPTS: &str = "SELECT payment_id, provider_payment_id FROM events
    WHERE payment_id IN ({}) AND provider_payment_id || '' IS NOT NULL
    ORDER BY CASE operation_status WHEN 'success' THEN 1 ELSE 0 END, seq";
pub(super) const CONTRACTS: &str =
    "SELECT customer_id, contracts FROM customers WHERE customer_id IN ({})";

/// The receipts and the numbers of contracts of some hits.
#[derive(Default)]
pub struct HitDetails {
    receipts: HashMap<PaymentId, String>,
    numbers: HashMap<(CustomerId, ContractId), String>,
}

impl HitDetails {
    fn read_numbers(&mut self, customers: Vec<(CustomerId, Vec<Contract>)>) {
        for (customer, contracts) in customers {
            let contracts = contracts.into_iter();
            let numbers = contracts.map(|it| ((customer.clone(), it.id), it.number));
            self.numbers.extend(numbers);
        }
    }

    /// The number on the receipt, if a callback has it.
    #[must_use]
    pub fn receipt<'h>(&'h self, hit: &'h Hit) -> Option<&'h str> {
        let of_payment = || self.receipts.get(hit.payment_id.as_ref()?);
        let known = hit.provider_payment_id.as_ref().or_else(of_payment);
        known.map(String::as_str)
    }

    /// The number of the contract that was paid for, or its id where the customer does not have it any more.
    #[must_use]
    pub fn contract<'h>(&'h self, hit: &'h Hit) -> Option<&'h str> {
        let contract = hit.contract_id.as_ref()?;
        let number =
            |customer: &CustomerId| self.numbers.get(&(customer.clone(), contract.clone()));
        let number = hit.customer_id.as_ref().and_then(number);
        Some(number.map_or(contract.as_str(), String::as_str))
    }
}

impl Ledger {
    /// The receipts and the numbers of contracts of these hits.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn hit_details(&self, hits: &[Hit]) -> Result<HitDetails, Error> {
        let mut details = HitDetails::default();
        for hits in hits.chunks(BATCH) {
            // A callback in the inbox has its receipt, and no customer.
            let recorded = hits.iter().filter(|hit| hit.customer_id.is_some());
            let payments = recorded.filter_map(|hit| Some(hit.payment_id.as_ref()?.into()));
            let payments: Vec<Value<'_>> = payments.collect();
            if !payments.is_empty() {
                let payments = list(payments.into_iter());
                let found = self.look_up(RECEIPTS, &payments, receipt).await?;
                details.receipts.extend(found);
            }
            let with_contract = hits.iter().filter(|hit| hit.contract_id.is_some());
            let customers = with_contract.filter_map(|hit| hit.customer_id.as_ref());
            let customers: Vec<Value<'_>> = customers.map(|id| id.as_str().into()).collect();
            if !customers.is_empty() {
                let customers = list(customers.into_iter());
                details.read_numbers(self.look_up(CONTRACTS, &customers, contracts).await?);
            }
        }
        Ok(details)
    }
}

fn receipt(row: &mut Values<'_>) -> Result<(PaymentId, String), TransactionError> {
    Ok((row.id()?, row.string()?))
}

fn contracts(row: &mut Values<'_>) -> Result<(CustomerId, Vec<Contract>), TransactionError> {
    let customer = row.id()?;
    // Those of a customer that is damaged keep their ids.
    Ok((customer, row.list().unwrap_or_default()))
}
