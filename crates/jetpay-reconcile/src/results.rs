//! The results of all operations, put together: what is listed, the counts, and the proof by sums.

use std::collections::{BTreeMap, HashSet};

use jetpay_core::Currency;
use jetpay_core::id::ProjectId;

use crate::books::{Listed, PlatformBooks};
use crate::effect::Move;
use crate::recorded::OpenDifference;
use crate::report::{Finding, Interval, Kind, Report, Sum};
use crate::{unreadable, versions};

/// A result that is listed, and the money that it explains: what the platform has more than is recorded.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) finding: Finding,
    pub(crate) moves: Vec<Move>,
}

/// The result of comparing one operation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verdict {
    /// Whether the operation belongs to the interval.
    pub(crate) inside: bool,
    /// A result that is only counted.
    pub(crate) counted: Option<Kind>,
    /// Results that are listed.
    pub(crate) found: Vec<Found>,
    /// What is recorded.
    pub(crate) ours: Vec<Move>,
    /// The platform does not list it, and corrections took back all that was recorded.
    pub(crate) undone: bool,
}

/// The results so far.
#[derive(Debug, Default)]
pub(crate) struct Results {
    counts: BTreeMap<String, u64>,
    sums: BTreeMap<(ProjectId, Currency, String), Sum>,
    pub(crate) found: Vec<(ProjectId, Found)>,
    /// Differences whose operation this comparison looked at. It agrees on those that it does not find again.
    pub(crate) looked_at: Vec<OpenDifference>,
}

impl Results {
    pub(crate) fn of(looked_at: Vec<OpenDifference>) -> Self {
        Self {
            looked_at,
            ..Self::default()
        }
    }

    pub(crate) fn count(&mut self, kind: Kind) {
        *self.counts.entry(kind.to_string()).or_default() += 1;
    }

    /// Adds what the platform reports inside the interval.
    pub(crate) fn add_theirs(&mut self, project_id: ProjectId, moved: &Move) {
        self.sum(project_id, moved).theirs += moved.amount;
    }

    /// Adds what is recorded inside the interval.
    pub(crate) fn add_ours(&mut self, project_id: ProjectId, moved: &Move) {
        self.sum(project_id, moved).ours += moved.amount;
    }

    /// Adds the result of one operation.
    pub(crate) fn add(&mut self, project_id: ProjectId, verdict: Verdict) {
        if let Some(kind) = verdict.counted {
            self.count(kind);
        }
        for moved in &verdict.ours {
            self.add_ours(project_id, moved);
        }
        let found = verdict.found.into_iter();
        self.found.extend(found.map(|found| (project_id, found)));
    }

    /// Adds what the contents of one operation say about each other: newer sources first.
    pub(crate) fn add_versions(&mut self, books: &PlatformBooks, contents: &[Listed<'_>]) {
        for finding in versions::findings(books, contents) {
            let moves = Vec::new();
            let project_id = contents[0].project_id;
            self.found.push((project_id, Found { finding, moves }));
        }
    }

    /// The report. What is explained comes from what is listed, and from nothing else.
    pub(crate) fn report(
        mut self,
        books: &PlatformBooks,
        interval: Interval,
        ledger_seq: i64,
    ) -> Report {
        let mut results = Vec::new();
        for (project_id, Found { finding, moves }) in std::mem::take(&mut self.found) {
            for moved in moves {
                self.sum(project_id, &moved).explained += moved.amount;
            }
            results.push(finding);
        }
        results.sort_by_key(|it| (it.project_id, it.operation_id, it.kind as usize));
        results.extend(unreadable::findings(books));
        for finding in &results {
            self.count(finding.kind);
        }
        let agreed = agreed(self.looked_at, &results);
        let sums = self.sums.into_values();
        Report {
            from: interval.from,
            to: interval.to,
            ledger_seq,
            sources: books.sources().to_vec(),
            counts: self.counts,
            sums: sums
                .filter(|sum| (sum.ours, sum.theirs, sum.explained) != (0, 0, 0))
                .collect(),
            results,
            agreed,
        }
    }

    fn sum(&mut self, project_id: ProjectId, moved: &Move) -> &mut Sum {
        let key = (project_id, moved.currency, moved.kind.to_string());
        self.sums.entry(key).or_insert_with(|| Sum {
            project_id,
            currency: moved.currency,
            kind: moved.kind.clone(),
            ours: 0,
            theirs: 0,
            explained: 0,
        })
    }
}

/// The ids of those that are not found again, also not as what may still come or cannot be read.
fn agreed(looked_at: Vec<OpenDifference>, results: &[Finding]) -> Vec<String> {
    let found: HashSet<&str> = results.iter().map(|it| &*it.id).collect();
    let is_undecided = |it: &&Finding| matches!(it.kind, Kind::TooFresh | Kind::Unreadable);
    let undecided = results.iter().filter(is_undecided);
    let undecided: HashSet<_> = undecided
        .filter_map(|it| it.project_id.zip(it.operation_id))
        .collect();
    let mut agreed: Vec<String> = looked_at
        .into_iter()
        .filter(|it| !found.contains(&*it.id))
        .filter(|it| !undecided.contains(&(it.project_id, it.operation_id)))
        .map(|it| it.id)
        .collect();
    agreed.sort_unstable();
    agreed
}

#[cfg(test)]
mod tests {
    use jetpay_core::report::ReportedOperation;
    use jetpay_core::{Currency, Money};

    use jetpay_rules::EntryKind;

    use super::*;
    use crate::{BookedEntry, BookedKind, Facts, Matcher};

    const INTERVAL: Interval = Interval { from: 0, to: 100 };

    #[test]
    fn a_result_that_is_lost_is_seen_in_the_sums() {
        let mut books = PlatformBooks::new();
        let source = books.begin_source("november.csv");
        let rows = [(1, "sale"), (2, "refund"), (3, "payout"), (4, "capture")];
        for (operation, kind) in rows {
            let amount = Money::new(500, Currency::parse("USD").unwrap());
            let (kind, status) = (kind.into(), "success".into());
            let row =
                ReportedOperation::new(1.into(), operation.into(), "pay", kind, status, amount);
            books.add(source, None, &row);
        }
        // Amount, currency and type differ: each explains a part.
        let entry = BookedEntry {
            project_id: 1.into(),
            operation_id: 4.into(),
            payment_id: "pay".parse().unwrap(),
            kind: BookedKind::Entry(EntryKind::Credit),
            amount: Money::new(400, Currency::KZT),
            time: 50,
        };
        let results = || {
            let mut matcher = Matcher::new(&books, INTERVAL, 100, &[1.into()]);
            let [.., key] = &matcher.doubtful()[..] else {
                unreachable!("four operations")
            };
            let entries = vec![entry.clone()];
            let facts = Facts {
                entries,
                ..Facts::default()
            };
            matcher.judge(&key.clone(), &facts);
            matcher.results()
        };
        assert!(results().report(&books, INTERVAL, 0).adds_up());
        let count = results().found.len();
        assert_eq!(count, 3 + 3);
        for lost in 0..count {
            let mut results = results();
            results.found.remove(lost);
            assert!(!results.report(&books, INTERVAL, 0).adds_up(), "{lost}");
        }
    }
}
