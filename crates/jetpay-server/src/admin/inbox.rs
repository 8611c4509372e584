//! `/v1/inbox`: callbacks whose payment nobody knows.

use actix_web::web::{self, Data, Path, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::Money;
use jetpay_core::id::{CustomerId, PaymentId, ProjectId};
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus};
use jetpay_ledger::{Unmatched, Verdict};
use serde::{Deserialize, Serialize};

use super::Admin;
use super::decision;
use super::error::{self, AdminError};
use super::input;
use super::payments::ShownPayment;
use super::time::Rfc3339;
use crate::environment::now;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    let other = || web::to(error::no_such_method);
    config
        .service(
            web::resource("/inbox")
                .route(web::get().to(list))
                .default_service(other()),
        )
        .service(
            web::resource("/inbox/{payment_id}")
                .route(web::delete().to(delete))
                .default_service(other()),
        )
        .service(
            web::resource("/inbox/{payment_id}/resolve")
                .route(web::post().to(resolve))
                .default_service(other()),
        );
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    limit: Option<usize>,
}

/// The body as received is in it: account and customer help to find whose it is.
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

async fn list(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let page: Page = input::query(&request)?;
    let waiting = admin.ledger.inbox(input::limit(page.limit)?).await?;
    let waiting: Vec<_> = waiting.into_iter().map(ShownUnmatched::from).collect();
    Ok(HttpResponse::Ok().json(serde_json::json!({ "callbacks": waiting })))
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
}

/// After a credit, answers with the payment as it is now: the callbacks are held against it like any others, so it is
/// not credited when they tell of another amount.
async fn resolve(
    admin: Data<Admin>,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, AdminError> {
    let payment_id = payment_id(&path)?;
    let asked: Resolve = input::json(payload).await?;
    let currency = asked.currency.as_deref();
    let verdict = decision::verdict(&asked.verdict, asked.amount, currency, admin.currency)?;
    match verdict {
        Verdict::Credit(amount) => {
            let customer = customer(&admin, asked.customer_id).await?;
            if amount.currency() != admin.currency {
                let message = format!("is not {}, in which all balances are kept", admin.currency);
                return Err(AdminError::invalid("currency", message));
            }
            admin
                .ledger
                .credit_unmatched(&payment_id, customer, amount, asked.reason, now())
                .await?;
        }
        Verdict::Dismiss | Verdict::Foreign => {
            if asked.customer_id.is_some() {
                return Err(AdminError::invalid("customer_id", "is for a credit only"));
            }
            dismiss(&admin, &payment_id, asked.reason).await?;
        }
    }
    let verdict = verdict.as_str();
    tracing::info!(payment = %payment_id, verdict, "callbacks of the inbox are settled");
    let payment = admin.ledger.payment(payment_id.as_str()).await?;
    Ok(payment.map_or_else(
        || HttpResponse::NoContent().finish(),
        |payment| HttpResponse::Ok().json(ShownPayment::from(&payment)),
    ))
}

/// The same as the verdict `foreign`, without a person's words.
async fn delete(admin: Data<Admin>, path: Path<String>) -> Result<HttpResponse, AdminError> {
    dismiss(
        &admin,
        &payment_id(&path)?,
        "deleted from the inbox".to_owned(),
    )
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Says that a payment is not ours: the callbacks that waited for it are acknowledged from now on.
async fn dismiss(admin: &Admin, id: &PaymentId, reason: String) -> Result<(), AdminError> {
    match admin.ledger.dismiss_unmatched(id, reason, now()).await? {
        0 => Err(nothing_waits()),
        _ => Ok(()),
    }
}

/// The customer whose payment it is. One who is misspelt would be credited where nobody looks.
async fn customer(admin: &Admin, id: Option<String>) -> Result<CustomerId, AdminError> {
    let wrong = |message: String| AdminError::invalid("customer_id", message);
    let id = id.ok_or_else(|| wrong("is needed for a credit: whose payment it is".to_owned()))?;
    let id = CustomerId::new(id).map_err(|error| wrong(error.to_string()))?;
    match admin.ledger.customer(id.as_str()).await? {
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
