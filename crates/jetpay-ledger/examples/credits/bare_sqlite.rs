//! The rows of a credit with bare statements: no queue, no decision, no answers.

use std::path::Path;
use std::time::Instant;

use rusqlite::{Connection, Result, params};

use crate::given::{AMOUNT, Batch, NOW};
use crate::row::Took;
use crate::row::p99;

pub(crate) struct Bare(Connection);

impl Bare {
    /// With the settings that the ledger has, the schema's indexes and its triggers.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "cache_size", -4_096)?;
        connection.pragma_update(None, "wal_autocheckpoint", 8_192)?;
        Ok(Self(connection))
    }

    pub(crate) fn announce(&mut self, batch: &Batch) -> Result<()> {
        let transaction = self.0.transaction()?;
        for payment in &batch.payments {
            let sql = "INSERT INTO payments (id, project_id, method, customer_id, amount, currency, state, created_at, changed_at)
                       VALUES (?1, 1234, 'kaspi', ?2, ?3, 'KZT', 'pending', ?4, ?4)";
            let values = params![
                payment.id.as_str(),
                payment.customer_id.as_str(),
                AMOUNT,
                NOW
            ];
            transaction.prepare_cached(sql)?.execute(values)?;
        }
        transaction.commit()
    }

    /// The three rows of each credit, and one of counts for each group.
    pub(crate) fn credit(&mut self, batch: &Batch, group: usize) -> Result<Took> {
        let mut times = Vec::new();
        let begun = Instant::now();
        let mut operation = i64::try_from(batch.first).unwrap_or_default();
        for callbacks in batch.callbacks.chunks(group) {
            let asked = Instant::now();
            let transaction = self.0.transaction()?;
            for callback in callbacks {
                let id = callback.payment.id.as_str();
                let sql = "INSERT INTO events (payment_id, project_id, operation_id, operation_status, payment_status,
                               payment_type, operation_type, amount, currency, code, provider_payment_id, disposition,
                               received_at, body)
                           VALUES (?1, 1234, ?2, 'success', 'success', 'purchase', 'sale', ?3, 'KZT', '0', ?4, 'applied', ?5, ?6)";
                let values = params![
                    id,
                    operation,
                    AMOUNT,
                    operation.to_string(),
                    NOW,
                    &*callback.body
                ];
                transaction.prepare_cached(sql)?.execute(values)?;
                let sql = "UPDATE payments SET state = 'credited', credited_by = ?2, credited = ?3, remaining = ?3, changed_at = ?4
                           WHERE id = ?1";
                let values = params![id, operation, AMOUNT, NOW];
                transaction.prepare_cached(sql)?.execute(values)?;
                let sql =
                    "INSERT INTO entries (payment_id, project_id, operation_id, kind, amount, time)
                           VALUES (?1, 1234, ?2, 'credit', ?3, ?4)";
                transaction.prepare_cached(sql)?.execute(values)?;
                operation += 1;
            }
            let sql = "UPDATE counts SET pending = pending - 1";
            transaction.prepare_cached(sql)?.execute([])?;
            transaction.commit()?;
            times.push(asked.elapsed());
        }
        Ok(Took {
            rate: batch.callbacks.len() as f64 / begun.elapsed().as_secs_f64(),
            p99: p99(times),
        })
    }
}
