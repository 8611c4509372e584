//! Delivers again what a system has lost: first the plan, then the decision.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::{Error, Millis, ResolveError};
use maud::{Markup, html};

use super::super::error::{PageError, refused};
use super::super::fields::Fields;
use super::super::visit::Visit;
use super::super::{layout, show as shown};
use super::{Found, NOT_FOUND, Named, address, find, item, stream};
use crate::config::Role;
use crate::decisions;
use crate::deliver::Item;

/// What a person typed, and why it was refused.
#[derive(Default)]
struct Typed {
    problem: Option<String>,
    after: String,
    reason: String,
}

impl Typed {
    fn of(visit: &Visit, fields: &Fields) -> (Self, Option<i64>) {
        let after = fields.get("after").to_owned();
        let number = after.parse().ok().filter(|number| *number >= 0);
        let is_wrong = number.is_none() && !after.is_empty();
        let problem = is_wrong.then(|| visit.words.get("delivery-replay-wrong"));
        let typed = Self {
            problem,
            after,
            reason: fields.get("reason").to_owned(),
        };
        (typed, number)
    }
}

pub(super) async fn show(
    visit: Visit,
    path: Named,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let found = configured(&visit, &path).await?;
    let (typed, after) = Typed::of(&visit, &Fields::of_query(&request));
    page(&visit, &found, typed, after).await
}

pub(super) async fn replay(
    visit: Visit,
    path: Named,
    payload: Payload,
) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let found = configured(&visit, &path).await?;
    let fields = Fields::of_form(payload).await?;
    let (mut typed, after) = Typed::of(&visit, &fields);
    let Some(after) = after else {
        typed.problem = Some(visit.words.get("delivery-replay-wrong"));
        return page(&visit, &found, typed, None).await;
    };
    let (admin, reason) = (&visit.pages.admin, visit.reason(&typed.reason));
    match decisions::replay_deliveries(admin, &found.stream, after, reason).await {
        Ok(replayed) => {
            let count = replayed.before.saturating_sub(after);
            let text = visit
                .words
                .with("delivery-replayed", [("count", count.into())]);
            Ok(visit.done(&address(&found.stream), text))
        }
        Err(Error::Resolve(why)) => {
            typed.problem = Some(refused(visit.words, &why));
            // There is nothing to plan beyond what the endpoint has.
            let after = (why == ResolveError::NoReason).then_some(after);
            page(&visit, &found, typed, after).await
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
    mut typed: Typed,
    after: Option<i64>,
) -> Result<HttpResponse, PageError> {
    let words = visit.words;
    let names = [found.stream.name.clone()];
    let status = visit.ledger().delivery_status(&names).await?;
    let status = status.iter().find(|status| status.stream == found.stream);
    let cursor = status.map(|status| status.cursor);
    let mut plan = None;
    match (after, cursor) {
        (Some(_), None) => typed.problem = Some(words.get("delivery-not-begun")),
        (Some(after), Some(cursor)) if after > cursor => {
            typed.problem = Some(refused(words, &ResolveError::BeyondCursor));
        }
        (Some(after), Some(cursor)) => plan = Some(self::plan(visit, found, after, cursor).await?),
        (None, _) => {}
    }
    let status = match typed.problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let main = html! {
        @if let Some(problem) = &typed.problem { p.problem role="alert" { (problem) } }
        p { (words.get("delivery-replay-means")) }
        @if let Some(cursor) = cursor { p { (words.with("delivery-replay-cursor", [("cursor", cursor.to_string().into())])) } }
        form.filters method="get" action=(format!("{}/replay", address(&found.stream))) {
            p {
                label for="after" { (words.get("delivery-replay-after")) } " "
                input #after type="text" name="after" inputmode="numeric" required autocomplete="off" value=(typed.after);
            }
            p { button { (words.get("delivery-replay-plan")) } }
        }
        @if let Some(plan) = plan { (planned(visit, found, &plan, &typed)) }
        p { a href=(address(&found.stream)) { (words.get("delivery-back")) } }
    };
    let title = stream::title(visit, found);
    Ok(layout::with_status(visit, status, &title, &main))
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

fn planned(visit: &Visit, found: &Found, plan: &Plan, typed: &Typed) -> Markup {
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
                p {
                    label for="reason" { (words.get("delivery-reason")) } " "
                    input #reason type="text" name="reason" required autocomplete="off" value=(typed.reason);
                }
                p { button { (with("delivery-button-replay", plan.count)) } }
            }
        }
    }
}
