//! `POST /v1/payments/{payment_id}/confirm`: asks the platform what became of a payment, and applies its answer if the project
//! signed it.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Payload, ReqData};
use jetpay_core::date::Date;
use jetpay_core::id::OperationId;
use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};
use jetpay_core::{Callback, Money};
use jetpay_gate::{Operation, Status};
use jetpay_ledger::{CallbackOutcome, Payment, RecordedCallback};
use serde::{Deserialize, Serialize};

use super::auth::Actor;
use super::error::AdminError;
use super::{Admin, input, payments};
use crate::confirm::{self, Answer, NoAnswer, NotApplicable};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with a reason")]
pub(super) struct Confirm {
    #[serde(default)]
    reason: String,
    /// Shows what the platform says, and applies nothing.
    #[serde(default)]
    dry_run: bool,
}

/// What the platform says about a payment, and the payment as the ledger has it after that.
#[derive(Serialize)]
struct Confirmed {
    /// Whether the answer is signed with a secret of the project.
    signed: bool,
    /// Whether the answer changed the ledger.
    applied: bool,
    /// Why the answer cannot be applied, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
    payment_status: PaymentStatus,
    payment_type: Option<PaymentType>,
    operations: Vec<OperationView>,
    payment: Payment,
}

/// An operation of the answer.
#[derive(Serialize)]
struct OperationView {
    operation_id: String,
    operation_type: OperationType,
    operation_status: OperationStatus,
    #[serde(flatten)]
    amount: Option<Money>,
    date: Option<Date>,
    code: Option<OperationCode>,
    /// What the code means.
    text: Option<&'static str>,
    provider_payment_id: Option<String>,
    /// Whether the ledger had an event about this operation with this status before.
    stored: bool,
    /// What the ledger did with it: `applied`, `noted`, `repeated` or `quarantined`.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
}

pub(super) async fn confirm(
    admin: Data<Admin>,
    by: ReqData<Actor>,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, AdminError> {
    let body: Confirm = input::json(payload).await?;
    let reason = by.reason(body.reason);
    if !body.dry_run {
        reason.check()?;
    }
    let payment = payments::payment(&admin, &path).await?;
    let answered = confirm::ask(&admin, &payment).await?;
    let Answer {
        status,
        callbacks,
        stored,
    } = answered;
    let callbacks = callbacks.map_err(|why| advice(&why));
    let mut answer = Confirmed::new(status, payment, &stored);
    match callbacks {
        Err(advice) if body.dry_run => answer.advice = Some(advice),
        Err(advice) => return Err(AdminError::conflict(advice)),
        Ok(_) if body.dry_run => {}
        Ok(callbacks) => {
            let id = answer.payment.id.clone();
            let outcomes = confirm::apply(&admin, &id, callbacks.clone(), reason).await?;
            answer.take(&callbacks, &outcomes);
            answer.payment = payments::payment(&admin, id.as_str()).await?;
        }
    }
    Ok(HttpResponse::Ok().json(answer))
}

/// Why the answer cannot be applied, and what to do.
fn advice(why: &NotApplicable) -> String {
    match why {
        NotApplicable::Unsigned => format!("{UNSIGNED}; {ASK_FOR_IT}"),
        NotApplicable::Rejected(rejection) => format!(
            "the platform's answer is signed, but cannot be applied: {rejection}; {ASK_FOR_IT}"
        ),
    }
}

impl From<NoAnswer> for AdminError {
    fn from(why: NoAnswer) -> Self {
        match why {
            NoAnswer::NotConfigured => Self::not_configured(
                "the address of the platform's Gate is not configured: add [gate] with the base_url that JetPay gives you, and \
                 restart the service",
            ),
            NoAnswer::NotKnown => Self::conflict(NOT_KNOWN),
            NoAnswer::Unanswered(why) => Self::no_answer(why),
            NoAnswer::Store(error) => error.into(),
        }
    }
}

const NOT_KNOWN: &str = "the platform does not know this payment (code 3061), so nothing was applied: the payer may not have \
                         paid. If the payer has a receipt, ask JetPay with its number and the payment's id";
const UNSIGNED: &str = "the platform's answer is not signed with a secret of the project, so it proves nothing, and nothing \
                        was applied";
const ASK_FOR_IT: &str =
    "ask JetPay to send the callback again, or to sign the answers of its Gate";

impl Confirmed {
    fn new(status: Status, payment: Payment, stored: &[RecordedCallback]) -> Self {
        let operations = status.operations.into_iter();
        Self {
            signed: status.signed.is_some(),
            applied: false,
            advice: None,
            payment_status: status.payment_status,
            payment_type: status.payment_type,
            operations: operations
                .map(|operation| OperationView::new(operation, stored))
                .collect(),
            payment,
        }
    }

    /// Takes what the ledger did with the callback of each operation.
    fn take(&mut self, callbacks: &[Callback], outcomes: &[CallbackOutcome]) {
        self.applied = true;
        for (callback, outcome) in callbacks.iter().zip(outcomes) {
            let id = callback.operation.id.map(|id| id.to_string());
            let status = callback.operation.status.as_ref();
            let listed = self.operations.iter_mut().filter(|listed| {
                id.as_ref() == Some(&listed.operation_id)
                    && status == Some(&listed.operation_status)
                    && listed.outcome.is_none()
            });
            if let Some(listed) = listed.into_iter().next() {
                listed.outcome = Some(word(*outcome));
            }
        }
    }
}

impl OperationView {
    fn new(operation: Operation, stored: &[RecordedCallback]) -> Self {
        let key = (Some(operation.id), Some(&operation.status));
        let is_stored =
            |event: &RecordedCallback| (event.operation_id, event.operation_status.as_ref()) == key;
        Self {
            stored: stored.iter().any(is_stored),
            operation_id: OperationId::to_string(&operation.id),
            operation_type: operation.kind,
            operation_status: operation.status,
            amount: operation.amount,
            date: operation.date,
            text: operation.code.as_ref().map(OperationCode::text),
            code: operation.code,
            provider_payment_id: operation.provider_payment_id,
            outcome: None,
        }
    }
}

const fn word(outcome: CallbackOutcome) -> &'static str {
    match outcome {
        CallbackOutcome::Applied => "applied",
        CallbackOutcome::Repeated => "repeated",
        CallbackOutcome::Noted => "noted",
        CallbackOutcome::Quarantined => "quarantined",
        CallbackOutcome::Unmatched => "unmatched",
    }
}
