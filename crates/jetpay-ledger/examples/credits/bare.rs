//! The rows of a credit with bare statements: no queue, no decision, no answers. PostgreSQL gets them one after the other
//! in one transaction, without waiting for each answer and without locks.

use std::path::Path;
use std::time::Instant;

use futures_util::future::try_join_all;
use rusqlite::{Connection, params};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Statement};

use crate::ours::{AMOUNT, Batch, NOW};
use crate::{Took, p99};

pub(crate) struct Sqlite(Connection);

impl Sqlite {
    /// With the settings that the ledger has, the schema's indexes and its triggers.
    pub(crate) fn open(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "cache_size", -4_096)?;
        connection.pragma_update(None, "wal_autocheckpoint", 8_192)?;
        Ok(Self(connection))
    }

    pub(crate) fn announce(&mut self, batch: &Batch) -> rusqlite::Result<()> {
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
    pub(crate) fn credit(&mut self, batch: &Batch, group: usize) -> rusqlite::Result<Took> {
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

pub(crate) struct Postgres {
    client: Client,
    payment: Statement,
    event: Statement,
    change: Statement,
    entry: Statement,
}

impl Postgres {
    pub(crate) async fn connect(url: &str) -> Result<Self, tokio_postgres::Error> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        let payment = "INSERT INTO payments (id, project_id, method, customer_id, amount, currency, state, created_at, changed_at)
            VALUES ($1, 1234, 'kaspi', $2, $3, 'KZT', 'pending', $4, $4)";
        let event = "INSERT INTO events (payment_id, project_id, operation_id, operation_status, payment_status,
                payment_type, operation_type, amount, currency, code, provider_payment_id, disposition, received_at, body)
            VALUES ($1, 1234, $2, 'success', 'success', 'purchase', 'sale', $3, 'KZT', '0', $4, 'applied', $5, $6)";
        let change = "UPDATE payments SET state = 'credited', credited_by = $2, credited = $3, remaining = $3, changed_at = $4
            WHERE id = $1";
        let entry =
            "INSERT INTO entries (seq, payment_id, project_id, operation_id, kind, amount, time)
            VALUES ($2, $1, 1234, $2, 'credit', $3, $4)";
        Ok(Self {
            payment: client.prepare(payment).await?,
            event: client.prepare(event).await?,
            change: client.prepare(change).await?,
            entry: client.prepare(entry).await?,
            client,
        })
    }

    pub(crate) async fn announce(&mut self, batch: &Batch) -> Result<(), tokio_postgres::Error> {
        self.client.batch_execute("BEGIN").await?;
        for payments in batch.payments.chunks(1_000) {
            let rows = payments.iter().map(async |payment| {
                let values: [&(dyn ToSql + Sync); 4] = [
                    &payment.id.as_str(),
                    &payment.customer_id.as_str(),
                    &AMOUNT,
                    &NOW,
                ];
                self.client.execute(&self.payment, &values).await
            });
            try_join_all(rows).await?;
        }
        self.client.batch_execute("COMMIT").await
    }

    /// The three rows of each credit, and one of counts for each group.
    pub(crate) async fn credit(
        &mut self,
        batch: &Batch,
        group: usize,
    ) -> Result<Took, tokio_postgres::Error> {
        let mut times = Vec::new();
        let begun = Instant::now();
        let mut first = i64::try_from(batch.first).unwrap_or_default();
        for callbacks in batch.callbacks.chunks(group) {
            let asked = Instant::now();
            self.client.batch_execute("BEGIN").await?;
            let rows = (first..).zip(callbacks).map(async |(operation, callback)| {
                let (id, receipt) = (callback.payment.id.as_str(), operation.to_string());
                let event: [&(dyn ToSql + Sync); 6] =
                    [&id, &operation, &AMOUNT, &receipt, &NOW, &&*callback.body];
                let money: [&(dyn ToSql + Sync); 4] = [&id, &operation, &AMOUNT, &NOW];
                tokio::try_join!(
                    self.client.execute(&self.event, &event),
                    self.client.execute(&self.change, &money),
                    self.client.execute(&self.entry, &money),
                )
            });
            try_join_all(rows).await?;
            let commit = "UPDATE counts SET pending = pending - 1; COMMIT";
            self.client.batch_execute(commit).await?;
            first += i64::try_from(callbacks.len()).unwrap_or_default();
            times.push(asked.elapsed());
        }
        Ok(Took {
            rate: batch.callbacks.len() as f64 / begun.elapsed().as_secs_f64(),
            p99: p99(times),
        })
    }
}
