//! The story of a payout, and how a person ends it when the platform does not.

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload};
use jetpay_core::Money;
use jetpay_core::id::PaymentId;
use jetpay_ledger::payout::{PayoutEntry, PayoutResolution, PayoutStep};
use jetpay_ledger::{Alarm, Error, Payout};
use maud::{Markup, html};

use super::super::error::PageError;
use super::super::fields::{Fields, id_of, segment};
use super::super::form::{self, Problem};
use super::super::visit::Visit;
use super::super::{events, layout, show};
use crate::config::Role;
use crate::decisions;

const NOT_FOUND: PageError = PageError::NotFound("payout-not-found");

pub(super) async fn show(visit: Visit, path: Path<String>) -> Result<HttpResponse, PageError> {
    page(
        &visit,
        &read(&visit, &path).await?,
        &Fields::default(),
        None,
    )
    .await
}

async fn read(visit: &Visit, id: &str) -> Result<Payout, PageError> {
    visit.ledger().payout(id_of(id)).await?.ok_or(NOT_FOUND)
}

/// Records how a payout ended.
pub(super) async fn resolve(
    visit: Visit,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Pay)?;
    let fields = Fields::of_form(payload).await?;
    let id = read(&visit, &path).await?.payment_id;
    let Ok(ending) = fields.get("as").parse::<PayoutResolution>() else {
        return Err(PageError::BadForm);
    };
    let problem = match visit.reason(&fields) {
        Ok(reason) => {
            let admin = &visit.pages.admin;
            match decisions::resolve_payout(admin, &id, ending, reason).await {
                Ok(()) => return Ok(done(&visit, &id, ending)),
                Err(Error::Resolve(why)) => Problem::of(visit.words, &why),
                Err(error) => return Err(error.into()),
            }
        }
        Err(problem) => problem,
    };
    let payout = read(&visit, id.as_str()).await?;
    let mut made = payout
        .history
        .iter()
        .filter(|step| step.what.as_str() == ending.as_str());
    let is_repeat = |step: &PayoutStep| {
        let reason = step.message.as_deref().unwrap_or_default();
        visit.gave(&fields, reason, step.by.as_deref())
    };
    if made.any(is_repeat) {
        return Ok(done(&visit, &id, ending));
    }
    page(&visit, &payout, &fields, Some(&problem)).await
}

fn done(visit: &Visit, id: &PaymentId, ending: PayoutResolution) -> HttpResponse {
    let word = visit.words.word("payout-resolution", ending.as_str());
    let text = visit.words.with("payout-done", [("ending", word.into())]);
    visit.done(&address(id.as_str()), text)
}

fn address(id: &str) -> String {
    format!("/payouts/{}", segment(id))
}

async fn page(
    visit: &Visit,
    payout: &Payout,
    typed: &Fields,
    problem: Option<&Problem>,
) -> Result<HttpResponse, PageError> {
    let words = visit.words;
    let alarms = visit.ledger().payment_records(&payout.payment_id).await?;
    let title = words.with(
        "payout-title",
        [("amount", show::amount(payout.amount).into())],
    );
    let main = html! {
        p.state {
            (words.word("payout-state", payout.state.as_str())) ". "
            (words.get(&format!("payout-means-{}", payout.state)))
            @if payout.overdue && payout.state.is_open() { " " strong.todo { (words.get("payout-is-overdue")) } }
        }
        (facts(visit, payout))
        h2 { (words.get("payout-story")) }
        ol.story { @for step in &payout.history { (self::step(visit, payout, step)) } }
        (raised(visit, &alarms.alarms))
        (endings(visit, payout, typed, problem))
    };
    Ok(form::page(visit, &title, problem, &main))
}

fn facts(visit: &Visit, payout: &Payout) -> Markup {
    let words = visit.words;
    let money = |minor| show::amount(Money::new(minor, payout.amount.currency()));
    let from_balance = if payout.from_balance {
        "payout-from-balance"
    } else {
        "payout-not-from-balance"
    };
    html! {
        dl.facts {
            dt { (words.get("payout-col-id")) } dd { (show::isolated(payout.payment_id.as_str())) }
            dt { (words.get("payout-col-amount")) } dd.amount { (show::amount(payout.amount)) }
            dt { (words.get("payout-reserved")) } dd.amount { (money(payout.reserved)) }
            dt { (words.get("payout-paid")) } dd.amount { (money(payout.paid)) }
            dt { (words.get("payout-col-method")) } dd { (words.word("method", &payout.method)) }
            dt { (words.get("payout-col-wallet")) } dd { bdi { (show::payee(visit, &payout.account_number)) } }
            dt { (words.get("payout-col-customer")) } dd { bdi { (show::payee(visit, payout.customer_id.as_str())) } }
            dt { (words.get("payout-source")) } dd { (words.get(from_balance)) }
            dt { (words.get("payout-project")) } dd { (payout.project_id) }
            dt { (words.get("payout-key")) } dd { (show::isolated(&payout.idempotency_key)) }
            @if let Some(request) = &payout.request_id {
                dt { (words.get("payout-request")) } dd { (show::isolated(request)) }
            }
            dt { (words.get("payout-col-time")) } dd { (show::time(visit, payout.created_at)) }
            dt { (words.get("payout-changed")) } dd { (show::time(visit, payout.changed_at)) }
            @if let Some(due) = payout.due_at {
                dt { (words.get("payout-due")) } dd { (show::time(visit, due)) }
            }
        }
    }
}

