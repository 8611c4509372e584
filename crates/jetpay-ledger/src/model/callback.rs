//! The outcome of a callback, and what waits for an operator.

use std::fmt;

use jetpay_core::Money;
use jetpay_core::id::{OperationId, PaymentId, ProjectId};
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus};
use jetpay_rules::EventStatus;
use serde::{Serialize, Serializer};

use super::numbers::{Millis, digits};

/// The outcome of a callback. The ledger has committed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallbackOutcome {
    /// It moved money or changed the payment's state (HTTP 200).
    Applied,
    /// The event is stored already, and nothing changed (HTTP 200).
    Repeated,
    /// It is stored, and changes nothing now (HTTP 200).
    Noted,
    /// No payment has its id. It waits in the inbox, and the platform must send it again (HTTP 404).
    Unmatched,
    /// It does not fit the payment (HTTP 200), or is not usable (HTTP 400). It is stored with an alarm, and no money moved.
    Quarantined,
}

impl From<EventStatus> for CallbackOutcome {
    fn from(status: EventStatus) -> Self {
        match status {
            EventStatus::Applied => Self::Applied,
            EventStatus::Noted | EventStatus::Early => Self::Noted,
            EventStatus::Quarantined => Self::Quarantined,
            EventStatus::Unmatched => Self::Unmatched,
            EventStatus::Dismissed => Self::Repeated,
        }
    }
}

/// A project has at most this many open alarms about unusable callbacks. If there are more, the platform has changed
/// something, and more rows would tell an operator nothing new.
pub(crate) const MAX_OPEN_UNUSABLE: usize = 1_000;

/// A signed callback that is not usable.
///
/// Its body holds the payer's data, so `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct NewUnusable {
    /// The project that signed it.
    pub project_id: ProjectId,
    /// The bytes as received. Their signature is verified.
    pub body: Box<[u8]>,
    /// Why it is not usable, without a value of the message.
    pub reason: String,
    /// The payment that it names. None if the message may have been made from another one.
    pub payment_id: Option<PaymentId>,
    /// The operation that it names, under the same condition.
    pub operation_id: Option<OperationId>,
    /// The operation's amount, in minor units, under the same condition.
    pub amount: Option<Money>,
}

/// A callback in the inbox: no payment has its id.
///
/// Its body holds the payer's data, so `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Unmatched {
    /// The order in which they came.
    #[serde(skip)]
    pub seq: i64,
    /// The id that no payment has.
    pub payment_id: PaymentId,
    /// The project that signed it.
    pub project_id: ProjectId,
    /// The platform's operation, if the callback has its id.
    #[serde(serialize_with = "digits")]
    pub operation_id: Option<OperationId>,
    /// Sale, refund and so on, if the callback says so.
    pub operation_type: Option<OperationType>,
    /// The status of the operation, if the callback says so.
    pub operation_status: Option<OperationStatus>,
    /// The status of the payment at the platform.
    pub payment_status: PaymentStatus,
    /// The operation's amount, in minor units, if the callback says so. In JSON, `amount` and `currency`.
    #[serde(flatten)]
    pub amount: Option<Money>,
    /// When it first came.
    pub received_at: Millis,
    /// The bytes as first received. They hold account, customer and method, for the operator who resolves it.
    #[serde(serialize_with = "text")]
    pub body: Vec<u8>,
}

/// Which callbacks of the inbox to read: the oldest first, or the newest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxFilter {
    /// Came after this one: of the oldest first, the last of the page before.
    pub after: Option<i64>,
    /// Came before this one: of the newest first, the last of the page before.
    pub before: Option<i64>,
    /// Came before this instant.
    pub received_before: Option<Millis>,
    /// With exactly this amount, in minor units.
    pub amount: Option<Money>,
    /// The newest first.
    pub newest_first: bool,
    /// At most this many.
    pub limit: usize,
}

impl Default for InboxFilter {
    fn default() -> Self {
        Self {
            after: None,
            before: None,
            received_before: None,
            amount: None,
            newest_first: false,
            limit: 100,
        }
    }
}

/// Serializes a body as text. What is not UTF-8 in it is replaced.
fn text<S: Serializer>(body: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(body))
}

/// How much waits, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Payments without an outcome.
    pub pending: i64,
    /// Callbacks in the inbox.
    pub unmatched: i64,
    /// Messages that were ever quarantined: callbacks that do not fit their payment, and those that are not usable.
    pub quarantined: i64,
    /// Alarms that were ever raised.
    pub alarms: i64,
    /// Alarms that are not resolved.
    pub open_alarms: i64,
}

impl fmt::Debug for NewUnusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUnusable")
            .field("project_id", &self.project_id)
            .field("reason", &self.reason)
            .field("payment_id", &self.payment_id)
            .finish_non_exhaustive()
    }
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
