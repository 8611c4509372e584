//! `/v1/settlements`: what persons decided.

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
        web::resource("/settlements")
            .route(web::get().to(list))
            .default_service(web::to(error::no_such_method)),
    );
}

#[derive(Serialize)]
pub(super) struct ShownSettlement {
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

impl From<Resolution> for ShownSettlement {
    fn from(settlement: Resolution) -> Self {
        Self {
            seq: settlement.seq,
            alarm_seq: settlement.alarm_seq,
            payment_id: settlement.payment_id,
            operation_id: settlement.operation_id.map(|id| id.to_string()),
            verdict: settlement.verdict.as_str(),
            amount: settlement.verdict.amount(),
            reason: settlement.reason,
            time: Rfc3339(settlement.time),
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
    settlements: Vec<ShownSettlement>,
    /// What to give as `before` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

/// The newest first.
async fn list(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let page: Page = input::query(&request)?;
    let limit = input::limit(page.limit)?;
    let settlements = admin.ledger.resolutions(page.before, limit + 1).await?;
    let (settlements, next) = input::page(settlements, limit, |settlement| settlement.seq);
    let settlements = settlements.into_iter().map(ShownSettlement::from).collect();
    Ok(HttpResponse::Ok().json(List { settlements, next }))
}
