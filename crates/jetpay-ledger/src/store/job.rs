//! A job for the writer: what to do in the transaction, and whom to answer.

use tokio::sync::oneshot;

use super::Transaction;
use crate::error::Error;

/// Something to write. It may be run more than once, each time in a transaction of which nothing else was kept.
pub(crate) trait Job: Send {
    /// Does it, and keeps the result for the answer.
    fn run(&mut self, transaction: &mut Transaction<'_>) -> rusqlite::Result<()>;

    /// Tells whoever waits: what the last run gave, which is committed now, or the error.
    fn answer(self: Box<Self>, outcome: Result<(), Error>);
}

/// A job made of a closure.
pub(crate) struct Task<F, T> {
    work: F,
    result: Option<T>,
    reply: oneshot::Sender<Result<T, Error>>,
}

impl<F, T> Task<F, T>
where
    F: FnMut(&mut Transaction<'_>) -> rusqlite::Result<T> + Send,
    T: Send,
{
    /// The job, and where its answer comes.
    pub(crate) fn new(work: F) -> (Box<Self>, oneshot::Receiver<Result<T, Error>>) {
        let (reply, answer) = oneshot::channel();
        (
            Box::new(Self {
                work,
                result: None,
                reply,
            }),
            answer,
        )
    }
}

impl<F, T> Job for Task<F, T>
where
    F: FnMut(&mut Transaction<'_>) -> rusqlite::Result<T> + Send,
    T: Send,
{
    fn run(&mut self, transaction: &mut Transaction<'_>) -> rusqlite::Result<()> {
        self.result = Some((self.work)(transaction)?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<(), Error>) {
        let unanswered = || Error::Unavailable("the job gave no result".into());
        let Self { result, reply, .. } = *self;
        // Whoever waited may have given up; the write stays.
        let _ = reply.send(outcome.and_then(|()| result.ok_or_else(unanswered)));
    }
}
