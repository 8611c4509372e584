//! An event: what a callback says about money.

use jetpay_core::id::{OperationId, PaymentId, ProjectId};
use jetpay_core::status::{
    OperationStatus, OperationType, PaymentStatus, PaymentType, StatusClass,
};
use jetpay_core::{Callback, Money};
use serde::{Deserialize, Serialize};

use crate::words::EntryKind;

/// What a callback says about a payment, and about the money of one operation.
///
/// Make one from a [`Callback`], or from the columns of your own table. `payment.sum` is not part of it: that sum includes
/// refunds, and the operation's own amount decides.
///
/// A callback about a success has all four fields of its operation, if it has an operation. Any other callback may lack
/// some or all of them. It still says something about the payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a merchant builds it from the columns of a table"
)]
pub struct OperationEvent {
    /// The project that signed the callback. Source: `project_id`.
    pub project_id: ProjectId,
    /// The merchant's id of the payment. Source: `payment.id`.
    pub payment_id: PaymentId,
    /// Purchase or payout, if the callback says so. Source: `payment.type`.
    pub payment_type: Option<PaymentType>,
    /// The status of the whole payment. Source: `payment.status`.
    pub payment_status: PaymentStatus,
    /// The platform's number of the operation. Source: `operation.id`.
    pub operation_id: Option<OperationId>,
    /// Sale, refund and so on. Source: `operation.type`.
    pub operation_type: Option<OperationType>,
    /// The status of the operation. Source: `operation.status`.
    pub operation_status: Option<OperationStatus>,
    /// The operation's amount, in minor units. Source: `operation.sum_initial`.
    pub amount: Option<Money>,
}

/// What makes an event unique. Give your table of events a unique key on these five columns: two deliveries with the same
/// key are one event, even when their bytes differ.
///
/// An absent operation id or status is a value like any other: an event without an operation id is unique on the other
/// columns. Most databases do not compare `NULL`s in a unique key, so store a value that no callback has, such as -1 and
/// an empty text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct EventKey<'a> {
    /// The project that signed.
    pub project_id: ProjectId,
    /// The merchant's id of the payment.
    pub payment_id: &'a PaymentId,
    /// The platform's number of the operation.
    pub operation_id: Option<OperationId>,
    /// The status of the operation.
    pub operation_status: Option<&'a OperationStatus>,
    /// The status of the payment.
    pub payment_status: &'a PaymentStatus,
}

/// What makes an entry unique. Give your table of entries a unique key on these three columns: an operation moves money
/// once, in whichever payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct EffectKey {
    /// The project of the payment.
    pub project_id: ProjectId,
    /// The platform's number of the operation.
    pub operation_id: OperationId,
    /// The kind of the entry. A manual credit has the key of a [`Credit`](EntryKind::Credit): an operation is credited
    /// once, by a callback or by an operator.
    pub kind: EntryKind,
}

impl EffectKey {
    /// The key of an entry.
    #[must_use]
    pub const fn new(project_id: ProjectId, operation_id: OperationId, kind: EntryKind) -> Self {
        let kind = if kind.is_credit() {
            EntryKind::Credit
        } else {
            kind
        };
        Self {
            project_id,
            operation_id,
            kind,
        }
    }
}

impl OperationEvent {
    /// The key under which it is stored once.
    #[must_use]
    pub const fn key(&self) -> EventKey<'_> {
        EventKey {
            project_id: self.project_id,
            payment_id: &self.payment_id,
            operation_id: self.operation_id,
            operation_status: self.operation_status.as_ref(),
            payment_status: &self.payment_status,
        }
    }

    /// The key of the entry that it makes if it moves money.
    #[must_use]
    pub fn effect_key(&self) -> Option<EffectKey> {
        let (kind, operation_id) = (self.entry_kind()?, self.operation_id?);
        Some(EffectKey::new(self.project_id, operation_id, kind))
    }

    /// The kind of the entry that it makes if it moves money.
    #[must_use]
    pub const fn entry_kind(&self) -> Option<EntryKind> {
        match &self.operation_type {
            Some(kind) => EntryKind::of(kind),
            None => None,
        }
    }

    /// Whether it is about a payout. A top-up never has one.
    #[must_use]
    pub fn is_payout(&self) -> bool {
        let payout = matches!(
            self.operation_type,
            Some(OperationType::Payout | OperationType::PayoutReversal)
        );
        payout || self.payment_type == Some(PaymentType::Payout)
    }

    /// Whether it is a repeat of a stored event: it has the same key. A repeat changes nothing.
    #[must_use]
    pub fn repeats(&self, stored: &Self) -> bool {
        self.key() == stored.key()
    }

    /// Whether a repeat of a stored event contradicts it: the type, the amount or the currency differs. Keep its bytes and
    /// raise [`ContradictoryRepeat`](crate::AlarmKind::ContradictoryRepeat); it changes nothing else.
    ///
    /// What is absent in one of the two contradicts nothing. Without an operation id nothing says that the two are about one
    /// operation, such as two failed attempts: they do not contradict each other.
    #[must_use]
    pub fn contradicts(&self, stored: &Self) -> bool {
        fn differ<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
            one.zip(other).is_some_and(|(one, other)| one != other)
        }
        self.operation_id.is_some()
            && (differ(self.operation_type.as_ref(), stored.operation_type.as_ref())
                || differ(self.amount.as_ref(), stored.amount.as_ref()))
    }

    /// Whether the operation succeeded.
    pub(crate) fn operation_succeeded(&self) -> bool {
        let class = self.operation_status.as_ref().map(OperationStatus::class);
        class == Some(StatusClass::Succeeded)
    }
}

impl From<&Callback> for OperationEvent {
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
