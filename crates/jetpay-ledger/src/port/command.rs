//! A command: what to do in one transaction, and where to send the answer.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::oneshot;

use super::keys::{Keys, TransactionError};
use super::transaction::LedgerTransaction;
use crate::model::Error;

/// A command in a store's queue. It may run more than once, each time in a transaction of which nothing else was kept.
pub trait QueuedCommand: Send {
    /// Adds the keys of the rows that it will read, as far as it knows them.
    fn keys(&self, keys: &mut Keys);

    /// Runs it, and keeps the result for the answer.
    ///
    /// # Errors
    /// [`TransactionError`]: then the transaction must be rolled back.
    fn run(&mut self, transaction: &mut dyn LedgerTransaction) -> Result<(), TransactionError>;

    /// Sends the answer to the caller: the result of the last run, which is committed now, or the error.
    fn answer(self: Box<Self>, outcome: Result<(), Error>);
}

/// What to do in one transaction: a command for a store's queue, and where its answer arrives.
pub(crate) struct Command<T> {
    pub(crate) queued: Box<dyn QueuedCommand>,
    pub(crate) answer: oneshot::Receiver<Result<T, Error>>,
}

impl<T: Send + 'static> Command<T> {
    /// `keys` are those of the rows that it will read, as far as it knows them.
    pub(crate) fn new(
        keys: Keys,
        run: impl FnMut(&mut dyn LedgerTransaction) -> Result<T, TransactionError> + Send + 'static,
    ) -> Self {
        let (reply, answer) = oneshot::channel();
        let queued = Box::new(Queued {
            keys,
            run,
            output: None,
            reply,
        });
        Self { queued, answer }
    }
}

impl Command<()> {
    /// Makes the store commit, to find out whether it can. It also wakes a writer.
    pub(crate) fn probe() -> Self {
        Self::new(Keys::default(), |transaction| transaction.probe())
    }
}

/// A command with the caller's address.
struct Queued<R, T> {
    keys: Keys,
    run: R,
    output: Option<T>,
    reply: oneshot::Sender<Result<T, Error>>,
}

impl<R, T> QueuedCommand for Queued<R, T>
where
    R: FnMut(&mut dyn LedgerTransaction) -> Result<T, TransactionError> + Send,
    T: Send,
{
    fn keys(&self, keys: &mut Keys) {
        keys.extend(self.keys.clone());
    }

    fn run(&mut self, transaction: &mut dyn LedgerTransaction) -> Result<(), TransactionError> {
        self.output = Some((self.run)(transaction)?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<(), Error>) {
        let no_output = || Error::Unavailable("the command gave no result".into());
        let Self { output, reply, .. } = *self;
        // The caller may have gone; the write stays.
        let _ = reply.send(outcome.and_then(|()| output.ok_or_else(no_output)));
    }
}

/// Where a store takes commands in, and the thread that carries them out.
#[derive(Debug)]
pub(crate) struct Intake {
    queue: Sender<Box<dyn QueuedCommand>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Intake {
    pub(crate) const fn new(
        queue: Sender<Box<dyn QueuedCommand>>,
        thread: Option<JoinHandle<()>>,
    ) -> Self {
        Self {
            queue,
            thread: Mutex::new(thread),
        }
    }

    pub(crate) fn submit(&self, command: Box<dyn QueuedCommand>) -> Result<(), Error> {
        self.queue.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Closed(_) => Error::closed(),
        })
    }

    /// Whether there is room for a command. `trouble` tells why the last transaction failed: then the store tries again.
    pub(crate) fn ready(
        &self,
        trouble: impl FnOnce() -> Result<Option<String>, Error>,
    ) -> Result<(), Error> {
        if self.queue.is_closed() {
            return Err(Error::closed());
        }
        if let Some(why) = trouble()? {
            self.wake();
            return Err(Error::Unavailable(why));
        }
        if self.queue.capacity() == 0 {
            return Err(Error::Busy);
        }
        Ok(())
    }

    /// Finishes what waits. Blocks until that is done.
    pub(crate) fn finish(&self, closing: &AtomicBool) {
        closing.store(true, Relaxed);
        self.wake();
        let thread = self.thread.lock();
        if let Some(thread) = thread.unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }

    /// Wakes the thread, which then commits and looks at its flags. A full queue means that it is awake.
    fn wake(&self) {
        let _ = self.queue.try_send(Command::probe().queued);
    }
}
