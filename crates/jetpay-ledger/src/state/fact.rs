//! A fact: what of a callback decides about money.

use jetpay_core::id::{OperationId, PaymentId, ProjectId};
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};
use jetpay_core::{Callback, Money};

use crate::entry::EntryKind;

/// What a callback says about money, without the rest.
///
/// `payment.sum` is left out: it counts refunds in, so that it may differ from the operation's amount, which decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The project that signed.
    pub project_id: ProjectId,
    /// Our id of the payment.
    pub payment_id: PaymentId,
    /// Purchase or payout, if it says so.
    pub payment_type: Option<PaymentType>,
    /// Where the whole payment stands.
    pub payment_status: PaymentStatus,
    /// The platform's number of the operation.
    pub operation_id: OperationId,
    /// Sale, refund and so on.
    pub operation_type: OperationType,
    /// How the operation ended, if it did.
    pub operation_status: OperationStatus,
    /// `operation.sum_initial`: the operation's amount, in minor units.
    pub amount: Money,
}

impl Fact {
    /// The kind of entry that it makes if it moves money.
    #[must_use]
    pub const fn effect(&self) -> Option<EntryKind> {
        match self.operation_type {
            OperationType::Sale => Some(EntryKind::Credit),
            OperationType::Refund => Some(EntryKind::Refund),
            OperationType::Reversal => Some(EntryKind::Reversal),
            OperationType::RefundReverse => Some(EntryKind::RefundReverse),
            OperationType::ManualChange => Some(EntryKind::ManualChange),
            _ => None,
        }
    }

    /// Whether it is of money that goes out, which a top-up never does.
    #[must_use]
    pub fn is_payout(&self) -> bool {
        let payout = matches!(
            self.operation_type,
            OperationType::Payout | OperationType::PayoutReversal
        );
        payout || self.payment_type == Some(PaymentType::Payout)
    }
}

impl From<&Callback> for Fact {
    fn from(callback: &Callback) -> Self {
        let Callback {
            project_id,
            payment,
            operation,
            ..
        } = callback;
        Self {
            project_id: *project_id,
            payment_id: payment.id.clone(),
            payment_type: payment.kind.clone(),
            payment_status: payment.status.clone(),
            operation_id: operation.id,
            operation_type: operation.kind.clone(),
            operation_status: operation.status.clone(),
            amount: operation.sum_initial,
        }
    }
}
