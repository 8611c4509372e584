//! Reads: a pool of connections, apart from those that write.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
    TimeoutType,
};
use tokio::time::timeout;

use super::address::{Address, failed};
use super::commit_worker::Health;
use super::error::{PostgresError, SILENT, text};
use super::session::PLANS;
use crate::model::{Error, OpenError};
use crate::port::{ReadFuture, TransactionError};

/// Connections for reading.
const READERS: usize = 8;

/// How long a read waits for a connection.
const POOL_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a read may take in all.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// The settings of every connection for reading. A query that its caller gave up ends in the database as well.
const SETTINGS: &str = "SET default_transaction_read_only = on; SET statement_timeout = '10s'";

/// The connections, and the store's health, which a failed read changes.
pub(super) struct Readers {
    pool: Pool,
    state: Arc<Health>,
}

impl Readers {
    /// The first read connects.
    pub(super) fn new(address: &Address, state: Arc<Health>) -> Result<Self, OpenError> {
        let pool = pool(address)?;
        Ok(Self { pool, state })
    }

    /// Ends all reads.
    pub(super) fn close(&self) {
        self.pool.close();
    }

    /// Reads with a connection of the pool. If it breaks, reads once more with another: a query may run twice.
    pub(super) fn read<'a, T, R>(
        &'a self,
        query: impl Fn(Object) -> R + Send + Sync + 'a,
    ) -> ReadFuture<'a, T>
    where
        T: Send + 'a,
        R: Future<Output = Result<T, PostgresError>> + Send + 'a,
    {
        Box::pin(async move {
            if let (false, Some(why)) = (self.state.migrated.load(Relaxed), self.state.failing()) {
                return Err(Error::Unavailable(why));
            }
            let read = async {
                match query(self.connection().await?).await {
                    Err(PostgresError::Lost(_)) => query(self.connection().await?).await,
                    outcome => outcome,
                }
            };
            let outcome = timeout(READ_TIMEOUT, read).await;
            let outcome = outcome.unwrap_or_else(|_| Err(PostgresError::Lost(SILENT.into())));
            if let Err(PostgresError::Lost(why)) = &outcome {
                // The next call of `ready` makes the store try again.
                self.state.set_failing(Some(why.clone()));
            }
            outcome.map_err(Error::from)
        })
    }

    async fn connection(&self) -> Result<Object, PostgresError> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                PostgresError::Lost(text(&error))
            }
            PoolError::Timeout(TimeoutType::Create) => PostgresError::Lost(SILENT.into()),
            // All are in use, or the store is closed.
            other => PostgresError::Failed(TransactionError::Store(other.to_string())),
        })
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
        .wait_timeout(Some(POOL_TIMEOUT))
        .create_timeout(Some(address.connect_timeout))
        .post_create(Hook::async_fn(|client, _| {
            Box::pin(async move {
                client
                    .batch_execute(&format!("{PLANS}; {SETTINGS}"))
                    .await
                    .map_err(HookError::Backend)
            })
        }))
        .build();
    pool.map_err(|error| failed(&error))
}
