//! A ledger of many operations, written by bulk statements.

use std::path::Path;

use rusqlite::Connection;

pub(crate) const PROJECT: u64 = 1234;
/// In tiyn.
pub(crate) const AMOUNT: i64 = 100_000;

/// The time of the first operation.
const BEGIN: i64 = 1_700_000_000;
/// An operation each 2.59 seconds: a million a month.
const APART: (i64, i64) = (259, 100);

/// When an operation happened, in whole seconds since 1970-01-01 00:00 UTC.
pub(crate) fn time(number: u64) -> i64 {
    BEGIN + number.cast_signed() * APART.0 / APART.1
}

pub(crate) fn payment_id(number: u64) -> String {
    format!("0183ad5c-0000-7000-8000-{number:012}")
}

/// Credited payments, each with its callback (of some 330 bytes), which came two seconds after the operation, and its entry.
pub(crate) fn fill(path: &Path, operations: u64) -> rusqlite::Result<()> {
    const AT_ONCE: usize = 500_000;
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA synchronous = OFF; PRAGMA cache_size = -500000; PRAGMA temp_store = MEMORY;
         DROP INDEX payments_of_customer; DROP INDEX events_of_provider;",
    )?;
    let signature = "A".repeat(86) + "==";
    let id = "printf('0183ad5c-0000-7000-8000-%012d', n)";
    let time = format!("({BEGIN} + n * {} / {})", APART.0, APART.1);
    let received = format!("1000 * {time} + 2000");
    let body = format!(
        r#"printf('{{"project_id":{PROJECT},"payment":{{"id":"%s","type":"purchase","status":"success"}},"operation":{{"id":%d,"type":"sale","status":"success","date":"%s","sum_initial":{{"amount":{AMOUNT},"currency":"KZT"}}}},"signature":"{signature}"}}', {id}, n + 1, strftime('%Y-%m-%dT%H:%M:%S+0000', {time}, 'unixepoch'))"#
    );
    for first in (0..operations).step_by(AT_ONCE) {
        let last = operations.min(first + AT_ONCE as u64);
        let numbers = format!(
            "WITH RECURSIVE numbers (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {last})"
        );
        connection.execute_batch(&format!(
            "BEGIN;
             INSERT INTO payments {numbers} SELECT {id}, {PROJECT}, 'kaspi', printf('7%09d', n * 7919 % 1000003), NULL,
                 {AMOUNT}, 'KZT', NULL, 'credited', {AMOUNT}, {AMOUNT}, n + 1, 0, {received}, {received}, 0 FROM numbers;
             INSERT INTO events {numbers} SELECT n + 1, {id}, {PROJECT}, n + 1, 'success', 'success', 'purchase', 'sale',
                 {AMOUNT}, 'KZT', '0', printf('%d', n + 1), 'applied', {received}, CAST({body} AS BLOB) FROM numbers;
             INSERT INTO entries {numbers} SELECT n + 1, {id}, {PROJECT}, n + 1, 'credit', {AMOUNT}, {received}, NULL
                 FROM numbers;
             COMMIT;"
        ))?;
    }
    connection.execute_batch(
        "CREATE INDEX payments_of_customer ON payments (customer_id, created_at, id);
         CREATE INDEX events_of_provider ON events (provider_payment_id) WHERE provider_payment_id IS NOT NULL;
         PRAGMA wal_checkpoint(TRUNCATE);",
    )
}
