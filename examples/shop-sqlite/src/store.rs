//! The tables of the shop (`schema.sql`). What belongs together runs in one transaction of the caller.

use std::{error::Error, fmt::Debug};

use jetpay_kassa24::core::{CustomerId, PaymentId, TopUp};
use jetpay_kassa24::{Contract, ContractStatus};
use jetpay_rules::{Decision, EffectKey, OperationEvent, PaymentSnapshot};
use rusqlite::{Connection as Db, OptionalExtension, Params, params};
use serde::de::DeserializeOwned;

/// What the store gives. The SDK makes HTTP 503 of every error, and the platform comes again.
pub(crate) type Stored<T> = Result<T, Box<dyn Error + Send + Sync>>;
pub(crate) type Found<T> = Stored<Option<T>>;

/// The JSON in the first column of the first row.
pub(crate) fn json<T: DeserializeOwned>(db: &Db, sql: &str, values: impl Params) -> Found<T> {
    let json: rusqlite::Result<Option<String>> = db.query_row(sql, values, |row| row.get(0));
    let json = json.optional()?.flatten();
    Ok(json.map(|json| serde_json::from_str(&json)).transpose()?)
}

/// The id under which the platform shall know the customer, and the contracts.
pub(crate) fn account(db: &Db, id: &CustomerId) -> Found<(String, Vec<ContractStatus>)> {
    let sql = "SELECT json_quote(coalesce(shown_id, id)) FROM customers WHERE id = ?1";
    let shown_id = json(db, sql, [id.as_str()])?;
    let sql = "SELECT id, number, payment, status_code FROM contracts WHERE customer_id = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let contracts = statement.query_and_then([id.as_str()], |row| {
        let contract = Contract::new(row.get::<_, String>(0)?, row.get::<_, String>(1)?)?;
        let contract = contract.with_payment_minor(row.get(2)?)?;
        Ok(ContractStatus::new(contract, row.get::<_, i64>(3)?))
    });
    Ok(shown_id.zip(Some(contracts?.collect::<Stored<_>>()?)))
}

/// Adds a pending payment under a fresh id, if the customer exists. A contract that cannot be paid is accepted, because the
/// cash is in the machine already: the view `unusual_payments` shows it.
pub(crate) fn add_payment(db: &Db, top_up: &TopUp, contract: Option<&str>) -> Found<PaymentId> {
    let sql = "INSERT INTO payments (id, customer_id, contract_id, snapshot)
        SELECT lower(hex(randomblob(16))), id, ?2, ?3 FROM customers WHERE id = ?1
        RETURNING json_quote(id)";
    let snapshot = PaymentSnapshot::announced(top_up.project_id, top_up.amount);
    let snapshot = serde_json::to_string(&snapshot)?;
    let customer = top_up.customer_id.as_str();
    json(db, sql, params![customer, contract, snapshot])
}

pub(crate) fn snapshot(db: &Db, payment: &PaymentId) -> Found<PaymentSnapshot> {
    let sql = "SELECT snapshot FROM payments WHERE id = ?1";
    json(db, sql, [payment.as_str()])
}

/// Adds the event. If it is a repeat, counts it, and gives the event that came first.
pub(crate) fn add_event(db: &Db, event: &OperationEvent, body: &[u8]) -> Found<OperationEvent> {
    let sql = "INSERT INTO events (event, body) VALUES (?1, ?2)
        ON CONFLICT (payment_id, project_id, operation_id, operation_status, payment_status)
        DO UPDATE SET deliveries = deliveries + 1 RETURNING iif(deliveries > 1, event, NULL)";
    json(db, sql, params![serde_json::to_string(event)?, body])
}

/// The payment whose entry has this key.
pub(crate) fn payment_of(db: &Db, key: EffectKey) -> Found<PaymentId> {
    let sql = "SELECT json_quote(payment_id) FROM entries
        WHERE project_id = ?1 AND operation_id = ?2 AND kind = ?3";
    let (project, operation) = (key.project_id.number(), key.operation_id.number());
    json(db, sql, params![project, operation, key.kind.as_str()])
}

/// Writes what follows from the event that was added last.
pub(crate) fn write(db: &Db, event: &OperationEvent, decision: &Decision) -> Stored<()> {
    let (project, payment) = (event.project_id.number(), event.payment_id.as_str());
    let sql = "UPDATE events SET outcome = ?1 WHERE seq = last_insert_rowid()";
    db.execute(sql, [decision.outcome.as_str()])?;
    let sql = "UPDATE payments SET snapshot = ?1 WHERE id = ?2";
    db.execute(sql, [&serde_json::to_string(&decision.snapshot)?, payment])?;
    for entry in &decision.entries {
        let sql = "INSERT INTO entries (project_id, payment_id, operation_id, kind, amount)
            VALUES (?1, ?2, ?3, ?4, ?5)";
        let (operation, kind) = (entry.operation_id.number(), entry.kind.as_str());
        let row = params![project, payment, operation, kind, entry.amount];
        db.execute(sql, row)?;
    }
    for released in &decision.released {
        let sql = "UPDATE events SET outcome = ?1
            WHERE payment_id = ?2 AND operation_id = ?3 AND outcome = 'early'";
        let (status, operation) = (released.status.as_str(), released.operation_id.number());
        db.execute(sql, params![status, payment, operation])?;
    }
    for alarm in &decision.alarms {
        raise(db, alarm.kind.as_str(), event.key(), b"")?;
    }
    Ok(())
}

/// Raises an alarm, once for each cause.
pub(crate) fn raise(db: &Db, kind: &str, cause: impl Debug, body: &[u8]) -> Stored<()> {
    let sql = "INSERT OR IGNORE INTO alarms (kind, cause, body) VALUES (?1, ?2, ?3)";
    db.execute(sql, params![kind, format!("{cause:?}"), body])?;
    Ok(())
}