/// One step: what happened, the money that it moved, and what the platform or a person said.
fn step(visit: &Visit, payout: &Payout, step: &PayoutStep) -> Markup {
    let words = visit.words;
    let moved = step.what.entry().zip(step.amount).map(|(entry, minor)| {
        let amount = Money::new(minor, payout.amount.currency());
        let values = [("amount", show::amount(amount).into())];
        match (step.what.entry(), payout.from_balance) {
            (Some(PayoutEntry::Release), false) => words.with("payout-released-elsewhere", values),
            _ => words.with(&format!("payout-moved-{entry}"), values),
        }
    });
    html! {
        li {
            (show::time(visit, step.time)) " "
            strong { (words.word("payout-step", step.what.as_str())) }
            @if let Some(moved) = moved { " " (moved) }
            @if let Some(id) = step.operation_id { " " (words.get("payout-operation")) " " (id) "." }
            @if let Some(code) = &step.code {
                " " (words.get("payout-code")) " " (show::isolated(code.as_str())) ": "
                (show::code(words, code)) "."
            }
            @if let Some(message) = &step.message { " " q { bdi { (said(visit, step, message)) } } }
            @if let Some(by) = &step.by { " " (words.get("payout-by")) " " (show::isolated(by)) "." }
        }
    }
}

/// A person's reason, or the message of the platform, which can name the payee.
fn said(visit: &Visit, step: &PayoutStep, message: &str) -> String {
    if step.by.is_some() || visit.viewer.may(Role::Pay) {
        show::text(message)
    } else {
        "••••".to_owned()
    }
}

fn raised(visit: &Visit, alarms: &[Alarm]) -> Markup {
    let words = visit.words;
    html! {
        @if !alarms.is_empty() {
            h2 { (words.get("payout-alarms")) }
            ul {
                @for alarm in alarms {
                    li {
                        a href=(format!("/alarms/{}", alarm.seq)) { (events::title(words, alarm.kind)) }
                        ": " (show::isolated(&events::summary(words, alarm))) " "
                        @if alarm.resolution.is_some() { (words.get("payout-alarm-resolved")) }
                        @else { strong.todo { (words.get("payout-alarm-open")) } }
                    }
                }
            }
        }
    }
}

/// What a person can do: say how it ended, each with what follows for the money.
fn endings(visit: &Visit, payout: &Payout, typed: &Fields, problem: Option<&Problem>) -> Markup {
    let words = visit.words;
    if !payout.state.is_open() {
        return html! {
            p { (words.get("payout-ended")) }
            (layout::typed(words, typed.get("reason")))
        };
    }
    if !visit.viewer.may(Role::Pay) {
        return html! { p { (words.get("payout-who-ends")) } };
    }
    let amount = show::amount(payout.amount);
    let with = |id: &str| words.with(id, [("amount", amount.as_str().into())]);
    // The form that was sent has what was typed into it.
    let reason = |ending: PayoutResolution| {
        let of_form = Some(typed).filter(|typed| typed.get("as") == ending.as_str());
        let reason = of_form.map(|typed| typed.get("reason")).unwrap_or_default();
        let problem = problem.filter(|_| of_form.is_some());
        form::reason(words, &format!("reason-{ending}"), reason, problem)
    };
    html! {
        h2 { (words.get("payout-end")) }
        p { strong { (with("payout-warning")) } }
        @for ending in PayoutResolution::ALL {
            form.actions method="post" action=(format!("{}/resolve", address(payout.payment_id.as_str()))) {
                h3 { (words.get(&format!("payout-as-{ending}"))) }
                p {
                    @if *ending == PayoutResolution::Declined && !payout.from_balance {
                        (with("payout-will-declined-elsewhere"))
                    } @else {
                        (with(&format!("payout-will-{ending}")))
                    }
                }
                input type="hidden" name="as" value=(ending);
                (reason(*ending))
                p { button { (with(&format!("payout-button-{ending}"))) } }
            }
        }
    }
}
