//! A commit worker: takes the commands that wait, commits them as a group, then answers. Two workers overlap their round
//! trips.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, timeout};

use super::address::Address;
use super::error::{PostgresError, SILENT, SLOW, text};
use super::fetch::fetch;
use super::flush::flush;
use super::session::{self, Session};
use super::working_set::WorkingSet;
use crate::model::Error;
use crate::port::{Keys, QueuedCommand, TransactionError};

/// At most this many commands are committed together.
const GROUP: usize = 512;

/// How often a group is tried: after a conflict with another server, a further fetch, or a lost connection.
const TRIES: u32 = 8;

/// After this time without a result the worker gives the connection up.
const GROUP_TIMEOUT: Duration = Duration::from_secs(15);

/// How long the end of a service may stay unnoticed.
const MOMENT: Duration = Duration::from_secs(1);

/// What the store sees of its workers.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// Why the last group failed, when its content was not the cause.
    failing: std::sync::Mutex<Option<String>>,
    /// The schema is up to date. Before, no query may run: the tables can be those of another version.
    pub(super) migrated: AtomicBool,
    /// Take what waits, then end.
    pub(super) closing: AtomicBool,
}

impl Health {
    pub(super) fn failing(&self) -> Option<String> {
        let failing = self.failing.lock();
        failing.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_failing(&self, why: Option<String>) {
        let failing = self.failing.lock();
        *failing.unwrap_or_else(PoisonError::into_inner) = why;
    }
}

/// The queue that the workers share.
pub(super) type Queue = Arc<Mutex<Receiver<Box<dyn QueuedCommand>>>>;

pub(super) struct CommitWorker {
    pub(super) address: Address,
    pub(super) queue: Queue,
    pub(super) state: Arc<Health>,
    pub(super) session: Option<Session>,
}

impl CommitWorker {
    /// Works until the queue is closed and empty.
    pub(super) async fn work(mut self) {
        let mut group = Vec::with_capacity(GROUP);
        loop {
            let mut queue = self.queue.lock().await;
            if queue.recv_many(&mut group, GROUP).await == 0 {
                return;
            }
            if self.state.closing.load(Relaxed) {
                queue.close();
            }
            drop(queue);
            self.write(&mut group).await;
        }
    }

    /// Writes a group in one transaction. If a command fails, each command gets a transaction of its own, so that one bad
    /// command does no harm to the others; but not for longer than the timeout, because more commands wait.
    async fn write(&mut self, group: &mut Vec<Box<dyn QueuedCommand>>) {
        let begun = Instant::now();
        let error = match self.commit(group).await {
            Ok(()) => return group.drain(..).for_each(|command| command.answer(Ok(()))),
            Err(error) => error,
        };
        let apart = matches!(error, PostgresError::Failed(_) | PostgresError::Conflict(_))
            && group.len() > 1;
        let error = Error::from(error);
        for mut command in group.drain(..) {
            let outcome = if apart && begun.elapsed() < GROUP_TIMEOUT {
                let outcome = self.commit(std::slice::from_mut(&mut command)).await;
                outcome.map_err(Error::from)
            } else {
                Err(error.clone())
            };
            command.answer(outcome);
        }
    }

    /// Commits the commands in one transaction. Tries again only if nothing was kept for sure.
    async fn commit(
        &mut self,
        commands: &mut [Box<dyn QueuedCommand>],
    ) -> Result<(), PostgresError> {
        let mut keys = Keys::default();
        for command in &*commands {
            command.keys(&mut keys);
        }
        let (mut tries, begun) = (0, Instant::now());
        let outcome = loop {
            tries += 1;
            let error = match self.attempt(&keys, commands).await {
                Ok(()) => break Ok(()),
                Err(error) => error,
            };
            self.roll_back(&error).await;
            match error {
                _ if tries == TRIES || begun.elapsed() > GROUP_TIMEOUT / 3 => break Err(error),
                PostgresError::Failed(TransactionError::Fetch(more)) => keys.extend(*more),
                // The database was away for the last group as well: do not wait for it.
                PostgresError::Lost(_) if self.state.failing().is_some() => break Err(error),
                PostgresError::Conflict(_) | PostgresError::Lost(_) => {
                    tokio::time::sleep(pause(tries)).await;
                }
                PostgresError::Unknown(_) | PostgresError::Failed(_) => break Err(error),
            }
        };
        let failing = outcome.as_ref().err().and_then(failing);
        self.state.set_failing(failing);
        outcome
    }

