//! `/v1/payouts`: money that the merchant pays out.

mod create;
mod view;

use actix_web::web::{self, Data, Path, Payload, ReqData, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::id::{PaymentId, ProjectId};
use jetpay_ledger::payout::PayoutResolution;
use jetpay_ledger::{Payout, PayoutFilter, PayoutState, ResolveError};
use serde::Deserialize;

use super::auth::Actor;
use super::error::AdminError;
use super::{Admin, entries, input, resource};
use crate::environment::now;
use crate::payout_request::seen_key;
use view::WithHistory;

pub use create::PayoutIntake;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .service(
            resource("/payouts")
                .route(web::get().to(list))
                .route(web::post().to(create::create)),
        )
        // Registered before the ids. No payout has the id `entries`: the service makes all ids.
        .service(resource("/payouts/entries").route(web::get().to(entries::list_of_payouts)))
        .service(resource("/payouts/{payment_id}").route(web::get().to(get)))
        .service(resource("/payouts/{payment_id}/resolve").route(web::post().to(resolve)));
}

async fn get(admin: Data<Admin>, path: Path<String>) -> Result<HttpResponse, AdminError> {
    Ok(HttpResponse::Ok().json(WithHistory::from(&payout(&admin, &path).await?)))
}

/// The payout with this id, or 404.
async fn payout(admin: &Admin, id: &str) -> Result<Payout, AdminError> {
    let payout = admin.ledger.payout(id).await?;
    payout.ok_or_else(|| AdminError::not_found("there is no payout with this id"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Search {
    project_id: Option<u64>,
    customer_id: Option<String>,
    state: Option<String>,
    idempotency_key: Option<String>,
    account_number: Option<String>,
    amount: Option<i64>,
    request_sha256: Option<String>,
    from: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

async fn list(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let search: Search = input::query(&request)?;
    let limit = input::limit(search.limit)?;
    let state = search
        .state
        .map(|word| input::word("state", &word, PayoutState::ALL));
    let filter = PayoutFilter {
        project_id: search.project_id.map(ProjectId::new),
        customer_id: search.customer_id,
        state: state.transpose()?,
        idempotency_key: search.idempotency_key,
        fingerprint: search.request_sha256,
        account_number: search.account_number,
        amount: search.amount,
        from: input::instant("from", search.from)?,
        after: search.after,
        limit: limit + 1,
    };
    let payouts = admin.ledger.payouts(&filter).await?;
    if let (true, Some(key), None) = (
        payouts.is_empty(),
        &filter.idempotency_key,
        &filter.fingerprint,
    ) {
        seen_key(key)?;
    }
    let (payouts, next) = input::page(payouts, limit, |payout| payout.payment_id.clone());
    Ok(input::list("payouts", &payouts, next))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with `as` and a reason")]
struct Resolve {
    #[serde(default, rename = "as")]
    ending: String,
    #[serde(default)]
    reason: String,
}

/// Records how a payout ended when the platform does not say it, and answers with the payout.
async fn resolve(
    admin: Data<Admin>,
    by: ReqData<Actor>,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, AdminError> {
    let id = PaymentId::new(path.as_str()).map_err(|_| ResolveError::NoSuchPayout)?;
    let body: Resolve = input::json(payload).await?;
    let ending = input::word("as", &body.ending, PayoutResolution::ALL)?;
    admin
        .ledger
        .resolve_payout(id.clone(), ending, by.reason(body.reason), now())
        .await?;
    // The log does not get the reason: a person wrote it, and it may name a payee.
    tracing::info!(payment = %id, %ending, by = by.name(), "the merchant resolved a payout");
    Ok(HttpResponse::Ok().json(WithHistory::from(&payout(&admin, id.as_str()).await?)))
}
