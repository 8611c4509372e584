//! What became of a callback, and what waits for a person.

use std::fmt;

use jetpay_core::Money;
use jetpay_core::id::{OperationId, PaymentId, ProjectId};
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus};
use serde::Serialize;

use crate::millis::Millis;

/// What became of a callback. It is on the disk when this is returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Recorded {
    /// It moved money or changed the payment's state (HTTP 200).
    Applied,
    /// The same fact is stored already: nothing changed (HTTP 200).
    Repeated,
    /// It is stored and changes nothing, or not yet (HTTP 200).
    Noted,
    /// No payment has its id. It waits in the inbox and shall come again (HTTP 404).
    Unmatched,
    /// It does not fit the payment. It is stored, an alarm is raised, no money moved (HTTP 200).
    Quarantined,
}

/// A callback in the inbox: no payment has its id.
///
/// Its body holds the payer's data, so `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Unmatched {
    /// The id that nobody knows.
    pub payment_id: PaymentId,
    /// Who signed it.
    pub project_id: ProjectId,
    /// The platform's operation.
    pub operation_id: OperationId,
    /// Sale, refund and so on.
    pub operation_type: OperationType,
    /// How the operation ended.
    pub operation_status: OperationStatus,
    /// Where the payment stands at the platform.
    pub payment_status: PaymentStatus,
    /// The operation's amount, in minor units. In JSON, `amount` and `currency`.
    #[serde(flatten)]
    pub amount: Money,
    /// When it first came.
    pub received_at: Millis,
    /// The bytes as first received: account, customer and method are in there, for the person who settles it.
    #[serde(skip)]
    pub body: Vec<u8>,
}

/// How much waits, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Payments without an outcome.
    pub pending: i64,
    /// Callbacks in the inbox.
    pub unmatched: i64,
    /// Messages that were ever put in quarantine: callbacks that do not fit their payment, and those not usable.
    pub quarantined: i64,
    /// Alarms that were ever raised.
    pub alarms: i64,
    /// Alarms that nobody has settled.
    pub open_alarms: i64,
}

impl fmt::Debug for Unmatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unmatched")
            .field("payment_id", &self.payment_id)
            .field("project_id", &self.project_id)
            .field("operation_id", &self.operation_id)
            .finish_non_exhaustive()
    }
}
