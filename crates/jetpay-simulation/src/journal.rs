//! What happened: all of it in a number, and that of one payment in words.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use jetpay_ledger::sim::Fault;

use crate::clock::shown;
use crate::network::Message;

/// Something that happened.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) enum Note {
    /// Sent; so many copies will arrive.
    Sent(Message, usize),
    /// It arrived, and nobody listened.
    NobodyThere(Message),
    Arrived(Message),
    Answered(Message, u16),
    /// The service ended before it answered.
    CutOff(Message),
    AnswerLost(Message),
    /// The platform has the answer.
    AnswerSeen(Message, u16),
    /// The store wrote so many jobs.
    Step(Fault, usize),
    /// A fact is in the committed database.
    Known(usize),
    /// Money moved, in minor units, by an operation.
    Moved(i64, u64),
}

/// Something that can be noted.
pub(crate) trait Noted: Copy + Hash + fmt::Display {
    /// Whether it is a step of the store that was more than a commit.
    fn is_fault(&self) -> bool;

    /// Whether the service had to do with it.
    fn reached(&self) -> bool;
}

/// Of which top-up or payout it is; none: it concerns all.
type Line<N> = (i64, Option<usize>, N);

/// More lines than anybody reads.
const LONG: usize = 60;

pub(crate) struct Journal<N> {
    lines: Vec<Line<N>>,
    hasher: DefaultHasher,
}

impl<N> Default for Journal<N> {
    fn default() -> Self {
        Self {
            lines: Vec::new(),
            hasher: DefaultHasher::new(),
        }
    }
}

impl<N: Noted> Journal<N> {
    pub(crate) fn note(&mut self, at: i64, number: Option<usize>, note: N) {
        (at, number, note).hash(&mut self.hasher);
        self.lines.push((at, number, note));
    }

    /// What happened to a top-up or payout, and the steps that were more than a commit, as long as it lasted. Of a long history
    /// only what reached the service.
    pub(crate) fn of(&self, number: usize) -> Vec<String> {
        let own = |line: &&Line<N>| line.1 == Some(number);
        let first = self.lines.iter().position(|line| own(&line));
        let lines = &self.lines[first.unwrap_or(self.lines.len())..];
        let fault = |line: &&Line<N>| line.2.is_fault();
        let mut lines: Vec<&Line<N>> = lines.iter().filter(|it| own(it) || fault(it)).collect();
        if lines.len() > LONG {
            lines.retain(|line| own(line) && line.2.reached());
        }
        let lines = lines.iter();
        lines
            .map(|(at, _, note)| format!("{}  {note}", shown(*at)))
            .collect()
    }

    /// A number for all of it, the final database included.
    pub(crate) fn hash(&self, database: u64) -> u64 {
        let mut hasher = self.hasher.clone();
        database.hash(&mut hasher);
        hasher.finish()
    }
}

impl Noted for Note {
    fn is_fault(&self) -> bool {
        matches!(self, Self::Step(fate, _) if *fate != Fault::Commits)
    }

    fn reached(&self) -> bool {
        !matches!(
            self,
            Self::Sent(..) | Self::NobodyThere(_) | Self::AnswerLost(_) | Self::AnswerSeen(..)
        )
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sent(message, 0) => write!(f, "{message}: sent, and lost"),
            Self::Sent(message, 1) => write!(f, "{message}: sent"),
            Self::Sent(message, copies) => write!(f, "{message}: sent, will arrive {copies} times"),
            Self::NobodyThere(message) => write!(f, "{message}: nobody listened"),
            Self::Arrived(message) => write!(f, "{message}: arrived"),
            Self::Answered(message, status) => write!(f, "{message}: answered {status}"),
            Self::CutOff(message) => write!(f, "{message}: the service ended before it answered"),
            Self::AnswerLost(message) => write!(f, "{message}: the answer was lost"),
            Self::AnswerSeen(message, status) => write!(f, "{message}: the platform saw {status}"),
            Self::Step(fate, jobs) => write!(f, "the store wrote {jobs} jobs: {fate:?}"),
            Self::Known(fact) => write!(f, "fact {fact} is stored"),
            Self::Moved(amount, operation) => {
                write!(f, "money moved: {amount} by operation {operation}")
            }
        }
    }
}
