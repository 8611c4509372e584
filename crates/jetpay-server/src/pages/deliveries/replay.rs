//! Delivers again what a system has lost: first the plan, then the decision.

use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::{Error, Millis, ResolveError};
use maud::{Markup, html};

use super::super::error::PageError;
use super::super::fields::Fields;
use super::super::form::{self, Problem};
use super::super::visit::Visit;
use super::super::{layout, show as shown};
use super::{Found, NOT_FOUND, Named, address, find, item, stream};
use crate::config::Role;
use crate::decisions;
use crate::deliver::Item;

/// The number after which everything is sent again, if one was typed; or what is wrong with it.
fn after(visit: &Visit, fields: &Fields) -> Result<Option<i64>, Problem> {
    let number = |text: &str| text.parse().ok().filter(|number| *number >= 0);
    let number = |text| number(text).ok_or_else(|| wrong(visit));
    fields.given("after").map(number).transpose()
}

fn wrong(visit: &Visit) -> Problem {
    Problem::new(visit.words.get("delivery-replay-wrong"))
}

pub(super) async fn show(
    visit: Visit,
    path: Named,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let found = configured(&visit, &path).await?;
    let fields = Fields::of_query(&request);
    match after(&visit, &fields) {
        Ok(after) => page(&visit, &found, &fields, after, None).await,
        Err(problem) => page(&visit, &found, &fields, None, Some(problem)).await,
    }
}

pub(super) async fn replay(
    visit: Visit,
    path: Named,
    payload: Payload,
) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let found = configured(&visit, &path).await?;
    let fields = Fields::of_form(payload).await?;
    let after = after(&visit, &fields);
    let after = match after.and_then(|after| after.ok_or_else(|| wrong(&visit))) {
        Ok(after) => after,
        Err(problem) => return page(&visit, &found, &fields, None, Some(problem)).await,
    };
    let reason = match visit.reason(&fields) {
        Ok(reason) => reason,
        Err(problem) => return page(&visit, &found, &fields, Some(after), Some(problem)).await,
    };
    match decisions::replay_deliveries(&visit.pages.admin, &found.stream, after, reason).await {
        Ok(replayed) => {
            let count = replayed.before.saturating_sub(after);
            let text = visit
                .words
                .with("delivery-replayed", [("count", count.into())]);
            Ok(visit.done(&address(&found.stream), text))
        }
        Err(Error::Resolve(why)) => {
            // There is nothing to plan beyond what the endpoint has.
            let problem = Problem::of(visit.words, &why);
            page(&visit, &found, &fields, None, Some(problem)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// A stream of the configuration: nothing delivers another one.
async fn configured(visit: &Visit, path: &Named) -> Result<Found, PageError> {
    let found = find(visit, &path.0, &path.1).await?;
    Some(found)
        .filter(|found| found.is_configured)
        .ok_or(NOT_FOUND)
}

/// What a replay would do.
struct Plan {
    after: i64,
    /// How many items it sends again.
    count: i64,
    left_out: i64,
    first: Option<Millis>,
    last: Option<Millis>,
}

async fn page(
    visit: &Visit,
    found: &Found,
    typed: &Fields,
    after: Option<i64>,
    problem: Option<Problem>,
) -> Result<HttpResponse, PageError> {
    let words = visit.words;
    let names = [found.stream.name.clone()];
    let status = visit.ledger().delivery_status(&names).await?;
    let status = status.iter().find(|status| status.stream == found.stream);
    let cursor = status.map(|status| status.cursor);
    let (plan, problem) = match (after, cursor) {
        (None, _) => (None, problem),
        (Some(_), None) => (None, Some(Problem::new(words.get("delivery-not-begun")))),
        (Some(after), Some(cursor)) if after > cursor => {
            let problem = Problem::of(words, &ResolveError::BeyondCursor);
            (None, Some(problem))
        }
        (Some(after), Some(cursor)) => {
            let plan = self::plan(visit, found, after, cursor).await?;
            (Some(plan), problem)
        }
    };
    let main = html! {
        p { (words.get("delivery-replay-means")) }
        @if let Some(cursor) = cursor { p { (words.with("delivery-replay-cursor", [("cursor", cursor.to_string().into())])) } }
        form.filters method="get" action=(format!("{}/replay", address(&found.stream))) {
            p {
                label for="after" { (words.get("delivery-replay-after")) } " "
                input #after type="text" name="after" inputmode="numeric" required autocomplete="off" value=(typed.get("after"));
            }
            p { button { (words.get("delivery-replay-plan")) } }
        }
        @match plan {
            Some(plan) => {
                (planned(visit, found, &plan, &form::reason(words, "reason", typed.get("reason"), problem.as_ref())))
            },
            None => { (layout::typed(words, typed.get("reason"))) },
        }
        p { a href=(address(&found.stream)) { (words.get("delivery-back")) } }
    };
    let title = stream::title(visit, found);
    Ok(form::page(visit, &title, problem.as_ref(), &main))
}

async fn plan(visit: &Visit, found: &Found, after: i64, cursor: i64) -> Result<Plan, PageError> {
    let stream = &found.stream;
    let skipped = visit.ledger().skipped_deliveries(stream, after).await?;
    let left_out = skipped.iter().filter(|seq| **seq <= cursor).count();
    let left_out = i64::try_from(left_out).unwrap_or(i64::MAX);
    let (mut first, mut last) = (None, None);
    if after < cursor {
        first = time(item(visit, stream, after.saturating_add(1)).await?);
        last = time(item(visit, stream, cursor).await?);
    }
    Ok(Plan {
        after,
        count: cursor.saturating_sub(after).saturating_sub(left_out),
        left_out,
        first,
        last,
    })
}

fn time(item: Option<Item>) -> Option<Millis> {
    match item? {
        Item::Entry(entry) => Some(entry.time),
        Item::Alarm(alarm) => Some(alarm.time),
    }
}

fn planned(visit: &Visit, found: &Found, plan: &Plan, reason: &Markup) -> Markup {
    let words = visit.words;
    let with = |id: &str, count: i64| words.with(id, [("count", count.into())]);
    html! {
        h2 { (words.get("delivery-plan")) }
        p { strong { (with("delivery-plan-count", plan.count)) } }
        dl.facts {
            @if let Some(first) = plan.first { dt { (words.get("delivery-plan-from")) } dd { (shown::time(visit, first)) } }
            @if let Some(last) = plan.last { dt { (words.get("delivery-plan-to")) } dd { (shown::time(visit, last)) } }
            dt { (words.get("delivery-plan-left-out")) } dd { (plan.left_out) }
        }
        p { (words.get("delivery-plan-means")) }
        @if plan.count > 0 {
            form.actions method="post" action=(format!("{}/replay", address(&found.stream))) {
                input type="hidden" name="after" value=(plan.after);
                (reason)
                p { button { (with("delivery-button-replay", plan.count)) } }
            }
        }
    }
}
