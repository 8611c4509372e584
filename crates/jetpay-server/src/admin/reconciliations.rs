//! `/v1/reconciliations`: comparisons with the platform's own books, and what people decided about the differences.

use std::collections::HashSet;

use actix_web::web::{self, Data, Path, Payload, ReqData, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::{DifferenceVerdict, NewReconciliation};
use jetpay_reconcile::{Kind, Report, Sum};
use serde::Deserialize;
use serde_json::json;

use super::auth::Actor;
use super::error::AdminError;
use super::{Admin, input, resource};
use crate::decisions;
use crate::environment::now;
use crate::reconcile::count;
use crate::reconcile::view::{ResultView, RunView, is_instant};

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .service(
            resource("/reconciliations")
                .route(web::get().to(list))
                .route(web::post().to(record)),
        )
        .service(resource("/reconciliations/{run}").route(web::get().to(get)))
        .service(
            resource("/reconciliations/differences/{id}/resolve").route(web::post().to(resolve)),
        );
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Runs {
    before: Option<i64>,
    limit: Option<usize>,
}

/// Lists reconciliations without their results, newest first.
async fn list(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let page: Runs = input::query(&request)?;
    let limit = input::limit(page.limit)?;
    let runs = admin.ledger.reconciliations(page.before, limit + 1).await?;
    let (runs, next) = input::page(runs, limit, |last| last.run);
    let runs: Vec<_> = runs.into_iter().map(RunView::from).collect();
    Ok(input::list("reconciliations", &runs, next))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Results {
    #[serde(default)]
    after: i64,
    limit: Option<usize>,
}

/// A reconciliation with a page of its results.
async fn get(
    admin: Data<Admin>,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, AdminError> {
    let page: Results = input::query(&request)?;
    if page.after < 0 {
        return Err(input::not_whole("after"));
    }
    let limit = input::limit(page.limit)?;
    let none = || AdminError::not_found("there is no reconciliation with this number");
    let run = path.parse().map_err(|_| none())?;
    let ledger = &admin.ledger;
    let recorded = ledger.reconciliation(run).await?.ok_or_else(none)?;
    let found = ledger.reconciliation_results(run, page.after, limit + 1);
    let (results, more) = input::page(found.await?, limit, |_| ());
    let results: Vec<_> = results.into_iter().map(ResultView::from).collect();
    let shown = i64::try_from(results.len()).unwrap_or(i64::MAX);
    Ok(HttpResponse::Ok().json(RunView {
        next: more.map(|()| page.after.saturating_add(shown)),
        results: Some(results),
        ..recorded.into()
    }))
}

/// Records a report. It opens and closes differences, and moves no money.
async fn record(
    admin: Data<Admin>,
    by: ReqData<Actor>,
    payload: Payload,
) -> Result<HttpResponse, AdminError> {
    let advice = "compare a shorter interval, or stop the service and let the command record the report itself";
    let body = input::bytes(payload, input::MAX_IMPORT).await;
    let report: Report = input::json_of(&body.map_err(|error| error.if_too_large(advice))?)?;
    check(&report)?;
    let new = NewReconciliation {
        report,
        by: Some(by.name().to_owned()),
    };
    let recorded = admin.ledger.record_reconciliation(new, now()).await?;
    tracing::info!(
        run = recorded.run,
        opened = recorded.opened,
        closed = recorded.closed,
        by = by.name(),
        "the merchant recorded a reconciliation"
    );
    Ok(HttpResponse::Created().json(recorded))
}

/// The longest name of a source, in bytes.
const LONGEST_NAME: usize = 255;

/// Refuses what no comparison gives: later answers and pages could not show it.
fn check(report: &Report) -> Result<(), AdminError> {
    let not_shown =
        "must be whole seconds since 1970-01-01 00:00 UTC, of a year from -9999 to 9999";
    for (field, time) in [("from", report.from), ("to", report.to)] {
        if !is_instant(time) {
            return Err(AdminError::invalid(field, not_shown));
        }
    }
    if report.from >= report.to {
        return Err(AdminError::invalid("to", "must be later than from"));
    }
    if let Some(word) = report
        .counts
        .keys()
        .find(|word| word.parse::<Kind>().is_err())
    {
        let message = format!("`{word}` is no kind of result");
        return Err(AdminError::invalid("counts", message));
    }
    if report.sources.is_empty() {
        return Err(AdminError::invalid(
            "sources",
            "must name at least one source",
        ));
    }
    for (place, source) in report.sources.iter().enumerate() {
        let field = |name| format!("sources[{place}].{name}");
        if !(1..=LONGEST_NAME).contains(&source.name.len()) {
            return Err(AdminError::invalid(
                field("name"),
                "must have 1 to 255 bytes",
            ));
        }
        let sha256 = &source.sha256;
        if sha256.len() != 64 || !sha256.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            let message = "must have 64 hexadecimal digits";
            return Err(AdminError::invalid(field("sha256"), message));
        }
    }
    for (place, result) in report.results.iter().enumerate() {
        let field = |name| format!("results[{place}].{name}");
        if result.id.is_empty() {
            return Err(AdminError::invalid(field("id"), "must not be empty"));
        }
        if result.time.is_some_and(|time| !is_instant(time)) {
            return Err(AdminError::invalid(field("time"), not_shown));
        }
    }
    for kind in Kind::ALL.iter().filter(|kind| !kind.is_only_counted()) {
        let listed = report.results.iter().filter(|it| it.kind == *kind).count();
        if count(report, *kind) != listed as u64 {
            let message = format!("must say how many results are `{kind}`: {listed}");
            return Err(AdminError::invalid("counts", message));
        }
    }
    let listed: HashSet<&str> = report.results.iter().map(|it| it.id.as_str()).collect();
    for (place, id) in report.agreed.iter().enumerate() {
        if id.is_empty() || listed.contains(id.as_str()) {
            let field = format!("agreed[{place}]");
            let message = "must be the id of a difference, and not among the results";
            return Err(AdminError::invalid(field, message));
        }
    }
    let is_nothing = |sum: &Sum| (sum.ours, sum.theirs, sum.explained) == (0, 0, 0);
    if report.sums.iter().any(is_nothing) {
        let message = "must leave out sums of nothing";
        return Err(AdminError::invalid("sums", message));
    }
    if !report.adds_up() {
        let message = "must add up: theirs - ours = explained";
        return Err(AdminError::invalid("sums", message));
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with a verdict and a reason"
)]
struct Resolve {
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    reason: String,
}

/// Records what an operator says about a difference.
async fn resolve(
    admin: Data<Admin>,
    by: ReqData<Actor>,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, AdminError> {
    let body: Resolve = input::json(payload).await?;
    let verdict: DifferenceVerdict = input::word("verdict", &body.verdict, DifferenceVerdict::ALL)?;
    let reason = by.reason(body.reason);
    decisions::resolve_difference(&admin, &path, verdict, reason).await?;
    Ok(HttpResponse::Ok().json(json!({"id": &**path, "state": verdict.as_str(), "by": by.name()})))
}
