//! One run: what the reader can rely on, the sums, and the results.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::{ReconciledFinding, Reconciliation};
use jetpay_reconcile::{Kind, Sum};
use maud::{Markup, html};

use super::super::error::PageError;
use super::super::fields::{Fields, href};
use super::super::list::{Caption, Cell, List};
use super::super::visit::Visit;
use super::super::{layout, show as shown};
use super::index::by;
use super::open::address;
use super::{MOST, ROWS, kind, payment, said};
use crate::reconcile::text;
use crate::reconcile::view::differences;

const NOT_FOUND: PageError = PageError::NotFound("reconciliation-not-found");

const RESULTS: &[&str] = &[
    "difference-col-kind",
    "difference-col-operation",
    "difference-col-payment",
    "difference-col-time",
    "difference-col-amount",
    "difference-col-ours",
    "difference-col-theirs",
    "difference-col-why",
    "difference-col-line",
    "difference-col-state",
    "difference-col-alarm",
    "difference-col-decision",
];

const COUNTS: &[&str] = &[
    "difference-col-kind",
    "reconciliation-col-count",
    "reconciliation-col-meaning",
    "reconciliation-col-advice",
];

const SUMS: &[&str] = &[
    "reconciliation-col-project",
    "reconciliation-col-type",
    "difference-col-ours",
    "difference-col-theirs",
    "reconciliation-col-difference",
    "reconciliation-col-explained",
];

pub(super) async fn show(
    visit: Visit,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let (words, ledger) = (visit.words, visit.ledger());
    let number: i64 = path.parse().map_err(|_| NOT_FOUND)?;
    let run = ledger.reconciliation(number).await?.ok_or(NOT_FOUND)?;
    let title = words.with(
        "reconciliation-title",
        [("run", run.run.to_string().into())],
    );
    let fields = Fields::of_query(&request);
    let of_kind = fields.given("kind").map(str::parse::<Kind>).transpose();
    let after = fields.given("after").unwrap_or("0").parse::<i64>();
    let (Ok(of_kind), Ok(after)) = (of_kind, after) else {
        let main = html! { p.problem role="alert" { (words.get("reconciliation-wrong-filter")) } };
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(layout::with_status(&visit, status, &title, &main));
    };
    if fields.get("format") == "csv" {
        let found = ledger
            .numbered_results(number, of_kind, after, MOST)
            .await?;
        let name = format!("reconciliation-{number}.csv");
        return Ok(results(&visit, &run, &found).csv(&visit, &name));
    }
    let listed = ledger.differences_of_runs(number, number).await?;
    let listed = listed.get(&number).copied().unwrap_or_default();
    let to_do = listed.open + differences(&run.counts).saturating_sub(listed.all);
    let main = html! {
        p.state { (text::verdict(words, &run.sums, &run.counts, to_do)) }
        (facts(&visit, &run))
        (counts(&visit, &run))
        @if !run.sums.is_empty() { (sums(&visit, &run.sums)) }
        (table(&visit, &run, of_kind, after).await?)
    };
    Ok(layout::page(&visit, &title, &main))
}

fn facts(visit: &Visit, run: &Reconciliation) -> Markup {
    let words = visit.words;
    html! {
        dl.facts {
            dt { (words.get("reconciliation-col-from")) } dd { (shown::time(visit, run.from)) }
            dt { (words.get("reconciliation-col-to")) } dd { (shown::time(visit, run.to)) }
            dt { (words.get("reconciliation-ledger")) } dd { (run.ledger_seq) }
            @for source in &run.sources {
                @let digest: String = source.sha256.chars().take(16).collect();
                dt { (words.get("reconciliation-source")) }
                dd {
                    (shown::isolated(&source.name)) ", "
                    (words.with("reconciliation-rows", [("count", source.rows.into())]))
                    ", SHA-256 " (shown::isolated(&digest)) "…"
                }
            }
            dt { (words.get("reconciliation-col-time")) } dd { (shown::time(visit, run.time)) }
            dt { (words.get("reconciliation-col-by")) } dd { bdi { (by(visit, run.by.as_deref())) } }
        }
    }
}

/// How many results of each kind, what each means, and what to do about it.
fn counts(visit: &Visit, run: &Reconciliation) -> Markup {
    let words = visit.words;
    let row = |of_kind: &Kind| {
        let count = run
            .counts
            .get(of_kind.as_str())
            .filter(|count| **count > 0)?;
        let name = kind(visit, *of_kind);
        let first = if of_kind.is_only_counted() {
            name.into()
        } else {
            Cell::Link {
                to: link(run, Some(*of_kind), 0, ""),
                text: name,
            }
        };
        let advice = text::advice(words, *of_kind).unwrap_or_default();
        Some(vec![
            first,
            count.to_string().into(),
            text::meaning(words, *of_kind).into(),
            advice.into(),
        ])
    };
    let list = List {
        columns: COUNTS,
        rows: Kind::ALL.iter().filter_map(row).collect(),
    };
    list.table(visit, &words.get("reconciliation-counts"), None, None)
}

