//! `/v1/alarms`: what a person must look at and resolve.

use actix_web::web::{self, Data, Path, Payload, ReqData, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::Money;
use jetpay_core::id::OperationId;
use jetpay_ledger::{Alarm, AlarmFilter, AlarmKind, Error, Resolution, ResolveError};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::auth::Actor;
use super::error::AdminError;
use super::{Admin, input, resolutions, resource};
use crate::alarm_text::{advice, summary};
use crate::decisions::{self, MOST_ALARMS};
use crate::telemetry;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .service(resource("/alarms").route(web::get().to(list)))
        .service(resource("/alarms:count").route(web::get().to(count)))
        .service(resource("/alarms:resolve").route(web::post().to(resolve_many)))
        .service(resource("/alarms/{seq}").route(web::get().to(get)))
        .service(resource("/alarms/{seq}/resolve").route(web::post().to(resolve)));
}

/// An alarm in an answer.
#[derive(Serialize)]
pub(crate) struct AlarmView {
    #[serde(flatten)]
    alarm: Alarm,
    /// What happened.
    summary: String,
    /// What the callback says. In JSON, `amount` and `currency`.
    #[serde(flatten)]
    received: Option<Money>,
    /// What the service expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<Money>,
    /// The endpoint, of an alarm about a delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
    /// The entry that is not delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry_seq: Option<i64>,
    /// The credit that undid the resolution, in the answer to the request for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    undone_by: Option<Resolution>,
}

