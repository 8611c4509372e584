//! One difference: what it means, what to do, and what a person says about it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use jetpay_ledger::{Difference, DifferenceState, DifferenceVerdict, Error, ResolveError};
use maud::{Markup, html};

use super::super::error::{PageError, refused};
use super::super::fields::{Fields, segment};
use super::super::visit::Visit;
use super::super::{layout, show as shown};
use super::kind;
use super::open::address;
use crate::config::Role;
use crate::decisions;
use crate::reconcile::text;

const NOT_FOUND: PageError = PageError::NotFound("difference-not-found");

/// What a person typed, and why it was refused.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) problem: Option<String>,
    pub(super) verdict: Option<DifferenceVerdict>,
    pub(super) reason: String,
}

impl Typed {
    /// The fields of a decision. Without a verdict or a reason there is a problem.
    pub(super) fn of(visit: &Visit, fields: &Fields) -> Self {
        let verdict = fields.get("verdict").parse().ok();
        let reason = fields.get("reason").to_owned();
        let problem = match verdict {
            None => Some(visit.words.get("difference-no-verdict")),
            Some(_) if reason.is_empty() => Some(refused(visit.words, &ResolveError::NoReason)),
            Some(_) => None,
        };
        Self {
            problem,
            verdict,
            reason,
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        match self.problem {
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
            None => StatusCode::OK,
        }
    }

    /// The choice of a verdict and the reason: what each verdict does, said about these differences.
    pub(super) fn inputs(&self, visit: &Visit) -> Markup {
        let words = visit.words;
        html! {
            fieldset {
                legend { (words.get("difference-verdict")) }
                @for verdict in DifferenceVerdict::ALL {
                    p {
                        label {
                            input type="radio" name="verdict" value=(verdict) required checked[self.verdict == Some(*verdict)];
                            " " (words.get(&format!("difference-will-{verdict}")))
                        }
                    }
                }
            }
            p { (words.get("difference-no-money")) }
            p {
                label for="reason" { (words.get("difference-reason")) } " "
                input #reason type="text" name="reason" required autocomplete="off" value=(self.reason);
            }
        }
    }
}

pub(super) async fn show(visit: Visit, path: Path<String>) -> Result<HttpResponse, PageError> {
    page(&visit, &path, Typed::default()).await
}

pub(super) async fn resolve(
    visit: Visit,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let mut typed = Typed::of(&visit, &Fields::of_form(payload).await?);
    let (Some(verdict), None) = (typed.verdict, &typed.problem) else {
        return page(&visit, &path, typed).await;
    };
    let reason = visit.reason(&typed.reason);
    match decisions::resolve_difference(&visit.pages.admin, &path, verdict, reason).await {
        Ok(()) => {
            let text = visit.words.with("difference-done", [("count", 1.into())]);
            Ok(visit.done(&address(&path), text))
        }
        Err(Error::Resolve(ResolveError::NoSuchDifference)) => Err(NOT_FOUND),
        Err(Error::Resolve(why)) => {
            typed.problem = Some(refused(visit.words, &why));
            page(&visit, &path, typed).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(visit: &Visit, id: &str, typed: Typed) -> Result<HttpResponse, PageError> {
    let words = visit.words;
    let it = visit.ledger().difference(id).await?.ok_or(NOT_FOUND)?;
    let title = words.with("difference-title", [("kind", kind(visit, it.kind).into())]);
    let main = html! {
        @if let Some(problem) = &typed.problem { p.problem role="alert" { (problem) } }
        p.state {
            (words.word("difference-state", it.state.as_str())) ": " (text::meaning(words, it.kind)) "."
        }
        @if let Some(advice) = text::advice(words, it.kind) { p { (advice) } }
        (facts(visit, &it))
        (decision(visit, &it, &typed))
    };
    Ok(layout::with_status(visit, typed.status(), &title, &main))
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
fn decision(visit: &Visit, it: &Difference, typed: &Typed) -> Markup {
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
            (typed.inputs(visit))
            p { button { (button) } }
        }
    }
}
