//! Alarms and resolutions as rows: the same questions in every store.

use jetpay_core::Money;
use jetpay_rules::OperationEvent;

use super::keys::TransactionError;
use super::value::{Conditions, Value, Values};
use crate::model::{
    Alarm, AlarmCause, AlarmCount, AlarmDelivery, AlarmFilter, AlarmKind, AlarmSubject, Millis,
    Resolution, Verdict,
};

macro_rules! resolution_columns {
    () => {
        "settlements.seq, alarm_seq, settlements.payment_id, settlements.operation_id, verdict, settlements.amount,
            settlements.currency, settlements.reason, events_before, settlements.time, corrects, actor"
    };
}

/// Each alarm with its event, the payment or payout that it names, and its resolution. The event is the last one of the
/// operation that had come by then.
const ALARMS: &str = concat!(
    "SELECT alarms.seq, alarms.kind, alarms.project_id, alarms.payment_id, alarms.operation_id, alarms.amount,
        alarms.currency, alarms.reason, alarms.difference, alarms.endpoint, alarms.entry, alarms.time,
        events.payment_type, events.payment_status, events.operation_type, events.operation_status, events.amount,
        events.currency,
        coalesce(payments.project_id, payouts.project_id), coalesce(payments.amount, payouts.amount),
        coalesce(payments.currency, payouts.currency), payments.credited, payments.remaining, payments.refunded,
        coalesce(payments.credited_by, payouts.paid_by), payouts.paid, payouts.state,
        CASE alarms.kind WHEN 'operation_of_another_payment' THEN (SELECT entries.payment_id FROM entries
            WHERE entries.project_id = alarms.project_id AND entries.operation_id = alarms.operation_id
              AND entries.payment_id <> alarms.payment_id LIMIT 1) END, ",
    resolution_columns!(),
    " FROM alarms
        LEFT JOIN settlements ON alarm_seq = alarms.seq
        LEFT JOIN payments ON payments.id = alarms.payment_id
        LEFT JOIN payouts ON payouts.payment_id = alarms.payment_id
        LEFT JOIN events ON events.seq = (SELECT of_operation.seq FROM events AS of_operation
            WHERE of_operation.payment_id = alarms.payment_id AND of_operation.project_id = alarms.project_id
              AND of_operation.operation_id = coalesce(alarms.operation_id, -1)
            ORDER BY of_operation.received_at > alarms.time, of_operation.received_at DESC, of_operation.seq DESC
            LIMIT 1) "
);

/// An alarm by its number.
pub(crate) fn by_seq() -> String {
    format!("{ALARMS} WHERE alarms.seq = $1")
}

/// The alarms behind `$1`, at most `$2`, the oldest first.
pub(crate) fn after() -> String {
    format!(
        "{ALARMS} WHERE alarms.seq IN (SELECT seq FROM alarms WHERE seq > $1 ORDER BY seq LIMIT $2) ORDER BY alarms.seq"
    )
}

/// The first alarms of a payment, the oldest first.
pub(crate) fn of_payment() -> String {
    format!(
        "{ALARMS} WHERE alarms.seq IN (SELECT seq FROM alarms WHERE payment_id = $1 ORDER BY seq LIMIT $2) ORDER BY alarms.seq"
    )
}

/// Alarms by their numbers, locked, so that each is resolved once.
#[cfg(feature = "postgres")]
pub(crate) fn to_resolve() -> String {
    format!("{ALARMS} WHERE alarms.seq = ANY($1) ORDER BY alarms.seq FOR UPDATE OF alarms")
}

/// The messages that an alarm is about: what it keeps itself, or the events of its operation.
pub(crate) const BODIES: &str = "SELECT body FROM alarms WHERE seq = $1 AND body IS NOT NULL
    UNION ALL
    SELECT events.body FROM alarms JOIN events USING (payment_id, project_id)
    WHERE alarms.seq = $1 AND events.operation_id = coalesce(alarms.operation_id, -1)";

/// Resolutions, the newest first.
pub(crate) const RESOLUTIONS: &str = concat!(
    "SELECT ",
    resolution_columns!(),
    " FROM settlements WHERE seq < $1 ORDER BY seq DESC LIMIT $2"
);

/// The first resolutions of a payment, the oldest first.
pub(crate) const RESOLUTIONS_OF_PAYMENT: &str = concat!(
    "SELECT ",
    resolution_columns!(),
    " FROM settlements WHERE payment_id = $1 ORDER BY seq LIMIT $2"
);

/// The alarms that a filter lets through, in its order. They are chosen before anything is joined to them: a planner without
/// statistics would join it to all of a kind.
pub(crate) fn filtered(filter: &AlarmFilter) -> (String, Vec<Value<'static>>) {
    let order = if filter.oldest_first {
        "ORDER BY seq"
    } else {
        "ORDER BY seq DESC"
    };
    let (chosen, values) = chosen(filter, order);
    let sql = format!(
        "{ALARMS} WHERE alarms.seq IN ({chosen}) {}",
        order.replace("seq", "alarms.seq")
    );
    (sql, values)
}

