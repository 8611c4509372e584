//! A decision about the callbacks that wait for one payment.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use jetpay_core::Money;
use jetpay_core::id::CustomerId;
use jetpay_ledger::{CreditPreview, Customer, Error, Reason, ResolveError, Verdict};
use maud::html;

use super::one::{Shown, page};
use crate::config::Role;
use crate::decisions::{self, InboxVerdict};
use crate::pages::error::PageError;
use crate::pages::fields::{Fields, money, segment};
use crate::pages::form::Problem;
use crate::pages::visit::Visit;
use crate::pages::{follows, layout, show};

pub(super) async fn resolve(
    visit: Visit,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let fields = Fields::of_form(payload).await?;
    let shown = Shown::read(&visit, &path).await?;
    let words = visit.words;
    let wrong = |problem: &Problem| Ok(page(&visit, &shown, &fields, Some(problem)));
    // A person who did not see that another one called them not ours is told so first.
    let is_credit = fields.get("verdict") == "credit";
    let is_undo = is_credit && fields.given("undo").is_some();
    let (nothing_waits, was_decided) = (shown.waiting.is_empty(), !shown.dismissed.is_empty());
    let must_undo = nothing_waits || is_credit && was_decided;
    if nothing_waits && !was_decided || must_undo && !is_undo {
        return Ok(too_late(&visit, &shown, &fields));
    }
    let reason = match visit.reason(&fields) {
        Ok(reason) => reason,
        Err(problem) => return wrong(&problem),
    };
    let verdict = match fields.get("verdict") {
        "dismiss" => InboxVerdict::Dismiss(Verdict::Dismiss),
        "foreign" => InboxVerdict::Dismiss(Verdict::Foreign),
        "credit" => {
            let (customer, amount) = match credit(&visit, &fields).await? {
                Ok(credit) => credit,
                Err(problem) => return wrong(&Problem::new(problem)),
            };
            let said = shown.amounts();
            if !said.is_empty() && !said.contains(&amount) {
                return wrong(&Problem::new(words.get("inbox-other-amount")));
            }
            if fields.given("confirm").is_none() {
                let (id, ledger) = (&customer.customer_id, visit.ledger());
                let preview = match ledger.preview_unmatched(&shown.id, id, amount).await {
                    Ok(preview) => preview,
                    Err(Error::Resolve(ResolveError::NothingWaits)) => {
                        let shown = Shown::read(&visit, &path).await?;
                        return Ok(too_late(&visit, &shown, &fields));
                    }
                    Err(error) => return Err(error.into()),
                };
                let credit = (&customer, amount, &preview);
                return Ok(confirm(&visit, &shown, credit, &fields));
            }
            InboxVerdict::Credit {
                customer: customer.customer_id,
                amount,
                overrides: false,
            }
        }
        _ => return Err(PageError::BadForm),
    };
    let credited = match &verdict {
        InboxVerdict::Credit { amount, .. } => Some(*amount),
        InboxVerdict::Dismiss(_) => None,
    };
    match decided(&visit, &shown, verdict, reason).await {
        Ok(()) => Ok(done(&visit, &shown, credited)),
        Err(Error::Resolve(ResolveError::NothingWaits)) => {
            let shown = Shown::read(&visit, &path).await?;
            Ok(too_late(&visit, &shown, &fields))
        }
        Err(Error::Resolve(why)) => wrong(&Problem::of(words, &why)),
        Err(error) => Err(error.into()),
    }
}

/// Carries out the decision. Callbacks of which none says an amount say none that the typed one could be: then it is credited
/// without their word, as the page says.
async fn decided(
    visit: &Visit,
    shown: &Shown,
    verdict: InboxVerdict,
    reason: Reason,
) -> Result<(), Error> {
    let (admin, id) = (&visit.pages.admin, &shown.id);
    let without_their_word = match &verdict {
        InboxVerdict::Credit {
            customer, amount, ..
        } => Some(InboxVerdict::Credit {
            customer: customer.clone(),
            amount: *amount,
            overrides: true,
        }),
        InboxVerdict::Dismiss(_) => None,
    };
    let decided = decisions::resolve_inbox(admin, id, verdict, reason.clone()).await;
    match (decided, without_their_word) {
        (Err(Error::Resolve(ResolveError::OtherAmount(None))), Some(verdict)) => {
            decisions::resolve_inbox(admin, id, verdict, reason).await
        }
        (decided, _) => decided,
    }
}

