//! Which rows a command will read.

use jetpay_core::id::{CustomerId, OperationId, PaymentId, ProjectId};

/// Keys of the rows that a command reads or changes. A remote store fetches the rows of a whole group at once; a local
/// store need not ask. A command that finds out later which rows it needs says so with
/// [`TransactionError::Fetch`](crate::port::TransactionError::Fetch).
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
        self.announces |= other.announces;
        self.fills_inbox |= other.fills_inbox;
    }
}
