//! `/v1/payouts`: money that the merchant pays out.

mod create;
mod view;

use actix_web::web::{self, Data, Path, Payload, ReqData, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::id::{PaymentId, ProjectId};
use jetpay_ledger::payout::PayoutResolution;
use jetpay_ledger::{Payout, PayoutFilter, PayoutState, ResolveError};
use serde::{Deserialize, Serialize};

use super::auth::Actor;
use super::error::AdminError;
use super::{Admin, entries, input, resource};
use crate::environment::now;
use crate::payout_request::seen_key;
use view::{PayoutView, WithHistory};

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

#[derive(Serialize)]
struct List<'a> {
    payouts: Vec<PayoutView<'a>>,
    /// The value of `after` for the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'a PaymentId>,
}

async fn list(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let search: Search = input::query(&request)?;
    let limit = input::limit(search.limit)?;
    let filter = PayoutFilter {
        project_id: search.project_id.map(ProjectId::new),
        customer_id: search.customer_id,
        state: search.state.map(|word| state(&word)).transpose()?,
        idempotency_key: search.idempotency_key,
        fingerprint: search.request_sha256,
        account_number: search.account_number,
        amount: search.amount,
        from: search
            .from
            .map(|text| input::instant("from", &text))
            .transpose()?,
        after: search.after,
        limit,
    };
    let payouts = admin.ledger.payouts(&filter).await?;
    if let (true, Some(key), None) = (
        payouts.is_empty(),
        &filter.idempotency_key,
        &filter.fingerprint,
    ) {
        seen_key(key)?;
    }
    let next = (payouts.len() == limit)
        .then(|| payouts.last().map(|last| &last.payment_id))
        .flatten();
    Ok(HttpResponse::Ok().json(List {
        payouts: payouts.iter().map(PayoutView::from).collect(),
        next,
    }))
}

fn state(word: &str) -> Result<PayoutState, AdminError> {
    word.parse().map_err(|_| {
        let words: Vec<_> = PayoutState::ALL
            .iter()
            .map(|state| state.as_str())
            .collect();
        AdminError::invalid("state", format!("must be one of {}", words.join(", ")))
    })
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
    let ending = ending(&body.ending)?;
    admin
        .ledger
        .resolve_payout(id.clone(), ending, by.reason(body.reason), now())
        .await?;
    // The log does not get the reason: a person wrote it, and it may name a payee.
    tracing::info!(payment = %id, %ending, by = by.name(), "the merchant resolved a payout");
    Ok(HttpResponse::Ok().json(WithHistory::from(&payout(&admin, id.as_str()).await?)))
}

fn ending(word: &str) -> Result<PayoutResolution, AdminError> {
    word.parse().map_err(|_| {
        let words: Vec<_> = PayoutResolution::ALL
            .iter()
            .map(|ending| ending.as_str())
            .collect();
        AdminError::invalid("as", format!("must be one of {}", words.join(", ")))
    })
}
