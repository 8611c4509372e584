//! The store's handle: a queue for the lanes, a pool of connections for the readers.

use std::fmt;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use tokio::sync::mpsc::{self, Sender, error::TrySendError};

use super::address::{Address, failed};
use super::lane::{Lane, Queue, State};
use super::{migrate, reads, text};
use crate::alarm::{Alarm, AlarmFilter};
use crate::customer::Customer;
use crate::entry::Entry;
use crate::error::{Error, OpenError};
use crate::payment::{Payment, PaymentFilter};
use crate::recorded::{Counts, Unmatched};
use crate::settlement::Settlement;
use crate::store::{Pending, Row, Store, Value};
use crate::work::{Failure, Job, Nothing, Task};

/// While one lane waits for the disk, the other fetches.
const LANES: usize = 2;

/// Connections for reading.
const READERS: usize = 8;

/// How long a read waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// The store in one `PostgreSQL` database.
pub(crate) struct Postgres {
    queue: Sender<Box<dyn Job>>,
    pool: Pool,
    state: Arc<State>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Postgres {
    /// Connects, and brings the schema up to date; `queue` writes may wait.
    pub(crate) async fn connect(
        url: &str,
        ca_file: Option<&Path>,
        queue: usize,
    ) -> Result<Self, OpenError> {
        let address = Address::parse(url, ca_file)?;
        let client = address.connect().await;
        let mut client = client.map_err(|error| failed(&text(&error)))?;
        migrate::migrate(&mut client).await?;
        let pool = pool(&address)?;
        let state = Arc::new(State::default());
        let (sender, receiver) = mpsc::channel(queue);
        let queue: Queue = Arc::new(tokio::sync::Mutex::new(receiver));
        let lane = || Lane {
            address: address.clone(),
            queue: Arc::clone(&queue),
            state: Arc::clone(&state),
            session: None,
        };
        let lanes: Vec<Lane> = (0..LANES).map(|_| lane()).collect();
        // A thread of its own, so that no request that computes keeps a commit waiting.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(&error))?;
        let thread = std::thread::Builder::new()
            .name("jetpay-ledger".into())
            .spawn(move || {
                let works = lanes.into_iter().map(Lane::work);
                runtime.block_on(futures_util::future::join_all(works));
            })
            .map_err(|error| failed(&error))?;
        Ok(Self {
            queue: sender,
            pool,
            state,
            thread: Mutex::new(Some(thread)),
        })
    }

    fn read<'a, T, R>(&'a self, query: impl FnOnce(Object) -> R + Send + 'a) -> Pending<'a, T>
    where
        R: Future<Output = Result<T, Failure>> + Send + 'a,
    {
        Box::pin(async move {
            let client = self.pool.get().await;
            let client = client.map_err(|error| Error::Unavailable(pool_text(&error)))?;
            Ok(query(client).await?)
        })
    }

    /// Finishes what waits. Blocks until that is done.
    fn finish(&self) {
        self.state.closing.store(true, Relaxed);
        // Wakes a lane, which then closes the queue. A full queue means that they are awake.
        let (nothing, _) = Task::new(Nothing);
        let _ = self.queue.try_send(nothing);
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

fn pool(address: &Address) -> Result<Pool, OpenError> {
    let config = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    let manager = Manager::from_config(address.config.clone(), address.tls.clone(), config);
    let pool = Pool::builder(manager)
        .max_size(READERS)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(PATIENCE))
        .create_timeout(Some(PATIENCE))
        .build();
    pool.map_err(|error| failed(&error))
}

fn pool_text(error: &deadpool_postgres::PoolError) -> String {
    match error {
        deadpool_postgres::PoolError::Backend(error) => text(error),
        other => other.to_string(),
    }
}

impl Store for Postgres {
    fn submit(&self, job: Box<dyn Job>) -> Result<(), Error> {
        self.queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Closed(_) => Error::closed(),
        })
    }

    fn ready(&self) -> Result<(), Error> {
        if self.queue.is_closed() {
            return Err(Error::closed());
        }
        if self.state.failing.load(Relaxed) {
            let (probe, _) = Task::new(Nothing);
            let _ = self.queue.try_send(probe);
            return Err(Error::Unavailable("the last commit failed".into()));
        }
        if self.queue.capacity() == 0 {
            Err(Error::Busy)
        } else {
            Ok(())
        }
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            self.finish();
            self.pool.close();
        })
    }

    fn customer<'a>(&'a self, customer_id: &'a str) -> Pending<'a, Option<Customer>> {
        self.read(move |client| reads::customer(client, customer_id))
    }

    fn customers<'a>(&'a self, after: Option<&'a str>, limit: usize) -> Pending<'a, Vec<Customer>> {
        self.read(move |client| reads::customers(client, after, limit))
    }

    fn balance<'a>(&'a self, customer_id: &'a str) -> Pending<'a, i64> {
        self.read(move |client| reads::balance(client, customer_id))
    }

    fn payment<'a>(&'a self, id: &'a str) -> Pending<'a, Option<Payment>> {
        self.read(move |client| reads::payment(client, id))
    }

    fn payments<'a>(&'a self, filter: &'a PaymentFilter) -> Pending<'a, Vec<Payment>> {
        self.read(move |client| reads::payments(client, filter))
    }

    fn entries(&self, after: i64, limit: usize) -> Pending<'_, Vec<Entry>> {
        self.read(move |client| reads::entries(client, after, limit))
    }

    fn alarms(&self, filter: AlarmFilter) -> Pending<'_, Vec<Alarm>> {
        self.read(move |client| reads::alarms(client, filter))
    }

    fn alarm(&self, seq: i64) -> Pending<'_, Option<(Alarm, Vec<Vec<u8>>)>> {
        self.read(move |client| reads::alarm_with_bodies(client, seq))
    }

    fn settlements(&self, before: Option<i64>, limit: usize) -> Pending<'_, Vec<Settlement>> {
        self.read(move |client| reads::settlements(client, before, limit))
    }

    fn inbox(&self, limit: usize) -> Pending<'_, Vec<Unmatched>> {
        self.read(move |client| reads::inbox(client, limit))
    }

    fn counts(&self) -> Pending<'_, Counts> {
        self.read(reads::counts)
    }

    fn ask<'a>(&'a self, sql: &'a str, values: Vec<Value>) -> Pending<'a, Vec<Row>> {
        self.read(move |client| reads::ask(client, sql, values))
    }

    fn backup<'a>(&'a self, _: &'a Path) -> Pending<'a, ()> {
        let advice = "PostgreSQL has tools of its own for this: use pg_dump, or its archive of the write-ahead log";
        Box::pin(std::future::ready(Err(Error::Unavailable(advice.into()))))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.finish();
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres").finish_non_exhaustive()
    }
}
