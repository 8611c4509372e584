//! A job for a writer: what to do in the transaction, and whom to answer.

use tokio::sync::oneshot;

use super::{Books, Failure, Keys};
use crate::error::Error;

/// Something to write. It may be run more than once, each time in a transaction of which nothing else was kept.
pub trait Job: Send {
    /// Adds the keys of what it will look at, as far as it knows.
    fn keys(&self, keys: &mut Keys);

    /// Does it, and keeps the result for the answer.
    ///
    /// # Errors
    /// [`Failure`]: then the transaction must be rolled back.
    fn run(&mut self, books: &mut dyn Books) -> Result<(), Failure>;

    /// Tells whoever waits: what the last run gave, which is committed now, or the error.
    fn answer(self: Box<Self>, outcome: Result<(), Error>);
}

/// One piece of work.
pub(crate) trait Work: Send + 'static {
    /// What whoever asked is told.
    type Done: Send + 'static;

    /// Adds the keys of what it will look at.
    fn keys(&self, keys: &mut Keys);

    /// Does it.
    fn run(&mut self, books: &mut dyn Books) -> Result<Self::Done, Failure>;
}

/// A job made of a piece of work.
pub(crate) struct Task<W: Work> {
    work: W,
    result: Option<W::Done>,
    reply: oneshot::Sender<Result<W::Done, Error>>,
}

impl<W: Work> Task<W> {
    /// The job, and where its answer comes.
    pub(crate) fn new(work: W) -> (Box<Self>, oneshot::Receiver<Result<W::Done, Error>>) {
        let (reply, answer) = oneshot::channel();
        let task = Self {
            work,
            result: None,
            reply,
        };
        (Box::new(task), answer)
    }
}

impl<W: Work> Job for Task<W> {
    fn keys(&self, keys: &mut Keys) {
        self.work.keys(keys);
    }

    fn run(&mut self, books: &mut dyn Books) -> Result<(), Failure> {
        self.result = Some(self.work.run(books)?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<(), Error>) {
        let unanswered = || Error::Unavailable("the job gave no result".into());
        let Self { result, reply, .. } = *self;
        // Whoever waited may have given up; the write stays.
        let _ = reply.send(outcome.and_then(|()| result.ok_or_else(unanswered)));
    }
}
