//! Many differences at once: first how many they are and about how much money, then the decision.

use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::{Difference, DifferenceState, Error};
use maud::html;

use super::super::error::{PageError, refused};
use super::super::fields::Fields;
use super::super::layout;
use super::super::visit::Visit;
use super::MOST;
use super::decide::Typed;
use super::open::{list, total};
use crate::config::Role;
use crate::decisions;

pub(super) async fn show(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let ids = ids(&Fields::of_query(&request))?;
    let mut typed = Typed::default();
    if ids.is_empty() {
        typed.problem = Some(visit.words.get("difference-none-chosen"));
    }
    page(&visit, &ids, typed).await
}

/// Carries out one decision about each of them. One that is not open any more is left as it is.
pub(super) async fn resolve(visit: Visit, payload: Payload) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let (words, admin) = (visit.words, &visit.pages.admin);
    let fields = Fields::of_form(payload).await?;
    let ids = ids(&fields)?;
    let mut typed = Typed::of(&visit, &fields);
    if ids.is_empty() {
        typed.problem = Some(words.get("difference-none-chosen"));
    }
    let (Some(verdict), None) = (typed.verdict, &typed.problem) else {
        return page(&visit, &ids, typed).await;
    };
    let (mut done, mut left) = (0, Vec::new());
    for id in &ids {
        let reason = visit.reason(&typed.reason);
        match decisions::resolve_difference(admin, id, verdict, reason).await {
            Ok(()) => done += 1,
            Err(Error::Resolve(why)) => left.push(why),
            // What is recorded stays, so the page must say it.
            Err(_) if done > 0 => {
                let values = [("count", done.into()), ("all", ids.len().into())];
                return Ok(visit.done(
                    "/reconciliations",
                    words.with("difference-broken-off", values),
                ));
            }
            Err(error) => return Err(error.into()),
        }
    }
    match left.first() {
        Some(why) if done == 0 => {
            typed.problem = Some(refused(words, why));
            page(&visit, &ids, typed).await
        }
        first => {
            let mut text = words.with("difference-done", [("count", done.into())]);
            if first.is_some() {
                let left = words.with("difference-left", [("count", left.len().into())]);
                text = format!("{text} {left}");
            }
            Ok(visit.done("/reconciliations", text))
        }
    }
}

/// The ids in the fields, each once.
fn ids(fields: &Fields) -> Result<Vec<String>, PageError> {
    let mut ids: Vec<_> = fields.all("id").map(ToOwned::to_owned).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() > MOST {
        return Err(PageError::TooLarge);
    }
    Ok(ids)
}

async fn page(visit: &Visit, ids: &[String], typed: Typed) -> Result<HttpResponse, PageError> {
    let words = visit.words;
    let mut open: Vec<Difference> = Vec::new();
    for id in ids {
        let found = visit.ledger().difference(id).await?;
        open.extend(found.filter(|it| it.state == DifferenceState::Open));
    }
    let left = ids.len() - open.len();
    let total = total(visit, &open);
    let values = [
        ("count", open.len().into()),
        ("total", total.as_str().into()),
    ];
    let table = list(visit, &open, false).table(visit, &words.get("difference-chosen"), None, None);
    let main = html! {
        @if let Some(problem) = &typed.problem { p.problem role="alert" { (problem) } }
        @if left > 0 { p { (words.with("difference-left", [("count", left.into())])) } }
        @if open.is_empty() {
            p { a href="/reconciliations" { (words.get("difference-back")) } }
        } @else {
            p { strong { (words.with("difference-how-many", values.clone())) } }
            (table)
            form.actions method="post" action="/differences/resolve" {
                @for it in &open { input type="hidden" name="id" value=(it.id); }
                (typed.inputs(visit))
                p { button { (words.with("difference-button-many", values)) } }
            }
        }
    };
    let title = words.get("difference-decide-many");
    Ok(layout::with_status(visit, typed.status(), &title, &main))
}
