//! A command: what to do in one transaction, and where to send the answer.

use tokio::sync::oneshot;

use super::keys::Keys;
use super::keys::TransactionError;
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
