//! A payout in an answer. Of the payee's data it has only the customer's id and the wallet.

use jetpay_core::Money;
use jetpay_core::id::{CustomerId, PaymentId, ProjectId};
use jetpay_core::operation_code::OperationCode;
use jetpay_ledger::payout::{PayoutEntry, PayoutStep, StepKind};
use jetpay_ledger::{Payout, PayoutState};
use serde::Serialize;

use crate::admin::Rfc3339;

/// A payout in an answer.
#[derive(Serialize)]
pub(super) struct PayoutView<'a> {
    payment_id: &'a PaymentId,
    project_id: ProjectId,
    method: &'a str,
    customer_id: &'a CustomerId,
    account_number: &'a str,
    #[serde(flatten)]
    amount: Money,
    idempotency_key: &'a str,
    state: PayoutState,
    /// The reserved amount, in minor units.
    reserved: i64,
    /// The amount that was paid and not reversed, in minor units.
    paid: i64,
    from_balance: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    overdue: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<Rfc3339>,
    created_at: Rfc3339,
    changed_at: Rfc3339,
}

impl<'a> From<&'a Payout> for PayoutView<'a> {
    fn from(payout: &'a Payout) -> Self {
        Self {
            payment_id: &payout.payment_id,
            project_id: payout.project_id,
            method: &payout.method,
            customer_id: &payout.customer_id,
            account_number: &payout.account_number,
            amount: payout.amount,
            idempotency_key: &payout.idempotency_key,
            state: payout.state,
            reserved: payout.reserved,
            paid: payout.paid,
            from_balance: payout.from_balance,
            request_id: payout.request_id.as_deref(),
            overdue: payout.overdue,
            due_at: payout.due_at.map(Rfc3339),
            created_at: Rfc3339(payout.created_at),
            changed_at: Rfc3339(payout.changed_at),
        }
    }
}

/// A payout with its whole history.
#[derive(Serialize)]
pub(super) struct WithHistory<'a> {
    #[serde(flatten)]
    payout: PayoutView<'a>,
    history: Vec<StepView<'a>>,
    /// What the merchant should look at, in the answer to a request for a payout.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) warnings: Vec<String>,
}

impl<'a> From<&'a Payout> for WithHistory<'a> {
    fn from(payout: &'a Payout) -> Self {
        Self {
            payout: payout.into(),
            history: payout.history.iter().map(StepView::from).collect(),
            warnings: Vec::new(),
        }
    }
}

/// A step of the history.
#[derive(Serialize)]
struct StepView<'a> {
    seq: i64,
    time: Rfc3339,
    what: StepKind,
    /// The kind of entry on the payouts account, when the step moves money.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<PayoutEntry>,
    /// The amount of the entry, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<i64>,
    /// Text, because ids have up to 16 digits and some languages read numbers as floats.
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a OperationCode>,
    /// What the code means.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'static str>,
    /// The message of the platform, or the reason of the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    /// The name of the token with which the request or the decision came.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
}

impl<'a> From<&'a PayoutStep> for StepView<'a> {
    fn from(step: &'a PayoutStep) -> Self {
        let code = step.code.as_ref();
        Self {
            seq: step.seq,
            time: Rfc3339(step.time),
            what: step.what,
            entry: step.what.entry(),
            amount: step.amount,
            operation_id: step.operation_id.map(|id| id.to_string()),
            code,
            text: code.map(OperationCode::text),
            message: step.message.as_deref(),
            by: step.by.as_deref(),
        }
    }
}
