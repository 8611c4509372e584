//! A database as version 1 of the schema wrote it.
#![allow(unreachable_pub, reason = "a module of tests")]

use std::path::PathBuf;

use jetpay_core::Callback;
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;

use crate::common::{AMOUNT, CallbackContent, NOW, refund, sale};

pub const OTHER_CUSTOMER: &str = "7000000001";
/// The operation that waits in the inbox.
pub const NEW_SALE: u64 = 9;

pub struct Version1 {
    folder: TempDir,
    connection: Connection,
}

/// A repeat of a sale with another amount.
pub fn contradiction(payment_id: &'static str, operation_id: u64) -> Callback {
    let content = sale(payment_id, operation_id).with_amount(AMOUNT + 1);
    content.callback()
}

impl Version1 {
    pub fn made() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join("ledger.db")).unwrap();
        let schema = include_str!("../../src/adapters/sqlite/schema/1.sql");
        connection.execute_batch(schema).unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        let old = Self { folder, connection };
        old.fill();
        // The ledger opens the file with its own connection.
        old.connection
            .execute_batch("PRAGMA journal_mode = WAL")
            .unwrap();
        old
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("ledger.db")
    }

    pub fn version(&self) -> i64 {
        let version = self
            .connection
            .pragma_query_value(None, "user_version", |row| row.get(0));
        version.unwrap()
    }

    /// Every row of every table.
    pub fn dump(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for name in self.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name") {
            let Value::Text(name) = &name[0] else {
                panic!("a table has a name");
            };
            let rows = self.rows(&format!("SELECT * FROM {name}"));
            lines.extend(rows.iter().map(|row| format!("{name}: {row:?}")));
        }
        lines
    }

    fn rows(&self, sql: &str) -> Vec<Vec<Value>> {
        let mut statement = self.connection.prepare(sql).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map((), |row| (0..columns).map(|at| row.get(at)).collect());
        rows.unwrap().map(Result::unwrap).collect()
    }

    fn fill(&self) {
        self.connection.execute_batch(ROWS).unwrap();
        let less = sale("quarantined", 7).with_amount(AMOUNT - 1);
        for (content, disposition) in [
            (sale("credited", 1), "applied"),
            (sale("partly", 2), "applied"),
            (refund("partly", 3, 40_000), "applied"),
            (sale("refunded", 4), "applied"),
            (refund("refunded", 5, AMOUNT), "applied"),
            (refund("early", 6, 25_000), "early"),
            (less, "quarantined"),
            (sale("unknown", NEW_SALE), "unmatched"),
        ] {
            self.event(&content, disposition);
        }
        for (payment_id, operation_id) in [("partly", 2), ("credited", 1)] {
            let body = contradiction(payment_id, operation_id).body;
            let sql =
                "INSERT INTO quarantine VALUES (?1, 1234, 'contradicts what came before', ?2)";
            self.connection.execute(sql, (&*body, NOW.0 + 2)).unwrap();
        }
    }

    fn event(&self, content: &CallbackContent, disposition: &str) {
        let sql = "INSERT INTO events (payment_id, project_id, operation_id, operation_status, payment_status,
                       payment_type, operation_type, amount, currency, code, provider_payment_id, disposition,
                       received_at, body)
                   VALUES (?1, 1234, ?2, ?3, ?4, 'purchase', ?5, ?6, 'KZT', '0', ?7, ?8, ?9, ?10)";
        let values = (
            content.payment_id,
            content.operation_id.cast_signed(),
            content.operation_status,
            content.payment_status,
            content.operation_type,
            content.amount,
            format!("receipt_{}", content.operation_id),
            disposition,
            NOW.0,
            &*content.callback().body,
        );
        self.connection.execute(sql, values).unwrap();
    }
}

/// All rows but those with a callback. Several alarms have the same millisecond.
const ROWS: &str = r#"
INSERT INTO customers VALUES ('7123456789', NULL, '[{"id":"c1","number":"N1"}]');
INSERT INTO payments (id, project_id, method, customer_id, contract_id, amount, currency, flags, state, remaining,
        credited_by, early, created_at, changed_at) VALUES
    ('credited', 1234, 'kaspi', '7123456789', 'c1', 100000, 'KZT', '["over_limit"]', 'credited', 100000, 1, 0, 1733000000000, 1733000000000),
    ('partly', 1234, 'kaspi', '7123456789', NULL, 100000, 'KZT', NULL, 'partially_refunded', 60000, 2, 0, 1733000000000, 1733000000000),
    ('refunded', 1234, 'kaspi', '7123456789', NULL, 100000, 'KZT', NULL, 'refunded', 0, 4, 0, 1733000000000, 1733000000000),
    ('pending', 1234, 'kaspi', '7123456789', NULL, 100000, 'KZT', NULL, 'pending', 0, NULL, 0, 1733000000000, 1733000000000),
    ('early', 1234, 'kaspi', '7123456789', NULL, 100000, 'KZT', NULL, 'pending', 0, NULL, 1, 1733000000000, 1733000000000),
    ('quarantined', 1234, 'kaspi', '7000000001', NULL, 100000, 'KZT', NULL, 'quarantined', 0, NULL, 0, 1733000000000, 1733000000000);
INSERT INTO entries (payment_id, project_id, operation_id, kind, amount, time) VALUES
    ('credited', 1234, 1, 'credit', 100000, 1733000000000),
    ('partly', 1234, 2, 'credit', 100000, 1733000000000),
    ('partly', 1234, 3, 'refund', -40000, 1733000000000),
    ('refunded', 1234, 4, 'credit', 100000, 1733000000000),
    ('refunded', 1234, 5, 'refund', -100000, 1733000000000);
INSERT INTO alarms (kind, project_id, payment_id, operation_id, time) VALUES
    ('amount_differs', 1234, 'quarantined', 7, 1733000000000),
    ('unreadable', 1234, NULL, NULL, 1733000000001),
    ('contradictory_repeat', 1234, 'partly', 2, 1733000000002),
    ('contradictory_repeat', 1234, 'credited', 1, 1733000000002),
    ('unreadable', 1234, NULL, NULL, 1733000000002),
    ('unreadable', 1234, NULL, NULL, 1733000000002);
INSERT INTO quarantine VALUES
    (CAST('{"a":1}' AS BLOB), 1234, 'a field is missing', 1733000000001),
    (CAST('{"c":3}' AS BLOB), 1234, 'a field is missing', 1733000000002),
    (CAST('{"b":2}' AS BLOB), 1234, 'a field is missing', 1733000000002);
UPDATE counts SET pending = 2, unmatched = 1, quarantined = 6, alarms = 6;
"#;
