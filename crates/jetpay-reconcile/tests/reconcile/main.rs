//! The comparison by its public functions: one operation, many at random, a hundred thousand.

mod kinds;
mod membership;
mod plan;
mod planted;
mod random;
mod sources;
mod words;

use std::collections::BTreeMap;

use jetpay_core::id::{OperationId, ProjectId};
use jetpay_reconcile::{
    BookedEntry, Facts, Interval, Matcher, PlatformBooks, RecordedEvent, Report,
};

/// Operations are compared in these 100 seconds; the last ten are too fresh.
const INTERVAL: Interval = Interval { from: 100, to: 200 };
const FRESH_FROM: i64 = 190;

/// What is recorded of every operation.
type Recorded = BTreeMap<(ProjectId, OperationId), Facts>;

/// Compares in the way that a ledger does: everything of the interval first, then the doubtful operations.
fn reconcile(books: &PlatformBooks, recorded: &Recorded, projects: &[ProjectId]) -> Report {
    let events = recorded.values().flat_map(|facts| &facts.events);
    let entries = recorded.values().flat_map(|facts| &facts.entries);
    let (events, entries) = (events.collect(), entries.collect());
    reconcile_in_order(books, recorded, projects, (events, entries))
}

fn reconcile_in_order(
    books: &PlatformBooks,
    recorded: &Recorded,
    projects: &[ProjectId],
    (events, entries): (Vec<&RecordedEvent>, Vec<&BookedEntry>),
) -> Report {
    let mut matcher = Matcher::new(books, INTERVAL, FRESH_FROM, projects);
    for entry in entries {
        matcher.entry(entry);
    }
    for event in events {
        matcher.event(event);
    }
    for key in matcher.doubtful() {
        let facts = recorded.get(&(key.project_id, key.operation_id));
        matcher.judge(&key, facts.unwrap_or(&Facts::default()));
    }
    let report = matcher.report(7);
    assert!(report.adds_up(), "{:?}", report.sums);
    report
}
