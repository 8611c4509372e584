//! `POST /payments/{payment_id}/confirm`: asks the platform about a payment whose callback is missing. The first step shows the
//! answer and what it will do; the second one asks again, and applies the answer if it still says the same.

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jetpay_gate::{Operation, Status};
use jetpay_ledger::{ConfirmPreview, Error, Payment, RecordedCallback, ResolveError, Verdict};
use maud::{Markup, html};
use sha2::{Digest, Sha256};

use super::super::error::{PageError, refused};
use super::super::fields::Fields;
use super::super::follows;
use super::super::form::{self, Problem};
use super::super::layout;
use super::super::show::{self, signed};
use super::super::visit::Visit;
use super::{Found, elsewhere, find, page, path, state};
use crate::config::Role;
use crate::confirm::{self, Answer, NoAnswer, NotApplicable};

pub(super) async fn confirm(
    visit: Visit,
    id: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let form = Fields::of_form(payload).await?;
    let payment = match find(&visit, &id).await? {
        Found::Payment(payment) => payment,
        Found::Elsewhere(to) => return Ok(elsewhere(&to)),
    };
    let is_second = match form.get("step") {
        "ask" => false,
        "apply" => true,
        _ => return Err(PageError::BadForm),
    };
    let answer = match confirm::ask(&visit.pages.admin, &payment).await {
        Ok(answer) => answer,
        Err(why) => {
            let problem = no_answer(&visit, why)?;
            return page(&visit, payment, None, Some(&problem)).await;
        }
    };
    let Ok(callbacks) = &answer.callbacks else {
        return answered(&visit, &payment, &answer, &form, None).await;
    };
    if !is_second {
        return answered(&visit, &payment, &answer, &form, None).await;
    }
    let problem = match visit.reason(&form) {
        Err(problem) => problem,
        Ok(_) if form.get("seen") != digest(&answer.status) => {
            Problem::new(visit.words.get("payment-answer-changed"))
        }
        Ok(reason) => {
            let admin = &visit.pages.admin;
            match confirm::apply(admin, &payment.id, callbacks.clone(), reason).await {
                Ok(_) => return Ok(done(&visit, &payment)),
                Err(Error::Resolve(ResolveError::NothingToConfirm))
                    if is_repeat(&visit, &payment, &form).await? =>
                {
                    return Ok(done(&visit, &payment));
                }
                Err(Error::Resolve(why)) => Problem::of(visit.words, &why),
                Err(error) => return Err(error.into()),
            }
        }
    };
    answered(&visit, &payment, &answer, &form, Some(&problem)).await
}

fn done(visit: &Visit, payment: &Payment) -> HttpResponse {
    visit.done(&path(payment), visit.words.get("payment-confirmed"))
}

/// Whether the last answer was applied by this person with this form: then it came twice.
async fn is_repeat(visit: &Visit, payment: &Payment, form: &Fields) -> Result<bool, PageError> {
    let made = visit
        .ledger()
        .payment_records(&payment.id)
        .await?
        .resolutions;
    let last = made.iter().rfind(|it| it.verdict == Verdict::Confirm);
    Ok(last.is_some_and(|it| visit.gave(form, &it.reason, it.by.as_deref())))
}

/// Why there is no answer, in plain words.
fn no_answer(visit: &Visit, why: NoAnswer) -> Result<String, PageError> {
    let words = visit.words;
    Ok(match why {
        NoAnswer::NotConfigured => words.get("payment-ask-no-gate"),
        NoAnswer::NotKnown => words.get("payment-not-known"),
        NoAnswer::Unanswered(why) => {
            words.with("payment-unanswered", [("why", show::text(&why).into())])
        }
        NoAnswer::Store(error) => return Err(error.into()),
    })
}

/// What an answer says, so that a person applies what they saw.
fn digest(status: &Status) -> String {
    let mut said = Sha256::new();
    said.update(status.payment_status.as_str());
    for operation in &status.operations {
        let (kind, status) = (operation.kind.as_str(), operation.status.as_str());
        let amount = operation.amount.map(show::amount).unwrap_or_default();
        said.update(format!("\n{} {kind} {status} {amount}", operation.id));
    }
    BASE64_URL_SAFE_NO_PAD.encode(said.finalize())
}

