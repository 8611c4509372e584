//! The callback: the result of a payment, the same for all methods.

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

/// What happened to a payment. Only this moves money.
///
/// It is repeated until it is answered with HTTP 200, in any order, and two deliveries of one fact need not be
/// equal to the byte. Find the payment by `payment.id` and by nothing else.
///
/// Source: every document, callback; fields that decide about money are required here.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Callback {
    /// The project whose secret signed it.
    pub project_id: ProjectId,
    /// The payment as it stands now.
    pub payment: CallbackPayment,
    /// `account.number`: matches nothing that was sent; for a person who looks for a payment.
    pub account_number: Option<Redacted>,
    /// `customer.id`: matches nothing that was sent.
    pub customer_id: Option<Redacted>,
    /// The operation that this callback tells of.
    pub operation: CallbackOperation,
    /// The bytes as received.
    #[serde(skip)]
    pub body: Box<[u8]>,
}

/// `payment`: the whole payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CallbackPayment {
    /// Our id, from the answer to `check_deposit`.
    pub id: PaymentId,
    /// Purchase or payout.
    #[serde(rename = "type")]
    pub kind: Option<PaymentType>,
    /// Where it stands.
    pub status: PaymentStatus,
    /// When that was.
    pub date: Option<Date>,
    /// A word for people; never route or refuse by it.
    pub method: Option<String>,
    /// What is left of it after refunds. The operation's `sum_initial` decides.
    pub sum: Option<Money>,
    /// Free text.
    pub description: Option<Redacted>,
}

/// `operation`: one step of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CallbackOperation {
    /// The platform's number of it: with the project, what makes a credit unique.
    pub id: OperationId,
    /// Sale, refund, reversal and so on.
    #[serde(rename = "type")]
    pub kind: OperationType,
    /// How it ended, if it did.
    pub status: OperationStatus,
    /// When that was.
    pub date: Option<Date>,
    /// When it began.
    pub created_date: Option<Date>,
    /// The platform's id of the request.
    pub request_id: Option<String>,
    /// The amount of this operation: it decides.
    pub sum_initial: Money,
    /// The same in the provider's currency.
    pub sum_converted: Option<Money>,
    /// Why it ended so.
    pub code: Option<OperationCode>,
    /// The same in the platform's words.
    pub message: Option<String>,
    /// The provider's side.
    pub provider: Provider,
}

/// `operation.provider`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Provider {
    /// The provider's number at the platform.
    pub id: Option<String>,
    /// The provider's id of the payment: what a kiosk's receipt shows.
    pub payment_id: Option<String>,
    /// The provider's authorisation code.
    pub auth_code: Option<Redacted>,
}

/// The fields that every other message signed with a project's secret has, and no callback: `type` in `verify` and
/// `check_deposit`, `general` in requests to the Gate. (A `general` with a signature alone has nothing that is signed.)
const FOREIGN: [&str; 2] = ["type", "general"];

impl Callback {
    /// What was paid, when this callback says so: a sale that succeeded, of a payment that succeeded.
    ///
    /// Before it is credited it must equal the amount and currency of the pending payment; and the credit must be
    /// the first under (project, operation id), and the first of this payment.
    #[must_use]
    pub fn paid(&self) -> Option<Money> {
        self.succeeded(&OperationType::Sale)
    }

    /// What was paid out, when this callback says so: a payout that succeeded, of a payment that succeeded.
    ///
    /// It must equal the amount and currency of the payout that was sent. It can still be reversed later.
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
            message.without(foreign)?;
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
                method: message.said("payment:method")?.map(str::to_owned),
                sum: message.optional_money("payment:sum:amount", "payment:sum:currency")?,
                description: message.said("payment:description")?.map(Redacted::new),
            },
            account_number: message.said("account:number")?.map(Redacted::new),
            customer_id: message.said("customer:id")?.map(Redacted::new),
            operation: CallbackOperation {
                id: operation_id(message)?,
                kind: OperationType::from(message.word("operation:type")?),
                status: OperationStatus::from(message.word("operation:status")?),
                date: message.hint("operation:date")?.map(Date::from),
                created_date: message.hint("operation:created_date")?.map(Date::from),
                request_id: message.said("operation:request_id")?.map(str::to_owned),
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
                message: message.said("operation:message")?.map(str::to_owned),
                provider: Provider {
                    id: message
                        .number_or_text("operation:provider:id")?
                        .map(str::to_owned),
                    payment_id: message
                        .said("operation:provider:payment_id")?
                        .map(str::to_owned),
                    auth_code: message
                        .said("operation:provider:auth_code")?
                        .map(Redacted::new),
                },
            },
            body: message.body().into(),
        })
    }
}

/// An integer or its digits as a text: one value. At most what fits a signed 64-bit integer, as databases count.
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
    /// Without the body, which holds the payer's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback")
            .field("project_id", &self.project_id)
            .field("payment", &self.payment)
            .field("operation", &self.operation)
            .finish_non_exhaustive()
    }
}
