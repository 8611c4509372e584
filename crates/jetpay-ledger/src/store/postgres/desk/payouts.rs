//! The books of payouts, on the desk.

use jetpay_core::id::{CustomerId, PaymentId, ProjectId};

use super::{Desk, PayoutOnDesk, fetch};
use crate::payout::Step;
use crate::store::PayoutRow;
use crate::work::{Failure, Keys, PayoutBooks};

impl Desk {
    fn payout_cell(&mut self, id: &PaymentId) -> Result<&mut Option<PayoutOnDesk>, Failure> {
        self.payouts.get_mut(id).ok_or_else(|| {
            fetch(Keys {
                payouts: vec![id.clone()],
                ..Keys::default()
            })
        })
    }
}

impl PayoutBooks for Desk {
    fn payout(&mut self, id: &PaymentId) -> Result<Option<PayoutRow>, Failure> {
        let cell = self.payout_cell(id)?.as_ref();
        Ok(cell.map(|payout| payout.row.clone()))
    }

    fn payout_under(
        &mut self,
        project_id: ProjectId,
        key: &str,
    ) -> Result<Option<(PaymentId, String)>, Failure> {
        let key = (project_id, key.to_owned());
        let found = self.payout_keys.get(&key).cloned();
        found.ok_or_else(|| {
            fetch(Keys {
                payout_keys: vec![key],
                ..Keys::default()
            })
        })
    }

    fn available(&mut self, customer_id: &CustomerId) -> Result<i64, Failure> {
        self.spenders.get(customer_id).copied().ok_or_else(|| {
            fetch(Keys {
                spenders: vec![customer_id.clone()],
                ..Keys::default()
            })
        })
    }

    fn add_payout(&mut self, row: &PayoutRow) -> Result<(), Failure> {
        let payout = &row.payout;
        let cell = self.payout_cell(&payout.id)?;
        if cell.is_some() {
            return Err(Failure::Rule("a payout has this id".into()));
        }
        *cell = Some(PayoutOnDesk {
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

    fn change_payout(&mut self, row: &PayoutRow) -> Result<(), Failure> {
        if let Some(payout) = self.payout_cell(&row.payout.id)? {
            payout.row = row.clone();
            payout.changed = true;
        }
        Ok(())
    }

    fn add_step(&mut self, step: &Step) -> Result<(), Failure> {
        self.changes.steps.push(step.clone());
        Ok(())
    }
}
