//! Deliveries as rows: the same questions in every store.

use jetpay_core::id::{OperationId, PaymentId};

use super::keys::TransactionError;
use super::value::{Value, Values};
use crate::model::{
    DeliveryReceipt, DeliveryStatus, DeliveryStream, EntryDelivery, EntryDeliveryState, Millis,
    Waiting, stored_kind, without_nul,
};

/// A stream as a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamRow {
    /// The endpoint and the feed.
    pub stream: DeliveryStream,
    /// Every item up to this `seq` is delivered, or skipped, or waits.
    pub cursor: i64,
    /// That of the last lease.
    pub fencing_token: i64,
    /// When the last lease ends.
    pub leased_until: Millis,
    /// How often a person changed the items that wait.
    pub changes: i64,
    /// Items up to this `seq` were never to be sent. None: the stream is older than this column.
    pub began: Option<i64>,
}

/// An item that waits, as a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingRow {
    /// The item.
    pub item: Waiting,
    /// The open alarm about it. The store finds it.
    pub alarm: Option<OpenAlarm>,
}

/// An open alarm, and what it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenAlarm {
    /// Its number.
    pub seq: i64,
    /// The payment.
    pub payment_id: Option<PaymentId>,
    /// The operation.
    pub operation_id: Option<OperationId>,
}

/// The key of a stream, as every store can keep it.
pub(crate) fn id(stream: &DeliveryStream) -> String {
    let id = format!("{}:{}", stream.feed, stream.name);
    without_nul(&id).into_owned()
}

impl StreamRow {
    /// A row of `delivery_streams`.
    pub(crate) fn values(&self) -> Vec<Value<'_>> {
        vec![
            id(&self.stream).into(),
            self.stream.name.as_str().into(),
            self.stream.feed.as_str().into(),
            self.cursor.into(),
            self.fencing_token.into(),
            self.leased_until.into(),
            self.changes.into(),
            self.began.into(),
        ]
    }

    /// From a row that [`STREAM`] gives.
    pub(crate) fn read(row: &mut Values<'_>) -> Result<Self, TransactionError> {
        Ok(Self {
            stream: stream(row)?,
            cursor: row.int()?,
            fencing_token: row.int()?,
            leased_until: row.time()?,
            changes: row.int()?,
            began: row.optional_int(),
        })
    }
}

fn stream(row: &mut Values<'_>) -> Result<DeliveryStream, TransactionError> {
    Ok(DeliveryStream {
        name: row.string()?,
        feed: row.word()?,
    })
}

macro_rules! stream_columns {
    () => {
        "name, feed, cursor, fencing_token, leased_until, changes, began"
    };
}

/// A stream by its key.
#[cfg_attr(
    not(feature = "sqlite"),
    allow(dead_code, reason = "PostgreSQL asks for many at once")
)]
pub(crate) const STREAM: &str = concat!(
    "SELECT ",
    stream_columns!(),
    " FROM delivery_streams WHERE id = $1"
);

/// The streams with the keys `$1`, and those that the alarms `$2` are about, locked for a change.
#[cfg(feature = "postgres")]
pub(crate) const STREAMS: &str = concat!(
    "SELECT ",
    stream_columns!(),
    " FROM delivery_streams WHERE id = ANY($1::text[] || ARRAY(
        SELECT 'entries:' || endpoint FROM alarms WHERE seq = ANY($2) AND endpoint IS NOT NULL))
    ORDER BY id FOR UPDATE"
);

macro_rules! item_columns {
    () => {
        "waiting.seq, waiting.lane, waiting.state, waiting.attempts, waiting.since, waiting.due_at, waiting.why,
            waiting.may_be_there"
    };
}

/// An item with its open alarm. Alarms name endpoints that get entries; no endpoint's name has a colon.
macro_rules! with_alarm {
    () => {
        " LEFT JOIN alarms ON alarms.endpoint = replace(waiting.stream, 'entries:', '') AND alarms.entry = waiting.seq
            AND alarms.kind = 'delivery_parked' AND NOT alarms.settled "
    };
}

/// The items that wait in the stream `$1`, from `$2` to `$3`.
#[cfg_attr(
    not(feature = "sqlite"),
    allow(dead_code, reason = "PostgreSQL asks for many at once")
)]
pub(crate) const WAITING: &str = concat!(
    "SELECT ",
    item_columns!(),
    ", alarms.seq, alarms.payment_id, alarms.operation_id FROM waiting_deliveries AS waiting",
    with_alarm!(),
    "WHERE waiting.stream = $1 AND waiting.seq BETWEEN $2 AND $3 ORDER BY waiting.seq"
);

