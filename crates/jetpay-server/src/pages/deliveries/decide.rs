//! What a person decides about items that wait: first how many they are and about how much money, then the decision.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::{Error, Millis, ResolveError};
use maud::{Markup, html};

use super::super::error::{PageError, refused};
use super::super::fields::Fields;
use super::super::visit::Visit;
use super::super::{layout, show as shown};
use super::items::{self, Row};
use super::{Found, Named, address, find, stream};
use crate::admin::held_back;
use crate::config::Role;
use crate::decisions::{self, DeliveryVerdict};

/// The most items that one form decides about.
const MOST: usize = 1000;

/// What a person typed, and why it was refused.
#[derive(Default)]
struct Typed {
    problem: Option<Markup>,
    reason: String,
}

pub(super) async fn show(
    visit: Visit,
    path: Named,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let found = find(&visit, &path.0, &path.1).await?;
    let seqs = seqs(&Fields::of_query(&request))?;
    page(&visit, &found, &seqs, Typed::default()).await
}

/// A decision about one item.
pub(super) async fn retry(
    visit: Visit,
    path: Path<(String, String, String)>,
    payload: Payload,
) -> Result<HttpResponse, PageError> {
    one(visit, path, payload, DeliveryVerdict::Retry).await
}

pub(super) async fn skip(
    visit: Visit,
    path: Path<(String, String, String)>,
    payload: Payload,
) -> Result<HttpResponse, PageError> {
    one(visit, path, payload, DeliveryVerdict::Skip).await
}

async fn one(
    visit: Visit,
    path: Path<(String, String, String)>,
    payload: Payload,
    verdict: DeliveryVerdict,
) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let (name, feed, seq) = path.into_inner();
    let found = find(&visit, &name, &feed).await?;
    let fields = Fields::of_form(payload).await?;
    let seq = seq.parse();
    let seq = seq.map_err(|_| PageError::NotFound("delivery-no-item"))?;
    decide(&visit, &found, vec![seq], verdict, &fields).await
}

/// One decision about several items.
pub(super) async fn many(
    visit: Visit,
    path: Named,
    payload: Payload,
) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let found = find(&visit, &path.0, &path.1).await?;
    let fields = Fields::of_form(payload).await?;
    let seqs = seqs(&fields)?;
    let verdict = match fields.get("verdict") {
        "retry" => DeliveryVerdict::Retry,
        "skip" => DeliveryVerdict::Skip,
        _ => return Err(PageError::BadForm),
    };
    decide(&visit, &found, seqs, verdict, &fields).await
}

/// The numbers in the fields, each once.
fn seqs(fields: &Fields) -> Result<Vec<i64>, PageError> {
    let seqs = fields.all("seq").map(str::parse);
    let seqs: Result<Vec<i64>, _> = seqs.collect();
    let mut seqs = seqs.map_err(|_| PageError::BadForm)?;
    seqs.sort_unstable();
    seqs.dedup();
    if seqs.len() > MOST {
        return Err(PageError::TooLarge);
    }
    Ok(seqs)
}

/// What became of the items of a decision.
#[derive(Default)]
struct Outcome {
    done: usize,
    /// These may be on their way, and can be skipped then.
    held: Vec<i64>,
    until: Option<Millis>,
    /// Why the first of the others was refused.
    refused: Option<ResolveError>,
    /// The store went away after some were decided about.
    is_broken_off: bool,
}

