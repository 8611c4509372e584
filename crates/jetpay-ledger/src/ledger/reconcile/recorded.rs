//! What the ledger recorded around an interval, page by page: events, entries, and the steps of payouts that moved money.

use std::borrow::Cow;

use jetpay_core::date::Date;
use jetpay_core::id::{OperationId, ProjectId};
use jetpay_reconcile::{BookedEntry, BookedKind, Interval, RecordedEvent};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::ledger::Ledger;
use crate::model::{Error, Millis, listed_operations, operation_of_body};
use crate::payout::StepKind;
use crate::port::{Row, TransactionError, Value, Values, rows};

/// This many rows are read at a time. Events come with their bodies.
const PAGE: usize = 2_000;

const DAY: i64 = 86_400;
/// The clocks of the two sides differ by less, in seconds. Our own clock steps back by less, too: but for such steps, the
/// numbers of rows grow with their times.
const CLOCKS: i64 = DAY;
/// The platform repeats a callback for less time, in seconds.
const CALLBACKS: i64 = 12 * DAY;

/// The columns of an event, as [`event`] takes them.
pub(super) const EVENT: &str = "project_id, operation_id, payment_id, operation_type, operation_status, amount, currency, received_at, disposition, body";
/// The columns of an entry, as [`entry`] takes them. The currency comes from a subquery: a join could read all payments.
pub(super) const ENTRY: &str = "project_id, operation_id, payment_id, kind, amount,
    (SELECT currency FROM payments WHERE payments.id = entries.payment_id), time";
/// The columns of a payout's step, as [`step`] takes them.
pub(super) const STEP: &str = "project_id, operation_id, payment_id, what, amount,
    (SELECT currency FROM payouts WHERE payouts.payment_id = payout_steps.payment_id), time";
/// The steps that moved money between the merchant and the platform.
pub(super) const MOVED: &str = "what IN ('paid', 'reversed')";

/// A table whose rows are numbered in the order of their times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Table {
    Events,
    Entries,
    Steps,
}

impl Table {
    pub(super) const ALL: [Self; 3] = [Self::Events, Self::Entries, Self::Steps];

    /// The last numbers of the tables, as of one commit.
    const ENDS: &str =
        "SELECT (SELECT coalesce(max(seq), 0) FROM events), (SELECT coalesce(max(seq), 0) FROM entries),
        (SELECT coalesce(max(seq), 0) FROM payout_steps)";

    /// The time of the first row behind `$1`.
    const fn next_time(self) -> &'static str {
        match self {
            Self::Events => "SELECT received_at FROM events WHERE seq > $1 ORDER BY seq LIMIT 1",
            Self::Entries => "SELECT time FROM entries WHERE seq > $1 ORDER BY seq LIMIT 1",
            Self::Steps => "SELECT time FROM payout_steps WHERE seq > $1 ORDER BY seq LIMIT 1",
        }
    }

    /// The rows behind `$1` up to `$2`, at most `$3`, each with its number behind it.
    fn page(self) -> String {
        let (columns, table, which) = match self {
            Self::Events => (EVENT, "events", "TRUE"),
            Self::Entries => (ENTRY, "entries", "TRUE"),
            Self::Steps => (STEP, "payout_steps", MOVED),
        };
        format!(
            "SELECT {columns}, seq FROM {table} WHERE seq > $1 AND seq <= $2 AND {which} ORDER BY seq LIMIT $3"
        )
    }
}

/// Entries behind `$2` that operators made after `$1`: at most 1000, each with its number. So late an entry has another time than
/// the operation that it is about. A confirmed payment's entries are those of the same moment, of any of its operations.
fn late() -> String {
    format!(
        "SELECT {ENTRY}, seq FROM entries WHERE seq IN (
            SELECT made.seq FROM settlements AS decided CROSS JOIN entries AS made
            WHERE verdict IN ('credit', 'override', 'correct') AND decided.time > $1
                AND made.project_id = (SELECT project_id FROM payments WHERE payments.id = decided.payment_id)
                AND made.operation_id = decided.operation_id AND coalesce(made.corrects, 0) = coalesce(decided.corrects, 0)
                AND kind IN ('credit', 'settled_credit', 'correction') AND +made.seq > $2
            UNION
            SELECT made.seq FROM settlements AS decided CROSS JOIN events CROSS JOIN entries AS made
            WHERE verdict = 'confirm' AND decided.time > $1 AND events.payment_id = decided.payment_id
                AND made.project_id = events.project_id AND made.operation_id = events.operation_id
                AND made.payment_id = decided.payment_id AND made.time = decided.time AND +made.seq > $2
        ) ORDER BY seq LIMIT 1000"
    )
}

/// Rows of a table: those behind `after`, up to `until`.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) table: Table,
    pub(super) after: i64,
    pub(super) until: i64,
}

impl Span {
    /// About how many rows it has.
    pub(super) fn rows(&self) -> u64 {
        u64::try_from(self.until - self.after).unwrap_or_default()
    }
}

impl Ledger {
    /// The last entry, and the rows that can be about operations of the interval. They are found by a binary search, so that a
    /// short interval costs little in a large ledger.
    pub(super) async fn spans(&self, interval: Interval) -> Result<(i64, [Span; 3]), Error> {
        let ends = self.read(Table::ENDS, Vec::new(), |row| {
            Ok([row.int()?, row.int()?, row.int()?])
        });
        let ends = ends.await?.pop().unwrap_or_default();
        let mut spans = Table::ALL.map(|table| Span {
            table,
            after: 0,
            until: 0,
        });
        let first = Millis(
            interval
                .from
                .saturating_sub(2 * CLOCKS)
                .saturating_mul(1_000),
        );
        let last = last_time(interval);
        for (span, end) in spans.iter_mut().zip(ends) {
            span.after = self.last_before(span.table, first, end).await?.0;
            span.until = self.last_before(span.table, last, end).await?.1;
        }
        Ok((ends[1], spans))
    }

