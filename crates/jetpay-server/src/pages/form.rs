//! A page with forms: the field for the reason of a decision, and the same page again when a form is refused.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use jetpay_ledger::{Reason, ResolveError};
use maud::{Markup, Render, html};

use super::error::refused;
use super::layout;
use super::locale::Words;
use super::visit::Visit;

/// The id of what is wrong with a form, on top of its page.
const PROBLEM: &str = "problem";

/// What is wrong with a form.
pub(super) struct Problem {
    status: StatusCode,
    text: Markup,
    is_of_reason: bool,
}

impl Problem {
    /// 422, with this text.
    pub(super) fn new(text: impl Render) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            text: text.render(),
            is_of_reason: false,
        }
    }

    /// Why the ledger refuses a decision: 409 if another one came before.
    pub(super) fn of(words: Words, why: &ResolveError) -> Self {
        let problem = Self::new(refused(words, why));
        match why {
            ResolveError::NoReason | ResolveError::ReasonTooLong => Self {
                is_of_reason: true,
                ..problem
            },
            ResolveError::AlreadyCorrected
            | ResolveError::AlreadyResolved
            | ResolveError::DifferenceNotOpen
            | ResolveError::NothingToConfirm
            | ResolveError::NothingWaits
            | ResolveError::NotWaiting
            | ResolveError::PayoutEnded => Self {
                status: StatusCode::CONFLICT,
                ..problem
            },
            _ => problem,
        }
    }
}

/// The page; with what is wrong with the form that was sent, on top, and its status.
pub(super) fn page(
    visit: &Visit,
    title: &str,
    problem: Option<&Problem>,
    main: &Markup,
) -> HttpResponse {
    let status = problem.map_or(StatusCode::OK, |problem| problem.status);
    let main = html! {
        @if let Some(problem) = problem { p.problem id=(PROBLEM) role="alert" { (problem.text) } }
        (main)
    };
    layout::with_status(visit, status, title, &main)
}

/// The field for the reason of a decision, with what was typed. A page with several forms has several, each with its id.
pub(super) fn reason(words: Words, id: &str, typed: &str, problem: Option<&Problem>) -> Markup {
    let is_wrong = problem.is_some_and(|problem| problem.is_of_reason);
    html! {
        p {
            label for=(id) { (words.get("work-reason")) }
            textarea id=(id) name="reason" rows="3" required maxlength=(Reason::LONGEST)
                aria-invalid=[is_wrong.then_some("true")] aria-describedby=[is_wrong.then_some(PROBLEM)] { (typed) }
        }
    }
}
