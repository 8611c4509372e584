//! Deliveries: fetched with their streams locked, and changed in the working set.

use tokio_postgres::types::ToSql;

use super::delivery_set::Deliveries;
use super::error::PostgresError;
use super::rows::read;
use super::session::Session;
use super::working_set::{WorkingSet, missing};
use crate::model::{AlarmDelivery, AlarmKind, DeliveryReceipt, DeliveryStream, Waiting};
use crate::port::{
    DeliveryTransaction, Keys, StreamRow, TransactionError, WaitingRow, deliveries, owned,
};

/// Locks streams in the order of their keys, also those that alarms are about which an operator resolves: so an alarm about a
/// delivery is resolved by one transaction at a time. What waits is read by later statements, so that they see what the
/// transaction did that held the lock before.
pub(super) async fn fetch(session: &Session, keys: &Keys) -> Result<Deliveries, PostgresError> {
    let Session { client, statements } = session;
    let mut set = Deliveries::default();
    if keys.streams.is_empty() && keys.alarms.is_empty() {
        return Ok(set);
    }
    let values: [&(dyn ToSql + Sync); 2] = [&keys.streams, &keys.alarms];
    let rows = client.query(&statements.streams, &values).await?;
    let streams = read(&rows, StreamRow::read)?.into_iter();
    let streams = streams.map(|row| (deliveries::id(&row.stream), Some(row)));
    let nothing = keys.streams.iter().map(|id| (id.clone(), None));
    set.streams = nothing.chain(streams).collect();
    if !keys.waiting.is_empty() {
        let asked = keys.waiting.iter();
        let (streams, (from, to)): (Vec<&str>, (Vec<i64>, Vec<i64>)) = asked
            .map(|(stream, from, to)| (stream.as_str(), (from, to)))
            .unzip();
        let values: [&(dyn ToSql + Sync); 3] = [&streams, &from, &to];
        let rows = client.query(&statements.waiting, &values).await?;
        let waiting = read(&rows, |row| {
            let stream = row.string()?;
            let waiting = deliveries::waiting(row)?;
            Ok(((stream, waiting.item.seq), waiting))
        });
        set.waiting = waiting?.into_iter().collect();
        set.asked = keys.waiting.iter().cloned().collect();
    }
    if !keys.delivery_alarms.is_empty() {
        let asked = keys.delivery_alarms.iter();
        let (endpoints, (kinds, entries)): (Vec<&str>, (Vec<&str>, Vec<i64>)) = asked
            .map(|(kind, about)| {
                let entry = about.entry.unwrap_or_default();
                (about.endpoint.as_str(), (kind.as_str(), entry))
            })
            .unzip();
        let values: [&(dyn ToSql + Sync); 3] = [&endpoints, &kinds, &entries];
        let rows = client
            .query(&statements.open_delivery_alarms, &values)
            .await?;
        let open = read(&rows, |row| {
            let (endpoint, kind, entry) = (row.string()?, row.word()?, row.int()?);
            let entry = Some(entry).filter(|entry| *entry != 0);
            Ok(((kind, AlarmDelivery { endpoint, entry }), Some(row.int()?)))
        });
        let nothing = keys.delivery_alarms.iter().map(|key| (key.clone(), None));
        set.alarms = nothing.chain(open?).collect();
    }
    Ok(set)
}

impl DeliveryTransaction for WorkingSet {
    fn stream(&mut self, stream: &DeliveryStream) -> Result<Option<StreamRow>, TransactionError> {
        let id = deliveries::id(stream);
        let row = self.deliveries.streams.get(&id).cloned();
        row.ok_or_else(|| missing(|keys| keys.streams.push(id)))
    }

    fn put_stream(&mut self, row: &StreamRow) -> Result<(), TransactionError> {
        let id = deliveries::id(&row.stream);
        let before = self
            .deliveries
            .streams
            .insert(id.clone(), Some(row.clone()));
        let changed = self.changes.deliveries.streams.get(&id);
        let is_new = changed.map_or(before.flatten().is_none(), |(is_new, _)| *is_new);
        let changed = &mut self.changes.deliveries.streams;
        changed.insert(id, (is_new, row.clone()));
        Ok(())
    }

    fn waiting(
        &mut self,
        stream: &DeliveryStream,
        from: i64,
        to: i64,
    ) -> Result<Vec<WaitingRow>, TransactionError> {
        let range = (deliveries::id(stream), from, to);
        if !self.deliveries.asked.contains(&range) {
            return Err(missing(|keys| keys.waiting.push(range)));
        }
        let (id, from, to) = range;
        if from > to {
            return Ok(Vec::new());
        }
        let rows = self.deliveries.waiting.range((id.clone(), from)..=(id, to));
        rows.map(|((_, seq), row)| {
            let about = AlarmDelivery {
                endpoint: stream.name.clone(),
                entry: Some(*seq),
            };
            let kind = AlarmKind::DeliveryParked;
            self.changes.deliveries.check_raised(kind, &about)?;
            Ok(row.clone())
        })
        .collect()
    }

    fn put_waiting(
        &mut self,
        stream: &DeliveryStream,
        item: &Waiting,
    ) -> Result<(), TransactionError> {
        let key = (deliveries::id(stream), item.seq);
        let waiting = &mut self.deliveries.waiting;
        let alarm = waiting.get(&key).and_then(|row| row.alarm.clone());
        let item = item.clone();
        waiting.insert(
            key.clone(),
            WaitingRow {
                item: item.clone(),
                alarm,
            },
        );
        self.changes.deliveries.waiting.insert(key, Some(item));
        Ok(())
    }

    fn remove_waiting(
        &mut self,
        stream: &DeliveryStream,
        seq: i64,
    ) -> Result<(), TransactionError> {
        let key = (deliveries::id(stream), seq);
        self.deliveries.waiting.remove(&key);
        self.changes.deliveries.waiting.insert(key, None);
        Ok(())
    }

    fn put_skip(&mut self, stream: &DeliveryStream, seq: i64) -> Result<(), TransactionError> {
        let key = (deliveries::id(stream), seq);
        self.changes.deliveries.skips.insert(key);
        Ok(())
    }

    fn put_receipt(
        &mut self,
        endpoint: &str,
        receipt: &DeliveryReceipt,
    ) -> Result<(), TransactionError> {
        let key = (
            endpoint.to_owned(),
            receipt.project_id.number().cast_signed(),
            receipt.operation_id.number().cast_signed(),
            receipt.kind.as_str(),
        );
        let row = owned(deliveries::of_receipt(endpoint, receipt));
        self.changes.deliveries.receipts.insert(key, row);
        Ok(())
    }

    fn open_delivery_alarm(
        &mut self,
        kind: AlarmKind,
        delivery: &AlarmDelivery,
    ) -> Result<Option<i64>, TransactionError> {
        self.changes.deliveries.check_raised(kind, delivery)?;
        let key = (kind, delivery.clone());
        let open = self.deliveries.alarms.get(&key).copied();
        open.ok_or_else(|| missing(|keys| keys.delivery_alarms.push(key)))
    }
}
