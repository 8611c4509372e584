//! What people decide about the items of a stream: sent again now, taken as done, or delivered once more.

use super::deliveries::{keys, raise_alarm, resolve_alarm};
use super::resolve::Resolved;
use crate::model::{
    AlarmDelivery, AlarmKind, DeliveryAlarm, DeliveryAlarmKind, DeliveryStream, Feed, Millis,
    Reason, Resolution, ResolveError, Verdict, Waiting, WaitingState, without_nul,
};
use crate::port::{
    Command, Keys, LedgerTransaction, StreamRow, TransactionError, WaitingRow, deliveries,
};

/// The longest that an item is held, in milliseconds: a lease that lasts longer comes from a wrong clock.
const LONGEST_HOLD: i64 = 120_000;
/// How long a server whose lease was taken away may still send: until it renews the lease, and for an attempt.
const IN_FLIGHT: i64 = 30_000;

/// What was decided about an item, in a resolution without an alarm.
const RETRIED: &str = "is sent again to";
const SKIPPED: &str = "is not delivered to";
/// What is between that and the reason.
const SAYS: &str = ": ";

/// The stream and the item of it that a person decides about.
fn decided(
    transaction: &mut dyn LedgerTransaction,
    stream: &DeliveryStream,
    seq: i64,
) -> Result<Option<(StreamRow, WaitingRow)>, TransactionError> {
    let Some(row) = transaction.stream(stream)? else {
        return Ok(None);
    };
    let waiting = transaction.waiting(stream, seq, seq)?.pop();
    Ok(waiting.map(|waiting| (row, waiting)))
}

fn keys_of_item(stream: &DeliveryStream, seq: i64) -> Keys {
    Keys {
        waiting: vec![(deliveries::id(stream), seq, seq)],
        entries: Vec::from_iter((stream.feed == Feed::Entries).then_some(seq)),
        ..keys(stream)
    }
}

/// A person changed the items that wait: the server that delivers them must learn of it.
fn put_changed(
    transaction: &mut dyn LedgerTransaction,
    row: StreamRow,
) -> Result<(), TransactionError> {
    transaction.put_stream(&StreamRow {
        changes: row.changes + 1,
        ..row
    })
}

/// What the person says resolves the alarm of the item, or is recorded as a decision without one.
fn record_decision(
    transaction: &mut dyn LedgerTransaction,
    stream: &DeliveryStream,
    waiting: WaitingRow,
    decided: &str,
    reason: &Reason,
    now: Millis,
) -> Result<(), TransactionError> {
    let seq = waiting.item.seq;
    if resolve_alarm(transaction, waiting.alarm, reason, now)? {
        return Ok(());
    }
    let what = about(stream, seq, decided);
    let entry = match stream.feed {
        Feed::Entries => transaction.entry(seq)?,
        Feed::Alarms => None,
    };
    transaction.add_resolution(&Resolution {
        payment_id: entry.as_ref().map(|entry| entry.payment_id.clone()),
        operation_id: entry.map(|entry| entry.entry.operation_id),
        ..Resolution::new(Verdict::Dismiss, &saying(&what, reason), now)
    })
}

fn about(stream: &DeliveryStream, seq: i64, decided: &str) -> String {
    format!("{} {decided} {}", named(stream, seq), stream.name)
}

/// The reason of a decision about this item that resolved no alarm, as the person gave it; none of another decision.
pub(crate) fn reason_about<'r>(
    stream: &DeliveryStream,
    seq: i64,
    recorded: &'r str,
) -> Option<&'r str> {
    let mut all = [RETRIED, SKIPPED].into_iter();
    all.find_map(|decided| {
        let rest = recorded.strip_prefix(&about(stream, seq, decided));
        rest?.strip_prefix(SAYS)
    })
}

/// Makes an item due now. What the person says about it is shown until the next attempt.
pub(crate) fn retry_delivery(
    stream: DeliveryStream,
    seq: i64,
    reason: Reason,
    now: Millis,
) -> Command<Resolved> {
    Command::new(keys_of_item(&stream, seq), move |transaction| {
        let Some((row, mut waiting)) = decided(transaction, &stream, seq)? else {
            return Ok(Err(ResolveError::NotWaiting));
        };
        waiting.item.state = WaitingState::Waiting;
        waiting.item.due_at = now;
        waiting.item.why = Some(format!("to be sent again: {}", reason.text));
        transaction.put_waiting(&stream, &waiting.item)?;
        record_decision(transaction, &stream, waiting, RETRIED, &reason, now)?;
        put_changed(transaction, row)?;
        Ok(Ok(()))
    })
}

