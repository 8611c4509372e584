//! Asks the platform what became of a payment, and applies its answer if the project signed it. The admin interface and the
//! pages do it for a person.

use jetpay_core::id::PaymentId;
use jetpay_core::{Callback, Rejection};
use jetpay_gate::{Status, StatusOutcome};
use jetpay_ledger::{CallbackOutcome, Error, Payment, Reason, RecordedCallback};

use crate::admin::Admin;
use crate::environment::now;

/// What the platform says about a payment.
pub(crate) struct Answer {
    pub(crate) status: Status,
    /// The callbacks that a signed answer stands for.
    pub(crate) callbacks: Result<Vec<Callback>, NotApplicable>,
    /// What the ledger had before.
    pub(crate) stored: Vec<RecordedCallback>,
}

/// Why an answer cannot be applied.
pub(crate) enum NotApplicable {
    /// It is not signed with a secret of the project.
    Unsigned,
    /// It is signed, and a field cannot be used.
    Rejected(Rejection),
}

/// Why there is no answer.
pub(crate) enum NoAnswer {
    /// There is no `[gate]` in the configuration.
    NotConfigured,
    /// The platform does not know the payment.
    NotKnown,
    /// The Gate did not answer in a way that proves anything.
    Unanswered(String),
    Store(Error),
}

impl From<Error> for NoAnswer {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

/// Asks the platform about a payment, once. Nothing changes.
pub(crate) async fn ask(admin: &Admin, payment: &Payment) -> Result<Answer, NoAnswer> {
    let client = admin.status.as_ref().ok_or(NoAnswer::NotConfigured)?;
    let status = match client.status(payment.project_id, &payment.id).await {
        StatusOutcome::Known(status) => status,
        StatusOutcome::NotKnown => return Err(NoAnswer::NotKnown),
        StatusOutcome::Unanswered(why) => return Err(NoAnswer::Unanswered(why.to_string())),
    };
    let project = client.project(payment.project_id);
    let callbacks = match (&status.signed, project) {
        (Some(signed), Some(project)) => {
            signed.callbacks(&project).map_err(NotApplicable::Rejected)
        }
        _ => Err(NotApplicable::Unsigned),
    };
    let stored = admin.ledger.payment_history(&payment.id).await?.callbacks;
    Ok(Answer {
        status,
        callbacks,
        stored,
    })
}

/// Applies the callbacks of a signed answer. The outcome of each.
///
/// # Errors
/// [`Error::Resolve`], and those of the store.
pub(crate) async fn apply(
    admin: &Admin,
    id: &PaymentId,
    callbacks: Vec<Callback>,
    reason: Reason,
) -> Result<Vec<CallbackOutcome>, Error> {
    let by = reason.by.clone();
    let confirmed = admin.ledger.confirm_payment(id, callbacks, reason, now());
    let outcomes = confirmed.await?;
    // The log does not get the reason: a person wrote it, and it may name a payer.
    tracing::info!(payment = %id, by, "the merchant applied the platform's signed answer about a payment");
    Ok(outcomes)
}
