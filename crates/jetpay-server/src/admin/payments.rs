//! `/v1/payments`.

use actix_web::web::{self, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::Money;
use jetpay_core::id::{ContractId, CustomerId, PaymentId, ProjectId};
use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::{OperationStatus, OperationType};
use jetpay_ledger::{Flag, Operation, Payment, PaymentFilter, PaymentState};
use serde::{Deserialize, Serialize};

use super::Admin;
use super::error::{self, AdminError};
use super::input;
use super::time::{self, Rfc3339};

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/payments")
                .route(web::get().to(list))
                .default_service(web::to(error::no_such_method)),
        )
        .service(
            web::resource("/payments/{payment_id}")
                .route(web::get().to(get))
                .default_service(web::to(error::no_such_method)),
        );
}

#[derive(Serialize)]
pub(super) struct ShownPayment<'a> {
    payment_id: &'a PaymentId,
    project_id: ProjectId,
    method: &'a str,
    customer_id: &'a CustomerId,
    #[serde(skip_serializing_if = "Option::is_none")]
    contract_id: Option<&'a ContractId>,
    #[serde(flatten)]
    amount: Money,
    state: PaymentState,
    /// In all, and what of it was not taken back: minor units of the payment's currency.
    credited: i64,
    remaining: i64,
    flags: &'a [Flag],
    created_at: Rfc3339,
    operations: Vec<ShownOperation<'a>>,
}

#[derive(Serialize)]
struct ShownOperation<'a> {
    /// Text: some languages read numbers as floats, and these have up to 16 digits.
    id: String,
    #[serde(rename = "type")]
    kind: &'a OperationType,
    status: &'a OperationStatus,
    #[serde(flatten)]
    amount: Money,
    code: Option<&'a OperationCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_payment_id: Option<&'a str>,
    received_at: Rfc3339,
}

impl<'a> From<&'a Payment> for ShownPayment<'a> {
    fn from(payment: &'a Payment) -> Self {
        Self {
            payment_id: &payment.id,
            project_id: payment.project_id,
            method: &payment.method,
            customer_id: &payment.customer_id,
            contract_id: payment.contract_id.as_ref(),
            amount: payment.amount,
            state: payment.state,
            credited: payment.credited,
            remaining: payment.remaining,
            flags: &payment.flags,
            created_at: Rfc3339(payment.created_at),
            operations: payment
                .operations
                .iter()
                .map(ShownOperation::from)
                .collect(),
        }
    }
}

impl<'a> From<&'a Operation> for ShownOperation<'a> {
    fn from(operation: &'a Operation) -> Self {
        Self {
            id: operation.id.to_string(),
            kind: &operation.kind,
            status: &operation.status,
            amount: operation.amount,
            code: operation.code.as_ref(),
            provider_payment_id: operation.provider_payment_id.as_deref(),
            received_at: Rfc3339(operation.received_at),
        }
    }
}

async fn get(admin: Data<Admin>, path: Path<String>) -> Result<HttpResponse, AdminError> {
    let payment = admin.ledger.payment(&path).await?;
    let payment =
        payment.ok_or_else(|| AdminError::not_found("there is no payment with this id"))?;
    Ok(HttpResponse::Ok().json(ShownPayment::from(&payment)))
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

#[derive(Serialize)]
struct List<'a> {
    payments: Vec<ShownPayment<'a>>,
    /// What to give as `after` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'a PaymentId>,
}

async fn list(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let search: Search = input::query(&request)?;
    let limit = input::limit(search.limit)?;
    let filter = PaymentFilter {
        customer_id: search.customer_id,
        state: search.state.map(|word| state(&word)).transpose()?,
        from: search
            .from
            .map(|text| time::parse("from", &text))
            .transpose()?,
        to: search.to.map(|text| time::parse("to", &text)).transpose()?,
        provider_payment_id: search.provider_payment_id,
        after: search.after,
        limit,
    };
    let payments = admin.ledger.payments(&filter).await?;
    let next = (payments.len() == limit)
        .then(|| payments.last().map(|last| &last.id))
        .flatten();
    Ok(HttpResponse::Ok().json(List {
        payments: payments.iter().map(ShownPayment::from).collect(),
        next,
    }))
}

fn state(word: &str) -> Result<PaymentState, AdminError> {
    word.parse().map_err(|_| {
        let words: Vec<_> = PaymentState::ALL
            .iter()
            .map(|state| state.as_str())
            .collect();
        AdminError::invalid("state", format!("is one of {}", words.join(", ")))
    })
}