/// The page with what the platform says, and the form that applies it.
async fn answered(
    visit: &Visit,
    payment: &Payment,
    answer: &Answer,
    form: &Fields,
    problem: Option<&Problem>,
) -> Result<HttpResponse, PageError> {
    let words = visit.words;
    let reason = form::reason(words, "reason", form.get("reason"), problem);
    let preview = match &answer.callbacks {
        Ok(callbacks) => {
            visit
                .ledger()
                .preview_confirm(&payment.id, callbacks)
                .await?
        }
        Err(_) => ConfirmPreview::default(),
    };
    let id = show::text(payment.id.as_str());
    let title = words.with("payment-answer-title", [("id", id.into())]);
    let status = words.word("status", answer.status.payment_status.as_str());
    let main = html! {
        p { (words.with("payment-answer-status", [("status", status.into())])) }
        (operations(visit, answer))
        @match &answer.callbacks {
            Err(why) => p.problem role="alert" { (not_applicable(visit, why)) },
            Ok(_) if preview.new == 0 => {
                p { (refused(words, &ResolveError::NothingToConfirm)) }
                (layout::typed(words, form.get("reason")))
            },
            Ok(_) => (apply_form(visit, payment, answer, &preview, &reason)),
        }
        p { a href=(path(payment)) { (words.get("payment-back")) } }
    };
    Ok(form::page(visit, &title, problem, &main))
}

fn not_applicable(visit: &Visit, why: &NotApplicable) -> Markup {
    let words = visit.words;
    html! {
        @match why {
            NotApplicable::Unsigned => (words.get("payment-answer-unsigned")),
            NotApplicable::Rejected(rejection) => {
                (words.get("payment-answer-rejected")) " "
                span lang="en" { (show::text(&rejection.to_string())) } "."
            },
        }
        " " (words.get("payment-answer-ask-for-it"))
    }
}

fn operations(visit: &Visit, answer: &Answer) -> Markup {
    let words = visit.words;
    let columns = [
        "payment-operation",
        "payment-operation-type",
        "payment-operation-status",
        "payment-amount",
        "payment-operation-code",
        "payment-receipt",
        "payment-operation-known",
    ];
    html! {
        table {
            caption { (words.get("payment-answer-operations")) }
            thead { tr { @for id in columns { th scope="col" { (words.get(id)) } } } }
            tbody {
                @for operation in &answer.status.operations {
                    tr { @for (cell, id) in cells(visit, operation, &answer.stored).iter().zip(columns) {
                        td data-label=(words.get(id)) { (cell) }
                    } }
                }
            }
        }
    }
}

fn cells(visit: &Visit, operation: &Operation, stored: &[RecordedCallback]) -> [Markup; 7] {
    let words = visit.words;
    let is_known = stored.iter().any(|event| {
        event.operation_id == Some(operation.id)
            && event.operation_status.as_ref() == Some(&operation.status)
    });
    let known = if is_known {
        "payment-operation-is-known"
    } else {
        "payment-operation-is-new"
    };
    [
        html! { (operation.id) },
        html! { (words.word("operation-type", operation.kind.as_str())) },
        html! { (words.word("status", operation.status.as_str())) },
        html! { @if let Some(amount) = operation.amount { span.amount { (show::amount(amount)) } } },
        html! { @if let Some(code) = &operation.code { (state::meaning(words, code)) } },
        html! { @if let Some(receipt) = &operation.provider_payment_id { (show::isolated(receipt)) } },
        html! { (words.get(known)) },
    ]
}

fn apply_form(
    visit: &Visit,
    payment: &Payment,
    answer: &Answer,
    preview: &ConfirmPreview,
    reason: &Markup,
) -> Markup {
    let words = visit.words;
    let customer = show::payer(visit, payment.customer_id.as_str());
    let amounts: Vec<_> = preview
        .entries
        .iter()
        .map(|(_, amount)| signed(*amount))
        .collect();
    let button = if amounts.is_empty() {
        words.get("payment-apply-nothing")
    } else {
        words.with("payment-apply", [("amount", amounts.join(", ").into())])
    };
    html! {
        h2 { (words.get("payment-apply-title")) }
        (follows::lines(words, &customer, &preview.entries, &preview.alarms))
        form.actions method="post" action=(format!("{}/confirm", path(payment))) {
            input type="hidden" name="step" value="apply";
            input type="hidden" name="seen" value=(digest(&answer.status));
            (reason)
            p { button { (button) } }
        }
    }
}
