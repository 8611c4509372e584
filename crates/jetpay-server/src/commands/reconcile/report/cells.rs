//! The parts of a report that text and HTML share: what its head says, and the rows of its tables, without escapes.

use std::collections::BTreeMap;

use jetpay_reconcile::{Kind, Sum};

use super::super::borders::Zone;
use crate::reconcile::text::{self as texts, ENGLISH};
use crate::reconcile::view::{ResultView, RunView};

/// A table: its headings, and its rows of as many cells.
pub(super) struct Cells {
    pub(super) headings: Vec<&'static str>,
    pub(super) rows: Vec<Vec<String>>,
}

impl Cells {
    /// Leaves out the columns that are empty in every row.
    fn without_empty(headings: &[&'static str], rows: Vec<Vec<String>>) -> Self {
        let used: Vec<_> = (0..headings.len())
            .map(|at| rows.iter().any(|row| !row[at].is_empty()))
            .collect();
        let rows = rows.into_iter().map(|row| {
            let cells = row.into_iter().zip(&used);
            cells
                .filter(|(_, used)| **used)
                .map(|(cell, _)| cell)
                .collect()
        });
        Self {
            rows: rows.collect(),
            headings: (headings.iter().zip(&used))
                .filter(|(_, used)| **used)
                .map(|(heading, _)| *heading)
                .collect(),
        }
    }
}

/// Names and values about the whole run.
pub(super) fn head(run: &RunView, zone: &Zone) -> Vec<(&'static str, String)> {
    let between = |zone: &Zone| format!("{} to {}", zone.show(run.from), zone.show(run.to));
    let mut head = Vec::new();
    if let Some(number) = run.run {
        head.push(("run", number.to_string()));
    }
    head.push(("interval", format!("{} ({})", between(zone), zone.name)));
    if !zone.is_utc() {
        head.push(("in UTC", between(&Zone::utc())));
    }
    head.push((
        "",
        format!(
            "the end is not included; the platform's reports are in UTC, and the times below in {}",
            zone.name
        ),
    ));
    head.push(("ledger", format!("up to entry {}", run.ledger_seq)));
    for source in &run.sources {
        let digits: String = source.sha256.chars().take(16).collect();
        let rows = source.rows;
        head.push((
            "source",
            format!("{}, {rows} rows, SHA-256 {digits}…", source.name),
        ));
    }
    if let Some(time) = run.time {
        let by = run.by.as_deref().unwrap_or("the schedule");
        head.push(("recorded", format!("{} by {by}", zone.show(time))));
    }
    head
}

/// How many results of each kind, in the order of kinds.
pub(super) fn counts(counts: &BTreeMap<String, u64>) -> Cells {
    let known = Kind::ALL.iter().filter_map(|kind| {
        let count = counts.get(kind.as_str()).filter(|count| **count > 0)?;
        let meaning = texts::meaning(ENGLISH, *kind);
        Some(vec![count.to_string(), kind.to_string(), meaning])
    });
    Cells {
        headings: vec!["count", "kind", "meaning"],
        rows: known.collect(),
    }
}

/// The money by project, currency and type.
pub(super) fn sums(sums: &[Sum]) -> Cells {
    let row = |sum: &Sum| {
        let money = |minor| texts::sum(ENGLISH, minor, sum.currency);
        let difference = sum.theirs.checked_sub(sum.ours);
        vec![
            sum.project_id.to_string(),
            sum.kind.to_string(),
            money(sum.ours),
            money(sum.theirs),
            difference.map(money).unwrap_or_default(),
            money(sum.explained),
        ]
    };
    Cells {
        headings: vec![
            "project",
            "type",
            "ours",
            "theirs",
            "difference",
            "explained",
        ],
        rows: sums.iter().map(row).collect(),
    }
}

/// The listed results by kind, in the order of kinds: differences first.
pub(super) fn groups(run: &RunView) -> Vec<(Kind, Vec<&ResultView>)> {
    let mut by_kind: Vec<(Kind, Vec<&ResultView>)> =
        Kind::ALL.iter().map(|kind| (*kind, Vec::new())).collect();
    by_kind.sort_by_key(|(kind, _)| !kind.is_difference());
    for result in run.results.iter().flatten() {
        let kind = result.finding.kind;
        let of_kind = by_kind.iter_mut().find(|(it, _)| *it == kind);
        if let Some((_, results)) = of_kind {
            results.push(result);
        }
    }
    by_kind.retain(|(_, results)| !results.is_empty());
    by_kind
}

/// The headings of results.
const HEADINGS: [&str; 15] = [
    "project",
    "payment",
    "operation",
    "time",
    "field",
    "ours",
    "theirs",
    "amount",
    "why",
    "line",
    "the platform says",
    "state",
    "alarm",
    "reason",
    "id",
];

/// The rows of one kind.
pub(super) fn results(results: &[&ResultView], run: &RunView, zone: &Zone) -> Cells {
    let row = |result: &&ResultView| {
        let finding = &result.finding;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let number = |number: Option<i64>| number.map(|it| it.to_string()).unwrap_or_default();
        let said = |said: &Option<String>| texts::said(finding.field.as_deref(), said.as_deref());
        vec![
            finding
                .project_id
                .map(|it| it.to_string())
                .unwrap_or_default(),
            text(&finding.payment_id),
            finding
                .operation_id
                .map(|it| it.to_string())
                .unwrap_or_default(),
            result.time.map(|time| zone.show(time)).unwrap_or_default(),
            text(&finding.field),
            said(&finding.ours),
            said(&finding.theirs),
            (finding
                .amount
                .filter(|_| finding.ours.is_none() && finding.theirs.is_none()))
            .map(|it| it.to_string())
            .unwrap_or_default(),
            text(&finding.why),
            place(result, run),
            text(&result.status),
            result.state.map(|it| it.to_string()).unwrap_or_default(),
            number(result.alarm_seq),
            text(&result.reason),
            if finding.kind.is_difference() {
                finding.id.clone()
            } else {
                String::new()
            },
        ]
    };
    Cells::without_empty(&HEADINGS, results.iter().map(row).collect())
}

/// The file and the line of a result.
fn place(result: &ResultView, run: &RunView) -> String {
    let Some(line) = result.finding.line else {
        return String::new();
    };
    let source = result
        .finding
        .source
        .and_then(|at| run.sources.get(usize::from(at)));
    match source {
        Some(source) if run.sources.len() > 1 => format!("{}:{line}", source.name),
        _ => line.to_string(),
    }
}

/// What the reader can rely on: whether anything is to be done, and whether all of it adds up.
pub(super) fn verdict(run: &RunView) -> String {
    texts::verdict(ENGLISH, &run.sums, &run.counts, run.to_do())
}