impl From<Alarm> for AlarmView {
    fn from(alarm: Alarm) -> Self {
        Self {
            summary: summary(&alarm),
            received: alarm.received(),
            expected: alarm.expected(),
            endpoint: alarm.delivery.as_ref().map(|it| it.endpoint.clone()),
            entry_seq: alarm.delivery.as_ref().and_then(|it| it.entry),
            undone_by: None,
            alarm,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    kind: Option<String>,
    resolved: Option<bool>,
    before: Option<i64>,
    limit: Option<usize>,
}

/// Reads kinds of alarms, with commas between.
fn kinds(list: Option<&str>) -> Result<Vec<AlarmKind>, AdminError> {
    let words = list.into_iter().flat_map(|list| list.split(','));
    let kinds = words.map(|word| {
        word.parse().map_err(|_| {
            let known = input::joined(AlarmKind::ALL);
            AdminError::invalid(
                "kind",
                format!("`{word}` is no kind of alarm; the kinds are {known}"),
            )
        })
    });
    kinds.collect()
}

/// Lists alarms, newest first.
async fn list(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let page: Page = input::query(&request)?;
    let limit = input::limit(page.limit)?;
    let filter = AlarmFilter {
        kinds: kinds(page.kind.as_deref())?,
        resolved: page.resolved,
        before: page.before,
        limit: limit + 1,
        ..AlarmFilter::default()
    };
    let alarms = admin.ledger.alarms(filter).await?;
    let (alarms, next) = input::page(alarms, limit, |alarm| alarm.seq);
    let alarms: Vec<_> = alarms.into_iter().map(AlarmView::from).collect();
    Ok(input::list("alarms", &alarms, next))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Counted {
    kind: Option<String>,
    resolved: Option<bool>,
}

/// Counts alarms by kind.
async fn count(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let counted: Counted = input::query(&request)?;
    let filter = AlarmFilter {
        kinds: kinds(counted.kind.as_deref())?,
        resolved: counted.resolved,
        ..AlarmFilter::default()
    };
    let counts = admin.ledger.count_alarms(filter).await?;
    Ok(input::list("kinds", &counts, None::<()>))
}

/// An alarm with its messages as received: only they show what the platform sent.
#[derive(Serialize)]
struct WithCallbacks {
    #[serde(flatten)]
    alarm: AlarmView,
    /// What to do about an open alarm.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    commands: Vec<String>,
    callbacks: Vec<String>,
}

async fn get(admin: Data<Admin>, path: Path<String>) -> Result<HttpResponse, AdminError> {
    let found = admin.ledger.alarm(seq(&path)?).await?;
    let (alarm, bodies) = found.ok_or_else(no_such_alarm)?;
    let callbacks = bodies
        .iter()
        .map(|body| String::from_utf8_lossy(body).into_owned())
        .collect();
    let advice = alarm.resolution.is_none().then(|| advice(&alarm));
    let (advice, commands) = advice.map(|advice| (advice.text, advice.commands)).unzip();
    Ok(HttpResponse::Ok().json(WithCallbacks {
        alarm: alarm.into(),
        advice,
        commands: commands.unwrap_or_default(),
        callbacks,
    }))
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with a verdict and a reason"
)]
struct Resolve {
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    reason: String,
    amount: Option<i64>,
    currency: Option<String>,
    #[serde(default, rename = "override")]
    overrides: bool,
    /// The operation to credit, if the alarm names none.
    operation_id: Option<String>,
    /// The alarm was dismissed, and is credited after all.
    #[serde(default)]
    undo_dismissal: bool,
}

/// Resolves an alarm, and answers with it.
async fn resolve(
    admin: Data<Admin>,
    by: ReqData<Actor>,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, AdminError> {
    let seq = seq(&path)?;
    let body: Resolve = input::json(payload).await?;
    let verdict = resolutions::verdict(
        &body.verdict,
        body.amount,
        body.currency.as_deref(),
        body.overrides,
        admin.currency,
    )?;
    let operation_id = body.operation_id.as_deref().map(operation).transpose()?;
    if operation_id.is_some() && verdict.amount().is_none() {
        return Err(AdminError::invalid("operation_id", "is only for a credit"));
    }
    let undoes = body.undo_dismissal;
    if undoes && verdict.amount().is_none() {
        return Err(AdminError::invalid(
            "undo_dismissal",
            "is only for a credit",
        ));
    }
    let reason = by.reason(body.reason);
    decisions::resolve_alarm(&admin, seq, operation_id, verdict, undoes, reason).await?;
    // The decision is stored. If the store cannot show it now, the answer is still that it was made.
    let alarm = match resolved(&admin, seq, undoes).await {
        Ok(found) => found,
        Err(error) => {
            telemetry::admin_unavailable(&error);
            None
        }
    };
    let mut answer = HttpResponse::Ok();
    Ok(if let Some(alarm) = alarm {
        answer.json(alarm)
    } else {
        let resolution = json!({"verdict": verdict.as_str(), "by": by.name()});
        answer.json(json!({"seq": seq, "resolution": resolution}))
    })
}

/// The alarm, and the credit that just undid its resolution.
async fn resolved(admin: &Admin, seq: i64, undone: bool) -> Result<Option<AlarmView>, Error> {
    let Some((alarm, _)) = admin.ledger.alarm(seq).await? else {
        return Ok(None);
    };
    let mut view = AlarmView::from(alarm);
    if let Some(id) = view.alarm.payment_id.as_ref().filter(|_| undone) {
        let mut credits = admin.ledger.payment_records(id).await?.resolutions;
        credits.retain(|it| it.alarm_seq.is_none() && it.verdict.amount().is_some());
        view.undone_by = credits.pop();
    }
    Ok(Some(view))
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with a verdict, a reason, and either alarms or a kind"
)]
struct ResolveMany {
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    reason: String,
    alarms: Option<Vec<i64>>,
    kind: Option<String>,
    /// The number of the last alarm to resolve.
    up_to: Option<i64>,
}

/// Resolves many alarms without a credit, in one transaction, and answers with what became of them.
async fn resolve_many(
    admin: Data<Admin>,
    by: ReqData<Actor>,
    payload: Payload,
) -> Result<HttpResponse, AdminError> {
    let body: ResolveMany = input::json(payload).await?;
    if body.verdict == "credit" {
        return Err(ResolveError::CreditOfMany.into());
    }
    let verdict = resolutions::verdict(&body.verdict, None, None, false, admin.currency)?;
    let (seqs, more) = match (body.alarms, body.kind, body.up_to) {
        (Some(seqs), None, None) if (1..=MOST_ALARMS).contains(&seqs.len()) => (seqs, false),
        (None, Some(kind), up_to) => {
            let kinds = kinds(Some(&kind))?;
            let (open, more) = decisions::open_alarms(&admin, kinds, up_to).await?;
            (open.iter().map(|alarm| alarm.seq).collect(), more)
        }
        _ => {
            let message = format!(
                "give the numbers of 1 to {MOST_ALARMS} alarms, or else a kind; only a kind takes up_to"
            );
            return Err(AdminError::invalid("alarms", message));
        }
    };
    let reason = by.reason(body.reason);
    let outcome = decisions::resolve_alarms(&admin, seqs, verdict, reason).await?;
    Ok(HttpResponse::Ok().json(json!({
        "resolved": outcome.resolved.len(), "already_resolved": outcome.already_resolved,
        "not_found": outcome.not_found, "more": more,
    })))
}

/// An id of an operation, as answers have it. Databases store it in 64 bits with a sign.
fn operation(digits: &str) -> Result<OperationId, AdminError> {
    let id = digits.parse().ok().filter(|id| i64::try_from(*id).is_ok());
    let message = "must be the id of an operation: a text of digits";
    id.map(OperationId::new)
        .ok_or_else(|| AdminError::invalid("operation_id", message))
}

fn seq(path: &str) -> Result<i64, AdminError> {
    path.parse().map_err(|_| no_such_alarm())
}

fn no_such_alarm() -> AdminError {
    AdminError::not_found("there is no alarm with this number")
}
