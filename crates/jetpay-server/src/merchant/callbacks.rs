//! Callbacks: stored with their effect, then acknowledged.

use jetpay_core::merchant::UnusableCallback;
use jetpay_core::{Acknowledged, Callback, CallbackError, Callbacks, Unavailable};
use jetpay_ledger::CallbackOutcome;

use super::{LedgerMerchant, unavailable};
use crate::telemetry;

impl Callbacks for LedgerMerchant {
    async fn callback(&self, callback: Callback) -> Result<Acknowledged, CallbackError> {
        telemetry::callback_is_odd(&callback);
        let (payment, operation) = (callback.payment.id.clone(), callback.operation.id);
        let recorded = self
            .ledger
            .record_callback(callback, self.environment.now())
            .await
            .map_err(unavailable)?;
        telemetry::callback_recorded(recorded, &payment, operation);
        match recorded {
            CallbackOutcome::Unmatched => Err(CallbackError::UnknownPayment),
            CallbackOutcome::Applied
            | CallbackOutcome::Repeated
            | CallbackOutcome::Noted
            | CallbackOutcome::Quarantined => Ok(Acknowledged),
        }
    }

    async fn unusable(&self, callback: UnusableCallback<'_>) -> Result<(), Unavailable> {
        let reason = callback.rejection.to_string();
        let body = callback.body.to_vec();
        let kept = self
            .ledger
            .quarantine_unusable(callback.project_id, body, reason, self.environment.now())
            .await;
        kept.map(|_first_time| ()).map_err(unavailable)
    }
}
