//! A payout as it is shown: of the payer's data the id and the wallet, no more.

use jetpay_core::Money;
use jetpay_core::id::{CustomerId, PaymentId, ProjectId};
use jetpay_core::operation_code::OperationCode;
use jetpay_ledger::payout::{PayoutEntry, PayoutStep, StepKind};
use jetpay_ledger::{Payout, PayoutState};
use serde::Serialize;

use crate::admin::time::Rfc3339;

#[derive(Serialize)]
pub(super) struct ShownPayout<'a> {
    payment_id: &'a PaymentId,
    project_id: ProjectId,
    method: &'a str,
    customer_id: &'a CustomerId,
    account_number: &'a str,
    #[serde(flatten)]
    amount: Money,
    idempotency_key: &'a str,
    state: PayoutState,
    /// What is held back for it, and what left and did not come back: minor units of its currency.
    reserved: i64,
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

impl<'a> From<&'a Payout> for ShownPayout<'a> {
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

/// A payout, and what happened to it from the first step on.
#[derive(Serialize)]
pub(super) struct WithHistory<'a> {
    #[serde(flatten)]
    payout: ShownPayout<'a>,
    history: Vec<ShownStep<'a>>,
}

impl<'a> From<&'a Payout> for WithHistory<'a> {
    fn from(payout: &'a Payout) -> Self {
        Self {
            payout: payout.into(),
            history: payout.history.iter().map(ShownStep::from).collect(),
        }
    }
}

#[derive(Serialize)]
struct ShownStep<'a> {
    seq: i64,
    time: Rfc3339,
    what: StepKind,
    /// What it is on the payouts account, and of how much, in minor units: where it moves money.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<PayoutEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<i64>,
    /// Text: some languages read numbers as floats, and these have up to 16 digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a OperationCode>,
    /// What the code means, in our words.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'static str>,
    /// The platform's words, or a person's.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

impl<'a> From<&'a PayoutStep> for ShownStep<'a> {
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
        }
    }
}
