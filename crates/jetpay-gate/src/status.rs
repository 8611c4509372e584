//! What the platform says of a payment.

use jetpay_core::Money;
use jetpay_core::id::{OperationId, PaymentId};
use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};

use crate::Unknown;

/// The answer to a question for a status.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "the answer says what to do with the payout"]
pub enum StatusOutcome {
    /// The platform has the payment, and this is how it stands.
    Known(Status),
    /// The platform has no such payment (code 3061): the same payout may be sent again, under the same id.
    NotKnown,
    /// No answer that says anything: ask again later.
    Unanswered(Unknown),
}

/// How a payment stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Our id of it. None only when a request was asked about, and the answer does not say.
    pub payment_id: Option<PaymentId>,
    /// Where it stands. It decides; a code never does.
    pub payment_status: PaymentStatus,
    /// Purchase or payout.
    pub payment_type: Option<PaymentType>,
    /// The amount, in minor units.
    pub sum: Option<Money>,
    /// What was done, as far as the answer tells.
    pub operations: Vec<Operation>,
}

/// One step of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The platform's number of it, the same as in its callback.
    pub id: OperationId,
    /// Payout, reversal and so on.
    pub kind: OperationType,
    /// How it ended, if it did.
    pub status: OperationStatus,
    /// The amount of this operation, in minor units (`sum_initial`).
    pub amount: Option<Money>,
    /// Why it ended so.
    pub code: Option<OperationCode>,
    /// The same in the platform's words: at most 200 characters, printable.
    pub message: Option<String>,
    /// The platform's id of the request.
    pub request_id: Option<String>,
}
