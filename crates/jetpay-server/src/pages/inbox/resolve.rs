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
use crate::pages::error::{PageError, refused};
use crate::pages::fields::{Fields, money, segment};
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
    let wrong = |problem: &str| {
        let problem = Some((StatusCode::UNPROCESSABLE_ENTITY, problem));
        page(&visit, &shown, &fields, problem)
    };
    // A person who did not see that another one called them not ours is told so first.
    let is_undo = fields.given("undo").is_some() && fields.get("verdict") == "credit";
    if shown.waiting.is_empty() && (shown.dismissed.is_empty() || !is_undo) {
        return Ok(too_late(&visit, &shown, &fields));
    }
    if fields.get("reason").is_empty() {
        return Ok(wrong(&refused(words, &ResolveError::NoReason)));
    }
    let (verdict, told, to) = match fields.get("verdict") {
        "dismiss" => dismissed(&visit, Verdict::Dismiss),
        "foreign" => dismissed(&visit, Verdict::Foreign),
        "credit" => {
            let (customer, amount) = match credit(&visit, &fields).await? {
                Ok(credit) => credit,
                Err(problem) => return Ok(wrong(&problem)),
            };
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
            let verdict = InboxVerdict::Credit {
                customer: customer.customer_id,
                amount,
                overrides: false,
            };
            let amount = show::amount(amount);
            let told = words.with("inbox-is-credited", [("amount", amount.into())]);
            (
                verdict,
                told,
                format!("/payments/{}", segment(shown.id.as_str())),
            )
        }
        _ => return Err(PageError::BadForm),
    };
    let reason = visit.reason(fields.get("reason"));
    match decided(&visit, &shown, verdict, reason).await {
        Ok(()) => Ok(visit.done(&to, told)),
        Err(Error::Resolve(ResolveError::NothingWaits)) => {
            let shown = Shown::read(&visit, &path).await?;
            Ok(too_late(&visit, &shown, &fields))
        }
        Err(Error::Resolve(why)) => Ok(wrong(&refused(words, &why))),
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

fn dismissed(visit: &Visit, verdict: Verdict) -> (InboxVerdict, String, String) {
    let told = visit.words.get("inbox-is-dismissed");
    (InboxVerdict::Dismiss(verdict), told, "/inbox".to_owned())
}

/// Another person decided before, or the payment is recorded. The page says what.
fn too_late(visit: &Visit, shown: &Shown, fields: &Fields) -> HttpResponse {
    let problem = refused(visit.words, &ResolveError::NothingWaits);
    page(visit, shown, fields, Some((StatusCode::CONFLICT, &problem)))
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
