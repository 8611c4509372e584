//! What a credit costs when the books have grown.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use jetpay_ledger::Ledger;
use rusqlite::Connection;

use crate::ours::Batch;
use crate::{CALLERS, Effort, line, median, ours};

/// The small books.
const FEW: usize = 10_000;

/// Compares books of 10,000 customers with books of so many, each with two entries a customer.
pub(crate) async fn measure(effort: Effort, many: usize) -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let mut books = Vec::new();
    for customers in [FEW, many] {
        let path = directory.path().join(format!("{customers}.db"));
        Ledger::open(&path)?.close().await;
        let begun = Instant::now();
        fill(&path, customers)?;
        // Else the disk would still be busy with it while credits are timed.
        std::fs::File::open(&path)?.sync_all()?;
        let bytes = std::fs::metadata(&path)?.len();
        eprintln!(
            "{customers} customers, {} entries: {} MiB, filled in {:.0?}",
            2 * customers,
            bytes >> 20,
            begun.elapsed()
        );
        books.push((customers, path));
    }
    let mut microseconds = [Vec::new(), Vec::new()];
    for round in 0..effort.rounds {
        for ((customers, path), times) in books.iter().zip(&mut microseconds) {
            let batch = Batch::among(round, effort.credits, *customers)?;
            // Announced and copied out of the log before: the pages of the payments are not the credits'.
            let ledger = Ledger::open(path)?;
            ours::announce(&ledger, &batch).await?;
            ledger.close().await;
            std::fs::File::open(path)?.sync_all()?;
            let ledger = Ledger::open(path)?;
            let took = ours::credit(&ledger, &batch, CALLERS).await?;
            ledger.close().await;
            times.push(1e6 / took.rate);
        }
    }
    let ratios = microseconds[1].iter().zip(&microseconds[0]);
    let ratio = median(ratios.map(|(many, few)| many / few));
    let words = |customers: usize, times: &[f64]| {
        let middle = median(times.iter().copied());
        format!("{middle:.1} µs at {customers}")
    };
    let (ours, bare) = (words(many, &microseconds[1]), words(FEW, &microseconds[0]));
    line(
        "a credit in grown books / in small",
        "at_most",
        1.3,
        ratio,
        &ours,
        &bare,
    );
    Ok(())
}

/// Two credited payments a customer, at customers all over, each with its callback (of 64 bytes) and its entry.
fn fill(path: &Path, customers: usize) -> rusqlite::Result<()> {
    const AT_ONCE: usize = 1_000_000;
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY;
         DROP INDEX payments_of_customer; DROP INDEX events_of_provider;",
    )?;
    let payments = 2 * customers;
    for first in (0..payments).step_by(AT_ONCE) {
        let last = (first + AT_ONCE).min(payments);
        let numbers = format!(
            "WITH RECURSIVE numbers (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {last})"
        );
        // Scattered over the customers: 7919 is prime to their number.
        connection.execute_batch(&format!(
            "BEGIN;
             INSERT INTO customers {numbers} SELECT printf('7%09d', n), NULL, NULL, n / 4096 FROM numbers WHERE n < {customers};
             INSERT INTO payments {numbers} SELECT printf('0183ad5c-0000-7000-8000-%012d', n), 1234, 'kaspi',
                 printf('7%09d', n * 7919 % {customers}), NULL, 100000, 'KZT', NULL, 'credited', 100000, 100000, n + 1, 0, 1, 1
                 FROM numbers;
             INSERT INTO events {numbers} SELECT n + 1, printf('0183ad5c-0000-7000-8000-%012d', n), 1234, n + 1, 'success',
                 'success', 'purchase', 'sale', 100000, 'KZT', '0', printf('%d', n + 1), 'applied', 1, zeroblob(64) FROM numbers;
             INSERT INTO entries {numbers} SELECT n + 1, printf('0183ad5c-0000-7000-8000-%012d', n), 1234, n + 1, 'credit',
                 100000, 1 FROM numbers;
             COMMIT;"
        ))?;
    }
    connection.execute_batch(
        "CREATE INDEX payments_of_customer ON payments (customer_id, created_at, id);
         CREATE INDEX events_of_provider ON events (provider_payment_id) WHERE provider_payment_id IS NOT NULL;
         PRAGMA wal_checkpoint(TRUNCATE);",
    )
}
