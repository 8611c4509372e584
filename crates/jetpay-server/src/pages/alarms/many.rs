//! `/alarms/resolve`: one decision about many alarms. The page counts them first, and decides about exactly those.

use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::Money;
use jetpay_ledger::{Alarm, Error, ResolveError, ResolvedAlarms, Verdict};
use maud::{Markup, html};

use super::found::amount;
use super::list::rows;
use crate::config::Role;
use crate::decisions::{self, MOST_ALARMS};
use crate::pages::error::PageError;
use crate::pages::fields::Fields;
use crate::pages::form::{self, Problem};
use crate::pages::locale::Words;
use crate::pages::visit::Visit;
use crate::pages::{layout, show};

/// How many of them the page lists.
const LISTED: usize = 50;

/// The alarms that a person chose.
struct Chosen {
    open: Vec<Alarm>,
    /// How many of them are resolved already, or do not exist.
    gone: usize,
    /// More are open than are resolved together.
    more: bool,
}

pub(super) async fn show(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let fields = Fields::of_query(&request);
    match chosen(&visit, &fields).await? {
        Ok(chosen) => Ok(page(&visit, &chosen, &Fields::default(), None)),
        Err(problem) => Ok(nothing_chosen(&visit, &fields, problem)),
    }
}

pub(super) async fn resolve(visit: Visit, payload: Payload) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let fields = Fields::of_form(payload).await?;
    let seqs = match numbers(visit.words, &fields) {
        Ok(seqs) => seqs,
        Err(problem) => return Ok(nothing_chosen(&visit, &fields, problem)),
    };
    let verdict = match fields.get("verdict") {
        "dismiss" => Verdict::Dismiss,
        "foreign" => Verdict::Foreign,
        "credit" => return Err(PageError::Refused(ResolveError::CreditOfMany)),
        _ => return Err(PageError::BadForm),
    };
    let problem = match visit.reason(&fields) {
        Ok(reason) => {
            let admin = &visit.pages.admin;
            match decisions::resolve_alarms(admin, seqs, verdict, reason).await {
                Ok(mut outcome) => {
                    with_repeats(&visit, &fields, &mut outcome).await;
                    return Ok(visit.done("/alarms", told(visit.words, verdict, &outcome)));
                }
                Err(Error::Resolve(why)) => Problem::of(visit.words, &why),
                Err(error) => return Err(error.into()),
            }
        }
        Err(problem) => problem,
    };
    match chosen(&visit, &fields).await? {
        Ok(chosen) => Ok(page(&visit, &chosen, &fields, Some(&problem))),
        Err(problem) => Ok(nothing_chosen(&visit, &fields, problem)),
    }
}

/// Alarms that this person resolved with this form before are resolved by it.
async fn with_repeats(visit: &Visit, fields: &Fields, outcome: &mut ResolvedAlarms) {
    // The decision is recorded. If they cannot be read, all of them count as resolved by another one.
    let before = visit.ledger().alarms_numbered(&outcome.already_resolved);
    let before = before.await.unwrap_or_default();
    let is_made = |alarm: &&Alarm| {
        let made = alarm.resolution.as_ref();
        made.is_some_and(|made| visit.made(fields, made))
    };
    let repeated: Vec<_> = before.iter().filter(is_made).map(|it| it.seq).collect();
    let others = &mut outcome.already_resolved;
    others.retain(|seq| !repeated.contains(seq));
    outcome.resolved.extend(repeated);
}

/// What became of them.
fn told(words: Words, verdict: Verdict, outcome: &ResolvedAlarms) -> String {
    let count = |id: &str, list: &[i64]| words.with(id, [("count", list.len().into())]);
    let mut told = match verdict {
        Verdict::Foreign => count("alarm-called-foreign", &outcome.resolved),
        _ => count("alarm-dismissed", &outcome.resolved),
    };
    for (id, list) in [
        ("alarm-resolved-meanwhile", &outcome.already_resolved),
        ("alarm-not-there", &outcome.not_found),
    ] {
        if !list.is_empty() {
            told = told + " " + &count(id, list);
        }
    }
    told
}

/// The numbers of a form or a query: each field has one or several.
fn numbers(words: Words, fields: &Fields) -> Result<Vec<i64>, String> {
    let mut seqs = Vec::new();
    for text in fields.all("seq").flat_map(str::split_whitespace) {
        let seq = text.parse();
        seqs.push(
            seq.map_err(|_| words.with("alarm-no-number", [("text", show::text(text).into())]))?,
        );
    }
    seqs.sort_unstable();
    seqs.dedup();
    match seqs.len() {
        0 => Err(words.get("alarm-none-chosen")),
        1..=MOST_ALARMS => Ok(seqs),
        _ => Err(words.with("alarm-too-many", [("count", MOST_ALARMS.into())])),
    }
}

