//! An operation that agrees, to plant a difference in.

use jetpay_core::report::ReportedOperation;
use jetpay_core::status::{OperationStatus, OperationType};
use jetpay_core::{Currency, Money, PaymentId};
use jetpay_reconcile::{BookedEntry, BookedKind, Facts, Kind, RecordedEvent};
use jetpay_rules::{EntryKind, EventStatus};

use super::words::PROJECT;

/// A type, what is booked for it, and whether that brings money or takes it back.
pub(super) const TYPES: [(OperationType, BookedKind, i64); 5] = [
    (OperationType::Sale, BookedKind::Entry(EntryKind::Credit), 1),
    (OperationType::Payout, BookedKind::Paid, 1),
    (
        OperationType::RefundReverse,
        BookedKind::Entry(EntryKind::RefundReverse),
        1,
    ),
    (
        OperationType::Refund,
        BookedKind::Entry(EntryKind::Refund),
        -1,
    ),
    (
        OperationType::PayoutReversal,
        BookedKind::PayoutReversed,
        -1,
    ),
];

/// One operation that agrees, or that has a planted difference.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) kind: Kind,
    /// Which of [`TYPES`].
    pub(super) of: usize,
    pub(super) amount: i64,
}

impl Plan {
    pub(super) fn row(self, number: u64, status: &str) -> ReportedOperation {
        let (payment, amount) = (
            format!("payment_{number}"),
            Money::new(self.amount, Currency::KZT),
        );
        let kind = TYPES[self.of].0.clone();
        let status = status.into();
        ReportedOperation::new(PROJECT, number.into(), &payment, kind, status, amount).at(Some(150))
    }

    /// What is recorded of an operation that agrees: its callback and its entry.
    pub(super) fn facts(self, number: u64) -> Facts {
        let (kind, booked, sign) = TYPES[self.of].clone();
        let payment_id: PaymentId = format!("payment_{number}").parse().unwrap();
        let amount = Money::new(self.amount, Currency::KZT);
        let signed = match booked {
            BookedKind::Entry(_) => Money::new(self.amount * sign, Currency::KZT),
            BookedKind::Paid | BookedKind::PayoutReversed => amount,
        };
        let entry = BookedEntry {
            project_id: PROJECT,
            operation_id: number.into(),
            payment_id: payment_id.clone(),
            kind: booked,
            amount: signed,
            time: 155,
        };
        let event = RecordedEvent {
            project_id: PROJECT,
            operation_id: number.into(),
            payment_id,
            kind: Some(kind),
            status: Some(OperationStatus::Success),
            amount: Some(amount),
            time: 150,
            outcome: EventStatus::Applied,
        };
        Facts {
            entries: vec![entry],
            events: vec![event],
            ..Facts::default()
        }
    }
}
