//! Deliveries: leases of streams, and what a server delivered meanwhile.

use std::collections::HashSet;

use super::alarm::raise;
use crate::model::{
    AlarmCause, AlarmDelivery, AlarmKind, DeliveryAlarm, DeliveryAlarmKind, DeliveryProgress,
    DeliveryStream, Feed, Millis, Reason, Resolution, Verdict, Waiting, WaitingState,
};
use crate::port::{
    Command, Keys, LedgerTransaction, OpenAlarm, StreamRow, TransactionError, WaitingRow,
    deliveries,
};

pub(super) fn keys(stream: &DeliveryStream) -> Keys {
    Keys {
        streams: vec![deliveries::id(stream)],
        ..Keys::default()
    }
}

fn new_stream(stream: &DeliveryStream, end: i64) -> StreamRow {
    StreamRow {
        stream: stream.clone(),
        cursor: end,
        fencing_token: 0,
        leased_until: Millis(0),
        changes: 0,
        began: Some(end),
    }
}

/// Makes sure that a stream is there: one that is new begins behind `end`. `takes_over`: no server has a lease of it any more.
pub(crate) fn begin_deliveries(stream: DeliveryStream, end: i64, takes_over: bool) -> Command<()> {
    Command::new(keys(&stream), move |transaction| {
        match transaction.stream(&stream)? {
            None => transaction.put_stream(&new_stream(&stream, end)),
            Some(row) if takes_over && row.leased_until > Millis(0) => {
                transaction.put_stream(&StreamRow {
                    leased_until: Millis(0),
                    ..row
                })
            }
            Some(_) => Ok(()),
        }
    })
}

/// The token of a lease is even. A replay makes it odd until the next lease.
const LEASES: i64 = 2;

/// Leases a stream. One that is new begins behind `end`.
pub(crate) fn lease_deliveries(
    stream: DeliveryStream,
    end: i64,
    now: Millis,
    until: Millis,
) -> Command<Option<StreamRow>> {
    Command::new(keys(&stream), move |transaction| {
        let row = transaction.stream(&stream)?;
        let row = row.unwrap_or_else(|| new_stream(&stream, end));
        // A lease that ends later than any that is given now comes from a clock that was wrong.
        let longest = until.0 + (until.0 - now.0);
        if row.leased_until > now && row.leased_until.0 <= longest {
            return Ok(None);
        }
        let leased = StreamRow {
            fencing_token: (row.fencing_token / LEASES + 1) * LEASES,
            leased_until: until,
            ..row
        };
        transaction.put_stream(&leased)?;
        Ok(Some(leased))
    })
}

/// Ends a lease, unless a later one has begun.
pub(crate) fn release_deliveries(stream: DeliveryStream, fencing_token: i64) -> Command<()> {
    Command::new(keys(&stream), move |transaction| {
        match transaction.stream(&stream)? {
            // The same without the replay that followed.
            Some(row) if row.fencing_token / LEASES == fencing_token / LEASES => transaction
                .put_stream(&StreamRow {
                    leased_until: Millis(0),
                    ..row
                }),
            _ => Ok(()),
        }
    })
}

/// A lease began: nothing of an older one is in flight, so the items that were held then can be skipped.
pub(crate) fn end_holds(
    stream: DeliveryStream,
    fencing_token: i64,
    held: Vec<i64>,
    now: Millis,
) -> Command<()> {
    let id = deliveries::id(&stream);
    let keys = Keys {
        waiting: held.iter().map(|&seq| (id.clone(), seq, seq)).collect(),
        ..keys(&stream)
    };
    Command::new(keys, move |transaction| {
        let row = transaction.stream(&stream)?;
        if row.is_none_or(|row| row.fencing_token != fencing_token) {
            return Ok(());
        }
        for &seq in &held {
            for WaitingRow { mut item, .. } in transaction.waiting(&stream, seq, seq)? {
                if item.is_held(now) {
                    item.due_at = now;
                    transaction.put_waiting(&stream, &item)?;
                }
            }
        }
        Ok(())
    })
}