async fn chosen(visit: &Visit, fields: &Fields) -> Result<Result<Chosen, String>, PageError> {
    let words = visit.words;
    if let Some(word) = fields.given("kind") {
        let text = |id: &str, text: &str| words.with(id, [("text", show::text(text).into())]);
        let Ok(kind) = word.parse() else {
            return Ok(Err(text("alarm-filter-no-kind", word)));
        };
        let up_to = match fields.given("up_to").map(str::parse) {
            Some(Ok(up_to)) => Some(up_to),
            Some(Err(_)) => return Ok(Err(text("alarm-no-number", fields.get("up_to")))),
            None => None,
        };
        let admin = &visit.pages.admin;
        let (open, more) = decisions::open_alarms(admin, vec![kind], up_to).await?;
        let gone = 0;
        return Ok(Ok(Chosen { open, gone, more }));
    }
    let seqs = match numbers(words, fields) {
        Ok(seqs) => seqs,
        Err(problem) => return Ok(Err(problem)),
    };
    let mut open = visit.ledger().alarms_numbered(&seqs).await?;
    open.retain(|alarm| alarm.resolution.is_none());
    let gone = seqs.len() - open.len();
    let more = false;
    Ok(Ok(Chosen { open, gone, more }))
}

fn page(visit: &Visit, chosen: &Chosen, typed: &Fields, problem: Option<&Problem>) -> HttpResponse {
    let words = visit.words;
    let count = chosen.open.len();
    let number = |id: &str, count: usize| words.with(id, [("count", count.into())]);
    let main = html! {
        @if chosen.gone > 0 { p.note { (number("alarm-gone", chosen.gone)) } }
        @if count == 0 {
            p { (words.get("alarm-none-left")) }
            (layout::typed(words, typed.get("reason")))
        } @else {
            p.todo { (number("alarm-chosen", count)) }
            @if chosen.more { p.note { (number("alarm-more-than", MOST_ALARMS)) } }
            (sums(words, &chosen.open))
            (decision(words, &chosen.open, &form::reason(words, "reason", typed.get("reason"), problem)))
            @let listed = &chosen.open[..count.min(LISTED)];
            (rows(visit, listed, false).table(visit, &number("alarm-first", listed.len()), None, None))
        }
        p { a href="/alarms" { (words.get("alarm-back")) } }
    };
    form::page(visit, &words.get("alarm-many-title"), problem, &main)
}

fn nothing_chosen(visit: &Visit, typed: &Fields, problem: String) -> HttpResponse {
    let words = visit.words;
    let main = html! {
        (layout::typed(words, typed.get("reason")))
        p { a href="/alarms" { (words.get("alarm-back")) } }
    };
    let problem = Problem::new(problem);
    form::page(visit, &words.get("alarm-many-title"), Some(&problem), &main)
}

fn decision(words: Words, open: &[Alarm], reason: &Markup) -> Markup {
    let seqs: Vec<_> = open.iter().map(|alarm| alarm.seq.to_string()).collect();
    let count = |id: &str| words.with(id, [("count", open.len().into())]);
    let mut finality = open.iter().map(super::one::finality);
    let finality = finality.find(|id| *id == "alarm-final-credit");
    let finality = finality.unwrap_or("alarm-final");
    html! {
        form.actions method="post" action="/alarms/resolve" {
            input type="hidden" name="seq" value=(seqs.join(" "));
            p { (words.get("alarm-dismiss-means")) }
            p { (words.get("alarm-foreign-means")) }
            p { strong { (words.get(finality)) } }
            p { (words.get("alarm-credit-of-one")) }
            (reason)
            p {
                button name="verdict" value="dismiss" { (count("alarm-dismiss-many")) } " "
                button name="verdict" value="foreign" { (count("alarm-foreign-many")) }
            }
        }
    }
}

/// The sum of the amounts in each currency. Amounts that do not fit together have none.
fn sums(words: Words, alarms: &[Alarm]) -> Markup {
    let mut sums: Vec<Option<Money>> = Vec::new();
    let mut currencies = Vec::new();
    for amount in alarms.iter().filter_map(amount) {
        let place = currencies
            .iter()
            .position(|known| *known == amount.currency());
        if let Some(place) = place {
            sums[place] = sums[place].and_then(|sum: Money| sum.checked_add(amount).ok());
        } else {
            currencies.push(amount.currency());
            sums.push(Some(amount));
        }
    }
    html! {
        dl.facts {
            dt { (words.get("alarm-sum")) }
            @for sum in &sums {
                @match sum {
                    Some(sum) => { dd.amount { (show::amount(*sum)) } },
                    None => { dd { (words.get("work-sum-too-large")) } },
                }
            }
            @if sums.is_empty() { dd { (words.get("work-no-amount")) } }
        }
    }
}
