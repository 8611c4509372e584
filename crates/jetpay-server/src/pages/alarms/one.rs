//! `/alarms/{seq}`: what happened, what to find out, and what was decided or can be.

use actix_web::HttpResponse;
use actix_web::web::Path;
use jetpay_core::Money;
use jetpay_core::id::OperationId;
use jetpay_ledger::{
    Alarm, AlarmKind, CreditPreview, Entry, Error, Payment, PaymentState, Resolution, ResolveError,
    Verdict,
};
use maud::{Markup, html};

use super::credit;
use super::list::subject_href;
use crate::alarm_text;
use crate::config::Role;
use crate::environment::now;
use crate::pages::error::{PageError, refused};
use crate::pages::fields::{Fields, segment};
use crate::pages::form::{self, Problem};
use crate::pages::length::age;
use crate::pages::visit::Visit;
use crate::pages::{events, layout, show};

/// An alarm, and what belongs to it.
pub(super) struct Shown {
    pub(super) alarm: Alarm,
    /// The messages that it is about.
    bodies: Vec<Vec<u8>>,
    /// The payment that it names, if there is one.
    pub(super) payment: Option<Payment>,
    made: Option<Made>,
    /// What the credit that the page offers would do, or why it would be refused; none if it offers none.
    pub(super) offered: Option<Result<CreditPreview, ResolveError>>,
}

impl Shown {
    pub(super) async fn read(visit: &Visit, seq: &str) -> Result<Self, PageError> {
        let none = || PageError::NotFound("refusal-no-such-alarm");
        let seq = seq.parse().map_err(|_| none())?;
        let ledger = visit.ledger();
        let (alarm, bodies) = ledger.alarm(seq).await?.ok_or_else(none)?;
        let payment = match &alarm.payment_id {
            Some(id) => ledger.payment(id.as_str()).await?,
            None => None,
        };
        let resolution = alarm.resolution.as_ref();
        let made = match resolution {
            Some(resolution) => made(visit, &alarm, resolution).await?,
            None => None,
        };
        let mut shown = Self {
            alarm,
            bodies,
            payment,
            made,
            offered: None,
        };
        let is_credited = shown.alarm.resolution.is_some() && !shown.is_dismissed();
        let may = !is_credited && visit.viewer.may(Role::Resolve);
        if let Some(amount) = credit::offered(&shown.alarm).filter(|_| may) {
            let preview = shown.preview(visit, shown.alarm.operation_id, amount);
            shown.offered = Some(preview.await?);
        }
        Ok(shown)
    }

    /// Whether the callback or the payment says this amount: another one has a box to tick.
    pub(super) fn is_said(&self, amount: Money) -> bool {
        let of_payment = self.payment.as_ref().map(|payment| payment.amount);
        [self.alarm.received(), of_payment].contains(&Some(amount))
    }

    /// Whether a credit can undo the decision. The rules say whether one is possible: where an amount is offered, the offer.
    fn can_be_undone(&self) -> bool {
        let can_be_credited = alarm_text::credit(&self.alarm).is_some() && self.payment.is_some();
        let is_refused = matches!(self.offered, Some(Err(_)));
        self.is_dismissed() && can_be_credited && self.made.is_none() && !is_refused
    }

    /// The credit that undid the decision.
    pub(super) fn undone_by(&self) -> Option<&Resolution> {
        let made = self.made.as_ref().filter(|_| self.is_dismissed());
        made.map(|made| &made.decision)
    }

    /// Whether a decision without a credit resolved it, which a credit undoes.
    pub(super) fn is_dismissed(&self) -> bool {
        let resolution = self.alarm.resolution.as_ref();
        resolution.is_some_and(|resolution| resolution.verdict.amount().is_none())
    }

    /// The decision that stands in the way of another one: the last one, but for a credit that undoes the first.
    pub(super) fn made_before(&self, undoes: bool) -> Option<&Resolution> {
        let first = self.alarm.resolution.as_ref().filter(|_| !undoes);
        self.undone_by().or(first)
    }

    /// What a credit would do by the rules, or why they would refuse it.
    pub(super) async fn preview(
        &self,
        visit: &Visit,
        operation_id: Option<OperationId>,
        amount: Money,
    ) -> Result<Result<CreditPreview, ResolveError>, PageError> {
        let Some(id) = &self.alarm.payment_id else {
            return Ok(Err(ResolveError::NothingToCredit));
        };
        let preview = visit.ledger().preview_credit(id, operation_id, amount);
        match preview.await {
            Ok(preview) => Ok(Ok(preview)),
            Err(Error::Resolve(why)) => Ok(Err(why)),
            Err(error) => Err(error.into()),
        }
    }
}

/// The entry that a credit made: the alarm's resolution, or one that undid it.
struct Made {
    entry: Entry,
    /// The `seq` of the entry that corrects it.
    corrected_by: Option<i64>,
    decision: Resolution,
}

