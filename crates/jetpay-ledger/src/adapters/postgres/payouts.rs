//! Payouts in the working set.

use jetpay_core::id::{CustomerId, PaymentId, ProjectId};

use super::working_set::{PayoutRowInSet, WorkingSet, missing, missing_payment};
use crate::payout::PayoutStep;
use crate::port::payouts::sql::Balance;
use crate::port::payouts::step;
use crate::port::{PayoutRow, PayoutTransaction, TransactionError, owned};

impl WorkingSet {
    pub(super) fn balance(&self, customer_id: &CustomerId) -> Result<Balance, TransactionError> {
        let spender = self.spenders.get(customer_id).copied();
        spender.ok_or_else(|| missing(|keys| keys.spenders.push(customer_id.clone())))
    }

    fn payout_cell(
        &mut self,
        id: &PaymentId,
    ) -> Result<&mut Option<PayoutRowInSet>, TransactionError> {
        let cell = self.payouts.get_mut(id);
        cell.ok_or_else(|| missing(|keys| keys.payouts.push(id.clone())))
    }
}

impl PayoutTransaction for WorkingSet {
    fn payout(&mut self, id: &PaymentId) -> Result<Option<PayoutRow>, TransactionError> {
        let cell = self.payout_cell(id)?.as_ref();
        Ok(cell.map(|payout| payout.row.clone()))
    }

    fn payout_with_key(
        &mut self,
        project_id: ProjectId,
        key: &str,
    ) -> Result<Option<(PaymentId, String)>, TransactionError> {
        let key = (project_id, key.to_owned());
        let found = self.payout_keys.get(&key).cloned();
        found.ok_or_else(|| missing(|keys| keys.payout_keys.push(key)))
    }

    fn available(&mut self, customer_id: &CustomerId) -> Result<i128, TransactionError> {
        Ok(self.balance(customer_id)?.available)
    }

    fn topped_up_to_customer_of(&mut self, id: &PaymentId) -> Result<i128, TransactionError> {
        let row = self.payments.get(id).ok_or_else(|| missing_payment(id))?;
        let balance = row.as_ref().map(|row| self.balance(&row.customer_id));
        Ok(balance.transpose()?.unwrap_or_default().topped_up)
    }

    fn add_payout(&mut self, row: &PayoutRow) -> Result<(), TransactionError> {
        let payout = &row.payout;
        let cell = self.payout_cell(&payout.id)?;
        if cell.is_some() {
            return Err(TransactionError::Constraint("a payout has this id".into()));
        }
        *cell = Some(PayoutRowInSet {
            row: row.clone(),
            new: true,
            changed: false,
        });
        let key = (payout.project_id, payout.idempotency_key.clone());
        let under = (payout.id.clone(), payout.fingerprint.clone());
        self.payout_keys.insert(key, Some(under));
        if payout.from_balance
            && let Some(spender) = self.spenders.get_mut(&payout.customer_id)
        {
            spender.available -= i128::from(payout.amount.minor());
        }
        Ok(())
    }

    fn change_payout(&mut self, row: &PayoutRow) -> Result<(), TransactionError> {
        if let Some(payout) = self.payout_cell(&row.payout.id)? {
            payout.row = row.clone();
            payout.changed = true;
        }
        Ok(())
    }

    fn add_step(&mut self, step: &PayoutStep) -> Result<(), TransactionError> {
        self.changes.steps.push(owned(step::values(step)));
        Ok(())
    }
}
