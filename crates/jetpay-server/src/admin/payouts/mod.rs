//! `/v1/payouts`: money that the merchant pays out.

mod create;
mod export;

use actix_web::web::{self, Data, Path, Payload, ReqData, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::id::{PaymentId, ProjectId};
use jetpay_core::operation_code::OperationCode;
use jetpay_ledger::payout::{PayoutEntry, PayoutResolution, PayoutStep};
use jetpay_ledger::{Payout, PayoutFilter, PayoutState, ResolveError};
use serde::{Deserialize, Serialize};

use super::auth::Actor;
use super::error::AdminError;
use super::{Admin, entries, input, resource};
use crate::decisions;
use crate::payout_request::seen_key;

pub use create::PayoutIntake;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .service(
            resource("/payouts")
                .route(web::get().to(list))
                .route(web::post().to(create::create)),
        )
        .service(resource("/payouts:export").route(web::post().to(export::export)))
        // Registered before the ids. No payout has the id `entries`: the service makes all ids.
        .service(resource("/payouts/entries").route(web::get().to(entries::list_of_payouts)))
        .service(resource("/payouts/{payment_id}").route(web::get().to(get)))
        .service(resource("/payouts/{payment_id}/resolve").route(web::post().to(resolve)));
}

/// A payout with its whole history. Of the payee's data it has only the customer's id and the wallet.
#[derive(Serialize)]
struct WithHistory<'a> {
    #[serde(flatten)]
    payout: &'a Payout,
    history: Vec<StepView<'a>>,
    /// What the merchant should look at, in the answer to a request for a payout.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

impl<'a> From<&'a Payout> for WithHistory<'a> {
    fn from(payout: &'a Payout) -> Self {
        Self {
            payout,
            history: payout.history.iter().map(StepView::from).collect(),
            warnings: Vec::new(),
        }
    }
}

/// A step of the history.
#[derive(Serialize)]
struct StepView<'a> {
    #[serde(flatten)]
    step: &'a PayoutStep,
    /// The kind of entry on the payouts account, when the step moves money.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<PayoutEntry>,
    /// What the code means.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'static str>,
}

impl<'a> From<&'a PayoutStep> for StepView<'a> {
    fn from(step: &'a PayoutStep) -> Self {
        Self {
            step,
            entry: step.what.entry(),
            text: step.code.as_ref().map(OperationCode::text),
        }
    }
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
        ..PayoutFilter::default()
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
    decisions::resolve_payout(&admin, &id, ending, by.reason(body.reason)).await?;
    Ok(HttpResponse::Ok().json(WithHistory::from(&payout(&admin, id.as_str()).await?)))
}
