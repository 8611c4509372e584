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

/// What to do in one transaction.
pub(crate) trait Command: Send + 'static {
    /// What the caller gets.
    type Output: Send + 'static;

    /// Adds the keys of the rows that it will read, as far as it knows them.
    fn keys(&self, keys: &mut Keys);

    /// Runs it.
    fn run(
        &mut self,
        transaction: &mut dyn LedgerTransaction,
    ) -> Result<Self::Output, TransactionError>;
}

/// A command of two closures: the keys of the rows that it will read, and what it does.
pub(crate) fn command<T: Send + 'static>(
    keys: impl Fn(&mut Keys) + Send + 'static,
    run: impl FnMut(&mut dyn LedgerTransaction) -> Result<T, TransactionError> + Send + 'static,
) -> impl Command<Output = T> {
    Closures { keys, run }
}

struct Closures<K, R> {
    keys: K,
    run: R,
}

impl<K, R, T> Command for Closures<K, R>
where
    K: Fn(&mut Keys) + Send + 'static,
    R: FnMut(&mut dyn LedgerTransaction) -> Result<T, TransactionError> + Send + 'static,
    T: Send + 'static,
{
    type Output = T;

    fn keys(&self, keys: &mut Keys) {
        (self.keys)(keys);
    }

    fn run(&mut self, transaction: &mut dyn LedgerTransaction) -> Result<T, TransactionError> {
        (self.run)(transaction)
    }
}

/// A command with the caller's address.
pub(crate) struct Queued<C: Command> {
    command: C,
    output: Option<C::Output>,
    reply: oneshot::Sender<Result<C::Output, Error>>,
}

impl<C: Command> Queued<C> {
    /// The command for a queue, and where its answer arrives.
    pub(crate) fn new(command: C) -> (Box<Self>, oneshot::Receiver<Result<C::Output, Error>>) {
        let (reply, answer) = oneshot::channel();
        let queued = Self {
            command,
            output: None,
            reply,
        };
        (Box::new(queued), answer)
    }
}

impl<C: Command> QueuedCommand for Queued<C> {
    fn keys(&self, keys: &mut Keys) {
        self.command.keys(keys);
    }

    fn run(&mut self, transaction: &mut dyn LedgerTransaction) -> Result<(), TransactionError> {
        self.output = Some(self.command.run(transaction)?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<(), Error>) {
        let no_output = || Error::Unavailable("the command gave no result".into());
        let Self { output, reply, .. } = *self;
        // The caller may have gone; the write stays.
        let _ = reply.send(outcome.and_then(|()| output.ok_or_else(no_output)));
    }
}

/// Makes the store commit, to find out whether it can. It also wakes a writer.
pub(crate) struct Probe;

impl Command for Probe {
    type Output = ();

    fn keys(&self, _: &mut Keys) {}

    fn run(&mut self, transaction: &mut dyn LedgerTransaction) -> Result<(), TransactionError> {
        transaction.probe()
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
        let (probe, _) = Queued::new(Probe);
        let _ = self.queue.try_send(probe);
    }
}
