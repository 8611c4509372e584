//! `/inbox/{payment_id}`: the callbacks that wait for one payment, and what can be decided about them.

use actix_web::HttpResponse;
use actix_web::web::Path;
use jetpay_core::Money;
use jetpay_core::id::PaymentId;
use jetpay_ledger::{Payment, Resolution, Unmatched};
use maud::{Markup, html};

use super::callback::Said;
use super::list::{payer, what};
use crate::config::Role;
use crate::pages::alarms::{resolution_facts, without_currency};
use crate::pages::error::PageError;
use crate::pages::fields::{Fields, id_of, segment};
use crate::pages::form::{self, Problem};
use crate::pages::visit::Visit;
use crate::pages::{layout, show};

/// The most callbacks that the page shows.
const MOST: usize = 50;

/// What is recorded under an id that a callback names.
pub(super) struct Shown {
    pub(super) id: PaymentId,
    pub(super) waiting: Vec<Unmatched>,
    /// Those that a person called not ours. A credit applies them, too.
    pub(super) dismissed: Vec<Unmatched>,
    /// The payment, if it is recorded meanwhile.
    pub(super) payment: Option<Payment>,
    pub(super) resolutions: Vec<Resolution>,
}

impl Shown {
    pub(super) async fn read(visit: &Visit, id: &str) -> Result<Self, PageError> {
        let none = || PageError::NotFound("refusal-nothing-waits");
        let id = PaymentId::new(id_of(id)).map_err(|_| none())?;
        let ledger = visit.ledger();
        let waiting = ledger.inbox_of(&id, MOST).await?;
        let dismissed = ledger.dismissed_of(&id, MOST).await?;
        let resolutions = ledger.payment_records(&id).await?.resolutions;
        let mut payment = None;
        if waiting.is_empty() {
            payment = ledger.payment(id.as_str()).await?;
            if payment.is_none() && resolutions.is_empty() {
                return Err(none());
            }
        }
        Ok(Self {
            id,
            waiting,
            dismissed,
            payment,
            resolutions,
        })
    }

    /// The callbacks that can be credited.
    fn callbacks(&self) -> impl Iterator<Item = &Unmatched> {
        self.waiting.iter().chain(&self.dismissed)
    }

    /// The amounts that the callbacks say, each once.
    pub(super) fn amounts(&self) -> Vec<Money> {
        let mut amounts = Vec::new();
        for amount in self.callbacks().filter_map(|one| one.amount) {
            if !amounts.contains(&amount) {
                amounts.push(amount);
            }
        }
        amounts
    }

    pub(super) fn href(&self) -> String {
        format!("/inbox/{}", segment(self.id.as_str()))
    }
}

pub(super) async fn show(visit: Visit, path: Path<String>) -> Result<HttpResponse, PageError> {
    let shown = Shown::read(&visit, &path).await?;
    Ok(page(&visit, &shown, &Fields::default(), None))
}

/// The page; with the fields of a form that was refused, and what is wrong with it.
pub(super) fn page(
    visit: &Visit,
    shown: &Shown,
    typed: &Fields,
    problem: Option<&Problem>,
) -> HttpResponse {
    let words = visit.words;
    let reason = |id| form::reason(words, id, typed.get("reason"), problem);
    let main = html! {
        @if shown.waiting.is_empty() {
            (decided(visit, shown))
            @for dismissed in &shown.dismissed { (callback(visit, dismissed)) }
            @if !shown.dismissed.is_empty() && visit.viewer.may(Role::Resolve) {
                h2 { (words.get("inbox-undo-title")) }
                (credit(visit, shown, typed, &reason("reason-credit")))
            } @else {
                (layout::typed(words, typed.get("reason")))
            }
        } @else {
            p { (words.get("inbox-one-about")) }
            @if !shown.dismissed.is_empty() {
                p.problem { (words.get("inbox-dismissed-before")) }
                @for resolution in &shown.resolutions { (resolution_facts(visit, resolution)) }
                @for dismissed in &shown.dismissed { (callback(visit, dismissed)) }
            }
            @for waiting in &shown.waiting { (callback(visit, waiting)) }
            @if visit.viewer.may(Role::Resolve) {
                h2 { (words.get("alarm-decide")) }
                (credit(visit, shown, typed, &reason("reason-credit")))
                (dismiss(visit, shown, &reason("reason-dismiss")))
            } @else {
                p { (words.get("work-needs-resolve")) }
            }
        }
    };
    let id = show::text(shown.id.as_str());
    let title = words.with("inbox-title", [("payment", id.into())]);
    form::page(visit, &title, problem, &main)
}