async fn decide(
    visit: &Visit,
    found: &Found,
    seqs: Vec<i64>,
    verdict: DeliveryVerdict,
    fields: &Fields,
) -> Result<HttpResponse, PageError> {
    let words = visit.words;
    let reason = fields.get("reason").to_owned();
    // Nothing sends what the configuration lacks: a retry would wait for ever.
    let not_sent = !found.is_configured && verdict == DeliveryVerdict::Retry;
    let problem = if seqs.is_empty() {
        Some(words.get("delivery-none-chosen"))
    } else if not_sent {
        Some(words.get("delivery-left-means"))
    } else if reason.is_empty() {
        Some(refused(words, &ResolveError::NoReason))
    } else {
        None
    };
    if let Some(problem) = problem {
        let typed = Typed {
            problem: Some(html! { (problem) }),
            reason,
        };
        return page(visit, found, &seqs, typed).await;
    }
    let outcome = carry_out(visit, found, &seqs, verdict, &reason).await?;
    let id = format!("delivery-done-{}", verdict.state());
    let done = words.with(&id, [("count", outcome.done.into())]);
    if outcome.is_broken_off {
        let text = format!("{done} {}", words.get("delivery-broken-off"));
        return Ok(visit.done(&address(&found.stream), text));
    }
    if outcome.held.is_empty() && (outcome.refused.is_none() || outcome.done > 0) {
        let left = seqs.len() - outcome.done;
        let text = match left {
            0 => done,
            left => format!(
                "{done} {}",
                words.with("delivery-left-as-is", [("count", left.into())])
            ),
        };
        return Ok(visit.done(&address(&found.stream), text));
    }
    let typed = Typed {
        problem: Some(html! {
            @if outcome.done > 0 { (done) " " }
            @if let Some(until) = outcome.until {
                (words.with("delivery-is-held", [("count", outcome.held.len().into())]))
                " " (words.get("delivery-held-until")) " " (shown::time(visit, until)) ". "
            }
            @if let Some(why) = &outcome.refused { (refused(words, why)) }
        }),
        reason,
    };
    let left = if outcome.held.is_empty() {
        &seqs
    } else {
        &outcome.held
    };
    page(visit, found, left, typed).await
}

async fn carry_out(
    visit: &Visit,
    found: &Found,
    seqs: &[i64],
    verdict: DeliveryVerdict,
    reason: &str,
) -> Result<Outcome, PageError> {
    let mut outcome = Outcome::default();
    for &seq in seqs {
        let reason = visit.reason(reason);
        let decided =
            decisions::resolve_delivery(&visit.pages.admin, &found.stream, seq, verdict, reason);
        match decided.await {
            Ok(()) => outcome.done += 1,
            Err(Error::Resolve(ResolveError::Held(until))) => {
                outcome.held.push(seq);
                outcome.until = outcome.until.max(Some(until));
            }
            Err(Error::Resolve(why)) => {
                outcome.refused.get_or_insert(why);
            }
            Err(_) if outcome.done + outcome.held.len() > 0 => {
                outcome.is_broken_off = true;
                break;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(outcome)
}

async fn page(
    visit: &Visit,
    found: &Found,
    seqs: &[i64],
    typed: Typed,
) -> Result<HttpResponse, PageError> {
    let words = visit.words;
    let ledger = visit.ledger();
    let waiting = ledger
        .waiting_deliveries(&found.stream, 0, usize::MAX)
        .await?;
    let chosen = held_back(waiting).filter(|held| seqs.binary_search(&held.item.seq).is_ok());
    let rows = items::rows(visit, &found.stream, chosen.collect()).await?;
    let left = seqs.len() - rows.len();
    let status = match typed.problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let main = html! {
        @if let Some(problem) = &typed.problem { p.problem role="alert" { (problem) } }
        @else if seqs.is_empty() { p { (words.get("delivery-none-chosen")) } }
        @if left > 0 { p { (words.with("delivery-left-as-is", [("count", left.into())])) } }
        @if !rows.is_empty() { (form(visit, found, &rows, &typed)) }
        p { a href=(address(&found.stream)) { (words.get("delivery-back")) } }
    };
    let title = stream::title(visit, found);
    Ok(layout::with_status(visit, status, &title, &main))
}

/// How many items, what each decision will do, and the decision.
fn form(visit: &Visit, found: &Found, rows: &[Row], typed: &Typed) -> Markup {
    let words = visit.words;
    let count = rows.len();
    let with = |id: &str| words.with(id, [("count", count.into())]);
    let amount = match rows {
        [one] => one.amount().map(shown::amount),
        _ => None,
    };
    let button = |id: &str| match &amount {
        Some(amount) => format!("{}: {amount}", with(id)),
        None => with(id),
    };
    let caption = words.get("delivery-chosen");
    html! {
        p { strong { (with("delivery-how-many")) } }
        (items::list(visit, rows, false).table(visit, &caption, None, None))
        form.actions method="post" action=(format!("{}/decide", address(&found.stream))) {
            @for row in rows { input type="hidden" name="seq" value=(row.held.item.seq); }
            p {
                label for="reason" { (words.get("delivery-reason")) } " "
                input #reason type="text" name="reason" required autocomplete="off" value=(typed.reason);
            }
            @if found.is_configured {
                p { (words.get("delivery-will-retry")) }
                p { button name="verdict" value="retry" { (button("delivery-button-retry")) } }
            }
            p { (words.get("delivery-will-skip")) }
            p { button name="verdict" value="skip" { (button("delivery-button-skip")) } }
        }
    }
}
