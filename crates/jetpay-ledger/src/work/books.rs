//! The books as a transaction sees them.

use jetpay_core::Callback;
use jetpay_core::id::{CustomerId, OperationId, PaymentId, ProjectId};

use super::{Failure, Kept, PayoutBooks};
use crate::alarm::{Alarm, Cause};
use crate::customer::{Customer, Put};
use crate::entry::EntryKind;
use crate::millis::Millis;
use crate::payment::NewPayment;
use crate::recorded::Counts;
use crate::settlement::NewSettlement;
use crate::state::{Fact, NewEntry, Released, Standing};

/// What a transaction sees of the books, and what it changes in them: all of it holds in the end, or nothing.
///
/// Every change is seen by whatever comes after it in the same transaction.
///
/// # Errors
/// All of it can give a [`Failure`]: then the transaction must be rolled back.
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
pub trait Books: PayoutBooks {
    /// How the payment stands, and whether the operation has made an entry of this kind. None: there is no payment.
    fn standing(&mut self, subject: Subject<'_>) -> Result<Option<Standing>, Failure>;

    /// Adds a pending payment; whether its id was free.
    fn add_payment(&mut self, payment: &NewPayment) -> Result<bool, Failure>;

    /// The payment stands otherwise now.
    fn change_payment(
        &mut self,
        id: &PaymentId,
        after: &Standing,
        now: Millis,
    ) -> Result<(), Failure>;

    /// Adds an event, unless this fact is stored already; whether it was new.
    fn add_event(&mut self, callback: &Callback, kept: Kept, now: Millis) -> Result<bool, Failure>;

    /// What is stored of a fact that came again.
    fn stored(&mut self, fact: &Fact) -> Result<Stored, Failure>;

    /// The oldest event that waits for this payment.
    fn waiting(&mut self, payment_id: &PaymentId) -> Result<Option<Waiting>, Failure>;

    /// What became of an event that waited for its payment.
    fn place(&mut self, fact: &Fact, kept: Kept) -> Result<(), Failure>;

    /// An early compensation waits no more.
    fn release(&mut self, payment_id: &PaymentId, released: &Released) -> Result<(), Failure>;

    /// The unmatched events of this payment are not ours; how many they are.
    fn dismiss(&mut self, payment_id: &PaymentId) -> Result<usize, Failure>;

    /// How many events the payment has.
    fn events(&mut self, payment_id: &PaymentId) -> Result<u64, Failure>;

    /// Adds an entry.
    fn add_entry(
        &mut self,
        payment_id: &PaymentId,
        project_id: ProjectId,
        entry: &NewEntry,
        now: Millis,
    ) -> Result<(), Failure>;

    /// Raises an alarm, unless one keeps the same body already; whether it was new.
    fn raise(&mut self, alarm: &Cause<'_>, now: Millis) -> Result<bool, Failure>;

    /// The alarm with this number.
    fn alarm(&mut self, seq: i64) -> Result<Option<Alarm>, Failure>;

    /// Records what a person decided, and settles its alarm if it names one.
    fn settle(&mut self, settlement: &NewSettlement, now: Millis) -> Result<(), Failure>;

    /// Adds a customer, or replaces the one with this id.
    fn put_customer(&mut self, customer: &Customer) -> Result<Put, Failure>;

    /// Deletes a customer; whether there was one. The payments and entries stay.
    fn delete_customer(&mut self, customer_id: &CustomerId) -> Result<bool, Failure>;

    /// Writes without a change: whether that works is what it finds out.
    fn touch(&mut self) -> Result<(), Failure>;

    /// How much waits. Work adds and takes away; the store keeps the sum.
    fn counts(&mut self) -> &mut Counts;
}

/// What of a payment is asked about: an operation's effect on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject<'a> {
    /// The payment.
    pub payment_id: &'a PaymentId,
    /// The operation's project.
    pub project_id: ProjectId,
    /// The operation.
    pub operation_id: OperationId,
    /// The kind of entry that it would make.
    pub kind: Option<EntryKind>,
}

impl<'a> From<&'a Fact> for Subject<'a> {
    fn from(fact: &'a Fact) -> Self {
        Self {
            payment_id: &fact.payment_id,
            project_id: fact.project_id,
            operation_id: fact.operation_id,
            kind: fact.effect(),
        }
    }
}

/// What is stored of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// What became of it.
    pub kept: Kept,
    /// It says the same of the money as the fact asked about.
    pub agrees: bool,
}

/// An event that waits for its payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What it says.
    pub fact: Fact,
    /// Unmatched or dismissed.
    pub kept: Kept,
}
