//! Deliveries to the merchant's own systems: a cursor for each stream, and the items before it that wait.

use jetpay_core::id::{CustomerId, OperationId, ProjectId};
use jetpay_rules::EntryKind;

use super::Ledger;
use crate::commands;
use crate::model::{
    Alarm, Customer, DeliveryLease, DeliveryProgress, DeliveryStatus, DeliveryStream, Error, Feed,
    Millis, Reason, Resolution, Waiting, stored_kind,
};
use crate::port::{NOT_SEEN, Value, deliveries};

/// Deliveries.
///
/// # Errors
/// Each can give [`Error::Unavailable`]; the writes can give [`Error::Busy`] as well.
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
impl Ledger {
    /// Makes sure that the streams are there, before their feeds grow: one that is new begins after the last item there is. When
    /// no other process can use the store (`SQLite`), no lease of theirs lasts any more: the process that had it has ended.
    pub async fn begin_deliveries(&self, streams: &[DeliveryStream]) -> Result<(), Error> {
        let takes_over = self.store.is_ours_alone();
        for stream in streams {
            let end = self.end_of(stream.feed).await?;
            let begin = commands::begin_deliveries(stream.clone(), end, takes_over);
            self.write(begin).await?;
        }
        Ok(())
    }

    async fn end_of(&self, feed: Feed) -> Result<i64, Error> {
        match feed {
            Feed::Entries => self.last_entry().await,
            Feed::Alarms => self.last_alarm().await,
        }
    }

    /// Leases a stream until this time; `None` while another server has it. A stream that is new begins after the last item
    /// there is: what came before is not delivered. The end of a lease that lies further ahead than twice the time from `now` to
    /// `until` comes from a wrong clock, and does not count.
    pub async fn lease_deliveries(
        &self,
        stream: &DeliveryStream,
        now: Millis,
        until: Millis,
    ) -> Result<Option<DeliveryLease>, Error> {
        let end = self.end_of(stream.feed).await?;
        let lease = commands::lease_deliveries(stream.clone(), end, now, until);
        let Some(row) = self.write(lease).await? else {
            return Ok(None);
        };
        // What a person does in between is counted in `changes`.
        let waiting = self.waiting_deliveries(stream, 0, usize::MAX).await?;
        let skipped = self.skipped_deliveries(stream, row.cursor).await?;
        let held = waiting.iter().filter(|item| item.is_held(now));
        let held: Vec<_> = held.map(|item| item.seq).collect();
        if !held.is_empty() {
            // If this fails, they become due by themselves.
            let end = commands::end_holds(stream.clone(), row.fencing_token, held, now);
            let _ = self.write(end).await;
        }
        Ok(Some(DeliveryLease {
            stream: row.stream,
            fencing_token: row.fencing_token,
            cursor: row.cursor,
            changes: row.changes,
            waiting,
            skipped,
        }))
    }

    /// Records progress, and makes the lease last until this time. Returns how often people changed the waiting items;
    /// `None`: the lease is over, and nothing is recorded.
    pub async fn record_deliveries(
        &self,
        stream: &DeliveryStream,
        fencing_token: i64,
        progress: DeliveryProgress,
        now: Millis,
        until: Millis,
    ) -> Result<Option<i64>, Error> {
        let stream = stream.clone();
        let record = commands::record_deliveries(stream, fencing_token, progress, now, until);
        self.write(record).await
    }

    /// Ends a lease, so that another server need not wait for its end; also one that a replay took away. Nothing of it may be in
    /// flight any more.
    pub async fn release_deliveries(
        &self,
        stream: &DeliveryStream,
        fencing_token: i64,
    ) -> Result<(), Error> {
        let release = commands::release_deliveries(stream.clone(), fencing_token);
        self.write(release).await
    }

    /// How the streams stand, those of these names.
    pub async fn delivery_status(&self, names: &[String]) -> Result<Vec<DeliveryStatus>, Error> {
        let mut streams = self.all_delivery_status().await?;
        streams.retain(|status| names.contains(&status.stream.name));
        Ok(streams)
    }

    /// How all streams stand that the store has, also those of endpoints that were removed.
    pub async fn all_delivery_status(&self) -> Result<Vec<DeliveryStatus>, Error> {
        self.read(deliveries::STATUS, Vec::new(), deliveries::status)
            .await
    }

    /// The items of a stream that wait, those after `after`, at most `limit`.
    pub async fn waiting_deliveries(
        &self,
        stream: &DeliveryStream,
        after: i64,
        limit: usize,
    ) -> Result<Vec<Waiting>, Error> {
        let id = deliveries::id(stream);
        let values = vec![id.into(), after.into(), Value::limit(limit)];
        self.read(deliveries::WAITING_AFTER, values, deliveries::item)
            .await
    }

    /// The items of a stream after `after` that a replay leaves out: a person skipped them, or the receiver's protocol has no such
    /// item.
    pub async fn skipped_deliveries(
        &self,
        stream: &DeliveryStream,
        after: i64,
    ) -> Result<Vec<i64>, Error> {
        let values = vec![deliveries::id(stream).into(), after.into()];
        self.read(deliveries::SKIPPED, values, deliveries::skipped)
            .await
    }

