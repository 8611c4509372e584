//! Forgetting payers.

use jetpay_core::id::PaymentId;

use super::super::{Books, Failure, Keys, Work};

/// Forgets the payers of payouts that have ended.
pub(crate) struct ForgetPayers(pub(crate) Vec<PaymentId>);

impl Work for ForgetPayers {
    type Done = ();

    fn keys(&self, keys: &mut Keys) {
        keys.payouts.extend(self.0.iter().cloned());
    }

    fn run(&mut self, books: &mut dyn Books) -> Result<(), Failure> {
        for id in &self.0 {
            let row = books.payout(id)?;
            if let Some(mut row) = row.filter(|row| !row.standing.state.is_open()) {
                row.forget_payer();
                books.change_payout(&row)?;
            }
        }
        Ok(())
    }
}
