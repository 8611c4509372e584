//! A person's word about a payout whose outcome nobody tells.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Payload};
use jetpay_core::id::PaymentId;
use jetpay_ledger::ResolveError;
use jetpay_ledger::payout::PayoutResolution;
use serde::Deserialize;

use super::payout;
use super::shown::WithHistory;
use crate::admin::Admin;
use crate::admin::error::AdminError;
use crate::admin::input;
use crate::environment::now;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with `as` and a reason")]
struct Resolve {
    #[serde(default, rename = "as")]
    ending: String,
    #[serde(default)]
    reason: String,
}

/// Answers with the payout as it is now.
pub(super) async fn resolve(
    admin: Data<Admin>,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, AdminError> {
    let id = PaymentId::new(path.as_str()).map_err(|_| ResolveError::NoSuchPayout)?;
    let asked: Resolve = input::json(payload).await?;
    let ending = ending(&asked.ending)?;
    admin
        .ledger
        .resolve_payout(id.clone(), ending, asked.reason, now())
        .await?;
    // The reason is a person's words, which may name a payer.
    tracing::info!(payment = %id, %ending, "a payout is settled by a person");
    Ok(HttpResponse::Ok().json(WithHistory::from(&payout(&admin, id.as_str()).await?)))
}

fn ending(word: &str) -> Result<PayoutResolution, AdminError> {
    word.parse().map_err(|_| {
        let words: Vec<_> = PayoutResolution::ALL
            .iter()
            .map(|ending| ending.as_str())
            .collect();
        AdminError::invalid("as", format!("is one of {}", words.join(", ")))
    })
}