    /// What a person decided last about an item, with the reason as the person gave it. It is found of entries alone: the item is
    /// not delivered if [`skipped_deliveries`](Self::skipped_deliveries) has it, else it was sent again.
    pub async fn delivery_decision(
        &self,
        stream: &DeliveryStream,
        seq: i64,
    ) -> Result<Option<Resolution>, Error> {
        let found = self.entries(seq.saturating_sub(1), 1).await?.pop();
        let found = found.filter(|it| it.seq == seq && stream.feed == Feed::Entries);
        let Some(entry) = found else {
            return Ok(None);
        };
        let history = self.payment_records(&entry.payment_id).await?;
        let is_its = |alarm: &&Alarm| {
            let about = alarm.delivery.as_ref();
            about.is_some_and(|it| it.endpoint == stream.name && it.entry == Some(seq))
        };
        let alarms: Vec<_> = history.alarms.iter().filter(is_its).collect();
        let decision = |made: Resolution| {
            if made.alarm_seq.is_some() {
                let mut alarms = alarms.iter();
                return alarms
                    .any(|it| made.alarm_seq == Some(it.seq))
                    .then_some(made);
            }
            let reason = commands::reason_about(stream, seq, &made.reason)?.to_owned();
            Some(Resolution { reason, ..made })
        };
        let mut last_first = history.resolutions.into_iter().rev();
        Ok(last_first.find_map(decision))
    }

    /// The first item of a lane that waits in a stream.
    pub async fn first_waiting(
        &self,
        stream: &DeliveryStream,
        lane: &str,
    ) -> Result<Option<i64>, Error> {
        let values = vec![deliveries::id(stream).into(), lane.into()];
        let first = self.read(deliveries::FIRST_OF_LANE, values, deliveries::first_of_lane);
        Ok(first.await?.pop().flatten())
    }

    /// Makes a waiting, parked or held item due now. The reason is recorded as a resolution: of the item's alarm, if it has one.
    /// It is shown as `why` until the next attempt.
    ///
    /// # Errors
    /// [`Error::Resolve`]: [`NotWaiting`](crate::ResolveError::NotWaiting), [`NoReason`](crate::ResolveError::NoReason).
    pub async fn retry_delivery(
        &self,
        stream: &DeliveryStream,
        seq: i64,
        reason: Reason,
        now: Millis,
    ) -> Result<(), Error> {
        let retry = commands::retry_delivery(stream.clone(), seq, reason.checked()?, now);
        Ok(self.write(retry).await??)
    }

    /// Takes an item as done without sending it, now and by a replay. The reason is recorded as a resolution: of the item's alarm, if
    /// it has one.
    ///
    /// An item that is not parked may be on its way while a server leases the stream. Then this call parks it, with an alarm, and
    /// is to come again: when the lease that lasts now has ended at the latest, nothing of it is in flight.
    ///
    /// # Errors
    /// [`Error::Resolve`]: [`NotWaiting`](crate::ResolveError::NotWaiting), [`NoReason`](crate::ResolveError::NoReason),
    /// [`Held`](crate::ResolveError::Held).
    pub async fn skip_delivery(
        &self,
        stream: &DeliveryStream,
        seq: i64,
        reason: Reason,
        now: Millis,
    ) -> Result<(), Error> {
        let skip = commands::skip_delivery(stream.clone(), seq, reason.checked()?, now);
        Ok(self.write(skip).await??)
    }

    /// Delivers everything after this `seq` again, under the same ids, without what
    /// [`skipped_deliveries`](Self::skipped_deliveries) names. The lease of the stream ends: no other begins before its server says
    /// that nothing of it is in flight, or half a minute has passed. Returns the cursor before.
    ///
    /// # Errors
    /// [`Error::Resolve`]: [`NoSuchStream`](crate::ResolveError::NoSuchStream), [`BeyondCursor`](crate::ResolveError::BeyondCursor),
    /// [`NoReason`](crate::ResolveError::NoReason).
    pub async fn replay_deliveries(
        &self,
        stream: &DeliveryStream,
        after: i64,
        reason: Reason,
        now: Millis,
    ) -> Result<i64, Error> {
        let replay = commands::replay_deliveries(stream.clone(), after, reason.checked()?, now);
        Ok(self.write(replay).await??)
    }

    /// The number that the receiver gave a delivered entry.
    pub async fn delivery_receipt(
        &self,
        name: &str,
        project_id: ProjectId,
        operation_id: OperationId,
        kind: EntryKind,
    ) -> Result<Option<String>, Error> {
        let values = vec![
            name.into(),
            project_id.into(),
            operation_id.into(),
            stored_kind(kind).into(),
        ];
        let receipts = self.read(deliveries::RECEIPT, values, deliveries::receipt);
        Ok(receipts.await?.pop())
    }

    /// Stores what the merchant's billing says about a customer, as of `now`.
    pub async fn see_customer(&self, customer: Customer, now: Millis) -> Result<(), Error> {
        self.write(commands::see_customer(customer, now)).await
    }

    /// Takes back that [`see_customer`](Self::see_customer) stored a customer: the merchant's billing no longer has it, or takes
    /// no payments for it. The rest of it stays.
    pub async fn unsee_customer(&self, customer_id: CustomerId) -> Result<(), Error> {
        self.write(commands::unsee_customer(customer_id)).await
    }

    /// The customer with net debts as [`net_customer`](Self::net_customer), and when [`see_customer`](Self::see_customer) stored
    /// it last; `None` if the merchant wrote it and no look-up has seen it, or after [`unsee_customer`](Self::unsee_customer).
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub async fn seen_customer(
        &self,
        customer_id: &str,
    ) -> Result<Option<(Customer, Option<Millis>)>, Error> {
        if CustomerId::new(customer_id).is_err() {
            return Ok(None);
        }
        let customer = self.store.seen_customer(customer_id).await?;
        Ok(customer.map(|(customer, seen)| (customer, seen.filter(|seen| *seen != NOT_SEEN))))
    }
}
