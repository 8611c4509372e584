//! `/v1/alarms`: what a person must look at and resolve.

use actix_web::web::{self, Data, Path, Payload, ReqData, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::Money;
use jetpay_core::id::{OperationId, PaymentId, ProjectId};
use jetpay_ledger::{Alarm, AlarmFilter, AlarmKind, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::auth::Actor;
use super::error::AdminError;
use super::input::{self, Rfc3339};
use super::resolutions::{self, ResolutionView};
use super::{Admin, resource};
use crate::environment::now;
use crate::telemetry;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .service(resource("/alarms").route(web::get().to(list)))
        .service(resource("/alarms/{seq}").route(web::get().to(get)))
        .service(resource("/alarms/{seq}/resolve").route(web::post().to(resolve)));
}

/// An alarm in an answer.
#[derive(Serialize)]
pub(super) struct AlarmView {
    seq: i64,
    kind: AlarmKind,
    project_id: ProjectId,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<PaymentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_id: Option<String>,
    /// What the callback says, where the alarm keeps it. In JSON, `amount` and `currency`.
    #[serde(flatten)]
    amount: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    time: Rfc3339,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<ResolutionView>,
}

impl From<Alarm> for AlarmView {
    fn from(alarm: Alarm) -> Self {
        Self {
            seq: alarm.seq,
            kind: alarm.kind,
            project_id: alarm.project_id,
            payment_id: alarm.payment_id,
            operation_id: alarm.operation_id.map(|id| id.to_string()),
            amount: alarm.amount,
            reason: alarm.reason,
            time: Rfc3339(alarm.time),
            resolution: alarm.resolution.map(ResolutionView::from),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    resolved: Option<bool>,
    before: Option<i64>,
    limit: Option<usize>,
}

#[derive(Serialize)]
struct List {
    alarms: Vec<AlarmView>,
    /// The value of `before` for the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

/// Lists alarms, newest first.
async fn list(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let page: Page = input::query(&request)?;
    let limit = input::limit(page.limit)?;
    let filter = AlarmFilter {
        resolved: page.resolved,
        before: page.before,
        limit: limit + 1,
    };
    let alarms = admin.ledger.alarms(filter).await?;
    let (alarms, next) = input::page(alarms, limit, |alarm| alarm.seq);
    let alarms = alarms.into_iter().map(AlarmView::from).collect();
    Ok(HttpResponse::Ok().json(List { alarms, next }))
}

/// An alarm with its messages as received: only they show what the platform sent.
#[derive(Serialize)]
struct WithCallbacks {
    #[serde(flatten)]
    alarm: AlarmView,
    callbacks: Vec<String>,
}

async fn get(admin: Data<Admin>, path: Path<String>) -> Result<HttpResponse, AdminError> {
    let found = admin.ledger.alarm(seq(&path)?).await?;
    let (alarm, bodies) = found.ok_or_else(no_such_alarm)?;
    let callbacks = bodies
        .iter()
        .map(|body| String::from_utf8_lossy(body).into_owned())
        .collect();
    let alarm = alarm.into();
    Ok(HttpResponse::Ok().json(WithCallbacks { alarm, callbacks }))
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
    let ledger = &admin.ledger;
    let operation_id = body.operation_id.as_deref().map(operation).transpose()?;
    let reason = by.reason(body.reason);
    match (operation_id, verdict) {
        (None, _) => ledger.resolve_alarm(seq, verdict, reason, now()).await?,
        (Some(operation_id), Verdict::Credit(_) | Verdict::Override(_)) => {
            let credit = ledger.credit_operation(seq, operation_id, verdict, reason, now());
            credit.await?;
        }
        (Some(_), _) => return Err(AdminError::invalid("operation_id", "is only for a credit")),
    }
    // The log does not get the reason: a person wrote it, and it may name a payer.
    tracing::info!(
        alarm = seq,
        verdict = verdict.as_str(),
        by = by.name(),
        "the merchant resolved an alarm"
    );
    // The decision is stored. If the store cannot show it now, the answer is still that it was made.
    let alarm = match ledger.alarm(seq).await {
        Ok(found) => found.map(|(alarm, _)| AlarmView::from(alarm)),
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
