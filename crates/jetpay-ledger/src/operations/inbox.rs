//! What is kept for an operator: signed messages that are not usable, and callbacks without a payment.

use jetpay_core::id::{PaymentId, ProjectId};

use super::alarm::raise;
use crate::model::{AlarmCause, AlarmKind, Millis, NewResolution};
use crate::port::{Command, Keys, LedgerTransaction, TransactionError};

/// Keeps a signed callback that is not usable, once for each body; whether it is new.
pub(crate) struct KeepUnusable {
    pub(crate) project_id: ProjectId,
    pub(crate) body: Box<[u8]>,
    pub(crate) reason: String,
    pub(crate) now: Millis,
}

impl Command for KeepUnusable {
    type Output = bool;

    fn keys(&self, keys: &mut Keys) {
        keys.bodies.push(self.body.clone());
    }

    fn run(&mut self, transaction: &mut dyn LedgerTransaction) -> Result<bool, TransactionError> {
        let cause = AlarmCause {
            kind: AlarmKind::Unusable,
            project_id: self.project_id,
            payment_id: None,
            operation_id: None,
            reason: Some(&self.reason),
            body: Some(&self.body),
        };
        raise(transaction, &cause, self.now)
    }
}

/// An operator says that the callbacks of an unknown payment are not ours; how many callbacks that resolves.
pub(crate) struct DismissUnmatched {
    pub(crate) payment_id: PaymentId,
    pub(crate) resolution: NewResolution,
    pub(crate) now: Millis,
}

impl Command for DismissUnmatched {
    type Output = usize;

    fn keys(&self, keys: &mut Keys) {
        keys.payments.push(self.payment_id.clone());
        // Or the payment could be announced, and its callbacks applied, between the read and the write.
        keys.fills_inbox = true;
    }

    fn run(&mut self, transaction: &mut dyn LedgerTransaction) -> Result<usize, TransactionError> {
        let dismissed = transaction.dismiss_events(&self.payment_id)?;
        transaction.counts().unmatched -= i64::try_from(dismissed).unwrap_or(i64::MAX);
        if dismissed > 0 {
            transaction.add_resolution(&self.resolution, self.now)?;
        }
        Ok(dismissed)
    }
}