/// Records what a server delivered under its lease; how often people changed the items that wait. None: a later lease has begun.
pub(crate) fn record_deliveries(
    stream: DeliveryStream,
    fencing_token: i64,
    progress: DeliveryProgress,
    now: Millis,
    until: Millis,
) -> Command<Option<i64>> {
    let alarms = alarms_of(&stream, &progress);
    let about = alarms
        .iter()
        .map(|(alarm, about)| (alarm.kind.into(), about.clone()));
    let lateness = (AlarmKind::DeliveryLate, late(&stream));
    let items = progress.waiting.iter().map(|item| item.seq);
    let items = items.chain(progress.done.iter().copied());
    let items = items.chain(alarms.iter().map(|(alarm, _)| alarm.seq));
    let id = deliveries::id(&stream);
    let keys = Keys {
        waiting: items.map(|seq| (id.clone(), seq, seq)).collect(),
        entries: alarms.iter().map(|(alarm, _)| alarm.seq).collect(),
        delivery_alarms: about.chain(progress.in_time.then_some(lateness)).collect(),
        ..keys(&stream)
    };
    Command::new(keys, move |transaction| {
        let row = transaction.stream(&stream)?;
        let Some(row) = row.filter(|row| row.fencing_token == fencing_token) else {
            return Ok(None);
        };
        let delivered = Reason::from(format!("delivered to {}", stream.name));
        for &seq in &progress.done {
            for WaitingRow { item, alarm } in transaction.waiting(&stream, seq, seq)? {
                transaction.remove_waiting(&stream, item.seq)?;
                resolve_alarm(transaction, alarm, &delivered, now)?;
            }
        }
        let done: HashSet<i64> = progress.done.iter().copied().collect();
        for item in &progress.waiting {
            if done.contains(&item.seq) {
                continue;
            }
            if (row.cursor + 1..=progress.cursor).contains(&item.seq) {
                transaction.put_waiting(&stream, item)?;
                continue;
            }
            for WaitingRow { item: stored, .. } in
                transaction.waiting(&stream, item.seq, item.seq)?
            {
                transaction.put_waiting(&stream, &unless_held(&stored, item))?;
            }
        }
        for alarm in &progress.alarms {
            if alarm.kind == DeliveryAlarmKind::NotDeliverable {
                transaction.put_skip(&stream, alarm.seq)?;
            }
        }
        for receipt in &progress.receipts {
            transaction.put_receipt(&stream.name, receipt)?;
        }
        if progress.in_time {
            let seq = transaction.open_delivery_alarm(AlarmKind::DeliveryLate, &late(&stream))?;
            let in_time = Reason::from(format!("{} has all entries again", stream.name));
            let alarm = seq.map(|seq| OpenAlarm {
                seq,
                payment_id: None,
                operation_id: None,
            });
            resolve_alarm(transaction, alarm, &in_time, now)?;
        }
        for (alarm, about) in &alarms {
            raise_alarm(transaction, &stream, alarm, about, now)?;
        }
        transaction.put_stream(&StreamRow {
            cursor: row.cursor.max(progress.cursor),
            leased_until: until,
            ..row.clone()
        })?;
        Ok(Some(row.changes))
    })
}

/// An item after an attempt. A server sends nothing that is parked: if it is, a person holds it since the attempt began.
fn unless_held(stored: &Waiting, item: &Waiting) -> Waiting {
    let mut item = item.clone();
    if stored.state == WaitingState::Parked && item.state == WaitingState::Waiting {
        (item.state, item.due_at) = (stored.state, stored.due_at);
    }
    item
}

fn late(stream: &DeliveryStream) -> AlarmDelivery {
    AlarmDelivery {
        endpoint: stream.name.clone(),
        entry: None,
    }
}

/// The alarms to raise, each with what it is about, which is there once. A feed of alarms raises none: they would be delivered by
/// it.
fn alarms_of(
    stream: &DeliveryStream,
    progress: &DeliveryProgress,
) -> Vec<(DeliveryAlarm, AlarmDelivery)> {
    let alarms = progress
        .alarms
        .iter()
        .filter(|_| stream.feed == Feed::Entries);
    let mut known = HashSet::new();
    let alarms = alarms.map(|alarm| {
        let about = AlarmDelivery {
            entry: Some(alarm.seq).filter(|_| alarm.kind != DeliveryAlarmKind::Late),
            ..late(stream)
        };
        (alarm.clone(), about)
    });
    alarms
        .filter(|(alarm, about)| known.insert((AlarmKind::from(alarm.kind), about.clone())))
        .collect()
}

/// Raises an alarm about a delivery, unless one is open, or the item that would be parked is gone.
pub(super) fn raise_alarm(
    transaction: &mut dyn LedgerTransaction,
    stream: &DeliveryStream,
    alarm: &DeliveryAlarm,
    about: &AlarmDelivery,
    now: Millis,
) -> Result<(), TransactionError> {
    let kind = alarm.kind.into();
    if transaction.open_delivery_alarm(kind, about)?.is_some() {
        return Ok(());
    }
    if alarm.kind == DeliveryAlarmKind::Parked {
        let item = transaction.waiting(stream, alarm.seq, alarm.seq)?.pop();
        if item.is_none_or(|row| row.item.state != WaitingState::Parked) {
            return Ok(());
        }
    }
    let Some(entry) = transaction.entry(alarm.seq)? else {
        return Ok(());
    };
    let cause = AlarmCause {
        kind,
        project_id: entry.project_id,
        payment_id: Some(&entry.payment_id),
        operation_id: Some(entry.entry.operation_id),
        amount: None,
        reason: Some(&alarm.reason),
        difference: None,
        delivery: Some(about),
        message: None,
    };
    raise(transaction, &cause, now).map(drop)
}

/// Resolves an open alarm; whether there is one.
pub(super) fn resolve_alarm(
    transaction: &mut dyn LedgerTransaction,
    alarm: Option<OpenAlarm>,
    reason: &Reason,
    now: Millis,
) -> Result<bool, TransactionError> {
    let Some(alarm) = alarm else {
        return Ok(false);
    };
    transaction.add_resolution(&Resolution {
        alarm_seq: Some(alarm.seq),
        payment_id: alarm.payment_id,
        operation_id: alarm.operation_id,
        ..Resolution::new(Verdict::Dismiss, reason, now)
    })?;
    transaction.counts().open_alarms -= 1;
    Ok(true)
}
