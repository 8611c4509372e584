//! The callback: the result of a payment. It is the same for all methods.

use serde::Serialize;
use std::fmt;

use super::Authentic;
use super::fields::{Field, Fields};
use super::harmless::Harmless;
use crate::date::Date;
use crate::id::{OperationId, PaymentId, ProjectId};
use crate::money::Money;
use crate::operation_code::OperationCode;
use crate::redacted::Redacted;
use crate::rejection::{FieldFlaw, Rejection};
use crate::signature::Found;
use crate::status::{OperationStatus, OperationType, PaymentStatus, PaymentType, StatusClass};

/// Reports what happened to a payment. Only a callback moves money.
///
/// The platform repeats a callback until it gets HTTP 200. Callbacks come in any order, and two deliveries of one event
/// can differ in some bytes. Find the payment by `payment.id` and by no other field.
///
/// Required is what the effect needs, and nothing else: the project, the payment's id and its status; and if the payment
/// succeeded (or was refunded or reversed afterwards) and an operation is there, also the operation's id, type, status and
/// `sum_initial`. So are they if the operation is a compensation that succeeded. A field that no money depends on never makes a callback unreadable: in a wrong shape it counts as absent,
/// and [`ignored_fields`](Self::ignored_fields) names it.
///
/// Source: every document, callback.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Callback {
    /// The project whose secret signed it. Source: `project_id`.
    pub project_id: ProjectId,
    /// The payment in its present state.
    pub payment: CallbackPayment,
    /// `account.number`. It need not equal any field of the requests. It helps an operator who searches for a payment.
    pub account_number: Option<Redacted>,
    /// `customer.id`. It need not equal any field of the requests.
    pub customer_id: Option<Redacted>,
    /// The operation that the callback reports. A callback without one has all its fields empty: the signature cannot tell
    /// an absent object from an empty one.
    pub operation: CallbackOperation,
    #[serde(skip)]
    ignored: Box<[&'static str]>,
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
///
/// The first four fields are all there when the payment succeeded and has an operation, and when the operation is a
/// compensation that succeeded. In every other callback each of them may be absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CallbackOperation {
    /// The platform's number of the operation. The project and this number make a credit unique.
    pub id: Option<OperationId>,
    /// The type, such as sale, refund or reversal.
    #[serde(rename = "type")]
    pub kind: Option<OperationType>,
    /// The status of the operation.
    pub status: Option<OperationStatus>,
    /// The amount of this operation, in minor units. It decides about money.
    pub sum_initial: Option<Money>,
    /// The time of the status.
    pub date: Option<Date>,
    /// The time at which the operation began.
    pub created_date: Option<Date>,
    /// The platform's id of the request.
    pub request_id: Option<String>,
    /// The amount in the provider's currency, in minor units.
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

/// Fields that no callback has, but that other signed messages have: `type` in `verify` and `check_deposit`, `general` in
/// requests to the Gate, `operations` in the response to a status request. (In a `general` that has only a signature,
/// nothing is signed.)
const FOREIGN: [Field; 3] = [Field::Type, Field::General, Field::Operations];

/// The fields that an effect depends on, or the refusal of a foreign message. A text of another field in which one of these
/// would begin makes the whole callback malleated, before anything is decided.
const EFFECT: [&str; 12] = [
    Field::ProjectId.path(),
    Field::PaymentId.path(),
    Field::PaymentStatus.path(),
    Field::PaymentType.path(),
    Field::OperationId.path(),
    Field::OperationType.path(),
    Field::OperationStatus.path(),
    Field::OperationSumInitialAmount.path(),
    Field::OperationSumInitialCurrency.path(),
    FOREIGN[0].path(),
    FOREIGN[1].path(),
    FOREIGN[2].path(),
];

impl Callback {
    /// The amount that was paid, in minor units, if the callback reports a successful sale of a successful payment.
    ///
    /// Before you credit it, check that it equals the amount and currency of the pending payment. The credit must be the
    /// first one for this project and operation id, and the first one of this payment.
    #[must_use]
    pub fn paid(&self) -> Option<Money> {
        self.succeeded(&OperationType::Sale)
    }

    /// The amount that was paid out, in minor units, if the callback reports a successful payout of a successful payment.
    ///
    /// Check that it equals the amount and currency of the payout that you sent. A later callback can reverse it.
    #[must_use]
    pub fn paid_out(&self) -> Option<Money> {
        self.succeeded(&OperationType::Payout)
    }

    fn succeeded(&self, kind: &OperationType) -> Option<Money> {
        let succeeded = self.payment.status == PaymentStatus::Success
            && self.operation.kind.as_ref() == Some(kind)
            && self.operation.status == Some(OperationStatus::Success);
        self.operation.sum_initial.filter(|_| succeeded)
    }

    /// The fields that are there in a shape that cannot be read, and so count as absent: names joined with `:`, such as
    /// `payment:method`. No money depends on them. Count them: the platform may have changed something.
    #[must_use]
    pub fn ignored_fields(&self) -> &[&'static str] {
        &self.ignored
    }

    pub(super) fn read(message: &Authentic<'_, '_>) -> Result<Self, Rejection> {
        message.require_uncut(&EFFECT)?;
        let fields = Fields::of(message.canonical());
        for foreign in FOREIGN {
            require_absent(&fields, foreign)?;
        }
        let project_id = message.project_id()?;
        let id = message.id(Field::PaymentId.path())?;
        let status = PaymentStatus::from(message.word(Field::PaymentStatus.path())?);
        let mut rest = Harmless::of(&fields);
        let (operation_id, operation_type, operation_status, sum_initial) =
            if fields.at(Field::Operation).is_any() && moves_money(&status, &fields) {
                let (amount, currency) = (
                    Field::OperationSumInitialAmount.path(),
                    Field::OperationSumInitialCurrency.path(),
                );
                (
                    Some(operation_id(message)?),
                    Some(message.word(Field::OperationType.path())?.into()),
                    Some(message.word(Field::OperationStatus.path())?.into()),
                    Some(message.money(amount, currency)?),
                )
            } else {
                (
                    rest.operation_id(Field::OperationId),
                    rest.word(Field::OperationType).map(OperationType::from),
                    rest.word(Field::OperationStatus).map(OperationStatus::from),
                    rest.money(
                        Field::OperationSumInitial,
                        Field::OperationSumInitialAmount,
                        Field::OperationSumInitialCurrency,
                    ),
                )
            };
        Ok(Self {
            project_id,
            payment: CallbackPayment {
                id,
                kind: rest.word(Field::PaymentType).map(PaymentType::from),
                status,
                date: rest.word(Field::PaymentDate).map(Date::from),
                method: rest.text(Field::PaymentMethod).map(str::to_owned),
                sum: rest.money(
                    Field::PaymentSum,
                    Field::PaymentSumAmount,
                    Field::PaymentSumCurrency,
                ),
                description: rest.text(Field::PaymentDescription).map(Redacted::new),
            },
            account_number: rest.foreign_id(Field::AccountNumber).map(Redacted::new),
            customer_id: rest.foreign_id(Field::CustomerId).map(Redacted::new),
            operation: CallbackOperation {
                id: operation_id,
                kind: operation_type,
                status: operation_status,
                sum_initial,
                date: rest.word(Field::OperationDate).map(Date::from),
                created_date: rest.word(Field::OperationCreatedDate).map(Date::from),
                request_id: rest
                    .foreign_id(Field::OperationRequestId)
                    .map(str::to_owned),
                sum_converted: rest.money(
                    Field::OperationSumConverted,
                    Field::OperationSumConvertedAmount,
                    Field::OperationSumConvertedCurrency,
                ),
                code: rest
                    .foreign_id(Field::OperationCode)
                    .map(OperationCode::from),
                message: rest.text(Field::OperationMessage).map(str::to_owned),
                provider: Provider {
                    id: rest
                        .foreign_id(Field::OperationProviderId)
                        .map(str::to_owned),
                    payment_id: rest
                        .foreign_id(Field::OperationProviderPaymentId)
                        .map(str::to_owned),
                    auth_code: rest
                        .foreign_id(Field::OperationProviderAuthCode)
                        .map(Redacted::new),
                },
            },
            ignored: rest.ignored().into(),
            body: message.body().into(),
        })
    }
}

/// Whether a callback can move money, so that its operation must be there whole: the payment succeeded, or the operation is
/// a compensation that did. A compensation moves money whatever the status of the payment is. In another type, its amount
/// signs alike; if it counted as absent, the event would be stored without its effect.
fn moves_money(status: &PaymentStatus, fields: &Fields<'_>) -> bool {
    let class = status.class();
    if matches!(class, StatusClass::Succeeded | StatusClass::AfterSuccess) {
        return true;
    }
    let mut operation = Harmless::of(fields);
    let kind = operation
        .word(Field::OperationType)
        .map(OperationType::from);
    let status = operation
        .word(Field::OperationStatus)
        .map(OperationStatus::from);
    status == Some(OperationStatus::Success) && kind.is_some_and(|kind| kind.is_compensation())
}

/// Refuses a message that has this field, or anything below it. The field belongs to other kinds of message.
///
/// One secret signs all kinds of message. A payer can type a whole callback as a text of another message, and an attacker
/// can cut it out with a matching signature. But the attacker cannot remove the signed fields that every message of that
/// kind has. A callback with one of these fields is therefore a forgery.
fn require_absent(fields: &Fields<'_>, field: Field) -> Result<(), Rejection> {
    if let Found::Nothing = fields.at(field) {
        return Ok(());
    }
    let flaw =
        FieldFlaw::NotThe("absent: a callback has no such field, other signed messages have");
    let path = field.path();
    Err(Rejection::Field { path, flaw })
}

fn operation_id(message: &Authentic<'_, '_>) -> Result<OperationId, Rejection> {
    let path = Field::OperationId.path();
    let text = message.number_or_text(path)?.ok_or(Rejection::Field {
        path,
        flaw: FieldFlaw::Missing,
    })?;
    read_operation_id(text).ok_or(Rejection::Field {
        path,
        flaw: FieldFlaw::NotA("an integer of at most 18 digits"),
    })
}

/// Reads an integer or a text of digits. The number must fit a signed 64-bit integer, as databases have it.
pub(super) fn read_operation_id(text: &str) -> Option<OperationId> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse::<i64>()
        .ok()
        .filter(|_| digits)
        .and_then(|number| u64::try_from(number).ok())
        .map(OperationId::new)
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
