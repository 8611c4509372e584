//! The payouts of a transaction, over the working set of a group.

use jetpay_core::id::{CustomerId, PaymentId, ProjectId};

use super::working_set::{PayoutRowInSet, WorkingSet, fetch};
use crate::payout::PayoutStep;
use crate::port::{Keys, PayoutRow, PayoutTransaction, TransactionError};

impl WorkingSet {
    fn payout_cell(
        &mut self,
        id: &PaymentId,
    ) -> Result<&mut Option<PayoutRowInSet>, TransactionError> {
        self.payouts.get_mut(id).ok_or_else(|| {
            fetch(Keys {
                payouts: vec![id.clone()],
                ..Keys::default()
            })
        })
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
        found.ok_or_else(|| {
            fetch(Keys {
                payout_keys: vec![key],
                ..Keys::default()
            })
        })
    }

    fn available(&mut self, customer_id: &CustomerId) -> Result<i64, TransactionError> {
        self.spenders.get(customer_id).copied().ok_or_else(|| {
            fetch(Keys {
                spenders: vec![customer_id.clone()],
                ..Keys::default()
            })
        })
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
            && let Some(available) = self.spenders.get_mut(&payout.customer_id)
        {
            *available -= payout.amount.minor();
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
        self.changes.steps.push(step.clone());
        Ok(())
    }
}
