//! Fills an empty ledger with what years of top-ups leave in it, for the benchmark of the pages. `cargo xtask bench` runs it.
//! It prints the words to look for, as one line of JSON.
//!
//! ```text
//! cargo run --release -p jetpay-ledger --features postgres --example desk -- STORE PAYMENTS DAY_BEGAN NOW
//! ```
//!
//! `STORE` is the path of a file, or a `postgres://` URL; the times are milliseconds since 1970.

mod fill;

use std::error::Error;
use std::path::Path;

use jetpay_ledger::Ledger;
use rusqlite::Connection;
use tokio_postgres::NoTls;

use fill::{Plan, Sql};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [store, payments, day_began, now] = &*arguments else {
        return Err("give the store, how many payments, when the day began, and the time".into());
    };
    let plan = Plan {
        payments: payments.parse()?,
        day_began: day_began.parse()?,
        now: now.parse()?,
    };
    if store.starts_with("postgres://") {
        Ledger::connect(store, None).await?.close().await;
        let (client, connection) = tokio_postgres::connect(store, NoTls).await?;
        let connection = tokio::spawn(connection);
        for sql in plan.statements(Sql::Postgres) {
            client.batch_execute(&sql).await?;
        }
        drop(client);
        connection.await??;
    } else {
        let path = Path::new(store);
        Ledger::open(path)?.close().await;
        let connection = Connection::open(path)?;
        for sql in plan.statements(Sql::Sqlite) {
            connection.execute_batch(&sql)?;
        }
    }
    println!("{}", plan.words());
    Ok(())
}
