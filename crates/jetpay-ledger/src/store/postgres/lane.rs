//! A lane: takes whatever waits, commits it as a group, then answers. Several lanes overlap their round trips.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, timeout};

use super::address::Address;
use super::desk::Desk;
use super::fetch::fetch;
use super::flush::flush;
use super::session::Session;
use super::text::{SILENT, text};
use super::trouble::Trouble;
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

    /// One group: all in one transaction, or, if a job fails, each by itself, so that one bad job harms nobody else;
    /// but not for ever, since others wait.
    async fn write(&mut self, group: &mut Vec<Box<dyn Job>>) {
        let begun = Instant::now();
        let trouble = match self.commit(group).await {
            Ok(()) => return group.drain(..).for_each(|job| job.answer(Ok(()))),
            Err(trouble) => trouble,
        };
        let apart = matches!(trouble, Trouble::Failed(_) | Trouble::Conflict(_)) && group.len() > 1;
        let error = Error::from(trouble);
        for mut job in group.drain(..) {
            let outcome = if apart && begun.elapsed() < PATIENCE {
                let outcome = self.commit(std::slice::from_mut(&mut job)).await;
                outcome.map_err(Error::from)
            } else {
                Err(error.clone())
            };
            job.answer(outcome);
        }
    }

    /// Commits the jobs in one transaction. It is tried again only where nothing was kept for sure.
    async fn commit(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<(), Trouble> {
        let mut keys = Keys::default();
        for job in &*jobs {
            job.keys(&mut keys);
        }
        let (mut tries, begun) = (0, Instant::now());
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
            None => self.open().await?,
        };
        let session = self.session.insert(session);
        let work = async {
            let mut desk = fetch(session, keys).await?;
            run(jobs, &mut desk)?;
            flush(session, &desk).await.map_err(Trouble::committing)
        };
        timeout(PATIENCE, work)
            .await
            .unwrap_or_else(|_| Err(Trouble::Unknown(SILENT.into())))
    }

    async fn open(&self) -> Result<Session, Trouble> {
        let opened = timeout(self.address.patience, Session::open(&self.address)).await;
        let opened = opened.map_err(|_| Trouble::Lost(SILENT.into()))?;
        opened.map_err(|error| Trouble::Lost(text(&error)))
    }

    /// Leaves the connection as it was, or none.
    async fn roll_back(&mut self, trouble: &Trouble) {
        let Some(session) = self.session.take() else {
            return;
        };
        if matches!(trouble, Trouble::Conflict(_) | Trouble::Failed(_)) {
            let roll_back = timeout(PATIENCE, session.client.batch_execute("ROLLBACK"));
            if matches!(roll_back.await, Ok(Ok(()))) {
                self.session = Some(session);
            }
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
