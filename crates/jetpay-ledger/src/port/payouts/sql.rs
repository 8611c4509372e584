//! The queries about payouts, in SQL that every store understands.

use jetpay_core::id::PaymentId;

use crate::payout::{PayoutFilter, PayoutOrder, PayoutState};
use crate::port::keys::TransactionError;
use crate::port::tables::PAYOUTS;
use crate::port::value::{Conditions, Value, Values};

/// A payout by its id.
pub(crate) fn by_id() -> String {
    format!("{} WHERE payment_id = $1", select())
}

/// Payouts by their ids, in the order of the ids, locked for a change.
#[cfg(feature = "postgres")]
pub(crate) fn by_ids() -> String {
    format!(
        "{} WHERE payment_id = ANY($1) ORDER BY payment_id FOR UPDATE",
        select()
    )
}

/// The payout with an idempotency key, and the fingerprint of its request.
#[cfg_attr(
    not(feature = "sqlite"),
    allow(dead_code, reason = "PostgreSQL asks for many keys at once")
)]
pub(crate) const WITH_KEY: &str =
    "SELECT payment_id, fingerprint FROM payouts WHERE project_id = $1 AND idempotency_key = $2";

/// What a customer's payments left, and what payouts took of it, in minor units: two texts, for [`balance`].
pub(crate) const BALANCE: &str = "SELECT
    (SELECT CAST(coalesce(sum(remaining), 0) AS TEXT) FROM payments WHERE customer_id = $1),
    (SELECT CAST(coalesce(sum(reserved + paid), 0) AS TEXT) FROM payouts WHERE customer_id = $1 AND from_balance = 1)";

/// The same of a customer with few payments and payouts: of so many rows each, and whether there are more.
pub(crate) const BALANCE_WITHIN: &str = "SELECT
    (SELECT CAST(coalesce(sum(remaining), 0) AS TEXT) FROM (SELECT remaining FROM payments WHERE customer_id = $1 LIMIT $2) AS few),
    (SELECT CAST(coalesce(sum(reserved + paid), 0) AS TEXT) FROM (SELECT reserved, paid FROM payouts
        WHERE customer_id = $1 AND from_balance = 1 LIMIT $2) AS few),
    EXISTS (SELECT 1 FROM payments WHERE customer_id = $1 LIMIT 1 OFFSET $2)
    OR EXISTS (SELECT 1 FROM payouts WHERE customer_id = $1 AND from_balance = 1 LIMIT 1 OFFSET $2)";

/// Payouts with an action that is due, the most overdue first; then those whose action lies further ahead than any wait.
pub(crate) const DUE: &str = "SELECT payment_id FROM (SELECT payment_id FROM payouts
        WHERE next IS NOT NULL AND due_at <= $1 ORDER BY due_at LIMIT $2) AS due
    UNION ALL SELECT payment_id FROM (SELECT payment_id FROM payouts
        WHERE next IS NOT NULL AND due_at > $3 ORDER BY due_at LIMIT $2) AS ahead";

/// Payouts that have ended and still hold the payer's data.
pub(crate) const FORGETTABLE: &str = "SELECT payment_id FROM payouts
    WHERE forgotten = 0 AND state IN ('paid', 'declined', 'rejected', 'reversed') AND changed_at < $1
    ORDER BY changed_at LIMIT $2";

/// How many payouts wait for an outcome, and how many of them are overdue. That they are not paid says that an index holds them.
pub(crate) const OPEN: &str =
    "SELECT state, CAST(count(*) AS BIGINT), CAST(coalesce(sum(overdue), 0) AS BIGINT)
    FROM payouts WHERE state <> 'paid' AND state IN ('created', 'unknown', 'sent_by_hand', 'accepted') GROUP BY state";

/// The steps of a payout.
pub(crate) const HISTORY: &str =
    "SELECT seq, payment_id, project_id, what, amount, operation_id, code, message, time, actor
    FROM payout_steps WHERE payment_id = $1 ORDER BY seq";

/// The entries of the payouts account, in the order of commit.
pub(crate) const ENTRIES: &str =
    "SELECT seq, payment_id, project_id, what, amount, operation_id, code, message, time, actor
    FROM payout_steps WHERE seq > $1 AND amount IS NOT NULL ORDER BY seq LIMIT $2";

/// The same entries, each with its payout.
pub(crate) const MOVES: &str =
    "SELECT s.seq, s.what, s.payment_id, s.operation_id, s.project_id, p.method, p.customer_id, s.amount, p.currency, s.time
    FROM payout_steps s JOIN payouts p ON p.payment_id = s.payment_id
    WHERE s.seq > $1 AND s.amount IS NOT NULL ORDER BY s.seq LIMIT $2";

/// The id and the fingerprint of a row that [`WITH_KEY`] gives.
#[cfg_attr(
    not(feature = "sqlite"),
    allow(dead_code, reason = "PostgreSQL asks for many keys at once")
)]
pub(crate) fn with_key(row: &mut Values<'_>) -> Result<(PaymentId, String), TransactionError> {
    Ok((row.id()?, row.string()?))
}

/// The money of a customer, in minor units.
#[derive(Clone, Copy, Default)]
pub(crate) struct Balance {
    /// What the customer can spend.
    pub(crate) available: i128,
    /// What the customer's payments left, before payouts. A credit is checked against it: what a payout took can come back, and
    /// must then fit, too.
    pub(crate) topped_up: i128,
}

/// From the row that [`BALANCE`] gives.
pub(crate) fn balance(row: &mut Values<'_>) -> Result<Balance, TransactionError> {
    let (topped_up, taken): (i128, i128) = (row.word()?, row.word()?);
    Ok(Balance {
        available: topped_up - taken,
        topped_up,
    })
}

/// The payouts that a filter lets through, in its order.
pub(crate) fn filtered(filter: &PayoutFilter) -> (String, Vec<Value<'static>>) {
    let mut conditions = Conditions::of("overdue >=", filter.overdue);
    let after = filter.after.clone();
    let order = match filter.order {
        PayoutOrder::Oldest => {
            conditions.and("payment_id >", after);
            "payment_id"
        }
        PayoutOrder::Newest => {
            conditions.and("payment_id <", after);
            "payment_id DESC"
        }
        PayoutOrder::Largest => {
            if let Some(after) = after {
                let place = conditions.place(after);
                conditions.and_text(&format!(
                    "(amount, payment_id) < (SELECT amount, payment_id FROM payouts WHERE payment_id = {place})"
                ));
            }
            "amount DESC, payment_id DESC"
        }
    };
    conditions.and("project_id =", filter.project_id);
    conditions.and("customer_id =", filter.customer_id.clone());
    conditions.and("idempotency_key =", filter.idempotency_key.clone());
    conditions.and("fingerprint =", filter.fingerprint.clone());
    conditions.and("account_number =", filter.account_number.clone());
    conditions.and("amount =", filter.amount);
    conditions.and("created_at >=", filter.from);
    conditions.and("state =", filter.state.map(PayoutState::as_str));
    if filter.state.is_some_and(|state| state != PayoutState::Paid) {
        // Says that the index of the other states holds them all.
        conditions.and_text("state <> 'paid'");
    }
    let (conditions, limit, values) = conditions.limited(filter.limit);
    let sql = format!(
        "{} WHERE {conditions} ORDER BY {order} LIMIT {limit}",
        select()
    );
    (sql, values)
}

fn select() -> String {
    format!("SELECT {} FROM payouts", PAYOUTS.names(0).join(", "))
}
