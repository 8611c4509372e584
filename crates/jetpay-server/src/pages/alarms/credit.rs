//! The forms that credit the money of an alarm: what the callback says, or another amount, which is asked twice.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use jetpay_core::Money;
use jetpay_ledger::{Alarm, CreditPreview};
use maud::{Markup, html};

use super::one::Shown;
use crate::alarm_text::{Credit, credit};
use crate::pages::error::refused;
use crate::pages::fields::Fields;
use crate::pages::follows;
use crate::pages::form::{self, Problem};
use crate::pages::layout;
use crate::pages::show;
use crate::pages::visit::Visit;

/// The forms, if a credit can resolve the alarm.
pub(super) fn forms(
    visit: &Visit,
    shown: &Shown,
    typed: &Fields,
    problem: Option<&Problem>,
) -> Markup {
    let Some(credit) = credit(&shown.alarm) else {
        return html! {};
    };
    let reason = |id| form::reason(visit.words, id, typed.get("reason"), problem);
    html! {
        @if let Some(amount) = offered(&shown.alarm) {
            (as_said(visit, shown, amount, &html! {
                (operation(visit, credit, typed, "operation-said"))
                (reason("reason-said"))
            }))
        }
        (another(visit, shown, credit, typed, &reason("reason-another")))
    }
}

/// The amount that the page offers to credit at once: what the callback says, or the announced one.
pub(super) fn offered(alarm: &Alarm) -> Option<Money> {
    let credit = credit(alarm)?;
    credit.amount.filter(|_| !credit.needs_override)
}

/// What follows by the rules.
fn follows(visit: &Visit, shown: &Shown, preview: &CreditPreview) -> Markup {
    let customer = shown
        .payment
        .as_ref()
        .map(|it| show::payer(visit, it.customer_id.as_str()));
    follows::of_credit(visit.words, &customer.unwrap_or_default(), preview)
}

/// What a credit does, in a sentence.
fn sentence(visit: &Visit, shown: &Shown, amount: Money) -> String {
    let customer = shown
        .payment
        .as_ref()
        .map(|it| show::text(it.customer_id.as_str()));
    let payment = shown
        .alarm
        .payment_id
        .as_ref()
        .map(|id| show::text(id.as_str()));
    let contract = shown
        .payment
        .as_ref()
        .and_then(|it| it.contract_id.as_ref());
    let values = [
        ("amount", show::amount(amount).into()),
        ("customer", customer.unwrap_or_default().into()),
        ("payment", payment.unwrap_or_default().into()),
    ];
    match contract {
        Some(contract) => {
            let contract = ("contract", show::text(contract.as_str()).into());
            let id = "alarm-credit-sentence-contract";
            visit.words.with(id, values.into_iter().chain([contract]))
        }
        None => visit.words.with("alarm-credit-sentence", values),
    }
}

/// The number in an input: the amount without its currency.
pub(in crate::pages) fn without_currency(amount: Money) -> String {
    let text = amount.to_string();
    text.rsplit_once(' ')
        .map_or(text.clone(), |(number, _)| number.to_owned())
}

fn as_said(visit: &Visit, shown: &Shown, amount: Money, inputs: &Markup) -> Markup {
    let words = visit.words;
    let heading = match shown.alarm.received() {
        Some(_) => "alarm-credit-as-said",
        None => "alarm-credit-as-announced",
    };
    html! {
        form.actions method="post" action={ "/alarms/" (shown.alarm.seq) "/resolve" } {
            h3 { (words.get(heading)) }
            p { (sentence(visit, shown, amount)) }
            @match &shown.offered {
                Some(Ok(preview)) => { (follows(visit, shown, preview)) },
                Some(Err(why)) => { p.problem { (refused(words, why)) } },
                None => {},
            }
            (credited(visit, shown))
            input type="hidden" name="verdict" value="credit";
            (undo(shown))
            // A further credit of the same payment has a second step.
            @if credited_before(shown).is_none() { input type="hidden" name="confirm" value="yes"; }
            input type="hidden" name="amount" value=(without_currency(amount));
            (inputs)
            p { button { (words.with("alarm-credit", [("amount", show::amount(amount).into())])) } }
        }
    }
}

