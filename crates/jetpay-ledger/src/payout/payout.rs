//! Payouts, as a reader gets them.

use std::borrow::Cow;
use std::fmt;

use jetpay_core::Money;
use jetpay_core::id::{CustomerId, OperationId, PaymentId, ProjectId};
use jetpay_core::operation_code::OperationCode;
use serde::Serialize;

use crate::model::{Millis, digits};
use crate::payout::snapshot::PayoutState;
use crate::payout::step::{PayoutEntry, StepKind};

/// A payout.
///
/// `Debug` hides the account and the customer.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Payout {
    /// Our id.
    pub payment_id: PaymentId,
    /// The project that pays.
    pub project_id: ProjectId,
    /// The payment method's name.
    pub method: String,
    /// The customer who is paid.
    pub customer_id: CustomerId,
    /// The wallet. All but its last digits are `*` after the payer's data is forgotten.
    pub account_number: String,
    /// How much, in minor units.
    #[serde(flatten)]
    pub amount: Money,
    /// The merchant's own id of this request.
    pub idempotency_key: String,
    /// The payout is paid from the customer's balance.
    pub from_balance: bool,
    /// Its state.
    pub state: PayoutState,
    /// How much is reserved for it, in minor units.
    pub reserved: i64,
    /// How much left and did not come back, in minor units.
    pub paid: i64,
    /// The platform's id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// It is overdue, and an alarm says so.
    pub overdue: bool,
    /// When the service sends it or queries its status next; none when no action is due any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Millis>,
    /// When it was recorded.
    pub created_at: Millis,
    /// When it last changed.
    pub changed_at: Millis,
    /// Its steps, from the first on.
    #[serde(skip)]
    pub history: Vec<PayoutStep>,
}

/// One step of a payout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PayoutStep {
    /// The order of commit over all payouts, from 1 and growing.
    pub seq: i64,
    /// The payout.
    #[serde(skip)]
    pub payment_id: PaymentId,
    /// The project that pays.
    #[serde(skip)]
    pub project_id: ProjectId,
    /// What happened.
    pub what: StepKind,
    /// How much money it moved, in minor units: positive; [`StepKind::entry`] says from where to where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// The platform's operation.
    #[serde(serialize_with = "digits", skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<OperationId>,
    /// The platform's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<OperationCode>,
    /// Details.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// When.
    pub time: Millis,
    /// The name of the token with which the request or the decision came, if one was the cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// An entry of the payouts account, with its payout.
///
/// `Debug` hides the customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PayoutMove {
    /// The order of commit over all payouts, from 1 and growing.
    pub seq: i64,
    /// From where to where.
    #[serde(rename = "kind")]
    pub entry: PayoutEntry,
    /// The payout.
    pub payment_id: PaymentId,
    /// The platform's operation, if one moved the money.
    #[serde(serialize_with = "digits", skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<OperationId>,
    /// The project that pays.
    pub project_id: ProjectId,
    /// The payment method's name.
    pub method: String,
    /// The customer who is paid.
    pub customer_id: CustomerId,
    /// How much, in minor units: positive.
    #[serde(flatten)]
    pub amount: Money,
    /// When.
    pub time: Millis,
}

/// The order in which payouts are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a program that names an order chooses it"
)]
pub enum PayoutOrder {
    /// From the first on, by id: with `UUIDv7` ids, that is by time.
    #[default]
    Oldest,
    /// The other way round.
    Newest,
    /// The largest amount first. It looks at every payout that the filter lets through.
    Largest,
}

/// Which payouts to read. The default is all of them, from the first on, at most 100.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutFilter {
    /// Of this project.
    pub project_id: Option<ProjectId>,
    /// Of this customer.
    pub customer_id: Option<String>,
    /// In this state.
    pub state: Option<PayoutState>,
    /// With this idempotency key, in any project unless `project_id` is set.
    pub idempotency_key: Option<String>,
    /// Of the request with this digest.
    pub fingerprint: Option<String>,
    /// To this wallet.
    pub account_number: Option<String>,
    /// Of this amount, in minor units.
    pub amount: Option<i64>,
    /// Recorded then or later.
    pub from: Option<Millis>,
    /// Only those that are overdue.
    pub overdue: bool,
    /// In this order.
    pub order: PayoutOrder,
    /// Those that come after the one with this id: the last id of the page before.
    pub after: Option<String>,
    /// At most this many.
    pub limit: usize,
}

impl Default for PayoutFilter {
    fn default() -> Self {
        Self {
            project_id: None,
            customer_id: None,
            state: None,
            idempotency_key: None,
            fingerprint: None,
            account_number: None,
            amount: None,
            from: None,
            overdue: false,
            order: PayoutOrder::Oldest,
            after: None,
            limit: 100,
        }
    }
}

impl fmt::Debug for Payout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payout")
            .field("payment_id", &self.payment_id)
            .field("project_id", &self.project_id)
            .field("amount", &self.amount)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// A payout to be recorded. The ledger records it and reserves its money before anything is sent.
///
/// The request holds the payer's data; `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPayout {
    /// A fresh id that no payment and no payout has had. A `UUIDv7` text, so that the order of ids is the order of time.
    pub id: PaymentId,
    /// The project that pays.
    pub project_id: ProjectId,
    /// The payment method's name.
    pub method: Cow<'static, str>,
    /// The customer who is paid.
    pub customer_id: CustomerId,
    /// The wallet.
    pub account_number: String,
    /// How much, in minor units: positive.
    pub amount: Money,
    /// The merchant's own id of this request. The same key in the same project is the same payout.
    pub idempotency_key: String,
    /// A digest of the whole request: it distinguishes another request with the same key from a repeat.
    pub fingerprint: String,
    /// The payout is paid from the customer's balance.
    pub from_balance: bool,
    /// The request to send, as JSON without a signature.
    pub request: String,
    /// Now.
    pub created_at: Millis,
    /// The name of the token with which the request came, where it is known. Only its first step keeps it.
    pub requested_by: Option<String>,
}

/// What is sent for a payout.
///
/// The request holds the payer's data; `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct PayoutRequestText {
    /// The payment method's name.
    pub method: String,
    /// The request, as JSON without a signature. It is empty after the payer's data is forgotten.
    pub request: String,
}

impl fmt::Debug for PayoutRequestText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayoutRequestText")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

/// The outcome of a payout request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayoutRequestOutcome {
    /// The payout is recorded, and its money is reserved.
    Created,
    /// The same request came before. Its payout has this id.
    Repeated(PaymentId),
    /// Another request used the key. Its payout has this id.
    KeyConflict(PaymentId),
    /// The customer's balance is too small.
    InsufficientBalance {
        /// How much the customer can spend, in minor units.
        available: i64,
    },
}

impl fmt::Debug for NewPayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPayout")
            .field("id", &self.id)
            .field("project_id", &self.project_id)
            .field("amount", &self.amount)
            .finish_non_exhaustive()
    }
}
