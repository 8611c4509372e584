//! A database as version 1 of the schema wrote it.
#![allow(unreachable_pub, reason = "a module of tests")]

use std::path::PathBuf;

use jetpay_core::Callback;
use rusqlite::types::Value;
use rusqlite::{Connection, Params};
use tempfile::TempDir;

use crate::common::{AMOUNT, CUSTOMER, CallbackContent, NOW, refund, sale};

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

    fn add(&self, sql: &str, values: impl Params) {
        self.connection.execute(sql, values).unwrap();
    }

    fn fill(&self) {
        let contracts = r#"[{"id":"c1","number":"N1"}]"#;
        self.add(
            "INSERT INTO customers VALUES (?1, NULL, ?2)",
            (CUSTOMER, contracts),
        );
        self.payment("credited", CUSTOMER, "credited", AMOUNT, Some(1));
        self.payment("partly", CUSTOMER, "partially_refunded", 60_000, Some(2));
        self.payment("refunded", CUSTOMER, "refunded", 0, Some(4));
        self.payment("pending", CUSTOMER, "pending", 0, None);
        self.payment("early", CUSTOMER, "pending", 0, None);
        self.payment("quarantined", OTHER_CUSTOMER, "quarantined", 0, None);
        self.add(
            r#"UPDATE payments SET contract_id = 'c1', flags = '["over_limit"]' WHERE id = 'credited'"#,
            (),
        );
        self.add("UPDATE payments SET early = 1 WHERE id = 'early'", ());
        self.event(&sale("credited", 1), "applied");
        self.event(&sale("partly", 2), "applied");
        self.event(&refund("partly", 3, 40_000), "applied");
        self.event(&sale("refunded", 4), "applied");
        self.event(&refund("refunded", 5, AMOUNT), "applied");
        self.event(&refund("early", 6, 25_000), "early");
        let other_amount = sale("quarantined", 7).with_amount(AMOUNT - 1);
        self.event(&other_amount, "quarantined");
        self.event(&sale("unknown", NEW_SALE), "unmatched");
        self.entry("credited", 1, "credit", AMOUNT);
        self.entry("partly", 2, "credit", AMOUNT);
        self.entry("partly", 3, "refund", -40_000);
        self.entry("refunded", 4, "credit", AMOUNT);
        self.entry("refunded", 5, "refund", -AMOUNT);
        self.alarm("amount_differs", Some(("quarantined", 7)), NOW.0);
        self.unreadable(b"{\"a\":1}", NOW.0 + 1);
        // All of these have the same millisecond.
        self.contradictory("partly", 2);
        self.contradictory("credited", 1);
        self.unreadable(b"{\"c\":3}", NOW.0 + 2);
        self.unreadable(b"{\"b\":2}", NOW.0 + 2);
        self.add(
            "UPDATE counts SET pending = 2, unmatched = 1, quarantined = 6, alarms = 6",
            (),
        );
    }

    fn payment(&self, id: &str, customer: &str, state: &str, remaining: i64, by: Option<i64>) {
        let sql = "INSERT INTO payments (id, project_id, method, customer_id, amount, currency, state, remaining,
                       credited_by, created_at, changed_at)
                   VALUES (?1, 1234, 'kaspi', ?2, ?3, 'KZT', ?4, ?5, ?6, ?7, ?7)";
        self.add(sql, (id, customer, AMOUNT, state, remaining, by, NOW.0));
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
        self.add(sql, values);
    }

    fn entry(&self, payment_id: &str, operation_id: i64, kind: &str, amount: i64) {
        let sql = "INSERT INTO entries (payment_id, project_id, operation_id, kind, amount, time)
                   VALUES (?1, 1234, ?2, ?3, ?4, ?5)";
        self.add(sql, (payment_id, operation_id, kind, amount, NOW.0));
    }

    fn alarm(&self, kind: &str, subject: Option<(&str, i64)>, time: i64) {
        let sql = "INSERT INTO alarms (kind, project_id, payment_id, operation_id, time) VALUES (?1, 1234, ?2, ?3, ?4)";
        self.add(
            sql,
            (kind, subject.map(|it| it.0), subject.map(|it| it.1), time),
        );
    }

    fn quarantine(&self, body: &[u8], reason: &str, time: i64) {
        let sql = "INSERT INTO quarantine VALUES (?1, 1234, ?2, ?3)";
        self.add(sql, (body, reason, time));
    }

    fn unreadable(&self, body: &[u8], time: i64) {
        self.alarm("unreadable", None, time);
        self.quarantine(body, "a field is missing", time);
    }

    fn contradictory(&self, payment_id: &'static str, operation_id: u64) {
        let subject = (payment_id, operation_id.cast_signed());
        self.alarm("contradictory_repeat", Some(subject), NOW.0 + 2);
        let body = contradiction(payment_id, operation_id).body;
        self.quarantine(&body, "contradicts what came before", NOW.0 + 2);
    }
}
