//! The store's handle: a queue for the commit workers, connections for the readers.

use std::fmt;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;

use super::address::{Address, failed};
use super::commit_worker::{CommitWorker, Health, Queue};
use super::error::SLOW;
use super::readers::Readers;
use super::reads::QueryClient;
use super::{reads, session};
use crate::model::{Error, OpenError};
use crate::port::{Intake, QueuedCommand, ReadFuture, Row, SeenCustomer, Store, Value};

/// While one worker waits for the disk, the other fetches.
const WORKERS: usize = 2;

/// How long a start waits for the database before it goes on without.
const FIRST_WAIT: Duration = Duration::from_secs(2);

/// The store in one `PostgreSQL` database.
pub(crate) struct Postgres {
    intake: Intake,
    readers: Readers,
    query_client: QueryClient,
    state: Arc<Health>,
}

impl Postgres {
    /// Whether the URL and the certificates can be read.
    pub(crate) fn check_url(url: &str, ca_file: Option<&Path>) -> Result<(), OpenError> {
        Address::parse(url, ca_file).map(drop)
    }

    /// Says what the database has, and changes nothing.
    pub(crate) async fn inspect(url: &str, ca_file: Option<&Path>) -> Result<String, OpenError> {
        let address = Address::parse(url, ca_file)?;
        session::inspect(&session::first_client(&address).await?).await
    }

    /// Connects, and brings the schema up to date; `queue` writes may wait. With `waits`, a database that is away is no
    /// error: a worker does both when it is there.
    pub(crate) async fn connect(
        url: &str,
        ca_file: Option<&Path>,
        queue: usize,
        waits: bool,
    ) -> Result<Self, OpenError> {
        let address = Address::parse(url, ca_file)?;
        let state = Arc::new(Health::default());
        let prepared = if waits {
            let address = address.clone();
            let preparing = tokio::spawn(async move { session::prepare(&address).await });
            match timeout(FIRST_WAIT, preparing).await {
                Ok(Ok(prepared)) => prepared,
                // It goes on; a worker waits until it is done.
                _ => Err(OpenError::Away {
                    reason: SLOW.into(),
                }),
            }
        } else {
            session::prepare(&address).await
        };
        match prepared {
            Ok(()) => state.migrated.store(true, Relaxed),
            Err(error @ OpenError::Away { .. }) if waits => {
                state.set_failing(Some(error.to_string()));
            }
            Err(error) => return Err(error),
        }
        let readers = Readers::new(&address, Arc::clone(&state))?;
        let (sender, receiver) = mpsc::channel(queue);
        let queue: Queue = Arc::new(tokio::sync::Mutex::new(receiver));
        let worker = || CommitWorker {
            address: address.clone(),
            queue: Arc::clone(&queue),
            state: Arc::clone(&state),
            session: None,
        };
        let workers: Vec<CommitWorker> = (0..WORKERS).map(|_| worker()).collect();
        // A thread of its own, so that no request that computes keeps a commit waiting.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(&error))?;
        let thread = std::thread::Builder::new()
            .name("jetpay-ledger".into())
            .spawn(move || {
                let works = workers.into_iter().map(CommitWorker::work);
                runtime.block_on(futures_util::future::join_all(works));
            })
            .map_err(|error| failed(&error))?;
        Ok(Self {
            intake: Intake::new(sender, Some(thread)),
            readers,
            query_client: QueryClient::new(address),
            state,
        })
    }
}

impl Store for Postgres {
    fn submit(&self, command: Box<dyn QueuedCommand>) -> Result<(), Error> {
        if !self.state.migrated.load(Relaxed) {
            self.ready()?;
        }
        self.intake.submit(command)
    }

    fn ready(&self) -> Result<(), Error> {
        self.intake.ready(|| Ok(self.state.failing()))
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            self.intake.finish(&self.state.closing);
            self.readers.close();
        })
    }

    fn seen_customer<'a>(&'a self, customer_id: &'a str) -> ReadFuture<'a, Option<SeenCustomer>> {
        self.readers
            .read(move |client| reads::seen_customer(client, customer_id))
    }

    fn query<'a>(&'a self, sql: &'a str, values: Vec<Value<'a>>) -> ReadFuture<'a, Vec<Row>> {
        let values = Arc::new(values);
        self.readers.read(move |client| {
            let values = Arc::clone(&values);
            async move { reads::query(client, sql, &values).await }
        })
    }

    fn query_once<'a>(&'a self, sql: &'a str, values: Vec<Value<'a>>) -> ReadFuture<'a, Vec<Row>> {
        Box::pin(async move { Ok(self.query_client.query(sql, &values).await?) })
    }

    fn backup<'a>(&'a self, _: &'a Path) -> ReadFuture<'a, ()> {
        let advice = "PostgreSQL has tools of its own for this: use pg_dump, or its archive of the write-ahead log";
        Box::pin(std::future::ready(Err(Error::Unavailable(advice.into()))))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.intake.finish(&self.state.closing);
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres").finish_non_exhaustive()
    }
}
