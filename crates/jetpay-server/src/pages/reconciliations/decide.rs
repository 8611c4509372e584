//! One difference: what it means, what to do, and what a person says about it.

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload};
use jetpay_ledger::{Difference, DifferenceState, DifferenceVerdict, Error, Reason};
use maud::{Markup, html};

use super::super::error::PageError;
use super::super::fields::{Fields, segment};
use super::super::form::{self, Problem};
use super::super::locale::Words;
use super::super::visit::Visit;
use super::super::{layout, show as shown};
use super::kind;
use super::open::address;
use crate::config::Role;
use crate::decisions;
use crate::reconcile::text;

const NOT_FOUND: PageError = PageError::NotFound("difference-not-found");

/// The decision of a form; or what is wrong with it.
pub(super) fn decided(
    visit: &Visit,
    form: &Fields,
) -> Result<(DifferenceVerdict, Reason), Problem> {
    let verdict = form.get("verdict").parse();
    let verdict = verdict.map_err(|_| Problem::new(visit.words.get("difference-no-verdict")))?;
    Ok((verdict, visit.reason(form)?))
}

/// Whether a difference has the decision of this form, of the same person: then the form came twice.
pub(super) fn is_repeat(visit: &Visit, it: &Difference, form: &Fields) -> bool {
    let reason = it.reason.as_deref().unwrap_or_default();
    it.state.as_str() == form.get("verdict") && visit.gave(form, reason, it.by.as_deref())
}

/// The choice of a verdict and the reason: what each verdict does, said about these differences.
pub(super) fn inputs(words: Words, typed: &Fields, problem: Option<&Problem>) -> Markup {
    html! {
        fieldset {
            legend { (words.get("difference-verdict")) }
            @for verdict in DifferenceVerdict::ALL {
                p {
                    label {
                        input type="radio" name="verdict" value=(verdict) required checked[typed.get("verdict") == verdict.as_str()];
                        " " (words.get(&format!("difference-will-{verdict}")))
                    }
                }
            }
        }
        p { (words.get("difference-no-money")) }
        (form::reason(words, "reason", typed.get("reason"), problem))
    }
}

pub(super) async fn show(visit: Visit, path: Path<String>) -> Result<HttpResponse, PageError> {
    let it = read(&visit, &path).await?;
    Ok(page(&visit, &it, &Fields::default(), None))
}

async fn read(visit: &Visit, id: &str) -> Result<Difference, PageError> {
    visit.ledger().difference(id).await?.ok_or(NOT_FOUND)
}

pub(super) async fn resolve(
    visit: Visit,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let fields = Fields::of_form(payload).await?;
    let done = || {
        let text = visit.words.with("difference-done", [("count", 1.into())]);
        Ok(visit.done(&address(&path), text))
    };
    let problem = match decided(&visit, &fields) {
        Ok((verdict, reason)) => {
            let admin = &visit.pages.admin;
            match decisions::resolve_difference(admin, &path, verdict, reason).await {
                Ok(()) => return done(),
                Err(Error::Resolve(why)) => Problem::of(visit.words, &why),
                Err(error) => return Err(error.into()),
            }
        }
        Err(problem) => problem,
    };
    let it = read(&visit, &path).await?;
    if is_repeat(&visit, &it, &fields) {
        return done();
    }
    Ok(page(&visit, &it, &fields, Some(&problem)))
}

fn page(visit: &Visit, it: &Difference, typed: &Fields, problem: Option<&Problem>) -> HttpResponse {
    let words = visit.words;
    let title = words.with("difference-title", [("kind", kind(visit, it.kind).into())]);
    let main = html! {
        p.state {
            (words.word("difference-state", it.state.as_str())) ": " (text::meaning(words, it.kind)) "."
        }
        @if let Some(advice) = text::advice(words, it.kind) { p { (advice) } }
        (facts(visit, it))
        (decision(visit, it, typed, problem))
        @if it.state != DifferenceState::Open { (layout::typed(words, typed.get("reason"))) }
    };
    form::page(visit, &title, problem, &main)
}

fn facts(visit: &Visit, it: &Difference) -> Markup {
    let words = visit.words;
    let side = |said: &Option<String>| text::said(it.field.as_deref(), said.as_deref());
    html! {
        dl.facts {
            dt { (words.get("difference-col-id")) } dd { (shown::isolated(&it.id)) }
            dt { (words.get("reconciliation-col-project")) } dd { (it.project_id) }
            dt { (words.get("difference-col-operation")) } dd { (it.operation_id) }
            @if let Some(payment) = &it.payment_id {
                dt { (words.get("difference-col-payment")) }
                dd { a href=(format!("/payments/{}", segment(payment))) { (shown::isolated(payment)) } }
            }
            @if let Some(amount) = it.amount {
                dt { (words.get("difference-col-amount")) } dd.amount { (shown::amount(amount)) }
            }
            @if it.ours.is_some() { dt { (words.get("difference-col-ours")) } dd { (shown::isolated(&side(&it.ours))) } }
            @if it.theirs.is_some() { dt { (words.get("difference-col-theirs")) } dd { (shown::isolated(&side(&it.theirs))) } }
            @if let Some(time) = it.happened_at {
                dt { (words.get("difference-col-time")) } dd { (shown::time(visit, time)) }
            }
            dt { (words.get("difference-col-first-run")) }
            dd { a href=(format!("/reconciliations/{}", it.first_run)) { (it.first_run) } }
            dt { (words.get("difference-last-run")) }
            dd { a href=(format!("/reconciliations/{}", it.last_run)) { (it.last_run) } }
            @if let Some(seq) = it.alarm_seq {
                dt { (words.get("difference-col-alarm")) } dd { a href=(format!("/alarms/{seq}")) { (seq) } }
            }
            @if let Some(reason) = &it.reason {
                dt { (words.get("difference-col-decision")) } dd { (shown::isolated(reason)) }
            }
            @if let Some(by) = &it.by { dt { (words.get("difference-by")) } dd { (shown::isolated(by)) } }
            @if let Some(time) = it.decided_at {
                dt { (words.get("difference-decided")) } dd { (shown::time(visit, time)) }
            }
        }
    }
}

/// What a person can decide, or why nothing more.
fn decision(visit: &Visit, it: &Difference, typed: &Fields, problem: Option<&Problem>) -> Markup {
    let words = visit.words;
    match it.state {
        DifferenceState::Closed => return html! { p { (words.get("difference-is-closed")) } },
        DifferenceState::Accepted | DifferenceState::Foreign => {
            return html! { h2 { (words.get("difference-undo")) } p { (words.get("difference-how-to-undo")) } };
        }
        DifferenceState::Open if !visit.viewer.may(Role::Resolve) => {
            return html! { p { (words.get("difference-who-decides")) } };
        }
        DifferenceState::Open => {}
    }
    let button = match it.amount {
        Some(amount) => {
            let values = [("amount", shown::amount(amount).into())];
            words.with("difference-button-amount", values)
        }
        None => words.get("difference-button"),
    };
    html! {
        h2 { (words.get("difference-decide")) }
        form.actions method="post" action=(format!("{}/resolve", address(&it.id))) {
            (inputs(words, typed, problem))
            p { button { (button) } }
        }
    }
}
