//! `/v1/payouts`: money that the merchant sends.

mod desk;
mod feed;
mod resolve;
mod shown;
mod take;

use actix_web::web::{self, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::id::{PaymentId, ProjectId};
use jetpay_ledger::{Payout, PayoutFilter, PayoutState};
use serde::{Deserialize, Serialize};

use super::Admin;
use super::error::{self, AdminError};
use super::input;
use shown::{ShownPayout, WithHistory};

pub use desk::PayoutDesk;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    let other = || web::to(error::no_such_method);
    config
        .service(
            web::resource("/payouts")
                .route(web::get().to(list))
                .route(web::post().to(take::take))
                .default_service(other()),
        )
        // Before the ids: no payout is called so.
        .service(
            web::resource("/payouts/entries")
                .route(web::get().to(feed::list))
                .default_service(other()),
        )
        .service(
            web::resource("/payouts/{payment_id}")
                .route(web::get().to(get))
                .default_service(other()),
        )
        .service(
            web::resource("/payouts/{payment_id}/resolve")
                .route(web::post().to(resolve::resolve))
                .default_service(other()),
        );
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
    after: Option<String>,
    limit: Option<usize>,
}

#[derive(Serialize)]
struct List<'a> {
    payouts: Vec<ShownPayout<'a>>,
    /// What to give as `after` for the next page; absent on the last one.
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
        after: search.after,
        limit,
    };
    let payouts = admin.ledger.payouts(&filter).await?;
    let next = (payouts.len() == limit)
        .then(|| payouts.last().map(|last| &last.payment_id))
        .flatten();
    Ok(HttpResponse::Ok().json(List {
        payouts: payouts.iter().map(ShownPayout::from).collect(),
        next,
    }))
}

fn state(word: &str) -> Result<PayoutState, AdminError> {
    word.parse().map_err(|_| {
        let words: Vec<_> = PayoutState::ALL
            .iter()
            .map(|state| state.as_str())
            .collect();
        AdminError::invalid("state", format!("is one of {}", words.join(", ")))
    })
}

#[cfg(test)]
mod tests;