/// The items that wait in the streams `$1`, each from `$2` to `$3`, with the stream before them.
#[cfg(feature = "postgres")]
pub(crate) const WAITING_IN: &str = concat!(
    "SELECT waiting.stream, ",
    item_columns!(),
    ", alarms.seq, alarms.payment_id, alarms.operation_id
    FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS asked (of_stream, first, last)
        JOIN waiting_deliveries AS waiting ON waiting.stream = of_stream AND waiting.seq BETWEEN first AND last",
    with_alarm!()
);

/// The items that wait in the stream `$1` behind `$2`, at most `$3`.
pub(crate) const WAITING_AFTER: &str = concat!(
    "SELECT ",
    item_columns!(),
    " FROM waiting_deliveries AS waiting WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3"
);

/// The first item of the lane `$2` that waits in the stream `$1`, or null.
pub(crate) const FIRST_OF_LANE: &str =
    "SELECT min(seq) FROM waiting_deliveries WHERE stream = $1 AND lane = $2";

/// From a row that [`FIRST_OF_LANE`] gives.
#[expect(clippy::unnecessary_wraps, reason = "as every reader of rows")]
pub(crate) fn first_of_lane(row: &mut Values<'_>) -> Result<Option<i64>, TransactionError> {
    Ok(row.optional_int())
}

/// From the columns of an item.
pub(crate) fn item(row: &mut Values<'_>) -> Result<Waiting, TransactionError> {
    Ok(Waiting {
        seq: row.int()?,
        lane: row.string()?,
        state: row.word()?,
        attempts: u32::try_from(row.int()?).map_err(|_| row.broken())?,
        since: row.time()?,
        due_at: row.time()?,
        why: row.optional_string(),
        may_be_there: row.truth()?,
    })
}

/// From a row that [`WAITING`] gives.
pub(crate) fn waiting(row: &mut Values<'_>) -> Result<WaitingRow, TransactionError> {
    let item = item(row)?;
    let alarm_seq = row.optional_int();
    let (payment_id, operation_id) = (row.optional_id()?, row.optional_operation());
    let alarm = alarm_seq.map(|seq| OpenAlarm {
        seq,
        payment_id,
        operation_id,
    });
    Ok(WaitingRow { item, alarm })
}

/// What [`entry_delivery`] reads.
pub(crate) const COLUMNS_OF_ENTRY: &str = concat!(
    "entries.seq, streams.name, streams.cursor, streams.began, skips.seq, receipts.receipt, waiting.seq, ",
    item_columns!()
);

/// How each stream stands with `entries`.
pub(crate) const OF_ENTRY: &str = "CROSS JOIN delivery_streams AS streams
    LEFT JOIN delivery_skips AS skips ON skips.stream = streams.id AND skips.seq = entries.seq
    LEFT JOIN delivery_receipts AS receipts ON receipts.endpoint = streams.name
        AND receipts.project_id = entries.project_id AND receipts.operation_id = entries.operation_id
        AND receipts.kind = entries.kind
    LEFT JOIN waiting_deliveries AS waiting ON waiting.stream = streams.id AND waiting.seq = entries.seq";

/// From the columns of [`COLUMNS_OF_ENTRY`].
pub(crate) fn entry_delivery(row: &mut Values<'_>) -> Result<EntryDelivery, TransactionError> {
    let (entry, endpoint, cursor) = (row.int()?, row.string()?, row.int()?);
    let (began, is_skipped) = (row.optional_int(), row.optional_int().is_some());
    let (receipt, waits) = (row.optional_string(), row.optional_int().is_some());
    let state = match began {
        _ if waits => EntryDeliveryState::Waiting(item(row)?),
        _ if is_skipped => EntryDeliveryState::Skipped,
        _ if entry > cursor => EntryDeliveryState::NotYet,
        _ if receipt.is_some() => EntryDeliveryState::Delivered,
        None => EntryDeliveryState::DeliveredOrOlder,
        Some(began) if entry <= began => EntryDeliveryState::Older,
        Some(_) => EntryDeliveryState::Delivered,
    };
    Ok(EntryDelivery {
        entry,
        endpoint,
        state,
        receipt,
    })
}

/// A row of `waiting_deliveries`. `stream` is the key of the stream.
pub(crate) fn of_waiting<'v>(stream: &'v str, item: &'v Waiting) -> [Value<'v>; 9] {
    [
        stream.into(),
        item.seq.into(),
        item.lane.as_str().into(),
        item.state.as_str().into(),
        i64::from(item.attempts).into(),
        item.since.into(),
        item.due_at.into(),
        item.why.as_deref().into(),
        item.may_be_there.into(),
    ]
}

