//! Payments: what `check_deposit` records, and what a reader gets.

use std::borrow::Cow;

use jetpay_core::Money;
use jetpay_core::id::{ContractId, CustomerId, OperationId, PaymentId, ProjectId};
use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::{OperationStatus, OperationType, StatusClass};
use jetpay_rules::PaymentState;
use serde::{Deserialize, Serialize};

use crate::model::numbers::{Millis, digits};

/// A top-up that `check_deposit` announced. It is recorded as pending and credits nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPayment {
    /// A fresh id, never used before. A `UUIDv7` text, so that the order of ids is the order of time.
    pub id: PaymentId,
    /// The project that asked.
    pub project_id: ProjectId,
    /// The payment method's name.
    pub method: Cow<'static, str>,
    /// The customer whose account is topped up.
    pub customer_id: CustomerId,
    /// For which contract.
    pub contract_id: Option<ContractId>,
    /// How much, in minor units: positive.
    pub amount: Money,
    /// What was odd about the request.
    pub flags: Vec<Flag>,
    /// Now.
    pub created_at: Millis,
}

/// What importing payments did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Payments that were new.
    pub new: u64,
    /// Payments whose id was known: they stay as they were.
    pub known: u64,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Payment {
    /// Our id.
    #[serde(rename = "payment_id")]
    pub id: PaymentId,
    /// The project.
    pub project_id: ProjectId,
    /// The payment method's name.
    pub method: String,
    /// The customer.
    pub customer_id: CustomerId,
    /// For which contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_id: Option<ContractId>,
    /// How much was announced, in minor units. In JSON, `amount` and `currency`.
    #[serde(flatten)]
    pub amount: Money,
    /// Its state.
    pub state: PaymentState,
    /// How much was credited in all, in minor units of the same currency.
    pub credited: i64,
    /// How much was credited and not taken back, in minor units of the same currency: the sum of its entries.
    pub remaining: i64,
    /// What was odd about the request.
    pub flags: Vec<Flag>,
    /// When it was recorded.
    pub created_at: Millis,
    /// When its state or its money last changed.
    #[serde(skip)]
    pub changed_at: Millis,
    /// The platform's operations, in the order in which their first callback came.
    pub operations: Vec<Operation>,
}

/// An operation of a payment, as its callbacks describe it. An outcome outweighs an intermediate status, and a success
/// outweighs a failure. Callbacks without an operation's id count as one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Operation {
    /// The platform's number, if a callback has it.
    #[serde(serialize_with = "digits")]
    pub id: Option<OperationId>,
    /// Sale, refund and so on, if the callback says so.
    #[serde(rename = "type")]
    pub kind: Option<OperationType>,
    /// Its status, if the callback says so.
    pub status: Option<OperationStatus>,
    /// How much, in minor units, as received: a refund is positive as well. In JSON, `amount` and `currency`, if the
    /// callback says so.
    #[serde(flatten)]
    pub amount: Option<Money>,
    /// Why it ended with this status.
    pub code: Option<OperationCode>,
    /// The provider's id, which the receipt shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_payment_id: Option<String>,
    /// When the callback with this status was stored.
    pub received_at: Millis,
}

impl Operation {
    /// Adds an event to the known operations. An old status may come after the one that counts.
    pub(crate) fn fold(operations: &mut Vec<Self>, event: Self) {
        let known = operations
            .iter_mut()
            .find(|operation| operation.id == event.id);
        match known {
            None => operations.push(event),
            Some(known) if event.weight() >= known.weight() => *known = event,
            Some(_) => {}
        }
    }

    fn weight(&self) -> u8 {
        match self.status.as_ref().map(OperationStatus::class) {
            Some(StatusClass::Succeeded) => 2,
            Some(StatusClass::Failed | StatusClass::AfterSuccess | StatusClass::PartiallyPaid) => 1,
            Some(StatusClass::Intermediate | StatusClass::Unknown) | None => 0,
        }
    }
}

/// Which payments to read. The default is all of them, from the first on, at most 100.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentFilter {
    /// Of this customer.
    pub customer_id: Option<String>,
    /// In this state.
    pub state: Option<PaymentState>,
    /// Recorded at this time or later.
    pub from: Option<Millis>,
    /// Recorded before this time.
    pub to: Option<Millis>,
    /// With an operation that has this id at the provider.
    pub provider_payment_id: Option<String>,
    /// With an id greater than this: the last id of the page before.
    pub after: Option<String>,
    /// At most this many.
    pub limit: usize,
}

impl Default for PaymentFilter {
    fn default() -> Self {
        Self {
            customer_id: None,
            state: None,
            from: None,
            to: None,
            provider_payment_id: None,
            after: None,
            limit: 100,
        }
    }
}

/// A flag on a payment. At a kiosk the cash is in the machine before `check_deposit`, so the merchant accepts an odd top-up
/// and flags it.
///
/// Serialises as its word. The set is open: an unknown word is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Flag(Cow<'static, str>);

impl Flag {
    /// `over_limit`: outside the method's limits.
    pub const OVER_LIMIT: Self = Self(Cow::Borrowed("over_limit"));
    /// `unknown_contract`: the customer is known, the contract is not.
    pub const UNKNOWN_CONTRACT: Self = Self(Cow::Borrowed("unknown_contract"));
    /// `closed_contract`: the contract was not payable.
    pub const CLOSED_CONTRACT: Self = Self(Cow::Borrowed("closed_contract"));
    /// `not_looked_up`: the merchant's billing did not answer, or said that the account takes no payments; and the customer is
    /// known from an earlier answer, or as stored.
    pub const NOT_LOOKED_UP: Self = Self(Cow::Borrowed("not_looked_up"));

    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
