//! The rows that cannot be read, as results with ids that are the same in each run over the same file.

use crate::books::PlatformBooks;
use crate::report::{Finding, Kind};

/// How many digits of a source's hash are in the id.
const DIGITS: usize = 16;

/// By source and line. A file that is given twice has each row once.
pub(crate) fn findings(books: &PlatformBooks) -> Vec<Finding> {
    let rows = books.unreadable().iter().map(|row| {
        let sha256 = books.source(row.source).sha256.as_str();
        (sha256, row)
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_key(|(sha256, row)| (*sha256, row.line, &row.column, &row.why, row.source));
    rows.dedup_by_key(|(sha256, row)| (*sha256, row.line, &row.column, &row.why));
    let lines =
        rows.chunk_by(|(left, one), (right, other)| (left, one.line) == (right, other.line));
    let mut findings = Vec::new();
    for line in lines {
        for (number, (sha256, row)) in (1..).zip(line) {
            let hash = sha256.get(..DIGITS).unwrap_or(sha256);
            let id = format!("unreadable-{hash}-{}", row.line);
            let id = match number {
                1 => id,
                // A second column of the line.
                _ => format!("{id}-{number}"),
            };
            findings.push(Finding {
                id,
                kind: Kind::Unreadable,
                project_id: None,
                operation_id: None,
                payment_id: None,
                field: Some(row.column.clone()),
                ours: None,
                theirs: None,
                why: Some(row.why.clone()),
                amount: None,
                time: None,
                source: Some(row.source.number()),
                line: Some(row.line),
            });
        }
    }
    findings.sort_by_key(|it| (it.source, it.line));
    findings
}
