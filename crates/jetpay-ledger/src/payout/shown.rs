//! Payouts as they are read back.

use std::fmt;

use jetpay_core::Money;
use jetpay_core::id::{CustomerId, OperationId, PaymentId, ProjectId};
use jetpay_core::operation_code::OperationCode;

use super::{PayoutEntry, PayoutState, StepKind};
use crate::millis::Millis;

/// A payout as it stands.
///
/// `Debug` hides the account and the customer.
#[derive(Clone, PartialEq, Eq)]
pub struct Payout {
    /// Our id.
    pub payment_id: PaymentId,
    /// The project that pays.
    pub project_id: ProjectId,
    /// The payment method's name.
    pub method: String,
    /// Who is paid.
    pub customer_id: CustomerId,
    /// The wallet; all but its last digits are `*` once the payer's data was forgotten.
    pub account_number: String,
    /// How much, in minor units.
    pub amount: Money,
    /// The merchant's own id of this wish.
    pub idempotency_key: String,
    /// It is taken from the customer's balance.
    pub from_balance: bool,
    /// Where it stands.
    pub state: PayoutState,
    /// What is reserved for it, in minor units.
    pub reserved: i64,
    /// What left and did not come back, in minor units.
    pub paid: i64,
    /// The platform's id of the request.
    pub request_id: Option<String>,
    /// A person was told that it takes too long.
    pub overdue: bool,
    /// When it is sent or asked about next; none when nothing is done by itself any more.
    pub due_at: Option<Millis>,
    /// When it was taken.
    pub created_at: Millis,
    /// When it last changed.
    pub changed_at: Millis,
    /// What happened, from the first step on.
    pub history: Vec<Step>,
}

/// One step of a payout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The order of commit over all payouts, from 1 and growing.
    pub seq: i64,
    /// The payout.
    pub payment_id: PaymentId,
    /// The project that pays.
    pub project_id: ProjectId,
    /// What happened.
    pub what: StepKind,
    /// How much money it moved, in minor units: positive; [`StepKind::entry`] says from where to where.
    pub amount: Option<i64>,
    /// The platform's operation.
    pub operation_id: Option<OperationId>,
    /// The platform's code.
    pub code: Option<OperationCode>,
    /// More of it in words.
    pub message: Option<String>,
    /// When.
    pub time: Millis,
}

/// An entry of the payouts account, and whom it is about.
///
/// `Debug` hides the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutMove {
    /// The order of commit over all payouts, from 1 and growing.
    pub seq: i64,
    /// From where to where.
    pub entry: PayoutEntry,
    /// The payout.
    pub payment_id: PaymentId,
    /// The platform's operation, if it is one's doing.
    pub operation_id: Option<OperationId>,
    /// The project that pays.
    pub project_id: ProjectId,
    /// The payment method's name.
    pub method: String,
    /// Who is paid.
    pub customer_id: CustomerId,
    /// How much, in minor units: positive.
    pub amount: Money,
    /// When.
    pub time: Millis,
}

/// Which payouts to read. The default is all of them, from the first on, at most 100.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutFilter {
    /// Of this project.
    pub project_id: Option<ProjectId>,
    /// Of this customer.
    pub customer_id: Option<String>,
    /// In this state.
    pub state: Option<PayoutState>,
    /// Under this key: in whatever project, unless one is named, too.
    pub idempotency_key: Option<String>,
    /// With an id greater than this: the last one of the page before.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
}

impl Default for PayoutFilter {
    fn default() -> Self {
        Self {
            project_id: None,
            customer_id: None,
            state: None,
            idempotency_key: None,
            after: None,
            limit: 100,
        }
    }
}

impl fmt::Debug for Payout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payout")
            .field("payment_id", &self.payment_id)
            .field("project_id", &self.project_id)
            .field("amount", &self.amount)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
