//! The counters as text.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use super::tally::{Row, Tally, Unexpected};

impl Tally {
    /// The counters in one line.
    #[must_use]
    pub fn line(&self) -> String {
        let all = self.total();
        let mut line = format!(
            "{} top-ups, {} in progress | {} sent, {} expected, {} unexpected | p50 {}, p99 {}",
            self.begun,
            self.under_way(),
            all.sent,
            all.expected,
            all.unexpected,
            millis(all.times.percentile(500)),
            millis(all.times.percentile(990)),
        );
        for (count, what) in [
            (self.waiting, "waiting for a repeat"),
            (self.given_up, "given up"),
            (self.left_out, "skipped"),
        ] {
            if count > 0 {
                let _ = write!(line, " | {count} {what}");
            }
        }
        line
    }
}

impl fmt::Display for Tally {
    /// A table, and the first unexpected answers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<24}{:>10}{:>10}{:>12}{:>11}{:>11}{:>11}",
            "", "sent", "expected", "unexpected", "no answer", "p50", "p99"
        )?;
        for (kind, row) in &self.rows {
            write!(f, "{kind:<24}{:>10}", row.sent)?;
            if row.expected + row.unexpected == 0 {
                writeln!(f, "{:>12}", "not judged")?;
            } else {
                row.write_judged(f)?;
            }
        }
        let all = self.total();
        write!(f, "{:<24}{:>10}", "all", all.sent)?;
        all.write_judged(f)?;
        self.totals(f)?;
        self.unexpected_ones(f)
    }
}

impl Row {
    /// The columns about the answers.
    fn write_judged(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:>10}{:>12}{:>11}{:>11}{:>11}",
            self.expected,
            self.unexpected,
            self.unanswered,
            millis(self.times.percentile(500)),
            millis(self.times.percentile(990)),
        )
    }
}

impl Tally {
    fn totals(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\n{} top-ups, {} of them abandoned by the payer",
            self.begun, self.abandoned
        )?;
        for (count, what) in [
            (
                self.repeats,
                "callbacks repeated because they were not acknowledged",
            ),
            (self.given_up, "callbacks never acknowledged"),
            (
                self.left_out,
                "top-ups skipped because too many were in progress",
            ),
            (self.cut_short, "top-ups cut off at the end"),
        ] {
            if count > 0 {
                write!(f, "; {count} {what}")?;
            }
        }
        writeln!(f)
    }

    fn unexpected_ones(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first_unexpected.is_empty() {
            return Ok(());
        }
        let shown = self.first_unexpected.len();
        writeln!(f, "\nUnexpected, the first {shown}:")?;
        for unexpected in &self.first_unexpected {
            writeln!(f, "  {unexpected}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "top-up {} by {}, {}",
            self.number, self.method, self.kind
        )?;
        if let Some(id) = &self.payment_id {
            write!(f, " of {id}")?;
        }
        write!(f, ": expected {}, got {}", self.expected, self.got)
    }
}

/// Microseconds as milliseconds with one digit.
fn millis(micros: Option<u64>) -> String {
    match micros {
        Some(micros) => format!("{}.{} ms", micros / 1000, micros % 1000 / 100),
        None => "-".to_owned(),
    }
}

/// The counters of a [`Runner`](super::Runner). Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Counters(Arc<Mutex<Tally>>);

impl Counters {
    /// The current counts.
    #[must_use]
    pub fn now(&self) -> Tally {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn count<T>(&self, count: impl FnOnce(&mut Tally) -> T) -> T {
        count(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
