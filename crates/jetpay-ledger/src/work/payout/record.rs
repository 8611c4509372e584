//! Taking a payout: kept and reserved before anything is sent.

use super::super::{Books, Failure, Keys, Work};
use crate::payout::{NewPayout, NewStep, StepKind, Taken};
use crate::store::PayoutRow;

/// Takes a payout, once for each key.
pub(crate) struct RecordPayout(pub(crate) NewPayout);

impl Work for RecordPayout {
    type Done = Taken;

    fn keys(&self, keys: &mut Keys) {
        let payout = &self.0;
        let key = (payout.project_id, payout.idempotency_key.clone());
        keys.payouts.push(payout.id.clone());
        keys.payout_keys.push(key);
        if payout.from_balance {
            keys.spenders.push(payout.customer_id.clone());
        }
    }

    fn run(&mut self, books: &mut dyn Books) -> Result<Taken, Failure> {
        let payout = &self.0;
        if let Some((id, fingerprint)) =
            books.payout_under(payout.project_id, &payout.idempotency_key)?
        {
            let same = fingerprint == payout.fingerprint;
            return Ok(if same {
                Taken::Before(id)
            } else {
                Taken::KeyOfAnother(id)
            });
        }
        if payout.from_balance {
            let available = books.available(&payout.customer_id)?;
            if available < payout.amount.minor() {
                return Ok(Taken::BalanceTooSmall { available });
            }
        }
        let row = PayoutRow::new(payout.clone());
        books.add_payout(&row)?;
        let created = NewStep {
            what: StepKind::Created,
            amount: Some(payout.amount.minor()),
            operation_id: None,
            code: None,
            message: None,
        };
        super::add_step(books, &row, created, payout.created_at)?;
        Ok(Taken::New)
    }
}
