//! What several contents of one operation say about the platform's own books.

use crate::books::{Listed, PlatformBooks};
use crate::compare::text;
use crate::report::{Finding, Kind};

/// One operation with two contents in one source; and what a later source changed. The contents come newer sources first.
pub(crate) fn findings(books: &PlatformBooks, contents: &[Listed<'_>]) -> Vec<Finding> {
    let Some(newest) = contents.first() else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let mut sources = contents.chunk_by(|left, right| left.source == right.source);
    if let Some(twice) = sources.find(|contents| contents.len() > 1) {
        let all: Vec<String> = twice.iter().map(content).collect();
        let lines: Vec<String> = twice
            .iter()
            .filter_map(|it| Some(it.line?.to_string()))
            .collect();
        let finding = Finding {
            theirs: Some(all.join("; ")),
            why: (!lines.is_empty()).then(|| format!("lines {}", lines.join(", "))),
            ..of(&twice[0], Kind::TwiceThere)
        };
        findings.push(finding);
    }
    let older = contents.iter().find(|it| it.source != newest.source);
    if let Some(older) = older.filter(|older| older.content() != newest.content()) {
        let (before, now) = (content(older), content(newest));
        let name = &books.source(older.source).name;
        let why = if before == now {
            format!("`{name}` has another time")
        } else {
            format!("`{name}` has: {before}")
        };
        let finding = Finding {
            theirs: Some(now),
            why: Some(why),
            ..of(newest, Kind::ChangedThere)
        };
        findings.push(finding);
    }
    findings
}

fn of(listed: &Listed<'_>, kind: Kind) -> Finding {
    Finding {
        payment_id: Some(listed.payment_id.to_owned()),
        amount: Some(listed.amount),
        time: listed.time,
        source: Some(listed.source.number()),
        line: listed.line,
        ..Finding::of((listed.project_id, listed.operation_id), kind)
    }
}

/// What a row says: `sale, success, 100000 KZT, payment_47`.
fn content(listed: &Listed<'_>) -> String {
    let amount = text(listed.amount);
    let Listed {
        kind,
        status,
        payment_id,
        ..
    } = listed;
    format!("{kind}, {status}, {amount}, {payment_id}")
}
