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
use crate::model::{Error, OpenError};
use crate::port::{ReadFuture, TransactionError};

/// Connections for reading.
const READERS: usize = 8;

/// How long a read waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a read may take in all.
const READ_PATIENCE: Duration = Duration::from_secs(10);

/// What every connection for reading is set to: what nobody waits for any more ends in the database, too.
const SETTINGS: &str = "SET default_transaction_read_only = on; SET statement_timeout = '10s'";

/// The connections, and whom to tell when the database is away.
pub(super) struct Readers {
    pool: Pool,
    state: Arc<Health>,
}

impl Readers {
    /// Connects when the first one reads.
    pub(super) fn new(address: &Address, state: Arc<Health>) -> Result<Self, OpenError> {
        let pool = pool(address)?;
        Ok(Self { pool, state })
    }

    /// Nobody reads any more.
    pub(super) fn close(&self) {
        self.pool.close();
    }

    /// Reads with a connection of the pool, and once more with another if that one broke: a question may be put twice.
    pub(super) fn read<'a, T, R>(
        &'a self,
        query: impl Fn(Object) -> R + Send + Sync + 'a,
    ) -> ReadFuture<'a, T>
    where
        T: Send + 'a,
        R: Future<Output = Result<T, PostgresError>> + Send + 'a,
    {
        Box::pin(async move {
            let read = async {
                match query(self.connection().await?).await {
                    Err(PostgresError::Lost(_)) => query(self.connection().await?).await,
                    outcome => outcome,
                }
            };
            let outcome = timeout(READ_PATIENCE, read).await;
            let outcome = outcome.unwrap_or_else(|_| Err(PostgresError::Lost(SILENT.into())));
            if matches!(outcome, Err(PostgresError::Lost(_))) {
                // Whoever asks whether the store is ready has it looked at.
                self.state.failing.store(true, Relaxed);
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
        .wait_timeout(Some(PATIENCE))
        .create_timeout(Some(address.patience))
        .post_create(Hook::async_fn(|client, _| {
            Box::pin(async move {
                client
                    .batch_execute(SETTINGS)
                    .await
                    .map_err(HookError::Backend)
            })
        }))
        .build();
    pool.map_err(|error| failed(&error))
}
