//! Reads of the inbox: callbacks that name an unknown payment.

use jetpay_core::id::PaymentId;

use super::Ledger;
use crate::model::{Error, InboxFilter, Unmatched};
use crate::port::{Value, inbox};

/// Reads: of the last commit.
///
/// # Errors
/// Each can give [`Error::Unavailable`].
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
impl Ledger {
    /// The callbacks without a payment, by payment id, at most `limit`.
    pub async fn inbox(&self, limit: usize) -> Result<Vec<Unmatched>, Error> {
        let values = vec![Value::limit(limit)];
        self.read(&inbox::by_payment(), values, inbox::unmatched)
            .await
    }

    /// The callbacks without a payment that the filter lets through.
    pub async fn filtered_inbox(&self, filter: InboxFilter) -> Result<Vec<Unmatched>, Error> {
        let (sql, values) = inbox::filtered(filter);
        self.read(&sql, values, inbox::unmatched).await
    }

    /// The callbacks that wait for this payment, the oldest first, at most `limit`.
    pub async fn inbox_of(&self, id: &PaymentId, limit: usize) -> Result<Vec<Unmatched>, Error> {
        let values = vec![id.into(), Value::limit(limit)];
        self.read(&inbox::of_payment(), values, inbox::unmatched)
            .await
    }
}
