//! What a piece of work will look at.

use jetpay_core::id::{CustomerId, OperationId, PaymentId, ProjectId};

/// Keys of rows that a piece of work reads or changes. A store far away fetches them for a whole group at once; a store
/// at hand need not ask. Work that finds out only later what it needs says so with
/// [`Failure::Fetch`](crate::work::Failure::Fetch).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// Payments, together with their events.
    pub payments: Vec<PaymentId>,
    /// Operations, of which the entries are wanted.
    pub operations: Vec<(ProjectId, OperationId)>,
    /// Customers: whether they are there.
    pub customers: Vec<CustomerId>,
    /// Alarms, by number.
    pub alarms: Vec<i64>,
    /// Bodies that alarms keep: whether they are there.
    pub bodies: Vec<Box<[u8]>>,
    /// Payouts.
    pub payouts: Vec<PaymentId>,
    /// Keys of payouts: whether they are taken.
    pub payout_keys: Vec<(ProjectId, String)>,
    /// Customers whose money is to be spent: nobody else spends of it meanwhile.
    pub spenders: Vec<CustomerId>,
    /// Payments are announced: meanwhile nothing may be put into the inbox, else a callback could miss its payment.
    pub announces: bool,
    /// Something is put into the inbox: meanwhile no payment may be announced.
    pub fills_inbox: bool,
}

impl Keys {
    /// Adds what the other one wants.
    pub fn extend(&mut self, other: Self) {
        self.payments.extend(other.payments);
        self.operations.extend(other.operations);
        self.customers.extend(other.customers);
        self.alarms.extend(other.alarms);
        self.bodies.extend(other.bodies);
        self.payouts.extend(other.payouts);
        self.payout_keys.extend(other.payout_keys);
        self.spenders.extend(other.spenders);
        self.announces |= other.announces;
        self.fills_inbox |= other.fills_inbox;
    }
}