/// Leads to the payment, if it is credited; else to what still waits.
fn done(visit: &Visit, shown: &Shown, credited: Option<Money>) -> HttpResponse {
    let words = visit.words;
    match credited {
        Some(amount) => {
            let to = format!("/payments/{}", segment(shown.id.as_str()));
            let amount = show::amount(amount);
            visit.done(
                &to,
                words.with("inbox-is-credited", [("amount", amount.into())]),
            )
        }
        None => visit.done("/inbox", words.get("inbox-is-dismissed")),
    }
}

/// Nothing waits any more: this person decided the same before, and it is done; or another person decided, or the payment is
/// recorded, and the page says what.
fn too_late(visit: &Visit, shown: &Shown, fields: &Fields) -> HttpResponse {
    let is_of_payer = shown
        .payment
        .as_ref()
        .is_none_or(|payment| payment.customer_id.as_str() == fields.get("customer"));
    let mut made = shown.resolutions.iter().filter(|it| it.alarm_seq.is_none());
    if let Some(made) = made.find(|made| is_of_payer && visit.made(fields, made)) {
        return done(visit, shown, made.verdict.amount());
    }
    let problem = Problem::of(visit.words, &ResolveError::NothingWaits);
    page(visit, shown, fields, Some(&problem))
}

/// The customer and the amount of the form; or what is wrong with them, in the person's words.
async fn credit(
    visit: &Visit,
    fields: &Fields,
) -> Result<Result<(Customer, Money), String>, PageError> {
    let (words, admin) = (visit.words, &visit.pages.admin);
    let Ok(id) = CustomerId::new(fields.get("customer")) else {
        return Ok(Err(words.get("inbox-no-such-customer")));
    };
    let Some(customer) = decisions::customer_to_credit(admin, &id).await? else {
        return Ok(Err(words.get("inbox-no-such-customer")));
    };
    let amount = money(words, fields.get("amount"), admin.currency);
    Ok(amount.map(|amount| (customer, amount)))
}

/// The second step: the page repeats the customer and the amount, and its button credits it.
fn confirm(
    visit: &Visit,
    shown: &Shown,
    (customer, amount, preview): (&Customer, Money, &CreditPreview),
    typed: &Fields,
) -> HttpResponse {
    let words = visit.words;
    let values = [
        ("amount", show::amount(amount).into()),
        ("customer", show::text(customer.customer_id.as_str()).into()),
        ("payment", show::text(shown.id.as_str()).into()),
    ];
    let said = shown.amounts();
    let main = html! {
        p.todo { (words.with("inbox-credit-sentence", values)) }
        @if !said.contains(&amount) { p.problem { (words.get("inbox-other-amount")) } }
        dl.facts {
            dt { (words.get("alarm-received")) }
            @for said in &said { dd.amount { (show::amount(*said)) } }
            @if said.is_empty() { dd { (words.get("work-no-amount")) } }
            @if !customer.contracts.is_empty() {
                dt { (words.get("inbox-contracts")) }
                @for contract in customer.contracts.iter().take(20) {
                    dd { (show::isolated(&contract.number)) }
                }
            }
            dt { (words.get("work-why")) } dd { (show::long(words, typed.get("reason"))) }
        }
        (follows::of_credit(words, &show::payer(visit, customer.customer_id.as_str()), preview))
        form.actions method="post" action={ (shown.href()) "/resolve" } {
            input type="hidden" name="verdict" value="credit";
            input type="hidden" name="confirm" value="yes";
            @for name in ["customer", "amount", "reason", "undo"] {
                input type="hidden" name=(name) value=(typed.get(name));
            }
            p { button { (words.with("alarm-credit", [("amount", show::amount(amount).into())])) } }
        }
        p { a href=(shown.href()) { (words.get("work-back-unchanged")) } }
    };
    layout::with_status(
        visit,
        StatusCode::OK,
        &words.get("alarm-confirm-title"),
        &main,
    )
}
