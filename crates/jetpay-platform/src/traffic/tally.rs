//! What was counted.

use std::collections::BTreeMap;

use super::histogram::Histogram;
use super::kind::Kind;

/// So many unexpected answers are kept; the others are counted.
const KEPT: usize = 10;

/// What happened so far.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Tally {
    /// Top-ups that were begun.
    pub begun: u64,
    /// Those that ended, with all their callbacks.
    pub ended: u64,
    /// Those whose payer went away without paying.
    pub abandoned: u64,
    /// Top-ups that were not begun, since too many were under way.
    pub left_out: u64,
    /// Top-ups that were under way when all was stopped.
    pub cut_short: u64,
    /// Callbacks sent again, since they were not acknowledged.
    pub repeats: u64,
    /// Callbacks that wait to be sent again.
    pub waiting: u64,
    /// Callbacks that were never acknowledged and are not sent again.
    pub given_up: u64,
    /// What was sent, by kind.
    pub rows: BTreeMap<Kind, Row>,
    /// The first unexpected answers.
    pub first_unexpected: Vec<Unexpected>,
}

/// What was counted of one kind.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Row {
    /// Requests.
    pub sent: u64,
    /// Answers that are as they should be.
    pub expected: u64,
    /// Answers that are not, and requests without one.
    pub unexpected: u64,
    /// Requests without an answer.
    pub unanswered: u64,
    /// How long answers took.
    pub times: Histogram,
}

/// An answer that is not as it should be. Nothing of a body is in it but the code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unexpected {
    /// The top-up's number.
    pub number: u64,
    /// The method's name.
    pub method: &'static str,
    /// What was sent.
    pub kind: Kind,
    /// The payment's id, when there is one.
    pub payment_id: Option<String>,
    /// What should have come.
    pub wanted: &'static str,
    /// What came.
    pub got: String,
}

impl Tally {
    /// Top-ups that were begun and have not ended.
    #[must_use]
    pub fn under_way(&self) -> u64 {
        self.begun.saturating_sub(self.ended)
    }

    /// All requests.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.rows.values().map(|row| row.sent).sum()
    }

    /// All answers that are as they should be.
    #[must_use]
    pub fn expected(&self) -> u64 {
        self.rows.values().map(|row| row.expected).sum()
    }

    /// All answers that are not, and all requests without one.
    #[must_use]
    pub fn unexpected(&self) -> u64 {
        self.rows.values().map(|row| row.unexpected).sum()
    }

    /// All requests without an answer.
    #[must_use]
    pub fn unanswered(&self) -> u64 {
        self.rows.values().map(|row| row.unanswered).sum()
    }

    /// How long all answers took.
    #[must_use]
    pub fn times(&self) -> Histogram {
        let mut all = Histogram::default();
        for row in self.rows.values() {
            all.merge(&row.times);
        }
        all
    }

    pub(super) fn add_unexpected(&mut self, unexpected: Unexpected) {
        self.rows.entry(unexpected.kind).or_default().unexpected += 1;
        if self.first_unexpected.len() < KEPT {
            self.first_unexpected.push(unexpected);
        }
    }
}