/// Takes an item as done. The reason resolves its alarm, or is recorded without one.
pub(crate) fn skip_delivery(
    stream: DeliveryStream,
    seq: i64,
    reason: Reason,
    now: Millis,
) -> Command<Resolved> {
    let mut keys = keys_of_item(&stream, seq);
    let about = parked(&stream, seq);
    if stream.feed == Feed::Entries {
        let about = (AlarmKind::DeliveryParked, about.clone());
        keys.delivery_alarms.push(about);
    }
    Command::new(keys, move |transaction| {
        let Some((row, waiting)) = decided(transaction, &stream, seq)? else {
            return Ok(Err(ResolveError::NotWaiting));
        };
        if waiting.item.is_held(now) {
            return Ok(Err(ResolveError::Held(waiting.item.due_at)));
        }
        let until = row.leased_until.min(Millis(now.0 + LONGEST_HOLD));
        if waiting.item.state == WaitingState::Waiting && now < until {
            hold(transaction, &stream, waiting.item, until)?;
            if stream.feed == Feed::Entries {
                let alarm = DeliveryAlarm {
                    kind: DeliveryAlarmKind::Parked,
                    seq,
                    reason: "held, so that it can be skipped".to_owned(),
                };
                raise_alarm(transaction, &stream, &alarm, &about, now)?;
            }
            put_changed(transaction, row)?;
            return Ok(Err(ResolveError::Held(until)));
        }
        transaction.remove_waiting(&stream, seq)?;
        transaction.put_skip(&stream, seq)?;
        record_decision(transaction, &stream, waiting, SKIPPED, &reason, now)?;
        put_changed(transaction, row)?;
        Ok(Ok(()))
    })
}

/// From now on no server begins to send the item. An attempt that began before ends when the lease does, at the latest.
fn hold(
    transaction: &mut dyn LedgerTransaction,
    stream: &DeliveryStream,
    item: Waiting,
    until: Millis,
) -> Result<(), TransactionError> {
    let held = Waiting {
        state: WaitingState::Parked,
        due_at: until,
        ..item
    };
    transaction.put_waiting(stream, &held)
}

fn parked(stream: &DeliveryStream, seq: i64) -> AlarmDelivery {
    AlarmDelivery {
        endpoint: without_nul(&stream.name).into_owned(),
        entry: Some(seq),
    }
}

fn named(stream: &DeliveryStream, seq: i64) -> String {
    let what = match stream.feed {
        Feed::Entries => "entry",
        Feed::Alarms => "alarm",
    };
    format!("{what} {seq}")
}

/// A reason that resolves no alarm says what it is about.
fn saying(what: &str, reason: &Reason) -> Reason {
    Reason {
        text: format!("{what}{SAYS}{}", reason.text),
        by: reason.by.clone(),
    }
}

/// Takes the cursor back to `after`, and ends the lease; the cursor before. What waits behind `after` is read again from the feed.
pub(crate) fn replay_deliveries(
    stream: DeliveryStream,
    after: i64,
    reason: Reason,
    now: Millis,
) -> Command<Result<i64, ResolveError>> {
    let after = after.max(0);
    let behind = (after.saturating_add(1), i64::MAX);
    let keys = Keys {
        waiting: vec![(deliveries::id(&stream), behind.0, behind.1)],
        ..keys(&stream)
    };
    Command::new(keys, move |transaction| {
        let Some(row) = transaction.stream(&stream)? else {
            return Ok(Err(ResolveError::NoSuchStream));
        };
        let before = row.cursor;
        if after > before {
            return Ok(Err(ResolveError::BeyondCursor));
        }
        for WaitingRow { item, alarm } in transaction.waiting(&stream, behind.0, behind.1)? {
            transaction.remove_waiting(&stream, item.seq)?;
            resolve_alarm(transaction, alarm, &reason, now)?;
        }
        let after_what = named(&stream, after);
        let what = format!(
            "everything after {after_what} is delivered to {} again",
            stream.name
        );
        let resolution = Resolution::new(Verdict::Dismiss, &saying(&what, &reason), now);
        transaction.add_resolution(&resolution)?;
        transaction.put_stream(&StreamRow {
            cursor: after,
            began: row.began.map(|began| began.min(after)),
            // Odd, and no lease has it.
            fencing_token: (row.fencing_token + 1) | 1,
            leased_until: row.leased_until.min(Millis(now.0 + IN_FLIGHT)),
            ..row
        })?;
        Ok(Ok(before))
    })
}
