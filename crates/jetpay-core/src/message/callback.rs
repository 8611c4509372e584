//! The callback: the result of a payment. It is the same for all methods.

use serde::Serialize;
use std::fmt;

use super::Authentic;
use crate::date::Date;
use crate::id::{OperationId, PaymentId, ProjectId};
use crate::money::Money;
use crate::operation_code::OperationCode;
use crate::redacted::Redacted;
use crate::rejection::{FieldFlaw, Rejection};
use crate::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};

/// Reports what happened to a payment. Only a callback moves money.
///
/// The platform repeats a callback until it gets HTTP 200. Callbacks come in any order, and two deliveries of one event
/// can differ in some bytes. Find the payment by `payment.id` and by no other field.
///
/// Source: every document, callback. The fields that decide about money are required here.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Callback {
    /// The project whose secret signed it.
    pub project_id: ProjectId,
    /// The payment in its present state.
    pub payment: CallbackPayment,
    /// `account.number`. It need not equal any field of the requests. It helps an operator who searches for a payment.
    pub account_number: Option<Redacted>,
    /// `customer.id`. It need not equal any field of the requests.
    pub customer_id: Option<Redacted>,
    /// The operation that the callback reports.
    pub operation: CallbackOperation,
    /// The bytes as received.
    #[serde(skip)]
    pub body: Box<[u8]>,
}

/// `payment`: the whole payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CallbackPayment {
    /// The merchant's id, from the response to `check_deposit`.
    pub id: PaymentId,
    /// The type: purchase or payout.
    #[serde(rename = "type")]
    pub kind: Option<PaymentType>,
    /// The status of the payment.
    pub status: PaymentStatus,
    /// The time of the status.
    pub date: Option<Date>,
    /// The name of the method, for people. Never route or refuse by it.
    pub method: Option<String>,
    /// The amount that is left after refunds. The operation's `sum_initial` decides about money, not this field.
    pub sum: Option<Money>,
    /// A free text.
    pub description: Option<Redacted>,
}

/// `operation`: one step of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CallbackOperation {
    /// The platform's number of the operation. The project and this number make a credit unique.
    pub id: OperationId,
    /// The type, such as sale, refund or reversal.
    #[serde(rename = "type")]
    pub kind: OperationType,
    /// The status of the operation.
    pub status: OperationStatus,
    /// The time of the status.
    pub date: Option<Date>,
    /// The time at which the operation began.
    pub created_date: Option<Date>,
    /// The platform's id of the request.
    pub request_id: Option<String>,
    /// The amount of this operation. It decides about money.
    pub sum_initial: Money,
    /// The amount in the provider's currency.
    pub sum_converted: Option<Money>,
    /// The reason for the status, as a code.
    pub code: Option<OperationCode>,
    /// The reason for the status, in the platform's words.
    pub message: Option<String>,
    /// What the provider says of the operation.
    pub provider: Provider,
}

/// `operation.provider`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Provider {
    /// The platform's number of the provider.
    pub id: Option<String>,
    /// The provider's id of the payment. A kiosk prints it on the receipt.
    pub payment_id: Option<String>,
    /// The provider's authorisation code.
    pub auth_code: Option<Redacted>,
}

/// Fields that no callback has, but that every other signed message has: `type` in `verify` and `check_deposit`,
/// `general` in requests to the Gate. (In a `general` that has only a signature, nothing is signed.)
const FOREIGN: [&str; 2] = ["type", "general"];

impl Callback {
    /// The amount that was paid, if the callback reports a successful sale of a successful payment.
    ///
    /// Before you credit it, check that it equals the amount and currency of the pending payment. The credit must be the
    /// first one for this project and operation id, and the first one of this payment.
    #[must_use]
    pub fn paid(&self) -> Option<Money> {
        self.succeeded(&OperationType::Sale)
    }

    /// The amount that was paid out, if the callback reports a successful payout of a successful payment.
    ///
    /// Check that it equals the amount and currency of the payout that you sent. A later callback can reverse it.
    #[must_use]
    pub fn paid_out(&self) -> Option<Money> {
        self.succeeded(&OperationType::Payout)
    }

    fn succeeded(&self, kind: &OperationType) -> Option<Money> {
        let succeeded = self.payment.status == PaymentStatus::Success
            && self.operation.kind == *kind
            && self.operation.status == OperationStatus::Success;
        succeeded.then_some(self.operation.sum_initial)
    }

    pub(super) fn read(message: &Authentic<'_, '_>) -> Result<Self, Rejection> {
        for foreign in FOREIGN {
            message.require_absent(foreign)?;
        }
        Ok(Self {
            project_id: message.project_id()?,
            payment: CallbackPayment {
                id: message.id("payment:id")?,
                kind: message
                    .optional_word("payment:type")?
                    .map(PaymentType::from),
                status: PaymentStatus::from(message.word("payment:status")?),
                date: message.hint("payment:date")?.map(Date::from),
                method: message.nonempty_text("payment:method")?.map(str::to_owned),
                sum: message.optional_money("payment:sum:amount", "payment:sum:currency")?,
                description: message
                    .nonempty_text("payment:description")?
                    .map(Redacted::new),
            },
            account_number: message.nonempty_text("account:number")?.map(Redacted::new),
            customer_id: message.nonempty_text("customer:id")?.map(Redacted::new),
            operation: CallbackOperation {
                id: operation_id(message)?,
                kind: OperationType::from(message.word("operation:type")?),
                status: OperationStatus::from(message.word("operation:status")?),
                date: message.hint("operation:date")?.map(Date::from),
                created_date: message.hint("operation:created_date")?.map(Date::from),
                request_id: message
                    .nonempty_text("operation:request_id")?
                    .map(str::to_owned),
                sum_initial: message.money(
                    "operation:sum_initial:amount",
                    "operation:sum_initial:currency",
                )?,
                sum_converted: message.optional_money(
                    "operation:sum_converted:amount",
                    "operation:sum_converted:currency",
                )?,
                code: message
                    .number_or_text("operation:code")?
                    .map(OperationCode::from),
                message: message
                    .nonempty_text("operation:message")?
                    .map(str::to_owned),
                provider: Provider {
                    id: message
                        .number_or_text("operation:provider:id")?
                        .map(str::to_owned),
                    payment_id: message
                        .nonempty_text("operation:provider:payment_id")?
                        .map(str::to_owned),
                    auth_code: message
                        .nonempty_text("operation:provider:auth_code")?
                        .map(Redacted::new),
                },
            },
            body: message.body().into(),
        })
    }
}

/// Reads an integer or a text of digits. The number must fit a signed 64-bit integer, as databases have it.
fn operation_id(message: &Authentic<'_, '_>) -> Result<OperationId, Rejection> {
    const PATH: &str = "operation:id";
    let text = message.number_or_text(PATH)?.ok_or(Rejection::Field {
        path: PATH,
        flaw: FieldFlaw::Missing,
    })?;
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text
        .parse::<i64>()
        .ok()
        .filter(|_| digits)
        .and_then(|number| u64::try_from(number).ok());
    number.map(OperationId::new).ok_or(Rejection::Field {
        path: PATH,
        flaw: FieldFlaw::NotA("an integer of at most 18 digits"),
    })
}

impl fmt::Debug for Callback {
    /// Omits the body, because it has the payer's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback")
            .field("project_id", &self.project_id)
            .field("payment", &self.payment)
            .field("operation", &self.operation)
            .finish_non_exhaustive()
    }
}
