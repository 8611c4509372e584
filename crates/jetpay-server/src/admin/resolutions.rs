//! `/v1/resolutions`: what persons decided.

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::Money;
use jetpay_core::id::PaymentId;
use jetpay_ledger::Resolution;
use serde::{Deserialize, Serialize};

use super::Admin;
use super::error::{self, AdminError};
use super::input;
use super::time::Rfc3339;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config.service(
        web::resource("/resolutions")
            .route(web::get().to(list))
            .default_service(web::to(error::no_such_method)),
    );
}

#[derive(Serialize)]
pub(super) struct ShownResolution {
    seq: i64,
    /// Absent when it is about the inbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    alarm_seq: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<PaymentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_id: Option<String>,
    verdict: &'static str,
    #[serde(flatten)]
    amount: Option<Money>,
    reason: String,
    time: Rfc3339,
}

impl From<Resolution> for ShownResolution {
    fn from(resolution: Resolution) -> Self {
        Self {
            seq: resolution.seq,
            alarm_seq: resolution.alarm_seq,
            payment_id: resolution.payment_id,
            operation_id: resolution.operation_id.map(|id| id.to_string()),
            verdict: resolution.verdict.as_str(),
            amount: resolution.verdict.amount(),
            reason: resolution.reason,
            time: Rfc3339(resolution.time),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    before: Option<i64>,
    limit: Option<usize>,
}

#[derive(Serialize)]
struct List {
    resolutions: Vec<ShownResolution>,
    /// What to give as `before` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

/// The newest first.
async fn list(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let page: Page = input::query(&request)?;
    let limit = input::limit(page.limit)?;
    let resolutions = admin.ledger.resolutions(page.before, limit + 1).await?;
    let (resolutions, next) = input::page(resolutions, limit, |resolution| resolution.seq);
    let resolutions = resolutions.into_iter().map(ShownResolution::from).collect();
    Ok(HttpResponse::Ok().json(List { resolutions, next }))
}
