//! `/v1/payments`: read and search payments; what happened to one.

use actix_web::web::{self, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::{
    Entry, Millis, Payment, PaymentFilter, PaymentState, RecordedCallback, Resolution,
};
use serde::{Deserialize, Serialize};

use super::alarms::AlarmView;
use super::error::AdminError;
use super::{Admin, confirm, input, resource};
use crate::search;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .service(resource("/payments").route(web::get().to(list)))
        .service(resource("/payments/{payment_id}").route(web::get().to(get)))
        .service(resource("/payments/{payment_id}/history").route(web::get().to(history)))
        .service(
            resource("/payments/{payment_id}/confirm").route(web::post().to(confirm::confirm)),
        );
}

async fn get(admin: Data<Admin>, path: Path<String>) -> Result<HttpResponse, AdminError> {
    let payment = payment(&admin, &path).await?;
    Ok(HttpResponse::Ok().json(payment))
}

/// The payment with this id, or 404, which says what else has the id.
pub(super) async fn payment(admin: &Admin, id: &str) -> Result<Payment, AdminError> {
    if let Some(payment) = admin.ledger.payment(id).await? {
        return Ok(payment);
    }
    if admin.ledger.payout(id).await?.is_some() {
        let message = "this is the id of a payout: see /v1/payouts, or `jetpay payouts show`";
        return Err(AdminError::not_found(message));
    }
    let waits = search::is_in_inbox(&admin.ledger, id).await?;
    Err(AdminError::not_found(if waits {
        "there is no payment with this id; a callback that names it waits in the inbox"
    } else {
        "there is no payment with this id"
    }))
}

/// A payment with all that happened to it.
#[derive(Serialize)]
struct WithHistory {
    #[serde(flatten)]
    payment: Payment,
    changed_at: Millis,
    callbacks: Vec<RecordedCallback>,
    entries: Vec<Entry>,
    alarms: Vec<AlarmView>,
    resolutions: Vec<Resolution>,
}

async fn history(admin: Data<Admin>, path: Path<String>) -> Result<HttpResponse, AdminError> {
    let payment = payment(&admin, &path).await?;
    let history = admin.ledger.payment_history(&payment.id).await?;
    Ok(HttpResponse::Ok().json(WithHistory {
        changed_at: payment.changed_at,
        payment,
        callbacks: history.callbacks,
        entries: history.entries,
        alarms: history.alarms.into_iter().map(AlarmView::from).collect(),
        resolutions: history.resolutions,
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Search {
    customer_id: Option<String>,
    state: Option<String>,
    from: Option<String>,
    to: Option<String>,
    provider_payment_id: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

async fn list(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let search: Search = input::query(&request)?;
    let limit = input::limit(search.limit)?;
    let state = search
        .state
        .map(|word| input::word("state", &word, PaymentState::ALL));
    let filter = PaymentFilter {
        customer_id: search.customer_id,
        state: state.transpose()?,
        from: input::instant("from", search.from)?,
        to: input::instant("to", search.to)?,
        provider_payment_id: search.provider_payment_id,
        after: search.after,
        limit: limit + 1,
    };
    let payments = admin.ledger.payments(&filter).await?;
    let (payments, next) = input::page(payments, limit, |payment| payment.id.clone());
    Ok(input::list("payments", &payments, next))
}