async fn made(
    visit: &Visit,
    alarm: &Alarm,
    resolution: &Resolution,
) -> Result<Option<Made>, PageError> {
    let Some(payment_id) = &alarm.payment_id else {
        return Ok(None);
    };
    let history = visit.ledger().payment_records(payment_id).await?;
    let is_credit = resolution.verdict.amount().is_some();
    let operation = alarm.operation_id;
    // A credit that undid the decision names no alarm, and came later.
    let is_it = |it: &Resolution| {
        let is_of_operation = operation.is_none_or(|id| it.operation_id == Some(id));
        let came_later = it.alarm_seq.is_none() && it.seq > resolution.seq;
        if is_credit {
            it.seq == resolution.seq
        } else {
            came_later && is_of_operation
        }
    };
    for decision in history.resolutions.into_iter().filter(is_it) {
        let mut entries = history.entries.iter();
        if let Some(entry) = entries.find(|entry| decision.made(entry)) {
            let correction = visit.ledger().correction_of(entry.seq).await?;
            return Ok(Some(Made {
                entry: entry.clone(),
                corrected_by: correction.map(|correction| correction.seq),
                decision,
            }));
        }
    }
    Ok(None)
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
    let (words, alarm) = (visit.words, &shown.alarm);
    let may = visit.viewer.may(Role::Resolve);
    let main = html! {
        p.todo { (events::happened(words, alarm)) }
        (events::detail(words, alarm))
        (facts(visit, shown))
        @match &alarm.resolution {
            Some(resolution) => {
                h2 { (words.get("alarm-decided")) }
                (decided(visit, shown, resolution))
                @if may && shown.can_be_undone() {
                    h2 { (words.get("alarm-undo-dismissal")) }
                    p { (words.get("alarm-undo-dismissal-means")) }
                    (credit::forms(visit, shown, typed, problem))
                } @else {
                    (layout::typed(words, typed.get("reason")))
                }
            },
            None => {
                h2 { (words.get("alarm-advice")) }
                p { (events::advice(words, alarm)) }
                @if may {
                    h2 { (words.get("alarm-decide")) }
                    (credit::forms(visit, shown, typed, problem))
                    (dismiss(visit, alarm, typed, problem))
                } @else {
                    p { (words.get("work-needs-resolve")) }
                }
            },
        }
        @if may && !shown.bodies.is_empty() {
            h2 { (words.get("work-messages")) }
            @for (number, body) in (1..).zip(&shown.bodies) {
                (show::message(words, &words.with("work-message", [("number", number.into())]), body))
            }
        }
    };
    let title = words.with(
        "alarm-title",
        [
            ("number", alarm.seq.into()),
            ("kind", events::title(words, alarm.kind).into()),
        ],
    );
    form::page(visit, &title, problem, &main)
}

fn facts(visit: &Visit, shown: &Shown) -> Markup {
    let (words, alarm) = (visit.words, &shown.alarm);
    let subject = alarm.payment_id.as_ref().zip(subject_href(alarm));
    html! {
        dl.facts {
            @if let Some(expected) = alarm.expected() {
                dt { (words.get("alarm-expected")) } dd.amount { (show::amount(expected)) }
            }
            @if let Some(received) = alarm.received() {
                dt { (words.get("alarm-received")) } dd.amount { (show::amount(received)) }
            }
            (said(visit, alarm))
            dt { (words.get("alarm-raised")) }
            dd { (show::time(visit, alarm.time)) " (" (age(words, alarm.time, now())) ")" }
            @if let Some((id, to)) = subject {
                dt { (words.get("alarm-payment")) } dd { a href=(to) { (show::isolated(id.as_str())) } }
            }
            @if let Some(payment) = &shown.payment {
                dt { (words.get("alarm-customer")) }
                dd { bdi { (show::payer(visit, payment.customer_id.as_str())) } }
                dt { (words.get("alarm-payment-state")) }
                dd { (words.word("state", payment.state.as_str())) }
            }
            @if let Some(id) = alarm.operation_id {
                dt { (words.get("alarm-operation")) } dd { (id) }
            }
            @if let Some(id) = &alarm.other_payment {
                dt { (words.get("alarm-other-payment")) }
                dd { a href={ "/payments/" (segment(id.as_str())) } { (show::isolated(id.as_str())) } }
            }
            dt { (words.get("alarm-project")) } dd { (alarm.project_id) }
            @if let Some(delivery) = &alarm.delivery {
                dt { (words.get("alarm-endpoint")) }
                dd { a href={ "/deliveries/" (segment(&delivery.endpoint)) "/entries" } { (show::isolated(&delivery.endpoint)) } }
            }
            @if let Some(difference) = &alarm.difference {
                dt { (words.get("alarm-difference")) }
                dd { a href="/reconciliations" { (show::isolated(difference)) } }
            }
        }
    }
}

