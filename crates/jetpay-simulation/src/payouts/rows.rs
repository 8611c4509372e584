//! Reads the tables of payouts with SQL of its own, so that the checks share no code with the ledger.

use rusqlite::{Connection, OptionalExtension};

use crate::database::{all, one};

/// A row of `payouts`. Amounts are in minor units, times in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) project: i64,
    pub(super) customer: String,
    pub(super) amount: i64,
    pub(super) key: String,
    pub(super) fingerprint: String,
    pub(super) from_balance: bool,
    pub(super) created_at: i64,
    pub(super) account: String,
    pub(super) request: Option<String>,
    pub(super) state: String,
    pub(super) reserved: i64,
    pub(super) paid: i64,
    pub(super) next: Option<String>,
    pub(super) sends: i64,
    pub(super) overdue: bool,
    pub(super) forgotten: bool,
}

impl Row {
    pub(super) fn is_open(&self) -> bool {
        matches!(
            self.state.as_str(),
            "created" | "unknown" | "sent_by_hand" | "accepted"
        )
    }

    /// The rank of the state. It never decreases.
    pub(super) fn rank(&self) -> u8 {
        match self.state.as_str() {
            "declined" | "rejected" => 1,
            "paid" => 2,
            "reversed" => 3,
            _ => 0,
        }
    }
}

/// A row of `payout_steps`. Amounts are in minor units, times in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StepRow {
    pub(super) seq: i64,
    pub(super) id: String,
    pub(super) what: String,
    pub(super) amount: Option<i64>,
    pub(super) operation: Option<i64>,
    pub(super) time: i64,
}

pub(super) fn payout(connection: &Connection, id: &str) -> rusqlite::Result<Option<Row>> {
    let sql = "SELECT payment_id, project_id, customer_id, amount, idempotency_key, fingerprint, from_balance, created_at,
               account_number, request, state, reserved, paid, next, sends, overdue, forgotten
               FROM payouts WHERE payment_id = ?1";
    let row = one(connection, sql, [id], |row| {
        Ok(Row {
            id: row.get(0)?,
            project: row.get(1)?,
            customer: row.get(2)?,
            amount: row.get(3)?,
            key: row.get(4)?,
            fingerprint: row.get(5)?,
            from_balance: row.get(6)?,
            created_at: row.get(7)?,
            account: row.get(8)?,
            request: row.get(9)?,
            state: row.get(10)?,
            reserved: row.get(11)?,
            paid: row.get(12)?,
            next: row.get(13)?,
            sends: row.get(14)?,
            overdue: row.get(15)?,
            forgotten: row.get(16)?,
        })
    });
    row.optional()
}

pub(super) fn ids(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT payment_id FROM payouts ORDER BY 1";
    all(connection, sql, (), |row| row.get(0))
}

/// The steps after sequence number `after`.
pub(super) fn steps(connection: &Connection, after: i64) -> rusqlite::Result<Vec<StepRow>> {
    let sql = "SELECT seq, payment_id, what, amount, operation_id, time FROM payout_steps WHERE seq > ?1 ORDER BY seq";
    all(connection, sql, [after], |row| {
        Ok(StepRow {
            seq: row.get(0)?,
            id: row.get(1)?,
            what: row.get(2)?,
            amount: row.get(3)?,
            operation: row.get(4)?,
            time: row.get(5)?,
        })
    })
}

/// What a customer can spend, in minor units: the entries of top-ups, less the payouts from the balance.
pub(super) fn balance(connection: &Connection, customer: &str) -> rusqlite::Result<i64> {
    let sql = "SELECT (SELECT coalesce(sum(entries.amount), 0) FROM entries JOIN payments ON payments.id = payment_id
                       WHERE customer_id = ?1)
                    - (SELECT coalesce(sum(reserved + paid), 0) FROM payouts WHERE customer_id = ?1 AND from_balance = 1)";
    one(connection, sql, [customer], |row| row.get(0))
}

/// Whether there is an alarm about this payment and, if one is given, about this operation.
pub(super) fn alarm(
    connection: &Connection,
    id: &str,
    operation: Option<i64>,
) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM alarms WHERE payment_id = ?1 AND (?2 IS NULL OR coalesce(operation_id, -1) = ?2))";
    one(connection, sql, (id, operation), |row| row.get(0))
}

/// Whether there is an alarm that says that this payout takes too long, or that a clock was wrong when it was recorded.
pub(super) fn overdue_alarm(connection: &Connection, id: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM alarms WHERE payment_id = ?1 AND kind IN ('payout_overdue', 'clock_ahead'))";
    one(connection, sql, [id], |row| row.get(0))
}

/// Whether a callback with this operation and these statuses is stored.
pub(super) fn event(
    connection: &Connection,
    id: &str,
    operation: i64,
    statuses: &[String; 2],
) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM events WHERE payment_id = ?1 AND operation_id = ?2
               AND operation_status = ?3 AND payment_status = ?4)";
    let [of_operation, of_payment] = statuses;
    let params = (id, operation, of_operation, of_payment);
    one(connection, sql, params, |row| row.get(0))
}

/// When the next payout is due.
pub(super) fn next_due(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT min(due_at) FROM payouts WHERE next IS NOT NULL";
    one(connection, sql, (), |row| row.get(0))
}

/// The keys of open payouts that an operator must look at: they have no next action, or take too long.
pub(super) fn stuck(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql =
        "SELECT idempotency_key FROM payouts WHERE state IN ('created', 'unknown', 'sent_by_hand', 'accepted')
               AND (overdue = 1 OR next IS NULL) ORDER BY payment_id";
    all(connection, sql, (), |row| row.get(0))
}
