//! What a person decides about items that wait: first how many they are and about how much money, then the decision.

use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::{Error, Millis, Reason, Resolution, ResolveError};
use maud::{Markup, html};

use super::super::alarms::resolution_facts;
use super::super::error::{self, PageError};
use super::super::fields::Fields;
use super::super::form::{self, Problem};
use super::super::visit::Visit;
use super::super::{layout, show as shown};
use super::items::{self, Row};
use super::{Found, Named, address, find, stream};
use crate::admin::held_back;
use crate::config::Role;
use crate::decisions::{self, DeliveryVerdict};

/// The most items that one form decides about.
const MOST: usize = 1000;

pub(super) async fn show(
    visit: Visit,
    path: Named,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    visit.needs(Role::Resolve)?;
    let found = find(&visit, &path.0, &path.1).await?;
    let seqs = seqs(&Fields::of_query(&request))?;
    page(&visit, &found, &seqs, &Fields::default(), None).await
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
    // Nothing sends what the configuration lacks: a retry would wait for ever.
    let not_sent = !found.is_configured && verdict == DeliveryVerdict::Retry;
    let reason = if seqs.is_empty() {
        Err(Problem::new(words.get("delivery-none-chosen")))
    } else if not_sent {
        Err(Problem::new(words.get("delivery-left-means")))
    } else {
        visit.reason(fields)
    };
    let outcome = match reason {
        Ok(reason) => carry_out(visit, found, &seqs, verdict, (&reason, fields)).await?,
        Err(problem) => return page(visit, found, &seqs, fields, Some(&problem)).await,
    };
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
    let problem = match (&outcome.refused, outcome.until) {
        (Some(why), None) => Problem::of(words, why),
        (refused, until) => Problem::new(html! {
            @if outcome.done > 0 { (done) " " }
            @if let Some(until) = until {
                (words.with("delivery-is-held", [("count", outcome.held.len().into())]))
                " " (words.get("delivery-held-until")) " " (shown::time(visit, until)) ". "
            }
            @if let Some(why) = refused { (error::refused(words, why)) }
        }),
    };
    let left = if outcome.held.is_empty() {
        &seqs
    } else {
        &outcome.held
    };
    page(visit, found, left, fields, Some(&problem)).await
}

async fn carry_out(
    visit: &Visit,
    found: &Found,
    seqs: &[i64],
    verdict: DeliveryVerdict,
    (reason, fields): (&Reason, &Fields),
) -> Result<Outcome, PageError> {
    let (admin, stream) = (&visit.pages.admin, &found.stream);
    let mut outcome = Outcome::default();
    for &seq in seqs {
        let decided = decisions::resolve_delivery(admin, stream, seq, verdict, reason.clone());
        match decided.await {
            Ok(()) => outcome.done += 1,
            Err(Error::Resolve(ResolveError::Held(until))) => {
                outcome.held.push(seq);
                outcome.until = outcome.until.max(Some(until));
            }
            Err(Error::Resolve(why)) => match made(visit, found, seq).await {
                Ok(Some(made)) if made.is_repeat(visit, verdict, fields) => outcome.done += 1,
                _ => {
                    outcome.refused.get_or_insert(why);
                }
            },
            Err(_) if outcome.done + outcome.held.len() > 0 => {
                outcome.is_broken_off = true;
                break;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(outcome)
}

/// The last decision about an item that does not wait any more.
struct Made {
    verdict: DeliveryVerdict,
    resolution: Resolution,
}

async fn made(visit: &Visit, found: &Found, seq: i64) -> Result<Option<Made>, Error> {
    let (ledger, stream) = (visit.ledger(), &found.stream);
    let Some(resolution) = ledger.delivery_decision(stream, seq).await? else {
        return Ok(None);
    };
    let skipped = ledger.skipped_deliveries(stream, seq.saturating_sub(1));
    let verdict = if skipped.await?.contains(&seq) {
        DeliveryVerdict::Skip
    } else {
        DeliveryVerdict::Retry
    };
    Ok(Some(Made {
        verdict,
        resolution,
    }))
}

impl Made {
    /// Whether this person decided it with this form: then the form came twice.
    fn is_repeat(&self, visit: &Visit, verdict: DeliveryVerdict, form: &Fields) -> bool {
        let Resolution { reason, by, .. } = &self.resolution;
        self.verdict == verdict && visit.gave(form, reason, by.as_deref())
    }
}

async fn page(
    visit: &Visit,
    found: &Found,
    seqs: &[i64],
    typed: &Fields,
    problem: Option<&Problem>,
) -> Result<HttpResponse, PageError> {
    let words = visit.words;
    let ledger = visit.ledger();
    let waiting = ledger
        .waiting_deliveries(&found.stream, 0, usize::MAX)
        .await?;
    let chosen = held_back(waiting).filter(|held| seqs.binary_search(&held.item.seq).is_ok());
    let rows = items::rows(visit, &found.stream, chosen.collect()).await?;
    let left = seqs.len() - rows.len();
    // Of one item, the page says what was decided instead.
    let made = match seqs {
        [seq] if left == 1 => made(visit, found, *seq).await?,
        _ => None,
    };
    let reason = form::reason(words, "reason", typed.get("reason"), problem);
    let main = html! {
        @if problem.is_none() && seqs.is_empty() { p { (words.get("delivery-none-chosen")) } }
        @if left > 0 { p { (words.with("delivery-left-as-is", [("count", left.into())])) } }
        @if let Some(made) = made { (resolution_facts(visit, &made.resolution)) }
        @if rows.is_empty() { (layout::typed(words, typed.get("reason"))) }
        @else { (verdicts(visit, found, &rows, &reason)) }
        p { a href=(address(&found.stream)) { (words.get("delivery-back")) } }
    };
    let title = stream::title(visit, found);
    Ok(form::page(visit, &title, problem, &main))
}

/// How many items, what each decision will do, and the decision.
fn verdicts(visit: &Visit, found: &Found, rows: &[Row], reason: &Markup) -> Markup {
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
            (reason)
            @if found.is_configured {
                p { (words.get("delivery-will-retry")) }
                p { button name="verdict" value="retry" { (button("delivery-button-retry")) } }
            }
            p { (words.get("delivery-will-skip")) }
            p { button name="verdict" value="skip" { (button("delivery-button-skip")) } }
        }
    }
}
