//! Many differences at once: first how many they are and about how much money, then the decision.

use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::{Difference, DifferenceState, Error};
use maud::html;

use super::super::error::PageError;
use super::super::fields::Fields;
use super::super::form::{self, Problem};
use super::super::layout;
use super::super::visit::Visit;
use super::MOST;
use super::decide::{decided, inputs, is_repeat};
use super::open::{list, total};
use crate::config::Role;
use crate::decisions;

pub(super) async fn show(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let ids = ids(&Fields::of_query(&request))?;
    let problem = none_chosen(&visit, &ids);
    page(&visit, &ids, &Fields::default(), problem.as_ref()).await
}

fn none_chosen(visit: &Visit, ids: &[String]) -> Option<Problem> {
    let text = || Problem::new(visit.words.get("difference-none-chosen"));
    ids.is_empty().then(text)
}

/// Carries out one decision about each of them. One that is not open any more is left as it is.
pub(super) async fn resolve(visit: Visit, payload: Payload) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let (words, admin) = (visit.words, &visit.pages.admin);
    let fields = Fields::of_form(payload).await?;
    let ids = ids(&fields)?;
    let decided = none_chosen(&visit, &ids).map_or_else(|| decided(&visit, &fields), Err);
    let (verdict, reason) = match decided {
        Ok(decided) => decided,
        Err(problem) => return page(&visit, &ids, &fields, Some(&problem)).await,
    };
    let (mut done, mut left) = (0, Vec::new());
    for id in &ids {
        match decisions::resolve_difference(admin, id, verdict, reason.clone()).await {
            Ok(()) => done += 1,
            Err(Error::Resolve(why)) => {
                let it = visit.ledger().difference(id).await.ok().flatten();
                match it.filter(|it| is_repeat(&visit, it, &fields)) {
                    Some(_) => done += 1,
                    None => left.push(why),
                }
            }
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
            let problem = Problem::of(words, why);
            page(&visit, &ids, &fields, Some(&problem)).await
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

async fn page(
    visit: &Visit,
    ids: &[String],
    typed: &Fields,
    problem: Option<&Problem>,
) -> Result<HttpResponse, PageError> {
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
        @if left > 0 { p { (words.with("difference-left", [("count", left.into())])) } }
        @if open.is_empty() {
            (layout::typed(words, typed.get("reason")))
            p { a href="/reconciliations" { (words.get("difference-back")) } }
        } @else {
            p { strong { (words.with("difference-how-many", values.clone())) } }
            (table)
            form.actions method="post" action="/differences/resolve" {
                @for it in &open { input type="hidden" name="id" value=(it.id); }
                (inputs(words, typed, problem))
                p { button { (words.with("difference-button-many", values)) } }
            }
        }
    };
    let title = words.get("difference-decide-many");
    Ok(form::page(visit, &title, problem, &main))
}
