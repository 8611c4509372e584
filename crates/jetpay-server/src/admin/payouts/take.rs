//! Taking a payout: it is kept and its money reserved before the answer, and before a byte of it is sent.

use actix_web::HttpResponse;
use actix_web::web::{Data, Payload};
use jetpay_core::Method;
use jetpay_core::id::{CustomerId, PaymentId};
use jetpay_ledger::NewPayout;
use jetpay_ledger::payout::PayoutRequestOutcome;
use jetpay_qiwi_kz::{InvalidPayout, QiwiKz};

use super::shown::WithHistory;
use super::{PayoutDesk, payout};
use crate::admin::Admin;
use crate::admin::error::AdminError;
use crate::admin::input;
use crate::payout_request::{PayoutRequest, PayoutRequestBody};

/// 202 with a new payout, 200 with the one that has this key already.
pub(super) async fn take(admin: Data<Admin>, payload: Payload) -> Result<HttpResponse, AdminError> {
    let desk = admin.payouts.as_ref().ok_or_else(|| {
        AdminError::not_configured(
            "payouts are not configured: add [gate] with the base_url that JetPay tells you, and start the service again",
        )
    })?;
    let asked: PayoutRequestBody = input::json(payload).await?;
    let payout_request = asked.checked(&desk.projects)?;
    let new = new(&payout_request, desk)?;
    let (id, project, amount) = (new.id.clone(), new.project_id, new.amount);
    let (id, mut answer) = match admin.ledger.record_payout(new).await? {
        PayoutRequestOutcome::Created => {
            desk.woken.notify_one();
            tracing::info!(payment = %id, %project, %amount, "a payout is taken");
            (id, HttpResponse::Accepted())
        }
        PayoutRequestOutcome::Repeated(before) => (before, HttpResponse::Ok()),
        PayoutRequestOutcome::KeyConflict(other) => return Err(key_of_another(&other)),
        PayoutRequestOutcome::InsufficientBalance { available } => {
            let message = format!(
                "is more than the customer's balance: {available} is available, in minor units"
            );
            return Err(AdminError::invalid("amount", message));
        }
    };
    Ok(answer.json(WithHistory::from(&payout(&admin, id.as_str()).await?)))
}

fn new(payout_request: &PayoutRequest, desk: &PayoutDesk) -> Result<NewPayout, AdminError> {
    let id = desk.environment.fresh_payment_id();
    let request = payout_request.payout(id.clone())?;
    let customer_id = CustomerId::new(payout_request.customer.id.as_str())
        .map_err(|error| AdminError::invalid("customer.id", error.to_string()))?;
    Ok(NewPayout {
        id,
        project_id: payout_request.project_id,
        method: QiwiKz::NAME.into(),
        customer_id,
        account_number: payout_request.account_number.clone(),
        amount: payout_request.amount,
        idempotency_key: payout_request.idempotency_key.clone(),
        fingerprint: payout_request.fingerprint(),
        from_balance: desk.from_balance,
        request: request.to_json(),
        created_at: desk.environment.now(),
    })
}

fn key_of_another(other: &PaymentId) -> AdminError {
    AdminError::conflict(format!(
        "this idempotency_key is that of payout {other}, for which something else was asked: repeat the request as it was, \
         or take a new key for a new payout"
    ))
}

impl From<InvalidPayout> for AdminError {
    fn from(problem: InvalidPayout) -> Self {
        Self::invalid(problem.field(), format!("must be {}", problem.must()))
    }
}
