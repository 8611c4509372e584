//! An open transaction, as a command sees it.

use jetpay_core::Callback;
use jetpay_core::id::{CustomerId, PaymentId, ProjectId};
use jetpay_reconcile::Finding;
use jetpay_rules::{
    EffectKey, Effects, EventStatus, NewEntry, OperationEvent, PaymentSnapshot,
    ReleasedCompensation,
};

use super::deliveries::{StreamRow, WaitingRow};
use super::keys::TransactionError;
use super::payouts::PayoutRow;
use super::reconciliations::DifferenceRow;
use crate::model::{
    Alarm, AlarmCause, AlarmDelivery, AlarmKind, Counts, Customer, DeliveryReceipt, DeliveryStream,
    Millis, NewPayment, Reason, Reconciliation, Resolution, Waiting,
};
use crate::payout::PayoutStep;

/// What a transaction reads and writes. All of it is committed, or nothing.
///
/// A command sees every change that came before it in the same transaction.
///
/// # Errors
/// Each method can give a [`TransactionError`]: then the transaction must be rolled back.
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
pub trait LedgerTransaction:
    PayoutTransaction + ReconciliationTransaction + DeliveryTransaction
{
    /// The payment with this id, and the effects that a decision about the operation with this key needs. None: no payment
    /// has the id. The effects have the customer's balance only if one of the customer's payments is larger
    /// than 10^12 minor units: a million smaller ones do not come near to what 64 bits hold.
    fn payment(
        &mut self,
        id: &PaymentId,
        key: Option<EffectKey>,
    ) -> Result<Option<(PaymentSnapshot, Effects)>, TransactionError>;

    /// Adds a pending payment; whether its id was free.
    fn add_payment(&mut self, payment: &NewPayment) -> Result<bool, TransactionError>;

    /// Writes a payment that changed.
    fn change_payment(
        &mut self,
        id: &PaymentId,
        after: &PaymentSnapshot,
        now: Millis,
    ) -> Result<(), TransactionError>;

    /// Adds an event, unless its key is stored already; whether it was new.
    fn add_event(
        &mut self,
        callback: &Callback,
        status: EventStatus,
        now: Millis,
    ) -> Result<bool, TransactionError>;

    /// Adds to the stored event of a repeat what it lacked for people: the code, the provider's payment id, the payment's
    /// type.
    fn complete_event(&mut self, repeat: &Callback) -> Result<(), TransactionError>;

    /// The stored event with the key of this one.
    fn stored_event(&mut self, event: &OperationEvent) -> Result<StoredEvent, TransactionError>;

    /// The oldest event that waits for this payment, unmatched or dismissed.
    fn waiting_event(
        &mut self,
        payment_id: &PaymentId,
    ) -> Result<Option<StoredEvent>, TransactionError>;

    /// Gives a stored event another status.
    fn set_event_status(
        &mut self,
        event: &OperationEvent,
        status: EventStatus,
    ) -> Result<(), TransactionError>;

    /// Gives the events of an early compensation that no longer waits their status.
    fn release(
        &mut self,
        payment_id: &PaymentId,
        released: &ReleasedCompensation,
    ) -> Result<(), TransactionError>;

    /// Dismisses the unmatched events of this payment; how many they are.
    fn dismiss_events(&mut self, payment_id: &PaymentId) -> Result<usize, TransactionError>;

    /// The events of the payment, in the order of their arrival.
    fn events(&mut self, payment_id: &PaymentId) -> Result<Vec<OperationEvent>, TransactionError>;

    /// Adds an entry. `corrects` is the number of the entry that it undoes.
    fn add_entry(
        &mut self,
        payment_id: &PaymentId,
        project_id: ProjectId,
        entry: &NewEntry,
        corrects: Option<i64>,
        now: Millis,
    ) -> Result<(), TransactionError>;

    /// The entry with this number.
    fn entry(&mut self, seq: i64) -> Result<Option<StoredEntry>, TransactionError>;

    /// Adds an alarm.
    fn add_alarm(&mut self, cause: &AlarmCause<'_>, now: Millis) -> Result<(), TransactionError>;

    /// Whether an alarm with this reason keeps a message with this signature.
    fn has_alarm(&mut self, signature: &str, reason: &str) -> Result<bool, TransactionError>;

    /// Whether the payment has an alarm about a decline after its credit that named no operation.
    fn has_decline_alarm(&mut self, payment_id: &PaymentId) -> Result<bool, TransactionError>;

    /// How many open alarms a project has about unusable callbacks. It counts no further than the most that there may be.
    fn open_unusable(&mut self, project_id: ProjectId) -> Result<usize, TransactionError>;

    /// The alarm with this number.
    fn alarm(&mut self, seq: i64) -> Result<Option<Alarm>, TransactionError>;

    /// Adds what an operator decided, and marks the alarm that it names as resolved. The store gives its number.
    fn add_resolution(&mut self, resolution: &Resolution) -> Result<(), TransactionError>;

    /// The customer with this id, as stored.
    fn customer(&mut self, customer_id: &CustomerId) -> Result<Option<Customer>, TransactionError>;

    /// Adds a customer, or replaces the one with this id; whether it was new. `seen`: a look-up saw it then. Without, the time
    /// of the last look-up stays as it is.
    fn put_customer(
        &mut self,
        customer: &Customer,
        seen: Option<Millis>,
    ) -> Result<bool, TransactionError>;

    /// Deletes a customer; whether there was one. The payments and entries stay.
    fn delete_customer(&mut self, customer_id: &CustomerId) -> Result<bool, TransactionError>;

    /// Writes without a change, to find out whether the store can write.
    fn probe(&mut self) -> Result<(), TransactionError>;

    /// How much waits. A command adds and subtracts; the store keeps the sums.
    fn counts(&mut self) -> &mut Counts;
}

/// The part of a [`LedgerTransaction`] that is about payouts.
///
/// # Errors
/// Each method can give a [`TransactionError`]: then the transaction must be rolled back.
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
pub trait PayoutTransaction {
    /// The payout with this id.
    fn payout(&mut self, id: &PaymentId) -> Result<Option<PayoutRow>, TransactionError>;

    /// The id of the payout with this idempotency key, and the fingerprint of its request.
    fn payout_with_key(
        &mut self,
        project_id: ProjectId,
        key: &str,
    ) -> Result<Option<(PaymentId, String)>, TransactionError>;

    /// What the customer can spend, in minor units. No other transaction spends of it until this one has ended.
    fn available(&mut self, customer_id: &CustomerId) -> Result<i128, TransactionError>;

    /// What the payments of a payment's customer left, in minor units, before payouts; 0 if there is no such payment. A credit
    /// is checked against it: what a payout took can come back, and must then fit, too.
    fn topped_up_to_customer_of(&mut self, id: &PaymentId) -> Result<i128, TransactionError>;

    /// Adds a payout.
    fn add_payout(&mut self, row: &PayoutRow) -> Result<(), TransactionError>;

    /// Writes a payout that changed, or whose payer is forgotten.
    fn change_payout(&mut self, row: &PayoutRow) -> Result<(), TransactionError>;

    /// Adds a step to a payout's history. The store gives its number.
    fn add_step(&mut self, step: &PayoutStep) -> Result<(), TransactionError>;
}

/// The part of a [`LedgerTransaction`] that is about reconciliations.
///
/// # Errors
/// Each method can give a [`TransactionError`]: then the transaction must be rolled back.
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
pub trait ReconciliationTransaction {
    /// The number of the last run, also of one that is not finished; 0 without any.
    fn last_run(&mut self) -> Result<i64, TransactionError>;

    /// Adds a run under its number, which will list so many results. It is not finished yet.
    fn add_run(&mut self, run: &Reconciliation, listed: usize) -> Result<(), TransactionError>;

    /// Marks a run as finished: all that it lists is stored.
    fn finish_run(&mut self, run: i64) -> Result<(), TransactionError>;

    /// Adds a result that a run lists, with its place from 1, and the id of the difference if it is one.
    fn add_finding(
        &mut self,
        run: i64,
        number: i64,
        difference: Option<&str>,
        finding: &Finding,
    ) -> Result<(), TransactionError>;

    /// The difference with this id.
    fn difference(&mut self, id: &str) -> Result<Option<DifferenceRow>, TransactionError>;

    /// Adds a difference, or replaces the one with its id.
    fn put_difference(&mut self, row: &DifferenceRow) -> Result<(), TransactionError>;
}

/// The part of a [`LedgerTransaction`] that is about deliveries.
///
/// # Errors
/// Each method can give a [`TransactionError`]: then the transaction must be rolled back.
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
pub trait DeliveryTransaction {
    /// The stream. No other transaction changes it, or what waits in it, until this one has ended.
    fn stream(&mut self, stream: &DeliveryStream) -> Result<Option<StreamRow>, TransactionError>;

    /// Adds a stream, or writes one that changed.
    fn put_stream(&mut self, row: &StreamRow) -> Result<(), TransactionError>;

    /// The items of a stream that wait, those from one `seq` to another, both included, in their order.
    fn waiting(
        &mut self,
        stream: &DeliveryStream,
        from: i64,
        to: i64,
    ) -> Result<Vec<WaitingRow>, TransactionError>;

    /// Adds an item that waits, or replaces the one with its `seq`.
    fn put_waiting(
        &mut self,
        stream: &DeliveryStream,
        item: &Waiting,
    ) -> Result<(), TransactionError>;

    /// Removes an item that waits, if there is one.
    fn remove_waiting(&mut self, stream: &DeliveryStream, seq: i64)
    -> Result<(), TransactionError>;

    /// Remembers that an item is not sent, also by a replay.
    fn put_skip(&mut self, stream: &DeliveryStream, seq: i64) -> Result<(), TransactionError>;

    /// Adds a receipt of an endpoint, or replaces the one of the same entry.
    fn put_receipt(
        &mut self,
        endpoint: &str,
        receipt: &DeliveryReceipt,
    ) -> Result<(), TransactionError>;

    /// The number of the open alarm of this kind about a delivery.
    fn open_delivery_alarm(
        &mut self,
        kind: AlarmKind,
        delivery: &AlarmDelivery,
    ) -> Result<Option<i64>, TransactionError>;
}

/// A balance as the rules take it.
pub(crate) fn bounded(balance: i128) -> i64 {
    let most = if balance < 0 { i64::MIN } else { i64::MAX };
    i64::try_from(balance).unwrap_or(most)
}

/// A stored event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// What the callback said.
    pub event: OperationEvent,
    /// Its status.
    pub status: EventStatus,
}

/// A stored entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// The payment whose money it moved.
    pub payment_id: PaymentId,
    /// The project.
    pub project_id: ProjectId,
    /// What it moved.
    pub entry: NewEntry,
    /// Why an operator corrected it, and who, if one did.
    pub corrected: Option<Reason>,
}
