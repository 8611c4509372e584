//! `/v1/payments`: read and search payments; what happened to one.

use actix_web::web::{self, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::Money;
use jetpay_core::id::{ContractId, CustomerId, PaymentId, ProjectId};
use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus};
use jetpay_ledger::{
    Flag, Hit, HitKind, MatchedWord, Operation, Payment, PaymentFilter, PaymentState,
    RecordedCallback,
};
use serde::{Deserialize, Serialize};

use super::alarms::AlarmView;
use super::entries::EntryView;
use super::error::AdminError;
use super::input::{self, Rfc3339};
use super::resolutions::ResolutionView;
use super::{Admin, resource};

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .service(resource("/payments").route(web::get().to(list)))
        .service(resource("/payments/{payment_id}").route(web::get().to(get)))
        .service(resource("/payments/{payment_id}/history").route(web::get().to(history)));
}

/// A payment in an answer.
#[derive(Serialize)]
pub(super) struct PaymentView<'a> {
    payment_id: &'a PaymentId,
    project_id: ProjectId,
    method: &'a str,
    customer_id: &'a CustomerId,
    #[serde(skip_serializing_if = "Option::is_none")]
    contract_id: Option<&'a ContractId>,
    #[serde(flatten)]
    amount: Money,
    state: PaymentState,
    /// The sum of all credits, in minor units.
    credited: i64,
    /// The part of `credited` that was not taken back, in minor units.
    remaining: i64,
    flags: &'a [Flag],
    created_at: Rfc3339,
    operations: Vec<OperationView<'a>>,
}

/// An operation of the platform in an answer.
#[derive(Serialize)]
struct OperationView<'a> {
    /// Text, because ids have up to 16 digits and some languages read numbers as floats.
    id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<&'a OperationType>,
    status: Option<&'a OperationStatus>,
    #[serde(flatten)]
    amount: Option<Money>,
    code: Option<&'a OperationCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_payment_id: Option<&'a str>,
    received_at: Rfc3339,
}

impl<'a> From<&'a Payment> for PaymentView<'a> {
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
            operations: payment.operations.iter().map(OperationView::from).collect(),
        }
    }
}

impl<'a> From<&'a Operation> for OperationView<'a> {
    fn from(operation: &'a Operation) -> Self {
        Self {
            id: operation.id.map(|id| id.to_string()),
            kind: operation.kind.as_ref(),
            status: operation.status.as_ref(),
            amount: operation.amount,
            code: operation.code.as_ref(),
            provider_payment_id: operation.provider_payment_id.as_deref(),
            received_at: Rfc3339(operation.received_at),
        }
    }
}

async fn get(admin: Data<Admin>, path: Path<String>) -> Result<HttpResponse, AdminError> {
    let payment = payment(&admin, &path).await?;
    Ok(HttpResponse::Ok().json(PaymentView::from(&payment)))
}

/// The payment with this id, or 404, which says what else has the id.
async fn payment(admin: &Admin, id: &str) -> Result<Payment, AdminError> {
    if let Some(payment) = admin.ledger.payment(id).await? {
        return Ok(payment);
    }
    if admin.ledger.payout(id).await?.is_some() {
        let message = "this is the id of a payout: see /v1/payouts, or `jetpay payouts show`";
        return Err(AdminError::not_found(message));
    }
    let (found, _) = admin.ledger.search(id, None, 100).await?;
    let waits =
        |hit: &Hit| hit.kind == HitKind::Inbox && hit.matched.contains(&MatchedWord::Payment);
    Err(AdminError::not_found(if found.iter().any(waits) {
        "there is no payment with this id; a callback that names it waits in the inbox"
    } else {
        "there is no payment with this id"
    }))
}

/// A payment with all that happened to it.
#[derive(Serialize)]
struct WithHistory<'a> {
    #[serde(flatten)]
    payment: PaymentView<'a>,
    changed_at: Rfc3339,
    callbacks: Vec<CallbackView<'a>>,
    entries: Vec<EntryView<'a>>,
    alarms: Vec<AlarmView>,
    resolutions: Vec<ResolutionView>,
}

/// A callback as the ledger recorded it, in an answer.
#[derive(Serialize)]
struct CallbackView<'a> {
    received_at: Rfc3339,
    project_id: ProjectId,
    operation_id: Option<String>,
    operation_type: Option<&'a OperationType>,
    operation_status: Option<&'a OperationStatus>,
    payment_status: &'a PaymentStatus,
    #[serde(flatten)]
    amount: Option<Money>,
    outcome: &'static str,
}

impl<'a> From<&'a RecordedCallback> for CallbackView<'a> {
    fn from(callback: &'a RecordedCallback) -> Self {
        Self {
            received_at: Rfc3339(callback.received_at),
            project_id: callback.project_id,
            operation_id: callback.operation_id.map(|id| id.to_string()),
            operation_type: callback.operation_type.as_ref(),
            operation_status: callback.operation_status.as_ref(),
            payment_status: &callback.payment_status,
            amount: callback.amount,
            outcome: callback.outcome.as_str(),
        }
    }
}

async fn history(admin: Data<Admin>, path: Path<String>) -> Result<HttpResponse, AdminError> {
    let payment = payment(&admin, &path).await?;
    let history = admin.ledger.payment_history(&payment.id).await?;
    Ok(HttpResponse::Ok().json(WithHistory {
        payment: PaymentView::from(&payment),
        changed_at: Rfc3339(payment.changed_at),
        callbacks: history.callbacks.iter().map(CallbackView::from).collect(),
        entries: history.entries.iter().map(EntryView::from).collect(),
        alarms: history.alarms.into_iter().map(AlarmView::from).collect(),
        resolutions: history
            .resolutions
            .into_iter()
            .map(ResolutionView::from)
            .collect(),
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

#[derive(Serialize)]
struct List<'a> {
    payments: Vec<PaymentView<'a>>,
    /// The value of `after` for the next page; absent on the last page.
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
            .map(|text| input::instant("from", &text))
            .transpose()?,
        to: search
            .to
            .map(|text| input::instant("to", &text))
            .transpose()?,
        provider_payment_id: search.provider_payment_id,
        after: search.after,
        limit,
    };
    let payments = admin.ledger.payments(&filter).await?;
    let next = (payments.len() == limit)
        .then(|| payments.last().map(|last| &last.id))
        .flatten();
    Ok(HttpResponse::Ok().json(List {
        payments: payments.iter().map(PaymentView::from).collect(),
        next,
    }))
}

fn state(word: &str) -> Result<PaymentState, AdminError> {
    word.parse().map_err(|_| {
        let words: Vec<_> = PaymentState::ALL
            .iter()
            .map(|state| state.as_str())
            .collect();
        AdminError::invalid("state", format!("must be one of {}", words.join(", ")))
    })
}
