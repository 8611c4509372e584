//! Taking a payout up.

use jetpay_core::id::PaymentId;

use super::super::{Books, Failure, Keys, Work};
use super::follow;
use crate::millis::Millis;
use crate::payout::{Errand, GateAddress, Pace, TakenUp};

/// Takes a payout up, if something is to be done about it and nobody else does it.
pub(crate) struct TakeUp {
    pub(crate) payment_id: PaymentId,
    pub(crate) at: GateAddress,
    pub(crate) now: Millis,
    pub(crate) pace: Pace,
}

impl Work for TakeUp {
    type Done = Option<TakenUp>;

    fn keys(&self, keys: &mut Keys) {
        keys.payouts.push(self.payment_id.clone());
    }

    fn run(&mut self, books: &mut dyn Books) -> Result<Self::Done, Failure> {
        let Some(row) = books.payout(&self.payment_id)? else {
            return Ok(None);
        };
        let Some((errand, change)) = row.standing.take_up(&self.at, self.now, &self.pace) else {
            return Ok(None);
        };
        let Some(errand) = errand else {
            follow(books, row, change, self.now)?;
            return Ok(None);
        };
        let request = (errand == Errand::Send).then(|| row.payout.request.clone());
        let taken_up = TakenUp {
            payment_id: self.payment_id.clone(),
            project_id: row.payout.project_id,
            method: row.payout.method.to_string(),
            errand,
            turn: change.standing.turn,
            request,
        };
        follow(books, row, change, self.now)?;
        Ok(Some(taken_up))
    }
}