    /// Two neighbouring numbers: the rows up to the first are older than this time, and those behind the second are not.
    pub(in super::super) async fn last_before(
        &self,
        table: Table,
        time: Millis,
        end: i64,
    ) -> Result<(i64, i64), Error> {
        let (mut older, mut newer) = (0, end);
        while newer - older > 1 {
            let middle = older + (newer - older) / 2;
            let next = self.read(table.next_time(), vec![middle.into()], rows::number);
            match next.await?.pop() {
                Some(next) if Millis(next) < time => older = middle,
                _ => newer = middle,
            }
        }
        Ok((older, newer))
    }

    /// The next page of a span, which begins behind it then.
    pub(super) async fn page(&self, span: &mut Span) -> Result<Vec<Row>, Error> {
        let values = vec![span.after.into(), span.until.into(), Value::limit(PAGE)];
        let rows = self.store.query(&span.table.page(), values).await?;
        let last = rows.last().and_then(|row| row.last()?.int());
        span.after = last.filter(|_| rows.len() == PAGE).unwrap_or(span.until);
        Ok(rows)
    }

    /// The entries that operators made about operations of the interval after the rows of its span: the next page of them, behind
    /// the entry `after`, which is moved on.
    pub(super) async fn late_entries(
        &self,
        interval: Interval,
        after: &mut i64,
    ) -> Result<Vec<BookedEntry>, Error> {
        let values = vec![last_time(interval).into(), (*after).into()];
        let sql = late();
        let late = self.read(&sql, values, |row| Ok((entry(row)?, row.int()?)));
        let (entries, numbers): (Vec<_>, Vec<i64>) = late.await?.into_iter().unzip();
        *after = numbers.last().copied().unwrap_or(i64::MAX);
        Ok(entries)
    }
}

/// The last time of a row that can be about an operation of the interval, and a margin.
fn last_time(interval: Interval) -> Millis {
    let seconds = interval.to.saturating_add(CALLBACKS + 2 * CLOCKS);
    Millis(seconds.saturating_mul(1_000))
}

/// From the columns of [`EVENT`]. None: the callback names no operation.
pub(super) fn event(row: &mut Values<'_>) -> Result<Option<RecordedEvent>, TransactionError> {
    let (project_id, operation_id) = (row.project()?, row.event_operation()?);
    let event = RecordedEvent {
        project_id,
        operation_id: operation_id.unwrap_or(OperationId::new(0)),
        payment_id: row.id()?,
        kind: row.event_word(),
        status: row.event_word(),
        amount: row.optional_money()?,
        time: row.int()?.div_euclid(1_000),
        outcome: row.word()?,
    };
    let body = row.optional_bytes();
    Ok(operation_id.map(|id| RecordedEvent {
        time: body
            .and_then(|body| operation_time(body, id))
            .unwrap_or(event.time),
        ..event
    }))
}

/// The date of an operation in the body of a callback, or of a status answer, which lists several: in whole seconds since
/// 1970-01-01 00:00 UTC. None: it has none, or none that names an instant.
fn operation_time(body: &[u8], id: OperationId) -> Option<i64> {
    #[derive(Deserialize)]
    struct Body<'b> {
        #[serde(borrow)]
        operation: Option<Operation<'b>>,
        operations: Option<Json>,
    }
    #[derive(Deserialize)]
    struct Operation<'b> {
        #[serde(borrow)]
        date: Cow<'b, str>,
    }
    let body: Body<'_> = serde_json::from_slice(body).ok()?;
    if let Some(operation) = body.operation {
        return Date::from(&*operation.date).unix_seconds();
    }
    let listed = listed_operations(body.operations.as_ref()?);
    let mut listed = listed.into_iter();
    let operation = listed.find(|operation| operation_of_body(&operation["id"]) == Some(id))?;
    Date::from(operation["date"].as_str()?).unix_seconds()
}

/// From the columns of [`ENTRY`].
pub(super) fn entry(row: &mut Values<'_>) -> Result<BookedEntry, TransactionError> {
    Ok(BookedEntry {
        project_id: row.project()?,
        operation_id: row.operation()?,
        payment_id: row.id()?,
        kind: BookedKind::Entry(row.kind()?),
        amount: row.money()?,
        time: row.int()?.div_euclid(1_000),
    })
}

/// From the columns of [`STEP`]. None: the step names no operation; `known` is the one that it is about, if the caller knows it.
pub(super) fn step(
    row: &mut Values<'_>,
    known: impl FnOnce(ProjectId, &str) -> Option<OperationId>,
) -> Result<Option<BookedEntry>, TransactionError> {
    let (project_id, operation_id) = (row.project()?, row.optional_operation());
    let payment_id = row.text()?;
    let Some(operation_id) = operation_id.or_else(|| known(project_id, payment_id)) else {
        return Ok(None);
    };
    Ok(Some(BookedEntry {
        project_id,
        operation_id,
        payment_id: payment_id.try_into().map_err(|_| row.broken())?,
        kind: match row.word()? {
            StepKind::Paid => BookedKind::Paid,
            _ => BookedKind::PayoutReversed,
        },
        amount: row.money()?,
        time: row.int()?.div_euclid(1_000),
    }))
}
