//! The inbox as rows: the same questions in every store.

use jetpay_rules::EventStatus;

use super::keys::TransactionError;
use super::value::{Conditions, Value, Values};
use crate::model::{InboxFilter, Unmatched};

const UNMATCHED: &str =
    "SELECT seq, payment_id, project_id, operation_id, operation_type, operation_status, payment_status, amount, currency,
        received_at, body FROM events WHERE";

/// The callbacks without a payment, by payment.
pub(crate) fn by_payment() -> String {
    format!(
        "{UNMATCHED} disposition IN ('unmatched', 'dismissed') AND disposition = 'unmatched'
        ORDER BY payment_id, seq LIMIT $1"
    )
}

/// The callbacks without a payment that name this one and wait, or were dismissed, the oldest first.
pub(crate) fn of_payment(status: EventStatus) -> String {
    format!(
        "{UNMATCHED} payment_id = $1 AND disposition IN ('unmatched', 'dismissed') AND disposition = '{status}'
        ORDER BY seq LIMIT $2"
    )
}

/// The callbacks that a filter lets through, in its order. An index has all that it asks for: they are chosen before their rows
/// are read.
pub(crate) fn filtered(filter: &InboxFilter) -> (String, Vec<Value<'static>>) {
    let order = if filter.newest_first { "DESC" } else { "ASC" };
    let mut conditions = Conditions::of("seq >", filter.after.unwrap_or(i64::MIN));
    conditions.and("seq <", filter.before);
    conditions.and("received_at <", filter.received_before);
    conditions.and("amount =", filter.amount.map(jetpay_core::Money::minor));
    let currency = filter
        .amount
        .map(|amount| amount.currency().code().to_owned());
    conditions.and("currency =", currency);
    let (condition, limit, values) = conditions.limited(filter.limit);
    let chosen = format!(
        "SELECT seq FROM events WHERE disposition = 'unmatched' AND {condition} ORDER BY seq {order} LIMIT {limit}"
    );
    (
        format!("{UNMATCHED} seq IN ({chosen}) ORDER BY seq {order}"),
        values,
    )
}

/// From a row that one of these gives.
pub(crate) fn unmatched(row: &mut Values<'_>) -> Result<Unmatched, TransactionError> {
    Ok(Unmatched {
        seq: row.int()?,
        payment_id: row.id()?,
        project_id: row.project()?,
        operation_id: row.event_operation()?,
        operation_type: row.event_word(),
        operation_status: row.event_word(),
        payment_status: row.text()?.into(),
        amount: row.optional_money()?,
        received_at: row.time()?,
        body: row.bytes()?,
    })
}
