//! `/v1/alarms` and `/v1/inbox`: what a person must look at.

use actix_web::web::{self, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::Money;
use jetpay_core::id::{PaymentId, ProjectId};
use jetpay_core::words::{OperationStatus, OperationType, PaymentStatus};
use jetpay_ledger::{Alarm, AlarmFilter, AlarmKind, Unmatched};
use serde::{Deserialize, Serialize};

use super::Admin;
use super::error::{self, AdminError};
use super::input;
use super::time::Rfc3339;
use crate::shop::now;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    let other = || web::to(error::no_such_method);
    config
        .service(
            web::resource("/alarms")
                .route(web::get().to(alarms))
                .default_service(other()),
        )
        .service(
            web::resource("/inbox")
                .route(web::get().to(inbox))
                .default_service(other()),
        )
        .service(
            web::resource("/inbox/{payment_id}")
                .route(web::delete().to(dismiss))
                .default_service(other()),
        );
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    limit: Option<usize>,
}

#[derive(Serialize)]
struct ShownAlarm {
    seq: i64,
    kind: AlarmKind,
    project_id: ProjectId,
    payment_id: Option<PaymentId>,
    operation_id: Option<String>,
    time: Rfc3339,
}

impl From<Alarm> for ShownAlarm {
    fn from(alarm: Alarm) -> Self {
        Self {
            seq: alarm.seq,
            kind: alarm.kind,
            project_id: alarm.project_id,
            payment_id: alarm.payment_id,
            operation_id: alarm.operation_id.map(|id| id.to_string()),
            time: Rfc3339(alarm.time),
        }
    }
}

/// The newest first.
async fn alarms(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let page: Page = input::query(&request)?;
    let alarms = admin
        .ledger
        .alarms(AlarmFilter {
            limit: input::limit(page.limit)?,
            ..AlarmFilter::default()
        })
        .await?;
    let alarms: Vec<_> = alarms.into_iter().map(ShownAlarm::from).collect();
    Ok(HttpResponse::Ok().json(serde_json::json!({ "alarms": alarms })))
}

/// A callback whose payment nobody knows. The body as received is in it: account and customer help to find whose it is.
#[derive(Serialize)]
struct ShownUnmatched {
    payment_id: PaymentId,
    project_id: ProjectId,
    operation_id: String,
    operation_type: OperationType,
    operation_status: OperationStatus,
    payment_status: PaymentStatus,
    #[serde(flatten)]
    amount: Money,
    received_at: Rfc3339,
    body: String,
}

impl From<Unmatched> for ShownUnmatched {
    fn from(unmatched: Unmatched) -> Self {
        Self {
            payment_id: unmatched.payment_id,
            project_id: unmatched.project_id,
            operation_id: unmatched.operation_id.to_string(),
            operation_type: unmatched.operation_type,
            operation_status: unmatched.operation_status,
            payment_status: unmatched.payment_status,
            amount: unmatched.amount,
            received_at: Rfc3339(unmatched.received_at),
            body: String::from_utf8_lossy(&unmatched.body).into_owned(),
        }
    }
}

async fn inbox(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let page: Page = input::query(&request)?;
    let waiting = admin.ledger.inbox(input::limit(page.limit)?).await?;
    let waiting: Vec<_> = waiting.into_iter().map(ShownUnmatched::from).collect();
    Ok(HttpResponse::Ok().json(serde_json::json!({ "callbacks": waiting })))
}

/// Says that a payment is not ours: its callbacks are acknowledged from now on.
async fn dismiss(admin: Data<Admin>, path: Path<String>) -> Result<HttpResponse, AdminError> {
    let nothing = || AdminError::not_found("no callback of this payment waits in the inbox");
    let id = PaymentId::new(path.as_str()).map_err(|_| nothing())?;
    let dismissed = admin
        .ledger
        .dismiss_unmatched(&id, "deleted from the inbox".into(), now())
        .await?;
    if dismissed == 0 {
        Err(nothing())
    } else {
        Ok(HttpResponse::NoContent().finish())
    }
}
