//! The results of all operations, put together: what is listed, the counts, and the proof by sums.

use std::collections::BTreeMap;

use jetpay_core::Currency;
use jetpay_core::id::ProjectId;

use crate::books::{Listed, PlatformBooks};
use crate::compare::{Found, Verdict};
use crate::effect::Move;
use crate::report::{Interval, Kind, Report, Sum};
use crate::{unreadable, versions};

/// The results so far.
#[derive(Debug, Default)]
pub(crate) struct Results {
    counts: BTreeMap<String, u64>,
    sums: BTreeMap<(ProjectId, Currency, String), Sum>,
    pub(crate) found: Vec<(ProjectId, Found)>,
}

impl Results {
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
