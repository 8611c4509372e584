//! The work list of open differences, and the runs, the newest first.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::Reconciliation;
use maud::{Markup, html};

use super::super::error::PageError;
use super::super::fields::{Fields, href};
use super::super::layout;
use super::super::list::{Caption, Cell, List};
use super::super::show as shown;
use super::super::visit::Visit;
use super::open::{self, Filter};
use super::{MOST, ROWS};
use crate::reconcile::view::differences;

const COLUMNS: &[&str] = &[
    "reconciliation-col-run",
    "reconciliation-col-from",
    "reconciliation-col-to",
    "reconciliation-col-sources",
    "reconciliation-col-matched",
    "reconciliation-col-differences",
    "reconciliation-col-open",
    "reconciliation-col-time",
    "reconciliation-col-by",
];

pub(super) async fn show(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let words = visit.words;
    let title = words.get("nav-reconciliations");
    let fields = Fields::of_query(&request);
    let before = fields.given("before").map(str::parse::<i64>).transpose();
    let before = before.map_err(|_| "reconciliation-wrong-before");
    let (filter, before) = match (Filter::read(&fields), before) {
        (Ok(filter), Ok(before)) => (filter, before),
        (Err(problem), _) | (_, Err(problem)) => {
            let main = html! {
                p.problem role="alert" { (words.get(problem)) }
                p { a href="/reconciliations" { (words.get("reconciliation-from-the-start")) } }
            };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(layout::with_status(&visit, status, &title, &main));
        }
    };
    match (fields.get("format"), fields.get("list")) {
        ("csv", "runs") => {
            let list = runs(&visit, &mut read(&visit, before, MOST).await?).await?;
            return Ok(list.csv(&visit, "reconciliations.csv"));
        }
        ("csv", _) => {
            let list = open::file(&visit, filter, MOST).await?;
            return Ok(list.csv(&visit, "differences.csv"));
        }
        _ => {}
    }
    let main = html! {
        @if before.is_none() {
            h2 { (words.get("difference-open")) }
            (open::show(&visit, filter).await?)
        }
        h2 { (words.get("reconciliation-newest")) }
        (table(&visit, before).await?)
    };
    Ok(layout::page(&visit, &title, &main))
}

async fn read(
    visit: &Visit,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Reconciliation>, PageError> {
    Ok(visit.ledger().reconciliations(before, limit).await?)
}

async fn table(visit: &Visit, before: Option<i64>) -> Result<Markup, PageError> {
    let words = visit.words;
    let mut read = read(visit, before, ROWS + 1).await?;
    if read.is_empty() {
        return Ok(html! { p { (words.get("reconciliation-none")) } });
    }
    let more = read.len() > ROWS;
    read.truncate(ROWS);
    let link = |before: &str, format, list| {
        href(
            "/reconciliations",
            [("before", before), ("format", format), ("list", list)],
        )
    };
    let next = read.last().filter(|_| more);
    let next = next.map(|last| link(&last.run.to_string(), "", ""));
    let before = before.map(|run| run.to_string()).unwrap_or_default();
    let csv = link(&before, "csv", "runs");
    let list = runs(visit, &mut read).await?;
    let caption = words.get("reconciliation-newest");
    Ok(list.table(
        visit,
        Caption::Unseen(&caption),
        next.as_deref(),
        Some(&csv),
    ))
}

async fn runs(visit: &Visit, runs: &mut [Reconciliation]) -> Result<List, PageError> {
    let numbers = runs.iter().map(|run| run.run);
    let (first, last) = (
        numbers.clone().min().unwrap_or_default(),
        numbers.max().unwrap_or_default(),
    );
    let listed = visit.ledger().differences_of_runs(first, last).await?;
    let row = |run: &Reconciliation| {
        let number = |count: u64| Cell::Text(count.to_string());
        let all = differences(&run.counts);
        let listed = listed.get(&run.run).copied().unwrap_or_default();
        // A row that could not be read is about no operation: no later run closes it, and no person decides about it.
        let open = listed.open + all.saturating_sub(listed.all);
        let sources: Vec<_> = run.sources.iter().map(|it| shown::text(&it.name)).collect();
        vec![
            Cell::Link {
                to: format!("/reconciliations/{}", run.run),
                text: run.run.to_string(),
            },
            Cell::Time(Some(run.from)),
            Cell::Time(Some(run.to)),
            sources.join(", ").into(),
            number(run.counts.get("matched").copied().unwrap_or_default()),
            number(all),
            number(open),
            Cell::Time(Some(run.time)),
            by(visit, run.by.as_deref()).into(),
        ]
    };
    Ok(List {
        columns: COLUMNS,
        rows: runs.iter().map(row).collect(),
    })
}

/// Who recorded a run.
pub(super) fn by(visit: &Visit, by: Option<&str>) -> String {
    by.map_or_else(
        || visit.words.get("reconciliation-by-schedule"),
        shown::text,
    )
}