/// The numbers of those alarms. Each kind, open or resolved, has an index of its own, which gives them in their order.
fn chosen(filter: &AlarmFilter, order: &str) -> (String, Vec<Value<'static>>) {
    let mut conditions = numbers(filter);
    let bounds = conditions.sql().to_owned();
    let states: &[&str] = match filter.resolved {
        None if filter.kinds.is_empty() => &[""],
        None => &[" AND NOT settled", " AND settled"],
        Some(false) => &[" AND NOT settled"],
        Some(true) => &[" AND settled"],
    };
    // Values are named in their order: the limit stands behind the first kind.
    let mut of_kind = |kind: &AlarmKind| format!(" AND kind = {}", conditions.place(kind.as_str()));
    let first = filter.kinds.first().map(&mut of_kind).unwrap_or_default();
    let limit = conditions.place(Value::limit(filter.limit));
    let mut of_kind = |kind: &AlarmKind| format!(" AND kind = {}", conditions.place(kind.as_str()));
    let mut kinds = vec![first];
    kinds.extend(filter.kinds.iter().skip(1).map(&mut of_kind));
    let mut parts = Vec::new();
    for kind in &kinds {
        for state in states {
            parts.push(format!(
                "SELECT seq FROM alarms WHERE {bounds}{kind}{state} {order} LIMIT {limit}"
            ));
        }
    }
    let (_, values) = conditions.done();
    if let [part] = &parts[..] {
        return (part.clone(), values);
    }
    let parts: Vec<_> = parts
        .iter()
        .map(|part| format!("SELECT seq FROM ({part}) AS part"))
        .collect();
    let all = parts.join(" UNION ALL ");
    (
        format!("SELECT seq FROM ({all}) AS chosen {order} LIMIT {limit}"),
        values,
    )
}

/// The alarms with these numbers, the oldest first.
pub(crate) fn by_numbers(seqs: &[i64]) -> String {
    let seqs: Vec<_> = seqs.iter().map(ToString::to_string).collect();
    format!(
        "{ALARMS} WHERE alarms.seq IN ({}) ORDER BY alarms.seq",
        seqs.join(", ")
    )
}

/// How many alarms a filter lets through, by kind.
pub(crate) fn counted(filter: &AlarmFilter) -> (String, Vec<Value<'static>>) {
    let mut conditions = numbers(filter);
    match filter.resolved {
        None => {}
        Some(false) => conditions.and_text("NOT settled"),
        Some(true) => conditions.and_text("settled"),
    }
    if !filter.kinds.is_empty() {
        let kinds = filter.kinds.iter();
        let kinds: Vec<String> = kinds.map(|kind| conditions.place(kind.as_str())).collect();
        conditions.and_text(&format!("kind IN ({})", kinds.join(", ")));
    }
    let (condition, values) = conditions.done();
    let sql = format!(
        "SELECT kind, count(*), max(seq), min(time), max(time) FROM alarms WHERE {condition} GROUP BY kind ORDER BY kind"
    );
    (sql, values)
}

/// How many alarms of each kind are open, at most `most` of a kind. It reads no more entries of an index than it counts.
pub(crate) fn counted_open(most: usize) -> (String, Vec<Value<'static>>) {
    let mut values: Vec<Value<'static>> = Vec::new();
    let mut limit = String::new();
    let mut parts = Vec::new();
    for kind in AlarmKind::ALL {
        values.push(kind.as_str().into());
        let place = values.len();
        if limit.is_empty() {
            values.push(Value::limit(most));
            limit = format!("${}", values.len());
        }
        // With a range and this order, PostgreSQL can only take the index of kinds. With an equation it would go through all
        // alarms by their numbers for a kind that has none.
        let open =
            format!("FROM alarms WHERE kind >= ${place} AND kind <= ${place} AND NOT settled");
        parts.push(format!(
            "SELECT CAST(${place} AS TEXT) AS kind,
                (SELECT count(*) FROM (SELECT seq {open} ORDER BY kind, seq LIMIT {limit}) AS counted) AS count,
                (SELECT seq {open} ORDER BY kind DESC, seq DESC LIMIT 1) AS last,
                (SELECT time {open} ORDER BY kind, seq LIMIT 1) AS oldest,
                (SELECT time {open} ORDER BY kind DESC, seq DESC LIMIT 1) AS newest"
        ));
    }
    let parts = parts.join(" UNION ALL ");
    let sql = format!(
        "SELECT kind, count, last, oldest, newest FROM ({parts}) AS kinds WHERE last IS NOT NULL ORDER BY kind"
    );
    (sql, values)
}

fn numbers(filter: &AlarmFilter) -> Conditions {
    let mut conditions = Conditions::of("seq >", filter.after.unwrap_or(i64::MIN));
    conditions.and("seq <", filter.before);
    conditions
}

