//! Deliveries to the merchant's own systems: a cursor for each stream, and the items before it that wait.

use jetpay_core::id::{OperationId, ProjectId};
use jetpay_rules::EntryKind;

use super::Ledger;
use crate::model::{
    Customer, DeliveryLease, DeliveryProgress, DeliveryStatus, DeliveryStream, Error, Millis,
    Reason, ResolveError, Waiting,
};

/// Deliveries.
///
/// # Errors
/// Each can give [`Error::Unavailable`]; the writes can give [`Error::Busy`] as well.
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
#[allow(clippy::unused_async)]
impl Ledger {
    /// Leases a stream until this time; `None` while another server has it. A stream that is new begins after the last item
    /// there is: what came before is not delivered.
    pub async fn lease_deliveries(
        &self,
        _stream: &DeliveryStream,
        _now: Millis,
        _until: Millis,
    ) -> Result<Option<DeliveryLease>, Error> {
        todo!()
    }

    /// Records progress, and makes the lease last until this time. Returns how often people changed the waiting items;
    /// `None`: the lease is over, and nothing is recorded.
    pub async fn record_deliveries(
        &self,
        _stream: &DeliveryStream,
        _fencing_token: i64,
        _progress: DeliveryProgress,
        _now: Millis,
        _until: Millis,
    ) -> Result<Option<i64>, Error> {
        todo!()
    }

    /// Ends a lease, so that another server need not wait for its end.
    pub async fn release_deliveries(
        &self,
        _stream: &DeliveryStream,
        _fencing_token: i64,
    ) -> Result<(), Error> {
        todo!()
    }

    /// How the streams stand, those of these names.
    pub async fn delivery_status(&self, _names: &[String]) -> Result<Vec<DeliveryStatus>, Error> {
        todo!()
    }

    /// The items of a stream that wait, those after `after`, at most `limit`.
    pub async fn waiting_deliveries(
        &self,
        _stream: &DeliveryStream,
        _after: i64,
        _limit: usize,
    ) -> Result<Vec<Waiting>, Error> {
        todo!()
    }

    /// Makes a waiting or parked item due now.
    ///
    /// # Errors
    /// [`ResolveError::NotWaiting`].
    pub async fn retry_delivery(
        &self,
        _stream: &DeliveryStream,
        _seq: i64,
        _reason: Reason,
        _now: Millis,
    ) -> Result<Result<(), ResolveError>, Error> {
        todo!()
    }

    /// Takes an item as done without sending it. The reason is recorded as a resolution.
    ///
    /// # Errors
    /// [`ResolveError::NotWaiting`], [`ResolveError::NoReason`].
    pub async fn skip_delivery(
        &self,
        _stream: &DeliveryStream,
        _seq: i64,
        _reason: Reason,
        _now: Millis,
    ) -> Result<Result<(), ResolveError>, Error> {
        todo!()
    }

    /// Delivers everything after this `seq` again, under the same ids. The lease of the stream ends. Returns the cursor before.
    ///
    /// # Errors
    /// [`ResolveError::NoSuchStream`], [`ResolveError::BeyondCursor`], [`ResolveError::NoReason`].
    pub async fn replay_deliveries(
        &self,
        _stream: &DeliveryStream,
        _after: i64,
        _reason: Reason,
        _now: Millis,
    ) -> Result<Result<i64, ResolveError>, Error> {
        todo!()
    }

    /// The number that the receiver gave a delivered entry.
    pub async fn delivery_receipt(
        &self,
        _name: &str,
        _project_id: ProjectId,
        _operation_id: OperationId,
        _kind: EntryKind,
    ) -> Result<Option<String>, Error> {
        todo!()
    }

    /// Stores what the merchant's billing says about a customer, as of `now`.
    pub async fn see_customer(&self, _customer: Customer, _now: Millis) -> Result<(), Error> {
        todo!()
    }

    /// The customer with net debts as [`net_customer`](Self::net_customer), and when [`see_customer`](Self::see_customer) stored
    /// it last; `None` if the merchant wrote it and no look-up has seen it.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub async fn seen_customer(
        &self,
        _customer_id: &str,
    ) -> Result<Option<(Customer, Option<Millis>)>, Error> {
        todo!()
    }
}
