//! What happens to commits, and when the process ends.

use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Error;
use crate::work::{Books, Failure, Job, Keys};

/// What happens to the commits of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// They succeed.
    Commits,
    /// So many of them fail, from the first on; the rest succeeds.
    Refuses(u32),
    /// The disk has no page more than it has now: what needs one fails.
    Full,
    /// Behind so many jobs of the group stands one that writes something and then breaks a rule: the others must not
    /// suffer.
    BadJob(usize),
    /// So many fail, so many succeed, then the process ends. Whoever was not answered by then never is, not even for
    /// the last commit that succeeded.
    Crashes {
        /// How many fail first.
        refused: u32,
        /// How many succeed then.
        commits: u32,
    },
}

/// What is left of a fate.
#[derive(Clone, Copy, Debug, Default)]
struct Left {
    refused: u32,
    /// None: as many as there are.
    commits: Option<u32>,
    ended: bool,
}

/// Decides at each commit.
#[derive(Debug, Default)]
pub(super) struct Power(Mutex<Left>);

impl Power {
    pub(super) fn set(&self, fate: Fate) {
        let left = match fate {
            Fate::Commits | Fate::Full | Fate::BadJob(_) => Left::default(),
            Fate::Refuses(refused) => Left {
                refused,
                ..Left::default()
            },
            Fate::Crashes { refused, commits } => Left {
                refused,
                commits: Some(commits),
                ended: false,
            },
        };
        self.with(|now| *now = left);
    }

    /// Whether the commit that is about to happen fails.
    pub(super) fn refuses(&self) -> bool {
        self.with(|left| {
            if left.refused > 0 {
                left.refused -= 1;
                return true;
            }
            let Some(commits) = &mut left.commits else {
                return false;
            };
            let refuses = *commits == 0;
            *commits = commits.saturating_sub(1);
            left.ended = *commits == 0;
            refuses
        })
    }

    fn ended(&self) -> bool {
        self.with(|left| left.ended)
    }

    fn with<T>(&self, then: impl FnOnce(&mut Left) -> T) -> T {
        then(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A job that answers nobody once the process has ended.
pub(super) struct Guarded {
    job: Box<dyn Job>,
    power: Arc<Power>,
}

impl Guarded {
    pub(super) fn new(job: Box<dyn Job>, power: Arc<Power>) -> Self {
        Self { job, power }
    }
}

impl Job for Guarded {
    fn keys(&self, keys: &mut Keys) {
        self.job.keys(keys);
    }

    fn run(&mut self, books: &mut dyn Books) -> Result<(), Failure> {
        self.job.run(books)
    }

    fn answer(self: Box<Self>, outcome: Result<(), Error>) {
        if !self.power.ended() {
            self.job.answer(outcome);
        }
    }
}

/// A job that breaks a rule, whenever it is run.
pub(super) struct BadJob;

impl Job for BadJob {
    fn keys(&self, _: &mut Keys) {}

    fn run(&mut self, books: &mut dyn Books) -> Result<(), Failure> {
        books.counts().pending += 1;
        books.touch()?;
        Err(Failure::Rule("a job that breaks a rule".into()))
    }

    fn answer(self: Box<Self>, _: Result<(), Error>) {}
}
