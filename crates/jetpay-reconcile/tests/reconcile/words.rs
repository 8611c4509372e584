//! Operations and records written as words, for tables of cases.

use jetpay_core::id::{OperationId, ProjectId};
use jetpay_core::report::ReportedOperation;
use jetpay_core::{Currency, Money};
use jetpay_reconcile::{
    BookedEntry, BookedKind, Facts, Finding, RecordedEvent, RecordedPayment, Report,
};

pub(super) const PROJECT: ProjectId = ProjectId::new(1234);
pub(super) const OPERATION: OperationId = OperationId::new(7);

/// The cases of a table: a line each, of three parts with `|` between.
pub(super) fn cases(table: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let lines = table.lines().map(str::trim_end);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let [theirs, ours, expected] = parts[..] else {
            panic!("{line}")
        };
        (theirs, ours, expected)
    })
}

/// `sale success 100000 KZT pay 150`; `-` for no time. A word has `_` for a space.
pub(super) fn reported(text: &str) -> ReportedOperation {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [kind, status, amount, currency, payment, time] = words[..] else {
        panic!("{text}")
    };
    let amount = money(amount, currency);
    ReportedOperation::new(
        PROJECT,
        OPERATION,
        payment,
        kind.into(),
        status.into(),
        amount,
    )
    .at(time.parse().ok())
}

pub(super) fn money(amount: &str, currency: &str) -> Money {
    Money::new(amount.parse().unwrap(), Currency::parse(currency).unwrap())
}

/// What is recorded, with `;` between: `entry credit 100000 KZT pay 150`, `event sale success pay 150 applied`,
/// `payment pending`, `payment of 9`, `payout`, `alarm 3`, `foreign`.
pub(super) fn facts(text: &str) -> Facts {
    let mut facts = Facts::default();
    let payment = |project, state: Option<&str>| RecordedPayment {
        project_id: project,
        state: state.map(|state| state.parse().unwrap()),
        currency: Currency::KZT,
    };
    for part in text
        .split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let words: Vec<&str> = part.split_whitespace().collect();
        match words[..] {
            ["entry", kind, amount, currency, payment, time] => facts.entries.push(BookedEntry {
                project_id: PROJECT,
                operation_id: OPERATION,
                payment_id: payment.parse().unwrap(),
                kind: match kind {
                    "paid" => BookedKind::Paid,
                    "payout_reversed" => BookedKind::PayoutReversed,
                    _ => BookedKind::Entry(kind.parse().unwrap()),
                },
                amount: money(amount, currency),
                time: time.parse().unwrap(),
            }),
            ["event", kind, status, payment, time, outcome] => facts.events.push(RecordedEvent {
                project_id: PROJECT,
                operation_id: OPERATION,
                payment_id: payment.parse().unwrap(),
                kind: Some(kind.into()),
                status: Some(status.into()),
                amount: None,
                time: time.parse().unwrap(),
                outcome: outcome.parse().unwrap(),
            }),
            ["payment", "of", project] => {
                facts.payment = Some(payment(project.parse().unwrap(), Some("pending")));
            }
            ["payment", state] => facts.payment = Some(payment(PROJECT, Some(state))),
            ["payout"] => facts.payment = Some(payment(PROJECT, None)),
            ["alarm", alarm] => facts.alarm = Some(alarm.parse().unwrap()),
            ["foreign"] => facts.is_foreign = true,
            _ => panic!("{part}"),
        }
    }
    facts
}

/// What is counted and not listed, then each finding: `kind: field, ours != theirs, (why)`.
pub(super) fn said(report: &Report) -> String {
    let listed = |kind: &str| report.results.iter().any(|it| it.kind.as_str() == kind);
    let counts = report.counts.iter().filter(|(kind, _)| !listed(kind));
    let counted = counts.map(|(kind, count)| match count {
        1 => kind.clone(),
        _ => format!("{count} {kind}"),
    });
    let findings = report.results.iter().map(line);
    counted.chain(findings).collect::<Vec<_>>().join("; ")
}

fn line(finding: &Finding) -> String {
    let parts = [
        Some(finding.kind.to_string()),
        finding.field.clone(),
        finding.ours.as_ref().map(|ours| format!("ours {ours}")),
        finding
            .theirs
            .as_ref()
            .map(|theirs| format!("theirs {theirs}")),
        finding.why.as_ref().map(|why| format!("({why})")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
