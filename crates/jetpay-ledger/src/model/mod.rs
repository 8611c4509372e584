//! Plain data: what the ledger keeps and what it tells. No I/O, no rule. It serializes as the answers of the HTTP interface
//! have it.

mod alarm;
mod callback;
mod customer;
mod delivery;
mod entry;
mod error;
mod numbers;
mod payment;
mod reason;
mod reconciliation;
mod refusal;
mod resolution;
mod stored;

pub use alarm::{
    Alarm, AlarmCause, AlarmCount, AlarmDelivery, AlarmFilter, AlarmKind, AlarmSubject,
    SignedMessage,
};
pub(crate) use callback::MAX_OPEN_UNUSABLE;
pub use callback::{CallbackOutcome, Counts, InboxFilter, NewUnusable, Unmatched};
pub use customer::{Contract, Customer, Debt, DebtsOutcome, ImportCount};
pub use delivery::{
    DeliveryAlarm, DeliveryAlarmKind, DeliveryLease, DeliveryProgress, DeliveryReceipt,
    DeliveryStatus, DeliveryStream, EntryDelivery, EntryDeliveryState, Feed, Waiting, WaitingState,
};
pub use entry::Entry;
pub(crate) use entry::{
    STORED_METHOD_OF_OPERATORS, kind_from_stored, method_from_stored, stored_kind,
};
#[cfg(feature = "postgres")]
pub use error::CopyError;
pub use error::{Error, OpenError};
pub(crate) use numbers::digits;
pub use numbers::{Millis, Totals};
pub use payment::{Flag, Imported, NewPayment, Operation, Payment, PaymentFilter};
pub use reason::Reason;
pub use reconciliation::{
    Difference, DifferenceState, DifferenceVerdict, NewReconciliation, ReconciledFinding,
    Reconciliation, RecordedRun, RunDifferences,
};
pub use refusal::ResolveError;
pub use resolution::{Resolution, ResolvedAlarms, Verdict};
pub(crate) use stored::{
    LONGEST, amount_from_stored, fit, listed_operations, operation_from_stored, operation_of_body,
    short, stored_amount, stored_operation, without_nul, word_from_stored,
};
