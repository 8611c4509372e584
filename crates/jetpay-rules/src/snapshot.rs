//! A snapshot of a payment: all that the rules need to know of it.

use jetpay_core::Money;
use jetpay_core::id::{OperationId, ProjectId};
use serde::{Deserialize, Serialize};

use crate::words::{EntryKind, PaymentState};

/// A payment as the rules see it.
///
/// Store its fields in columns of your own, or store it whole: it serialises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a merchant builds it from the columns of a table"
)]
pub struct PaymentSnapshot {
    /// The project that announced the payment.
    pub project_id: ProjectId,
    /// The announced amount, in minor units. Source: `amount` and `currency` of `check_deposit`.
    pub amount: Money,
    /// Its state.
    pub state: PaymentState,
    /// The operation that credited it first.
    pub credited_by: Option<OperationId>,
    /// How much was credited in all, in minor units: the amount by a callback, once, and what operators credited.
    pub credited: i64,
    /// The sum of its entries, in minor units: between 0 and `credited`.
    pub remaining: i64,
    /// How much refunds took back and reversed refunds did not return, in minor units: between 0 and `credited`. A snapshot
    /// that an older version serialised lacks it; it then reads as 0, and a reversed refund raises an alarm.
    #[serde(default)]
    pub refunded: i64,
    /// Compensations that wait for the credit, in the order of their arrival.
    pub early: Vec<EarlyCompensation>,
}

/// A compensation that came before the credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a merchant builds it from the columns of a table"
)]
pub struct EarlyCompensation {
    /// Its operation.
    pub operation_id: OperationId,
    /// Its kind.
    pub kind: EntryKind,
    /// How much, in minor units of the payment's currency, positive. A manual change takes all that remains.
    pub amount: i64,
}

impl PaymentSnapshot {
    /// A payment that `check_deposit` announced, and no more.
    #[must_use]
    pub const fn announced(project_id: ProjectId, amount: Money) -> Self {
        Self {
            project_id,
            amount,
            state: PaymentState::Pending,
            credited_by: None,
            credited: 0,
            remaining: 0,
            refunded: 0,
            early: Vec::new(),
        }
    }
}
