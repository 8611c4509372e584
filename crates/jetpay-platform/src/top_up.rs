//! A whole top-up, as the platform runs it.

use std::fmt;

use jetpay_core::Money;
use jetpay_core::id::ProjectId;
use serde_json::Value;

use crate::client::{Exchange, NoAnswer};
use crate::messages::next_operation_id;
use crate::messages::{Callback, CheckDeposit, Contract, Operation, Verify};
use crate::methods::MethodFacts;
use crate::platform::Platform;

/// What the payer does and which callbacks the platform sends.
#[derive(Debug, Clone)]
pub struct TopUp<'a> {
    method: &'a MethodFacts,
    customer_id: &'a str,
    amount: Money,
    callbacks: Vec<CallbackKind>,
}

/// The kind of a callback. Those about the sale have the same operation; a refund and a reversal have their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallbackKind {
    /// Paid. The second of two equal ones is a repeat.
    Success,
    /// Not paid.
    Decline,
    /// In progress.
    Processing,
    /// Paid, but only this amount.
    PartiallyPaid(Money),
    /// A refund of the full amount.
    Refund,
    /// A refund of this amount.
    PartialRefund(Money),
    /// A reversal on the day of the payment.
    Reversal,
}

/// One step of a top-up.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Step {
    /// What was sent.
    pub kind: StepKind,
    /// The request and its answer.
    pub exchange: Exchange,
}

/// What a step sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// `verify`.
    Verify,
    /// `check_deposit`.
    CheckDeposit,
    /// A callback.
    Callback(CallbackKind),
}

impl<'a> TopUp<'a> {
    /// A customer tops up by this method. There is no callback yet.
    #[must_use]
    pub fn new(method: &'a MethodFacts, customer_id: &'a str, amount: Money) -> Self {
        Self {
            method,
            customer_id,
            amount,
            callbacks: Vec::new(),
        }
    }

    /// Adds a callback after those that were added before.
    #[must_use]
    pub fn then(mut self, kind: CallbackKind) -> Self {
        self.callbacks.push(kind);
        self
    }
}

impl CallbackKind {
    /// The callback of this kind about a payment that was announced with this amount. Its operation has an id of its own.
    #[must_use]
    pub fn callback(
        self,
        method: &MethodFacts,
        project: ProjectId,
        payment_id: &str,
        amount: Money,
    ) -> Callback {
        let without = |part: Money| {
            let left = amount.minor().saturating_sub(part.minor());
            Money::new(left, amount.currency())
        };
        // The status of the payment, type and status of the operation, its amount, and the rest of the payment.
        let (payment, kind, status, sum, rest) = match self {
            Self::Success => ("success", "sale", "success", amount, amount),
            Self::Decline => ("decline", "sale", "decline", amount, amount),
            Self::Processing => ("processing", "sale", "processing", amount, amount),
            Self::PartiallyPaid(paid) => ("partially paid", "sale", "success", paid, paid),
            Self::Refund => ("refunded", "refund", "success", amount, without(amount)),
            Self::PartialRefund(part) => (
                "partially refunded",
                "refund",
                "success",
                part,
                without(part),
            ),
            Self::Reversal => ("reversed", "reversal", "success", amount, without(amount)),
        };
        let mut operation = Operation::new(kind, status, sum);
        if self == Self::Decline {
            // The platform gives no reason.
            operation = operation.with_code("20000", "General decline");
        }
        Callback::new(method, project, payment_id, payment, operation).with_remaining_sum(rest)
    }

    /// Whether the callback is about the sale, not about money that went back.
    pub(crate) fn is_of_sale(self) -> bool {
        !matches!(self, Self::Refund | Self::PartialRefund(_) | Self::Reversal)
    }
}

/// Runs a top-up: `verify`, `check_deposit`, then the callbacks. Calls `on_step` after each step. Pays the first
/// payable contract in the answer to `verify`.
///
/// A refusal ends the top-up early; then fewer steps are returned.
///
/// # Errors
/// [`NoAnswer`], which also ends the top-up.
pub async fn top_up(
    platform: &Platform,
    top_up: &TopUp<'_>,
    mut on_step: impl FnMut(&Step),
) -> Result<Vec<Step>, NoAnswer> {
    let mut steps = Vec::new();
    let mut done = |kind, exchange: Exchange| {
        let step = Step { kind, exchange };
        on_step(&step);
        steps.push(step);
    };
    let (path, project) = (top_up.method.path(), platform.project_id());

    let verified = platform
        .call(&path, &Verify::new(project, top_up.customer_id))
        .await?;
    let good = verified.code() == Some(0);
    let contract = verified.json.as_ref().and_then(payable_contract);
    done(StepKind::Verify, verified);
    if !good {
        return Ok(steps);
    }

    let request = CheckDeposit::new(
        top_up.method,
        project,
        top_up.customer_id,
        top_up.amount,
        contract.as_ref(),
    );
    let deposit = platform.call(&path, &request).await?;
    let payment_id = deposit.payment_id().map(str::to_owned);
    done(StepKind::CheckDeposit, deposit);

    if let Some(payment_id) = payment_id {
        let sale = next_operation_id();
        for &kind in &top_up.callbacks {
            let mut callback = kind.callback(top_up.method, project, &payment_id, top_up.amount);
            if kind.is_of_sale() {
                callback = callback.with_operation_id(sale);
            }
            platform.write_down(&callback);
            done(
                StepKind::Callback(kind),
                platform.call(&path, &callback).await?,
            );
        }
    }
    Ok(steps)
}

/// The first contract in an answer to `verify` that can be paid.
#[must_use]
pub fn payable_contract(answer: &Value) -> Option<Contract> {
    let payable = |contract: &&Value| contract.get("status_code").is_none_or(|code| *code == 0);
    let contract = answer.get("entities")?.as_array()?.iter().find(payable)?;
    let text = |name: &str| contract.get(name)?.as_str().map(str::to_owned);
    Some(Contract {
        id: text("id")?,
        number: text("number")?,
    })
}

impl fmt::Display for StepKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verify => f.write_str("verify"),
            Self::CheckDeposit => f.write_str("check_deposit"),
            Self::Callback(kind) => write!(f, "callback: {kind}"),
        }
    }
}

impl fmt::Display for CallbackKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Success => f.write_str("success"),
            Self::Decline => f.write_str("decline"),
            Self::Processing => f.write_str("processing"),
            Self::PartiallyPaid(paid) => write!(f, "partially paid, {paid}"),
            Self::Refund => f.write_str("refund"),
            Self::PartialRefund(part) => write!(f, "partial refund of {part}"),
            Self::Reversal => f.write_str("reversal"),
        }
    }
}