/// No callback waits any more: another person decided, or the payment is recorded.
fn decided(visit: &Visit, shown: &Shown) -> Markup {
    let words = visit.words;
    html! {
        @if shown.payment.is_some() {
            p.note { (words.get("inbox-is-recorded")) }
            p { a href={ "/payments/" (segment(shown.id.as_str())) } { (words.get("inbox-to-payment")) } }
        } @else {
            p.note { (words.get("inbox-is-decided")) }
            @if !shown.dismissed.is_empty() { p { (words.get("inbox-undo")) } }
        }
        @for resolution in &shown.resolutions { (resolution_facts(visit, resolution)) }
    }
}

fn callback(visit: &Visit, waiting: &Unmatched) -> Markup {
    let words = visit.words;
    let said = Said::of(&waiting.body);
    html! {
        section {
            h2 { (what(visit, waiting)) }
            dl.facts {
                dt { (words.get("inbox-amount")) }
                dd.amount { @match waiting.amount {
                    Some(amount) => { (show::amount(amount)) },
                    None => { (words.get("work-no-amount")) },
                } }
                dt { (words.get("inbox-payment-status")) }
                dd { (words.word("status", waiting.payment_status.as_str())) }
                @if let Some(id) = waiting.operation_id {
                    dt { (words.get("alarm-operation")) } dd { (id) }
                }
                @if !said.method.is_empty() {
                    dt { (words.get("inbox-method")) } dd { (words.word("method", &said.method)) }
                }
                @for (name, word) in [("inbox-account", &said.account), ("inbox-customer", &said.customer)] {
                    @if !word.is_empty() { dt { (words.get(name)) } dd { bdi { (payer(visit, word)) } } }
                }
                @if !said.receipt.is_empty() {
                    dt { (words.get("inbox-receipt")) } dd { (show::isolated(&said.receipt)) }
                }
                dt { (words.get("alarm-project")) } dd { (waiting.project_id) }
                dt { (words.get("inbox-received-at")) } dd { (show::time(visit, waiting.received_at)) }
            }
            @if visit.viewer.may(Role::Resolve) {
                (show::message(words, &words.get("inbox-message"), &waiting.body))
            }
        }
    }
}

fn credit(visit: &Visit, shown: &Shown, typed: &Fields, reason: &Markup) -> Markup {
    let words = visit.words;
    let said = shown.callbacks().next().map(|one| Said::of(&one.body));
    let said = said.unwrap_or_default();
    let customer = typed.given("customer").unwrap_or(said.payer());
    let amounts = shown.amounts();
    // Only this currency can be credited: the number of another one would be another amount.
    let currency = visit.pages.admin.currency;
    let mut fitting = amounts.iter().filter(|it| it.currency() == currency);
    let proposed = fitting.next().copied().map(without_currency);
    let proposed = proposed.unwrap_or_default();
    let amount = typed.given("amount").unwrap_or(&proposed);
    let currency = currency.code().to_owned();
    html! {
        form.actions method="post" action={ (shown.href()) "/resolve" } {
            h3 { (words.get("inbox-credit")) }
            p { (words.get("inbox-credit-means")) }
            input type="hidden" name="verdict" value="credit";
            @if !shown.dismissed.is_empty() { input type="hidden" name="undo" value="yes"; }
            p {
                label for="customer" { (words.get("inbox-customer-to-credit")) }
                input #customer name="customer" autocomplete="off" required value=(customer);
            }
            p {
                label for="amount" { (words.with("work-amount", [("currency", currency.into())])) }
                input #amount name="amount" inputmode="decimal" autocomplete="off" required value=(amount);
            }
            @if amounts.is_empty() { p { (words.get("inbox-no-amount")) } }
            (reason)
            p { button { (words.get("alarm-credit-next")) } }
        }
    }
}

fn dismiss(visit: &Visit, shown: &Shown, reason: &Markup) -> Markup {
    let words = visit.words;
    html! {
        form.actions method="post" action={ (shown.href()) "/resolve" } {
            h3 { (words.get("alarm-without-credit")) }
            p { (words.get("inbox-foreign-means")) }
            p { strong { (words.get("inbox-final")) } }
            (reason)
            p { button name="verdict" value="foreign" { (words.get("inbox-foreign")) } }
        }
    }
}
