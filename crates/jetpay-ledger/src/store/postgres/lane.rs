//! A lane: takes whatever waits, commits it as a group, then answers. Several lanes overlap their round trips.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::sync::mpsc::Receiver;
use tokio_postgres::error::SqlState;

use super::address::Address;
use super::desk::Desk;
use super::fetch::fetch;
use super::flush::{FlushError, flush};
use super::session::Session;
use super::text;
use crate::error::Error;
use crate::work::{Failure, Job, Keys};

/// How many jobs are committed together at most.
const GROUP: usize = 512;

/// How often a group is begun anew: after it was in another server's way, or had to fetch more, or lost its connection.
const TRIES: u32 = 8;

/// How long a group may take before its connection is given up.
const PATIENCE: Duration = Duration::from_secs(15);

/// What others see of the lanes.
#[derive(Debug, Default)]
pub(super) struct State {
    /// The last group failed, and not for what it wanted to write.
    pub(super) failing: AtomicBool,
    /// Take what waits, then end.
    pub(super) closing: AtomicBool,
}

/// Where the lanes take from.
pub(super) type Queue = Arc<Mutex<Receiver<Box<dyn Job>>>>;

/// Why a group is not committed.
pub(super) enum Trouble {
    /// Another server was in the way; nothing is kept, and the same again may well work.
    Conflict(String),
    /// The connection is lost, and nothing is kept.
    Lost(String),
    /// The connection was lost during the commit: nobody knows.
    Unknown(String),
    /// It would fail again, or must fetch more.
    Failed(Failure),
}

pub(super) struct Lane {
    pub(super) address: Address,
    pub(super) queue: Queue,
    pub(super) state: Arc<State>,
    pub(super) session: Option<Session>,
}

impl Lane {
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

    /// One group: all in one transaction, or, if a job fails, each by itself, so that one bad job harms nobody else.
    async fn write(&mut self, group: &mut Vec<Box<dyn Job>>) {
        match self.commit(group).await {
            Ok(()) => group.drain(..).for_each(|job| job.answer(Ok(()))),
            Err(Trouble::Failed(_) | Trouble::Conflict(_)) if group.len() > 1 => {
                for mut job in group.drain(..) {
                    let outcome = self.commit(std::slice::from_mut(&mut job)).await;
                    job.answer(outcome.map_err(Error::from));
                }
            }
            Err(trouble) => {
                let error = Error::from(trouble);
                group
                    .drain(..)
                    .for_each(|job| job.answer(Err(error.clone())));
            }
        }
    }

    /// Commits the jobs in one transaction. It is tried again only where nothing was kept for sure.
    async fn commit(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<(), Trouble> {
        let mut keys = Keys::default();
        jobs.iter().for_each(|job| job.keys(&mut keys));
        let (mut tries, begun) = (0, tokio::time::Instant::now());
        let outcome = loop {
            tries += 1;
            let trouble = match self.attempt(&keys, jobs).await {
                Ok(()) => break Ok(()),
                Err(trouble) => trouble,
            };
            self.roll_back(&trouble).await;
            match trouble {
                _ if tries == TRIES || begun.elapsed() > PATIENCE / 3 => break Err(trouble),
                Trouble::Failed(Failure::Fetch(more)) => keys.extend(*more),
                // A database that was away for the last group, too, is not waited for.
                Trouble::Lost(_) if self.state.failing.load(Relaxed) => break Err(trouble),
                Trouble::Conflict(_) | Trouble::Lost(_) => tokio::time::sleep(pause(tries)).await,
                Trouble::Unknown(_) | Trouble::Failed(_) => break Err(trouble),
            }
        };
        let failing = match &outcome {
            Ok(()) | Err(Trouble::Failed(Failure::Rule(_)) | Trouble::Conflict(_)) => false,
            Err(_) => true,
        };
        self.state.failing.store(failing, Relaxed);
        outcome
    }

    async fn attempt(&mut self, keys: &Keys, jobs: &mut [Box<dyn Job>]) -> Result<(), Trouble> {
        let session = match self.session.take().filter(|it| !it.client.is_closed()) {
            Some(session) => session,
            None => Session::open(&self.address)
                .await
                .map_err(|error| Trouble::Lost(text(&error)))?,
        };
        let session = self.session.insert(session);
        let work = async {
            let mut desk = fetch(session, keys).await?;
            run(jobs, &mut desk)?;
            flush(session, &desk).await.map_err(Trouble::committing)
        };
        tokio::time::timeout(PATIENCE, work)
            .await
            .unwrap_or_else(|_| Err(Trouble::Unknown("the database does not answer".into())))
    }

    /// Leaves the connection as it was, or none.
    async fn roll_back(&mut self, trouble: &Trouble) {
        let Some(session) = &self.session else {
            return;
        };
        let usable = matches!(trouble, Trouble::Conflict(_) | Trouble::Failed(_));
        let usable = usable && session.client.batch_execute("ROLLBACK").await.is_ok();
        if !usable {
            self.session = None;
        }
    }
}

/// Runs all jobs, also after one that must fetch more: so a group asks for all that is missing at once.
fn run(jobs: &mut [Box<dyn Job>], desk: &mut Desk) -> Result<(), Failure> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut missing: Option<Box<Keys>> = None;
        for job in jobs {
            match job.run(desk) {
                Ok(()) => {}
                Err(Failure::Fetch(keys)) => match &mut missing {
                    None => missing = Some(keys),
                    Some(missing) => missing.extend(*keys),
                },
                Err(failure) => return Err(failure),
            }
        }
        missing.map_or(Ok(()), |keys| Err(Failure::Fetch(keys)))
    }));
    outcome.unwrap_or_else(|_| Err(Failure::Rule("a write panicked".into())))
}

/// Longer each time: what is in the way is another server's group, or a database that starts.
fn pause(tries: u32) -> Duration {
    Duration::from_millis(2 << tries)
}

impl Trouble {
    /// What an error means that came after the commit was sent.
    fn committing(error: FlushError) -> Self {
        match error {
            FlushError::Row(failure) => Self::Failed(failure),
            FlushError::Database(error) => match Self::from(error) {
                Self::Lost(text) => Self::Unknown(text),
                other => other,
            },
        }
    }
}

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Self {
        const CONFLICTS: [SqlState; 5] = [
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::UNIQUE_VIOLATION,
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::QUERY_CANCELED,
        ];
        let text = text(&error);
        match error.code() {
            None => Self::Lost(text),
            Some(code) if CONFLICTS.contains(code) => Self::Conflict(text),
            // The server ends, starts, or has no room for one more connection.
            Some(&SqlState::TOO_MANY_CONNECTIONS) => Self::Lost(text),
            Some(code) if ["57", "08"].contains(&&code.code()[..2]) => Self::Lost(text),
            Some(code) if code.code().starts_with("23") => Self::Failed(Failure::Rule(text)),
            Some(_) => Self::Failed(Failure::Store(text)),
        }
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Conflict(text) | Trouble::Lost(text) | Trouble::Unknown(text) => {
                Self::Unavailable(text)
            }
            Trouble::Failed(failure) => failure.into(),
        }
    }
}
