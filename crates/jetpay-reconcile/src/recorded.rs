//! What the merchant recorded of operations.

use jetpay_core::id::{OperationId, PaymentId, ProjectId};
use jetpay_core::status::{OperationStatus, OperationType};
use jetpay_core::{Currency, Money};
use jetpay_rules::{EntryKind, EventStatus, PaymentState};

use crate::report::Kind;

/// A callback as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "the caller makes it from its rows"
)]
pub struct RecordedEvent {
    /// The project.
    pub project_id: ProjectId,
    /// The operation.
    pub operation_id: OperationId,
    /// The payment that it names.
    pub payment_id: PaymentId,
    /// The operation's type, if the callback says so.
    pub kind: Option<OperationType>,
    /// The operation's status, if the callback says so.
    pub status: Option<OperationStatus>,
    /// The operation's amount, in minor units, if the callback says so.
    pub amount: Option<Money>,
    /// The callback's `operation.date`, else when it was received: in whole seconds since 1970-01-01 00:00 UTC.
    pub time: i64,
    /// What the rules did with it.
    pub outcome: EventStatus,
}

/// What moved money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a matcher must know every kind")]
pub enum BookedKind {
    /// An entry of a top-up.
    Entry(EntryKind),
    /// A payout was paid.
    Paid,
    /// A paid payout came back.
    PayoutReversed,
}

/// A movement of money that was recorded for an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "the caller makes it from its rows"
)]
pub struct BookedEntry {
    /// The project.
    pub project_id: ProjectId,
    /// The operation.
    pub operation_id: OperationId,
    /// The payment or payout.
    pub payment_id: PaymentId,
    /// What moved the money.
    pub kind: BookedKind,
    /// How much, in minor units. Of an entry: with its sign, a refund is negative. Of a payout: positive.
    pub amount: Money,
    /// When it was recorded: in whole seconds since 1970-01-01 00:00 UTC.
    pub time: i64,
}

/// A payment or payout as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "the caller makes it from its rows"
)]
pub struct RecordedPayment {
    /// The project.
    pub project_id: ProjectId,
    /// The state of a top-up; none for a payout.
    pub state: Option<PaymentState>,
    /// The currency.
    pub currency: Currency,
}

/// A difference that an earlier comparison found, and that is still open.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "the caller makes it from its rows"
)]
pub struct OpenDifference {
    /// The id of its finding.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// The project.
    pub project_id: ProjectId,
    /// The operation.
    pub operation_id: OperationId,
}

/// All that is recorded about one operation, and about the payment that the platform names for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "the caller makes it from its rows"
)]
pub struct Facts {
    /// All events of the operation.
    pub events: Vec<RecordedEvent>,
    /// All its movements of money, corrections included.
    pub entries: Vec<BookedEntry>,
    /// The payment or payout with the id that the platform names, in any project.
    pub payment: Option<RecordedPayment>,
    /// The number of an open alarm about the operation or its payment.
    pub alarm: Option<i64>,
    /// An operator said that the payment is not ours.
    pub is_foreign: bool,
    /// Differences of the operation that an operator called foreign, each with the money and the payment that were in question:
    /// the word holds for the same three, and for nothing else.
    pub foreign: Vec<(Kind, Money, Option<String>)>,
}
