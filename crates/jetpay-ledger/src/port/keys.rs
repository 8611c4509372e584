//! Which rows a command will read, and why a transaction fails, such as for more of them.

use jetpay_core::id::{CustomerId, OperationId, PaymentId, ProjectId};
use thiserror::Error;

use crate::model;
use crate::model::{AlarmDelivery, AlarmKind};

/// Keys of the rows that a command reads or changes. A remote store fetches the rows of a whole group at once; a local
/// store need not ask. A command that finds out later which rows it needs says so with
/// [`TransactionError::Fetch`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// Payments, together with their events.
    pub payments: Vec<PaymentId>,
    /// Operations whose entries it reads.
    pub operations: Vec<(ProjectId, OperationId)>,
    /// Customers: whether they exist.
    pub customers: Vec<CustomerId>,
    /// Customers whose contracts it reads and changes: no other transaction changes them meanwhile.
    pub contracts: Vec<CustomerId>,
    /// Alarms, by number.
    pub alarms: Vec<i64>,
    /// Entries, by number.
    pub entries: Vec<i64>,
    /// Signatures of messages that alarms keep, each with the reason: whether they exist.
    pub signatures: Vec<(Box<str>, String)>,
    /// Payments: whether they have an alarm about a decline after the credit that named no operation.
    pub declines: Vec<PaymentId>,
    /// Projects whose open alarms about unusable callbacks it counts: no other transaction adds one meanwhile.
    pub unusable: Vec<ProjectId>,
    /// Payouts.
    pub payouts: Vec<PaymentId>,
    /// Idempotency keys of payouts: whether they are used.
    pub payout_keys: Vec<(ProjectId, String)>,
    /// Customers whose balance it spends: no other transaction spends of it meanwhile.
    pub spenders: Vec<CustomerId>,
    /// Differences, by id.
    pub differences: Vec<String>,
    /// It records a reconciliation, or resolves the alarm of a difference: no other transaction records one meanwhile.
    pub reconciles: bool,
    /// Streams of deliveries, by id: no other transaction changes one, or what waits in it, meanwhile.
    pub streams: Vec<String>,
    /// Items that wait in such a stream, from one `seq` to another.
    pub waiting: Vec<(String, i64, i64)>,
    /// Deliveries: whether an alarm of this kind about one is open.
    pub delivery_alarms: Vec<(AlarmKind, AlarmDelivery)>,
    /// It announces payments: meanwhile no event may enter the inbox, or a callback could miss its payment.
    pub announces: bool,
    /// It puts an event into the inbox: meanwhile no payment may be announced.
    pub fills_inbox: bool,
}

impl Keys {
    /// Adds the keys of another command.
    pub fn extend(&mut self, other: Self) {
        self.payments.extend(other.payments);
        self.operations.extend(other.operations);
        self.customers.extend(other.customers);
        self.contracts.extend(other.contracts);
        self.alarms.extend(other.alarms);
        self.entries.extend(other.entries);
        self.signatures.extend(other.signatures);
        self.declines.extend(other.declines);
        self.unusable.extend(other.unusable);
        self.payouts.extend(other.payouts);
        self.payout_keys.extend(other.payout_keys);
        self.spenders.extend(other.spenders);
        self.differences.extend(other.differences);
        self.streams.extend(other.streams);
        self.waiting.extend(other.waiting);
        self.delivery_alarms.extend(other.delivery_alarms);
        self.reconciles |= other.reconciles;
        self.announces |= other.announces;
        self.fills_inbox |= other.fills_inbox;
    }
}

/// Why a transaction failed. Nothing of it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TransactionError {
    /// A command broke a constraint of the database, such as a unique key. It says nothing about the disk.
    #[error("a constraint of the store was broken: {0}")]
    Constraint(String),
    /// The store failed.
    #[error("{0}")]
    Store(String),
    /// The stored contracts of this customer cannot be read. It says nothing about the disk.
    #[error("the stored contracts of a customer are damaged")]
    Damaged(CustomerId),
    /// A command needs rows that were not fetched. Fetch these too, and run it again.
    #[error("more rows must be fetched")]
    Fetch(Box<Keys>),
}

impl From<TransactionError> for model::Error {
    fn from(error: TransactionError) -> Self {
        // The texts name tables and columns, never values: all values are bound.
        match error {
            TransactionError::Damaged(customer_id) => Self::Damaged(customer_id),
            error => Self::Unavailable(error.to_string()),
        }
    }
}