    async fn attempt(
        &mut self,
        keys: &Keys,
        commands: &mut [Box<dyn QueuedCommand>],
    ) -> Result<(), PostgresError> {
        let session = match self.session.take().filter(|it| !it.client.is_closed()) {
            Some(session) => session,
            None => self.open().await?,
        };
        let session = self.session.insert(session);
        let work = async {
            let mut set = fetch(session, keys).await?;
            run(commands, &mut set)?;
            flush(session, set).await
        };
        timeout(GROUP_TIMEOUT, work)
            .await
            .unwrap_or_else(|_| Err(PostgresError::Unknown(SILENT.into())))
    }

    async fn open(&self) -> Result<Session, PostgresError> {
        if !self.state.migrated.load(Relaxed) {
            // It may take minutes: an end of the service does not wait for it.
            let mut preparing = pin!(session::prepare(&self.address));
            let prepared = loop {
                match timeout(MOMENT, &mut preparing).await {
                    Ok(prepared) => break prepared,
                    Err(_) if self.state.closing.load(Relaxed) => {
                        return Err(PostgresError::Lost(SLOW.into()));
                    }
                    Err(_) => {}
                }
            };
            prepared.map_err(|error| PostgresError::Lost(error.to_string()))?;
            self.state.migrated.store(true, Relaxed);
        }
        let opened = timeout(self.address.connect_timeout, Session::open(&self.address)).await;
        let opened = opened.map_err(|_| PostgresError::Lost(SILENT.into()))?;
        opened.map_err(|error| PostgresError::Lost(text(&error)))
    }

    /// Rolls back. If that is not possible, drops the connection.
    async fn roll_back(&mut self, error: &PostgresError) {
        let Some(session) = self.session.take() else {
            return;
        };
        if matches!(error, PostgresError::Conflict(_) | PostgresError::Failed(_)) {
            let roll_back = timeout(GROUP_TIMEOUT, session.client.batch_execute("ROLLBACK"));
            if matches!(roll_back.await, Ok(Ok(()))) {
                self.session = Some(session);
            }
        }
    }
}

/// Runs all commands, also after one that needs more rows: so a group asks for everything that is missing at once.
fn run(
    commands: &mut [Box<dyn QueuedCommand>],
    set: &mut WorkingSet,
) -> Result<(), TransactionError> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut missing: Option<Box<Keys>> = None;
        for command in commands {
            match command.run(set) {
                Ok(()) => {}
                Err(TransactionError::Fetch(keys)) => match &mut missing {
                    None => missing = Some(keys),
                    Some(missing) => missing.extend(*keys),
                },
                Err(failure) => return Err(failure),
            }
        }
        missing.map_or(Ok(()), |keys| Err(TransactionError::Fetch(keys)))
    }));
    outcome.unwrap_or_else(|_| Err(TransactionError::Constraint("a write panicked".into())))
}

/// Why the store fails. None: the commands themselves were the cause.
fn failing(error: &PostgresError) -> Option<String> {
    match error {
        PostgresError::Failed(
            TransactionError::Constraint(_)
            | TransactionError::Damaged(_)
            | TransactionError::Fetch(_),
        )
        | PostgresError::Conflict(_) => None,
        PostgresError::Lost(why) | PostgresError::Unknown(why) => Some(why.clone()),
        PostgresError::Failed(failure) => Some(failure.to_string()),
    }
}

/// A longer pause each time: another server's group is in the way, or the database is starting.
fn pause(tries: u32) -> Duration {
    Duration::from_millis(2 << tries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn store_does_not_fail_when_a_command_asks_for_too_many_rows_one_after_the_other() {
        let fetch = TransactionError::Fetch(Box::default());
        assert_eq!(failing(&PostgresError::Failed(fetch)), None);
        let disk = TransactionError::Store("no space left".to_owned());
        let disk = failing(&PostgresError::Failed(disk));
        assert_eq!(disk.as_deref(), Some("no space left"));
    }
}