fn sums(visit: &Visit, sums: &[Sum]) -> Markup {
    let words = visit.words;
    let row = |sum: &Sum| {
        let money = |minor| Cell::Text(text::sum(words, minor, sum.currency));
        let difference = sum.theirs.checked_sub(sum.ours);
        vec![
            sum.project_id.to_string().into(),
            words.word("operation-type", &sum.kind.to_string()).into(),
            money(sum.ours),
            money(sum.theirs),
            difference.map_or_else(|| String::new().into(), money),
            money(sum.explained),
        ]
    };
    let list = List {
        columns: SUMS,
        rows: sums.iter().map(row).collect(),
    };
    list.table(visit, &words.get("reconciliation-sums"), None, None)
}

fn link(run: &Reconciliation, of_kind: Option<Kind>, after: i64, format: &str) -> String {
    let number = after.to_string();
    let fields = [
        ("kind", of_kind.map_or("", Kind::as_str)),
        ("after", if after == 0 { "" } else { &number }),
        ("format", format),
    ];
    href(&format!("/reconciliations/{}", run.run), fields)
}

async fn table(
    visit: &Visit,
    run: &Reconciliation,
    of_kind: Option<Kind>,
    after: i64,
) -> Result<Markup, PageError> {
    let words = visit.words;
    let ledger = visit.ledger();
    let found = ledger.numbered_results(run.run, of_kind, after, ROWS + 1);
    let mut found = found.await?;
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let next = found.last().filter(|_| more);
    let next = next.map(|(number, _)| link(run, of_kind, *number, ""));
    let csv = link(run, of_kind, after, "csv");
    let caption = match of_kind {
        Some(of_kind) => kind(visit, of_kind),
        None => words.get("reconciliation-all-results"),
    };
    Ok(html! {
        h2 { (caption) }
        @if of_kind.is_some() { p { a href=(link(run, None, 0, "")) { (words.get("reconciliation-all-results")) } } }
        @if found.is_empty() {
            p { (words.get("reconciliation-no-results")) }
        } @else {
            (results(visit, run, &found).table(visit, Caption::Unseen(&caption), next.as_deref(), Some(&csv)))
        }
    })
}

fn results(visit: &Visit, run: &Reconciliation, found: &[(i64, ReconciledFinding)]) -> List {
    let rows = found.iter().map(|(_, result)| row(visit, run, result));
    List {
        columns: RESULTS,
        rows: rows.collect(),
    }
}

fn row(visit: &Visit, run: &Reconciliation, result: &ReconciledFinding) -> Vec<Cell> {
    let words = visit.words;
    let finding = &result.finding;
    let field = finding.field.as_deref();
    let operation = finding.operation_id.map(|id| id.to_string());
    let operation = operation.unwrap_or_default();
    let name = kind(visit, finding.kind);
    let time = finding.time.map(|seconds| seconds.saturating_mul(1_000));
    let source = finding
        .source
        .and_then(|at| run.sources.get(usize::from(at)));
    let line = finding.line.map(|line| match source {
        Some(source) => format!("{}:{line}", shown::text(&source.name)),
        None => line.to_string(),
    });
    let decided = [result.reason.as_deref(), result.by.as_deref()];
    let decided: Vec<_> = decided.into_iter().flatten().map(shown::text).collect();
    vec![
        // A result that is a difference about an operation has a page of its own.
        match result.state {
            Some(_) => Cell::Link {
                to: address(&finding.id),
                text: name,
            },
            None => name.into(),
        },
        operation.into(),
        payment(finding.payment_id.as_deref()),
        Cell::Time(time.map(jetpay_ledger::Millis)),
        Cell::Amount(finding.amount),
        said(field, finding.ours.as_deref()),
        said(field, finding.theirs.as_deref()),
        shown::text(finding.why.as_deref().unwrap_or_default()).into(),
        line.unwrap_or_default().into(),
        result
            .state
            .map(|state| words.word("difference-state", state.as_str()))
            .unwrap_or_default()
            .into(),
        match result.alarm_seq {
            Some(seq) => Cell::Link {
                to: format!("/alarms/{seq}"),
                text: seq.to_string(),
            },
            None => String::new().into(),
        },
        decided.join(" — ").into(),
    ]
}