fn another(
    visit: &Visit,
    shown: &Shown,
    credit: Credit,
    typed: &Fields,
    reason: &Markup,
) -> Markup {
    let words = visit.words;
    let proposed = credit.amount.map(without_currency).unwrap_or_default();
    let amount = typed.given("amount").unwrap_or(&proposed);
    let currency = credit.currency.code().to_owned();
    html! {
        form.actions method="post" action={ "/alarms/" (shown.alarm.seq) "/resolve" } {
            h3 { (words.get("alarm-credit-another")) }
            @if credit.is_not_paid { p.todo { (words.get("alarm-not-paid")) } }
            @if credit.may_be_the_same { p.todo { (words.get("alarm-may-be-the-same")) } }
            input type="hidden" name="verdict" value="credit";
            (undo(shown))
            p {
                label for="amount" { (words.with("work-amount", [("currency", currency.into())])) }
                input #amount name="amount" inputmode="decimal" autocomplete="off" required value=(amount);
            }
            (operation(visit, credit, typed, "operation-another"))
            p {
                input #override type="checkbox" name="override" value="yes" checked[typed.given("override").is_some()];
                " " label for="override" { (words.get("alarm-override")) }
            }
            (reason)
            p { button { (words.get("alarm-credit-next")) } }
        }
    }
}

/// What was credited of the payment before.
fn credited_before(shown: &Shown) -> Option<Money> {
    let payment = shown.payment.as_ref()?;
    let credited = Money::new(payment.credited, payment.amount.currency());
    Some(credited).filter(|credited| credited.is_positive())
}

/// That the payment was credited before: the same money may be credited twice.
fn credited(visit: &Visit, shown: &Shown) -> Markup {
    html! {
        @if let Some(before) = credited_before(shown) {
            p.problem { (visit.words.with("alarm-credited-before", [("amount", show::amount(before).into())])) }
        }
    }
}

/// The form says that it undoes a decision: the person has seen it.
fn undo(shown: &Shown) -> Markup {
    html! { @if shown.is_dismissed() { input type="hidden" name="undo" value="yes"; } }
}

fn operation(visit: &Visit, credit: Credit, typed: &Fields, id: &str) -> Markup {
    html! {
        @if credit.needs_operation {
            p {
                label for=(id) { (visit.words.get("alarm-operation-to-credit")) }
                input id=(id) name="operation" inputmode="numeric" autocomplete="off" required value=(typed.get("operation"));
            }
        }
    }
}

/// The second step: the page repeats the amount, and its button credits it.
pub(super) fn confirm(
    visit: &Visit,
    shown: &Shown,
    amount: Money,
    preview: &CreditPreview,
    typed: &Fields,
) -> HttpResponse {
    let (words, seq) = (visit.words, shown.alarm.seq);
    let overrides = typed.given("override").is_some();
    let is_not_paid = credit(&shown.alarm).is_some_and(|credit| credit.is_not_paid);
    let main = html! {
        p.todo { (sentence(visit, shown, amount)) }
        (credited(visit, shown))
        @if is_not_paid { p.problem { (words.get("alarm-not-paid")) } }
        @if overrides { p.problem { (words.get("alarm-override-warning")) } }
        p { (words.get("alarm-credited-once")) }
        dl.facts {
            @if let Some(received) = shown.alarm.received() {
                dt { (words.get("alarm-received")) } dd.amount { (show::amount(received)) }
            }
            dt { (words.get("alarm-to-credit")) } dd.amount { (show::amount(amount)) }
            @if let Some(operation) = typed.given("operation") {
                dt { (words.get("alarm-operation")) } dd { (show::isolated(operation)) }
            }
            dt { (words.get("work-why")) } dd { (show::long(words, typed.get("reason"))) }
        }
        (follows(visit, shown, preview))
        form.actions method="post" action={ "/alarms/" (seq) "/resolve" } {
            input type="hidden" name="verdict" value="credit";
            input type="hidden" name="confirm" value="yes";
            @for name in ["amount", "operation", "override", "undo", "reason"] {
                @if let Some(value) = typed.given(name) { input type="hidden" name=(name) value=(value); }
            }
            p { button { (words.with("alarm-credit", [("amount", show::amount(amount).into())])) } }
        }
        p { a href={ "/alarms/" (seq) } { (words.get("work-back-unchanged")) } }
    };
    layout::with_status(
        visit,
        StatusCode::OK,
        &words.get("alarm-confirm-title"),
        &main,
    )
}