/// A row of `delivery_skips`. `stream` is the key of the stream.
pub(crate) fn of_skip(stream: &str, seq: i64) -> [Value<'_>; 2] {
    [stream.into(), seq.into()]
}

/// The items of the stream `$1` behind `$2` that are not sent.
pub(crate) const SKIPPED: &str =
    "SELECT seq FROM delivery_skips WHERE stream = $1 AND seq > $2 ORDER BY seq";

/// From a row that [`SKIPPED`] gives.
pub(crate) fn skipped(row: &mut Values<'_>) -> Result<i64, TransactionError> {
    row.int()
}

/// A row of `delivery_receipts`.
pub(crate) fn of_receipt<'v>(endpoint: &'v str, receipt: &'v DeliveryReceipt) -> [Value<'v>; 5] {
    [
        endpoint.into(),
        receipt.project_id.into(),
        receipt.operation_id.into(),
        stored_kind(receipt.kind).into(),
        receipt.receipt.as_str().into(),
    ]
}

/// The receipt of an endpoint for an entry.
pub(crate) const RECEIPT: &str = "SELECT receipt FROM delivery_receipts
    WHERE endpoint = $1 AND project_id = $2 AND operation_id = $3 AND kind = $4";

/// From a row that [`RECEIPT`] gives.
pub(crate) fn receipt(row: &mut Values<'_>) -> Result<String, TransactionError> {
    row.string()
}

/// The number of the open alarm about the endpoint `$1`, of the kind `$2`, about the entry `$3`, or 0.
#[cfg_attr(
    not(feature = "sqlite"),
    allow(dead_code, reason = "PostgreSQL asks for many at once")
)]
pub(crate) const OPEN_ALARM: &str =
    "SELECT seq FROM alarms WHERE endpoint = $1 AND kind = $2 AND coalesce(entry, 0) = $3
    AND endpoint IS NOT NULL AND NOT settled";

/// The same for many, with the three before the number.
#[cfg(feature = "postgres")]
pub(crate) const OPEN_ALARMS: &str = "SELECT alarms.endpoint, alarms.kind, of_entry, alarms.seq
    FROM unnest($1::text[], $2::text[], $3::bigint[]) AS asked (of_endpoint, of_kind, of_entry)
        JOIN alarms ON alarms.endpoint = of_endpoint AND alarms.kind = of_kind AND coalesce(alarms.entry, 0) = of_entry
            AND alarms.endpoint IS NOT NULL AND NOT alarms.settled";

/// The time of the first item of a stream that no person must decide about: behind the cursor, or among those that wait. An item
/// is sent after the earlier ones of its lane, so one that is parked is the first of its lane. The search ends with the first that is
/// found: not each of many that wait is compared with each that is parked.
macro_rules! oldest {
    ($feed:literal) => {
        concat!(
            "WHEN '",
            $feed,
            "' THEN (SELECT min(time) FROM (
                SELECT (SELECT time FROM ",
            $feed,
            " WHERE seq > cursor ORDER BY seq LIMIT 1) AS time
                UNION ALL SELECT (SELECT time FROM ",
            $feed,
            " WHERE seq = (SELECT seq FROM waiting_deliveries AS waiting WHERE stream = id
                    AND NOT EXISTS (SELECT 1 FROM waiting_deliveries AS parked WHERE parked.stream = waiting.stream
                        AND parked.lane = waiting.lane AND parked.state = 'parked') ORDER BY seq LIMIT 1))
            ) AS first) "
        )
    };
}

/// The status of each stream. The items that wait are few; of the feeds it reads single rows.
pub(crate) const STATUS: &str = concat!(
    "SELECT name, feed, cursor, CASE feed WHEN 'entries' THEN (SELECT coalesce(max(seq), 0) FROM entries)
            WHEN 'alarms' THEN (SELECT coalesce(max(seq), 0) FROM alarms) END,
        (SELECT count(*) FROM waiting_deliveries WHERE stream = id),
        (SELECT count(*) FROM waiting_deliveries WHERE stream = id AND state = 'parked'),
        CASE feed ",
    oldest!("entries"),
    oldest!("alarms"),
    "END FROM delivery_streams ORDER BY name, feed DESC"
);

/// From a row that [`STATUS`] gives.
pub(crate) fn status(row: &mut Values<'_>) -> Result<DeliveryStatus, TransactionError> {
    Ok(DeliveryStatus {
        stream: stream(row)?,
        cursor: row.int()?,
        last: row.int()?,
        waiting: row.int()?,
        parked: row.int()?,
        oldest: row.optional_int().map(Millis),
    })
}