/// What the callback says of its operation, and of the whole payment. That its operation failed decides about a credit.
fn said(visit: &Visit, alarm: &Alarm) -> Markup {
    let words = visit.words;
    html! {
        @if let Some(event) = &alarm.event {
            @if let Some(kind) = &event.operation_type {
                dt { (words.get("alarm-operation-type")) }
                dd { (words.word("operation-type", kind.as_str())) }
            }
            @if let Some(status) = &event.operation_status {
                dt { (words.get("alarm-operation-status")) }
                dd { (words.word("status", status.as_str())) }
            }
            dt { (words.get("alarm-payment-status")) }
            dd { (words.word("status", event.payment_status.as_str())) }
        }
    }
}

/// What was decided, and how it can be undone.
fn decided(visit: &Visit, shown: &Shown, resolution: &Resolution) -> Markup {
    let words = visit.words;
    html! {
        (resolution_facts(visit, resolution))
        @match (&shown.made, resolution.verdict) {
            (Some(Made { entry, corrected_by, .. }), _) => {
                p {
                    @let made = if shown.is_dismissed() { "alarm-credited-after-all" } else { "alarm-made-entry" };
                    (words.with(made, [
                        ("number", entry.seq.into()),
                        ("amount", show::amount(entry.amount).into()),
                    ]))
                }
                @if let Some(credit) = shown.undone_by() { (resolution_facts(visit, credit)) }
                @match corrected_by {
                    Some(correction) => p { (words.with("alarm-corrected-by", [("number", (*correction).into())])) },
                    None => {
                        p { (words.get("alarm-undo-credit")) }
                        @if visit.viewer.may(Role::Resolve) {
                            p { a href={ "/entries/" (entry.seq) "/correct" } {
                                (words.with("alarm-undo-entry", [("number", entry.seq.into())]))
                            } }
                        }
                    },
                }
            },
            (None, Verdict::Dismiss | Verdict::Foreign) => {
                p { (words.get("alarm-undo-nothing")) }
                @if may_ask(visit, shown) { p { (words.get("alarm-late-ask")) } }
                @if let Some(Err(why)) = &shown.offered { p { (refused(words, why)) } }
            },
            (None, _) => {},
        }
    }
}

/// The verdict, who decided it, when and why.
pub(in crate::pages) fn resolution_facts(visit: &Visit, resolution: &Resolution) -> Markup {
    let words = visit.words;
    let by = resolution.by.as_deref();
    html! {
        dl.facts {
            dt { (words.get("work-verdict")) }
            dd {
                (words.word("verdict", resolution.verdict.as_str()))
                @if let Some(amount) = resolution.verdict.amount() { " " span.amount { (show::amount(amount)) } }
            }
            dt { (words.get("work-by")) }
            dd { @match by { Some(by) => { (show::isolated(by)) }, None => { (words.get("work-by-unknown")) } } }
            dt { (words.get("work-when")) } dd { (show::time(visit, resolution.time)) }
            dt { (words.get("work-why")) } dd { (show::long(words, &resolution.reason)) }
        }
    }
}

/// What follows for an alarm that is resolved without a credit.
pub(super) fn finality(alarm: &Alarm) -> &'static str {
    if alarm_text::credit(alarm).is_some() {
        "alarm-final-credit"
    } else {
        "alarm-final"
    }
}

/// Whether the platform, asked again, can say what the ledger does not have yet: it has no event of these alarms, or one that a
/// later status of the operation does not repeat.
fn may_ask(visit: &Visit, shown: &Shown) -> bool {
    let may_come = matches!(
        shown.alarm.kind,
        AlarmKind::NotCredited
            | AlarmKind::PartiallyPaid
            | AlarmKind::SaleWithoutSuccess
            | AlarmKind::SuccessNotCredited
            | AlarmKind::Unusable
    );
    let state = shown.payment.as_ref().map(|payment| payment.state);
    let waits = matches!(
        state,
        Some(PaymentState::Pending | PaymentState::Quarantined)
    );
    may_come && waits && visit.pages.admin.status.is_some()
}

/// The form without a credit: there is nothing to do, or the payment is not the merchant's.
fn dismiss(visit: &Visit, alarm: &Alarm, typed: &Fields, problem: Option<&Problem>) -> Markup {
    let words = visit.words;
    html! {
        form.actions method="post" action={ "/alarms/" (alarm.seq) "/resolve" } {
            h3 { (words.get("alarm-without-credit")) }
            p { (words.get("alarm-dismiss-means")) }
            p { (words.get("alarm-foreign-means")) }
            p { strong { (words.get(finality(alarm))) } }
            (form::reason(words, "reason-dismiss", typed.get("reason"), problem))
            p {
                button name="verdict" value="dismiss" { (words.get("alarm-dismiss")) } " "
                button name="verdict" value="foreign" { (words.get("alarm-foreign")) }
            }
        }
    }
}
