//! `/v1/inbox`: callbacks that name an unknown payment.

use actix_web::web::{self, Data, Path, Payload, ReqData, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::id::{CustomerId, PaymentId};
use jetpay_ledger::Verdict;
use serde::Deserialize;

use super::auth::Actor;
use super::error::AdminError;
use super::{Admin, input, resolutions, resource};
use crate::decisions::{self, InboxVerdict};

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .service(resource("/inbox").route(web::get().to(list)))
        .service(resource("/inbox/{payment_id}").route(web::delete().to(delete)))
        .service(resource("/inbox/{payment_id}/resolve").route(web::post().to(resolve)));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    limit: Option<usize>,
}

async fn list(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let page: Page = input::query(&request)?;
    let waiting = admin.ledger.inbox(input::limit(page.limit)?).await?;
    Ok(input::list("callbacks", &waiting, None::<()>))
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
    customer_id: Option<String>,
    amount: Option<i64>,
    currency: Option<String>,
    #[serde(default, rename = "override")]
    overrides: bool,
}

/// Resolves the waiting callbacks of a payment. After a credit the answer is the payment, else 204.
///
/// A credit records the payment and applies the waiting callbacks to it like any others: a callback with another amount
/// quarantines it.
async fn resolve(
    admin: Data<Admin>,
    by: ReqData<Actor>,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, AdminError> {
    let payment_id = payment_id(&path)?;
    let body: Resolve = input::json(payload).await?;
    let (currency, reason) = (body.currency.as_deref(), by.reason(body.reason));
    let (amount, overrides) = (body.amount, body.overrides);
    let verdict = resolutions::verdict(&body.verdict, amount, currency, overrides, admin.currency)?;
    if let Some(amount) = verdict.amount() {
        let customer = customer(&admin, body.customer_id).await?;
        if amount.currency() != admin.currency {
            let message = format!("must be {}, the currency of all balances", admin.currency);
            return Err(AdminError::invalid("currency", message));
        }
        let verdict = InboxVerdict::Credit {
            customer,
            amount,
            overrides,
        };
        decisions::resolve_inbox(&admin, &payment_id, verdict, reason).await?;
    } else {
        if body.customer_id.is_some() {
            return Err(AdminError::invalid("customer_id", "is only for a credit"));
        }
        let verdict = InboxVerdict::Dismiss(verdict);
        decisions::resolve_inbox(&admin, &payment_id, verdict, reason).await?;
    }
    let payment = admin.ledger.payment(payment_id.as_str()).await?;
    Ok(payment.map_or_else(
        || HttpResponse::NoContent().finish(),
        |payment| HttpResponse::Ok().json(payment),
    ))
}

/// The verdict `foreign`, with a fixed reason.
async fn delete(
    admin: Data<Admin>,
    by: ReqData<Actor>,
    path: Path<String>,
) -> Result<HttpResponse, AdminError> {
    let reason = by.reason("deleted from the inbox".to_owned());
    let verdict = InboxVerdict::Dismiss(Verdict::Foreign);
    decisions::resolve_inbox(&admin, &payment_id(&path)?, verdict, reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The customer to credit.
async fn customer(admin: &Admin, id: Option<String>) -> Result<CustomerId, AdminError> {
    let wrong = |message: String| AdminError::invalid("customer_id", message);
    let id =
        id.ok_or_else(|| wrong("is required for a credit: the customer who paid".to_owned()))?;
    let id = CustomerId::new(id).map_err(|error| wrong(error.to_string()))?;
    match decisions::customer_to_credit(admin, &id).await? {
        Some(_) => Ok(id),
        None => Err(wrong("there is no customer with this id".to_owned())),
    }
}

fn payment_id(path: &str) -> Result<PaymentId, AdminError> {
    PaymentId::new(path).map_err(|_| nothing_waits())
}

fn nothing_waits() -> AdminError {
    AdminError::not_found("no callback of this payment waits in the inbox")
}