/// From a row that [`filtered`] or [`by_seq`] gives.
pub(crate) fn alarm(row: &mut Values<'_>) -> Result<Alarm, TransactionError> {
    let mut alarm = Alarm {
        seq: row.int()?,
        kind: row.word()?,
        project_id: row.project()?,
        payment_id: row.optional_id()?,
        operation_id: row.optional_operation(),
        amount: row.optional_money()?,
        reason: row.optional_string(),
        difference: row.optional_string(),
        delivery: {
            let (endpoint, entry) = (row.optional_string(), row.optional_int());
            endpoint.map(|endpoint| AlarmDelivery { endpoint, entry })
        },
        time: row.time()?,
        event: None,
        subject: None,
        other_payment: None,
        resolution: None,
    };
    let (payment_type, payment_status) = (row.event_word(), row.event_word());
    let (operation_type, operation_status) = (row.event_word(), row.event_word());
    let amount = row.optional_money()?;
    let named = alarm.payment_id.clone().zip(payment_status);
    alarm.event = named.map(|(payment_id, payment_status)| OperationEvent {
        project_id: alarm.project_id,
        payment_id,
        payment_type,
        payment_status,
        operation_id: alarm.operation_id,
        operation_type,
        operation_status,
        amount,
    });
    let project = row.optional_int();
    let amount = row.optional_money()?;
    let mut sum = || row.optional_int().unwrap_or_default();
    let (credited, remaining, refunded) = (sum(), sum(), sum());
    let operation_id = row.optional_operation();
    let paid = row.optional_int();
    let payout_state = row.optional_string();
    alarm.subject = project.zip(amount).map(|(project, amount)| AlarmSubject {
        project_id: project.cast_unsigned().into(),
        amount,
        credited: paid.unwrap_or(credited),
        remaining: paid.unwrap_or(remaining),
        refunded,
        operation_id,
        payout_state,
    });
    alarm.other_payment = row.optional_id()?;
    alarm.resolution = optional_resolution(row)?;
    Ok(alarm)
}

/// From a row that [`counted`] gives.
pub(crate) fn count(row: &mut Values<'_>) -> Result<AlarmCount, TransactionError> {
    Ok(AlarmCount {
        kind: row.word()?,
        count: row.int()?,
        last: row.int()?,
        oldest: row.time()?,
        newest: row.time()?,
    })
}

/// From a row that [`RESOLUTIONS`] gives.
pub(crate) fn resolution(row: &mut Values<'_>) -> Result<Resolution, TransactionError> {
    optional_resolution(row)?.ok_or_else(|| row.broken())
}

fn optional_resolution(row: &mut Values<'_>) -> Result<Option<Resolution>, TransactionError> {
    let Some(seq) = row.optional_int() else {
        return Ok(None);
    };
    let alarm_seq = row.optional_int();
    let (payment_id, operation_id) = (row.optional_id()?, row.optional_operation());
    let (verdict, amount) = (row.text()?, row.optional_money()?);
    let (reason, events_before) = (row.string()?, row.int()?.cast_unsigned());
    let (time, corrects) = (row.time()?, row.optional_int());
    Ok(Some(Resolution {
        seq,
        alarm_seq,
        payment_id,
        operation_id,
        verdict: Verdict::from_stored(verdict, amount, corrects).ok_or_else(|| row.broken())?,
        reason,
        by: row.optional_string(),
        events_before,
        time,
    }))
}

/// A row of `alarms`.
pub(crate) fn of_alarm<'v>(cause: &AlarmCause<'v>, now: Millis) -> [Value<'v>; 13] {
    [
        cause.kind.as_str().into(),
        cause.project_id.into(),
        cause.payment_id.into(),
        cause.operation_id.into(),
        now.into(),
        cause.reason.into(),
        cause.message.map(|message| message.body).into(),
        cause.message.map(|message| message.signature).into(),
        cause.amount.map(Money::minor).into(),
        currency(cause.amount),
        cause.difference.into(),
        cause.delivery.map(|it| it.endpoint.as_str()).into(),
        cause.delivery.and_then(|it| it.entry).into(),
    ]
}

/// A row of `settlements`.
pub(crate) fn of_resolution(resolution: &Resolution) -> [Value<'_>; 11] {
    let amount = resolution.verdict.amount();
    [
        resolution.alarm_seq.into(),
        resolution.payment_id.as_ref().into(),
        resolution.operation_id.into(),
        resolution.verdict.stored().into(),
        amount.map(Money::minor).into(),
        currency(amount),
        resolution.reason.as_str().into(),
        resolution.events_before.cast_signed().into(),
        resolution.time.into(),
        resolution.verdict.corrects().into(),
        resolution.by.as_deref().into(),
    ]
}

fn currency(amount: Option<Money>) -> Value<'static> {
    let code = amount.map(|amount| amount.currency().code().to_owned());
    code.into()
}
