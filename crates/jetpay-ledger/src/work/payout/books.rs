//! The books of payouts as a transaction sees them.

use jetpay_core::id::{CustomerId, PaymentId, ProjectId};

use super::super::Failure;
use crate::payout::Step;
use crate::store::PayoutRow;

/// The part of [`Books`](crate::work::Books) that is about payouts.
///
/// # Errors
/// All of it can give a [`Failure`]: then the transaction must be rolled back.
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
pub trait PayoutBooks {
    /// The payout with this id.
    fn payout(&mut self, id: &PaymentId) -> Result<Option<PayoutRow>, Failure>;

    /// The id of the payout under this key, and the fingerprint of what was asked for.
    fn payout_under(
        &mut self,
        project_id: ProjectId,
        key: &str,
    ) -> Result<Option<(PaymentId, String)>, Failure>;

    /// What the customer can spend, in minor units. Nobody else spends of it until this transaction has ended.
    fn available(&mut self, customer_id: &CustomerId) -> Result<i64, Failure>;

    /// Adds a payout.
    fn add_payout(&mut self, row: &PayoutRow) -> Result<(), Failure>;

    /// The payout stands otherwise now, or its payer was forgotten.
    fn change_payout(&mut self, row: &PayoutRow) -> Result<(), Failure>;

    /// Adds a step to a payout's history. The store gives its number.
    fn add_step(&mut self, step: &Step) -> Result<(), Failure>;
}
