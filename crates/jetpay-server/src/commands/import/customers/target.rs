//! Where an import goes: into the store itself, or through the service that has an `SQLite` file open.

use std::cell::Cell;
use std::future::ready;
use std::pin::pin;

use anyhow::{Context, bail};
use futures_util::{StreamExt, stream};
use indicatif::ProgressBar;
use jetpay_core::id::CustomerId;
use jetpay_ledger::{Customer, ImportCount, Ledger, OpenError};
use serde_json::Value;

use super::{BATCH, Checked, Customers};
use crate::commands::client::{Client, Request};
use crate::config::{AdminAccess, Config};

/// Where an import goes.
pub(super) enum Target<'a> {
    /// The store.
    Store(Ledger),
    /// The service that has the file open, and the same file for reading.
    Service(Client<'a>, Ledger),
}

/// The largest request to the service, in bytes: half of what it takes.
const REQUEST: usize = 8 * 1024 * 1024;

/// Deletions that are sent to the service at a time.
const DELETIONS: usize = 64;

impl<'a> Target<'a> {
    /// Opens the store, or finds the service that has it open.
    pub(super) async fn open(config: &Config, access: &'a AdminAccess) -> anyhow::Result<Self> {
        match config.store.open().await {
            Ok(ledger) => Ok(Self::Store(ledger)),
            Err(OpenError::InUse { path, .. }) => Ok(Self::Service(
                Client::new(access)?,
                Ledger::open_to_read(&path)?,
            )),
            Err(error) => Err(anyhow::Error::new(error).context("cannot open the store")),
        }
    }

    /// The ledger, for reading.
    pub(super) fn reader(&self) -> &Ledger {
        let (Self::Store(ledger) | Self::Service(_, ledger)) = self;
        ledger
    }

    /// Inserts or replaces customers.
    async fn put(&self, customers: Vec<Customer>) -> anyhow::Result<ImportCount> {
        let client = match self {
            Self::Store(ledger) => return Ok(ledger.import_customers(customers).await?),
            Self::Service(client, _) => client,
        };
        let (mut count, mut lines) = (ImportCount::default(), String::new());
        for customer in &customers {
            let line = serde_json::to_string(customer)?;
            if !lines.is_empty() && lines.len() + line.len() > REQUEST {
                post(client, std::mem::take(&mut lines), &mut count).await?;
            }
            lines.push_str(&line);
            lines.push('\n');
        }
        post(client, lines, &mut count).await?;
        Ok(count)
    }

    /// Reads the file again, and stores it.
    pub(super) async fn store(
        &self,
        customers: &mut Customers,
        checked: &Checked,
        bar: &ProgressBar,
    ) -> anyhow::Result<ImportCount> {
        customers.rewind()?;
        bar.set_message("storing");
        bar.set_position(0);
        let mut count = ImportCount::default();
        loop {
            let (mut batch, mut byte) = (Vec::with_capacity(BATCH), None);
            while batch.len() < BATCH
                && let Some(read) = customers.next()?
            {
                byte = Some(read.byte);
                if let Ok(customer) = read.customer
                    && checked.repeated.binary_search(&read.line).is_err()
                {
                    batch.push(customer);
                }
            }
            let Some(byte) = byte else {
                return Ok(count);
            };
            let stored = self.put(batch).await.with_context(|| {
                let stored = count.new + count.replaced;
                format!("the import stopped after {stored} customers were stored; import the same file again")
            })?;
            count.new += stored.new;
            count.replaced += stored.replaced;
            bar.set_position(byte);
        }
    }

    pub(super) fn is_service(&self) -> bool {
        matches!(self, Self::Service(..))
    }

    /// Deletes customers; how many it deleted, also when it failed.
    pub(super) async fn delete(&self, ids: &[CustomerId]) -> (u64, anyhow::Result<()>) {
        let client = match self {
            Self::Store(ledger) => {
                return match ledger.delete_customers(ids).await {
                    Ok(deleted) => (deleted, Ok(())),
                    Err(error) => (0, Err(error.into())),
                };
            }
            Self::Service(client, _) => client,
        };
        let deletions = ids.iter().map(|id| async move {
            let request = Request::delete(&["customers", id.as_str()]);
            let answer = client.send(&request).await?;
            match answer.status.as_u16() {
                204 => Ok(1),
                // Another caller was faster.
                404 => Ok(0),
                _ => bail!("{}", answer.refusal()),
            }
        });
        // After a failure none is begun, but those that were begun are counted.
        let failed = Cell::new(false);
        let deletions = stream::iter(deletions).take_while(|_| ready(!failed.get()));
        let mut deletions = pin!(deletions.buffer_unordered(DELETIONS));
        let (mut deleted, mut outcome) = (0, Ok(()));
        while let Some(one) = deletions.next().await {
            match one {
                Ok(one) => deleted += one,
                Err(error) => {
                    failed.set(true);
                    outcome = outcome.and(Err(error));
                }
            }
        }
        (deleted, outcome)
    }

    pub(super) async fn close(self) {
        let (Self::Store(ledger) | Self::Service(_, ledger)) = self;
        ledger.close().await;
    }
}

async fn post(client: &Client<'_>, lines: String, count: &mut ImportCount) -> anyhow::Result<()> {
    let in_use = "another process has the SQLite file open, so the import goes through the service";
    let request = Request::post_lines(&["customers:import"], lines);
    let answer = client.call(&request).await.context(in_use)?;
    let number = |name: &str| answer[name].as_u64().unwrap_or_default();
    count.new += number("new");
    count.replaced += number("replaced");
    if let Some(error) = answer.pointer("/errors/0/message").and_then(Value::as_str) {
        bail!("the service did not take a customer: {error}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;
    use std::sync::atomic::Ordering::Relaxed;

    use actix_web::{App, HttpResponse, HttpServer, web};

    use super::*;

    #[actix_web::test]
    async fn deletions_before_a_failure_are_counted_and_none_is_begun_after_it() {
        let (begun, deleted) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counts = (Arc::clone(&begun), Arc::clone(&deleted));
        let service = HttpServer::new(move || {
            let (begun, deleted) = counts.clone();
            App::new().default_service(web::to(move || {
                let answer = if begun.fetch_add(1, Relaxed) == 100 {
                    HttpResponse::ServiceUnavailable().finish()
                } else {
                    deleted.fetch_add(1, Relaxed);
                    HttpResponse::NoContent().finish()
                };
                async { answer }
            }))
        });
        let service = service.workers(1).bind(("127.0.0.1", 0)).unwrap();
        let access = AdminAccess {
            address: service.addrs()[0],
            token: "token".to_owned().into(),
            projects: vec![],
            from_balance: false,
        };
        let service = service.run();
        let handle = service.handle();
        actix_web::rt::spawn(service);
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        let target = Target::Service(Client::new(&access).unwrap(), ledger);
        let ids = (0..1_000).map(|number| CustomerId::new(number.to_string()).unwrap());
        let (counted, outcome) = target.delete(&ids.collect::<Vec<_>>()).await;
        assert!(outcome.is_err());
        assert_eq!(counted, deleted.load(Relaxed) as u64);
        let begun = begun.load(Relaxed);
        assert!((101..=100 + DELETIONS + 1).contains(&begun), "{begun}");
        handle.stop(false).await;
    }
}
