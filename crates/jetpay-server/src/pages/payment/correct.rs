//! `/entries/{seq}/correct`: an operator undoes an entry with a new one.

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload};
use jetpay_core::Money;
use jetpay_core::id::PaymentId;
use jetpay_ledger::{CorrectionPreview, Error, Resolution, ResolveError};
use maud::{Markup, html};

use super::super::alarms::resolution_facts;
use super::super::error::{PageError, refused};
use super::super::fields::{Fields, segment};
use super::super::form::{self, Problem};
use super::super::layout;
use super::super::locale::Words;
use super::super::show::{self, signed};
use super::super::visit::Visit;
use crate::config::Role;
use crate::decisions;

/// The number of an entry in a path.
fn seq(text: &str) -> Result<i64, PageError> {
    text.parse()
        .map_err(|_| PageError::NotFound("payment-no-such-entry"))
}

/// What the correction would do, or why it would be refused.
async fn preview(
    visit: &Visit,
    seq: i64,
) -> Result<Result<CorrectionPreview, ResolveError>, PageError> {
    match visit.ledger().preview_correction(seq).await {
        Ok(preview) => Ok(Ok(preview)),
        Err(Error::Resolve(ResolveError::NoSuchEntry)) => {
            Err(PageError::NotFound("payment-no-such-entry"))
        }
        Err(Error::Resolve(why)) => Ok(Err(why)),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn show(visit: Visit, path: Path<String>) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    page(&visit, seq(&path)?, &Fields::default(), None).await
}

pub(super) async fn correct(
    visit: Visit,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let seq = seq(&path)?;
    let fields = Fields::of_form(payload).await?;
    let reason = match visit.reason(&fields) {
        Ok(reason) => reason,
        Err(problem) => return page(&visit, seq, &fields, Some(problem)).await,
    };
    match decisions::correct_entry(&visit.pages.admin, seq, reason).await {
        Ok(()) => {}
        Err(Error::Resolve(ResolveError::NoSuchEntry)) => {
            return Err(PageError::NotFound("payment-no-such-entry"));
        }
        Err(Error::Resolve(why)) => {
            let problem = Problem::of(visit.words, &why);
            return page(&visit, seq, &fields, Some(problem)).await;
        }
        Err(error) => return Err(error.into()),
    }
    // It is done: a read that fails must not say anything else.
    let Ok(Some(correction)) = visit.ledger().correction_of(seq).await else {
        let done = ("payment-corrected-entry", [("seq", seq.into())]);
        return Ok(visit.done("/", visit.words.with(done.0, done.1)));
    };
    let values = [
        ("seq", seq.into()),
        ("amount", signed(correction.amount).into()),
    ];
    let to = format!("/payments/{}", segment(correction.payment_id.as_str()));
    Ok(visit.done(&to, visit.words.with("payment-corrected", values)))
}

/// The page with the form, if the entry can be corrected.
async fn page(
    visit: &Visit,
    seq: i64,
    typed: &Fields,
    problem: Option<Problem>,
) -> Result<HttpResponse, PageError> {
    let words = visit.words;
    let title = words.with("payment-correct-title", [("seq", seq.into())]);
    let main = match preview(visit, seq).await? {
        Ok(preview) => {
            let balance = balance_then(visit, &preview).await?;
            let reason = form::reason(words, "reason", typed.get("reason"), problem.as_ref());
            html! {
                (fields(visit, &preview, balance))
                (question(visit, &preview, &reason))
                (back(&preview.entry.payment_id, words))
            }
        }
        Err(why) => {
            // That an entry cannot be undone is what its page says, and no fault of the question.
            let said = problem.is_none().then(|| refused(words, &why));
            let payment = payment_of(visit, seq).await?;
            let made = match &payment {
                Some(id) => made(visit, id, seq).await?,
                None => None,
            };
            html! {
                @if let Some(said) = said { p.problem role="alert" { (said) } }
                @if let Some(made) = made { (resolution_facts(visit, &made)) }
                (layout::typed(words, typed.get("reason")))
                @if let Some(id) = &payment { (back(id, words)) }
            }
        }
    };
    Ok(form::page(visit, &title, problem.as_ref(), &main))
}

/// What the customer can spend after the correction, unless too many payments make it.
async fn balance_then(
    visit: &Visit,
    preview: &CorrectionPreview,
) -> Result<Option<Money>, PageError> {
    let now = visit.balance(&preview.entry.customer_id).await?;
    Ok(now.and_then(|now| now.checked_add(preview.amount).ok()))
}

fn back(payment: &PaymentId, words: Words) -> Markup {
    html! { p { a href=(format!("/payments/{}", segment(payment.as_str()))) { (words.get("payment-back")) } } }
}

/// The payment that has an entry.
async fn payment_of(visit: &Visit, seq: i64) -> Result<Option<PaymentId>, PageError> {
    let found = visit.ledger().entries(seq.saturating_sub(1), 1).await?;
    let entry = found.into_iter().find(|entry| entry.seq == seq);
    Ok(entry.map(|entry| entry.payment_id))
}

/// The decision that corrected the entry.
async fn made(
    visit: &Visit,
    payment: &PaymentId,
    seq: i64,
) -> Result<Option<Resolution>, PageError> {
    let made = visit.ledger().payment_records(payment).await?.resolutions;
    Ok(made
        .into_iter()
        .find(|it| it.verdict.corrects() == Some(seq)))
}

/// The entry, and what will be after its correction.
fn fields(visit: &Visit, preview: &CorrectionPreview, balance: Option<Money>) -> Markup {
    let (words, entry) = (visit.words, &preview.entry);
    html! {
        dl.facts {
            dt { (words.get("payment-entry")) }
            dd { (words.word("entry", entry.kind.as_str())) " " span.amount { (signed(entry.amount)) } }
            dt { (words.get("payment-recorded")) } dd { (show::time(visit, entry.time)) }
            dt { (words.get("payment-customer")) } dd { bdi { (show::payer(visit, entry.customer_id.as_str())) } }
            dt { (words.get("payment-remaining-then")) } dd.amount { (show::amount(preview.remaining)) }
            @if let Some(balance) = balance {
                dt { (words.get("payment-balance-then")) } dd.amount { (show::amount(balance)) }
            }
        }
    }
}

fn question(visit: &Visit, preview: &CorrectionPreview, reason: &Markup) -> Markup {
    let (words, entry) = (visit.words, &preview.entry);
    let takes = preview.amount.minor() < 0;
    let amount = preview.amount.minor().unsigned_abs();
    let amount = Money::new(
        i64::try_from(amount).unwrap_or(i64::MAX),
        preview.amount.currency(),
    );
    let values = || {
        [
            ("amount", show::amount(amount).into()),
            (
                "customer",
                show::payer(visit, entry.customer_id.as_str()).into(),
            ),
        ]
    };
    let (what, button) = if takes {
        ("payment-correct-takes", "payment-correct-take")
    } else {
        ("payment-correct-gives", "payment-correct-give")
    };
    // No correction leaves a way for the same operation: see the rules of corrections.
    let used = if entry.kind.is_credit() {
        "payment-correct-used-credit"
    } else {
        "payment-correct-used"
    };
    let operation = entry.operation_id.to_string();
    html! {
        p { (words.with(what, values())) }
        p { (words.get("payment-correct-stays")) }
        p.note { (words.with(used, [("operation", operation.into())])) }
        form.actions method="post" action=(format!("/entries/{}/correct", entry.seq)) {
            (reason)
            p { button { (words.with(button, [("amount", show::amount(amount).into())])) } }
        }
    }
}
