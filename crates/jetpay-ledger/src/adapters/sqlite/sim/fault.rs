//! Faults: which commits fail, and when the process ends.

use std::sync::{Arc, Mutex, PoisonError};

use crate::model::Error;
use crate::port::{Command, Keys, LedgerTransaction, QueuedCommand, TransactionError};

/// What happens to the commits of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// They succeed.
    Commits,
    /// The first ones fail, this many; the rest succeeds.
    Refuses(u32),
    /// The disk is full: a commit that needs another page fails.
    Full,
    /// After this many commands of the group comes a command that writes something and then breaks a constraint. The others
    /// must not suffer.
    BadCommand(usize),
    /// Some fail, some succeed, then the process ends. A caller without an answer by then never gets one, not even for the
    /// last commit that succeeded.
    Crashes {
        /// How many fail first.
        refused: u32,
        /// How many succeed then.
        commits: u32,
    },
}

/// What is left of a fault.
#[derive(Clone, Copy, Debug, Default)]
struct Left {
    refused: u32,
    /// None: as many as there are.
    commits: Option<u32>,
    ended: bool,
}

/// Decides at each commit whether it fails.
#[derive(Debug, Default)]
pub(super) struct FaultInjector(Mutex<Left>);

impl FaultInjector {
    pub(super) fn set(&self, fault: Fault) {
        let left = match fault {
            Fault::Commits | Fault::Full | Fault::BadCommand(_) => Left::default(),
            Fault::Refuses(refused) => Left {
                refused,
                ..Left::default()
            },
            Fault::Crashes { refused, commits } => Left {
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

/// A command that gives no answer once the process has ended.
pub(super) struct Guarded {
    command: Box<dyn QueuedCommand>,
    faults: Arc<FaultInjector>,
}

impl Guarded {
    pub(super) fn new(command: Box<dyn QueuedCommand>, faults: Arc<FaultInjector>) -> Self {
        Self { command, faults }
    }
}

impl QueuedCommand for Guarded {
    fn keys(&self, keys: &mut Keys) {
        self.command.keys(keys);
    }

    fn run(&mut self, transaction: &mut dyn LedgerTransaction) -> Result<(), TransactionError> {
        self.command.run(transaction)
    }

    fn answer(self: Box<Self>, outcome: Result<(), Error>) {
        if !self.faults.ended() {
            self.command.answer(outcome);
        }
    }
}

/// A command that always breaks a constraint.
pub(super) fn bad_command() -> Box<dyn QueuedCommand> {
    let bad = Command::<()>::new(Keys::default(), |transaction| {
        transaction.counts().pending += 1;
        transaction.probe()?;
        let why = "a command that breaks a constraint";
        Err(TransactionError::Constraint(why.into()))
    });
    bad.queued
}
