//! What came of an errand, or of a person's question.

use jetpay_core::id::PaymentId;

use super::super::{Books, Failure, Keys, Work};
use super::follow;
use crate::millis::Millis;
use crate::payout::{Change, Ending, PayoutState, Standing};
use crate::settlement::Unsettled;

/// Records what came of an errand; where the payout stands then. None: there is no such payout.
pub(crate) struct RecordOutcome<F> {
    pub(crate) payment_id: PaymentId,
    /// What follows from it.
    pub(crate) follows: F,
    pub(crate) now: Millis,
}

impl<F> Work for RecordOutcome<F>
where
    F: Fn(&Standing) -> Change + Send + 'static,
{
    type Done = Option<PayoutState>;

    fn keys(&self, keys: &mut Keys) {
        keys.payouts.push(self.payment_id.clone());
    }

    fn run(&mut self, books: &mut dyn Books) -> Result<Self::Done, Failure> {
        let Some(row) = books.payout(&self.payment_id)? else {
            return Ok(None);
        };
        let change = (self.follows)(&row.standing);
        let state = change.standing.state;
        follow(books, row, change, self.now)?;
        Ok(Some(state))
    }
}

/// A person says how a payout ended.
pub(crate) struct SettlePayout {
    pub(crate) payment_id: PaymentId,
    pub(crate) ending: Ending,
    pub(crate) reason: String,
    pub(crate) now: Millis,
}

impl Work for SettlePayout {
    type Done = Result<(), Unsettled>;

    fn keys(&self, keys: &mut Keys) {
        keys.payouts.push(self.payment_id.clone());
    }

    fn run(&mut self, books: &mut dyn Books) -> Result<Self::Done, Failure> {
        let Some(row) = books.payout(&self.payment_id)? else {
            return Ok(Err(Unsettled::NoSuchPayout));
        };
        let change = match row.standing.settle(self.ending, &self.reason, self.now) {
            Ok(change) => change,
            Err(why) => return Ok(Err(why.into())),
        };
        follow(books, row, change, self.now)?;
        Ok(Ok(()))
    }
}
