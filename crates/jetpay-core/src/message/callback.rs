//! The callback: the result of a payment. It is the same for all methods.
//!
//! Every field says where in the JSON it comes from. Amounts are in minor units.

use serde::Serialize;
use std::fmt;

use super::Authentic;
use super::fields::{Field, Fields};
use super::harmless::Harmless;
use super::value::Value;
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
/// `sum_initial`. So are they if the operation is a compensation that succeeded. A field that no money depends on never
/// makes a callback unreadable: in a wrong shape it counts as absent, and [`ignored_fields`](Self::ignored_fields) names
/// it. Unknown fields are allowed.
///
/// `Debug` leaves out the body and hides the payer's data. `Serialize` writes the fields below, for a log of your own or a
/// feed; store [`body`](Self::body) to be able to read the callback again.
///
/// ```
/// use jetpay_core::message::{Callback, Received};
/// use jetpay_core::signature::{Key, sign};
/// use jetpay_core::status::{OperationType, PaymentStatus};
/// use jetpay_core::{Currency, Keyring, Money, Project};
///
/// fn read(body: &str) -> Result<Callback, Box<dyn std::error::Error>> {
///     let signed = sign(body.as_bytes(), &Key::new("secret")?)?;
///     let keyring = Keyring::from(Project::new(1234, "secret")?);
///     Ok(Received::parse(&signed)?.authenticate(&keyring)?.callback()?)
/// }
///
/// // A refund of 30.00 KZT; 70.00 KZT are left.
/// let refund = read(
///     r#"{"project_id": 1234, "payment": {"id": "payment_47", "status": "partially refunded",
///         "sum": {"amount": 7000, "currency": "KZT"}, "method": 47},
///         "operation": {"id": 29, "type": "refund", "status": "success",
///         "sum_initial": {"amount": 3000, "currency": "KZT"}}}"#,
/// )?;
/// assert_eq!(refund.paid(), None); // nothing to credit
/// assert_eq!(refund.operation.kind, Some(OperationType::Refund));
/// assert_eq!(refund.operation.sum_initial, Some(Money::new(3_000, Currency::KZT)));
/// assert_eq!(refund.ignored_fields(), ["payment:method"]); // a number, and should be a text
///
/// // A decline need not have an operation.
/// let decline = read(r#"{"project_id": 1234, "payment": {"id": "payment_48", "status": "decline"}}"#)?;
/// assert_eq!(decline.payment.status, PaymentStatus::Decline);
/// assert_eq!(decline.operation.id, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: every document, callback.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Callback {
    /// The project whose secret signed it. Source: `project_id`.
    pub project_id: ProjectId,
    /// The payment in its present state. Source: `payment`.
    pub payment: CallbackPayment,
    /// The payer's account at the provider. It need not equal any field of the requests. It helps an operator who searches for
    /// a payment. Source: `account.number`, a text or a number.
    pub account_number: Option<Redacted>,
    /// The platform's id of the payer. It need not equal any field of the requests, so never find a customer by it. Source:
    /// `customer.id`, a text or a number.
    pub customer_id: Option<Redacted>,
    /// The operation that the callback reports. A callback without one has all its fields empty: the signature cannot tell
    /// an absent object from an empty one. Source: `operation`.
    pub operation: CallbackOperation,
    #[serde(skip)]
    ignored: Box<[&'static str]>,
    /// The bytes as received, signature included. They have the payer's data.
    #[serde(skip)]
    pub body: Box<[u8]>,
}

/// `payment`: the whole payment, in the state in which it is after the operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CallbackPayment {
    /// The merchant's id, from the response to `check_deposit`. For a payout, the id that the merchant sent. Source:
    /// `payment.id`; required.
    pub id: PaymentId,
    /// The type: purchase or payout. Source: `payment.type`.
    #[serde(rename = "type")]
    pub kind: Option<PaymentType>,
    /// The status of the payment. Source: `payment.status`; required.
    pub status: PaymentStatus,
    /// The time of the status. Source: `payment.date`.
    pub date: Option<Date>,
    /// The name of the method, for people. Never route or refuse by it: the platform writes one method in several ways.
    /// Source: `payment.method`.
    pub method: Option<String>,
    /// The amount that is left after refunds, in minor units. The operation's `sum_initial` decides about money, not this
    /// field. Source: `payment.sum`.
    pub sum: Option<Money>,
    /// A free text, hidden from `Debug`, because it can have the payer's data. Source: `payment.description`.
    pub description: Option<Redacted>,
}

/// `operation`: one step of a payment.
///
/// The first four fields are all there when the payment succeeded and has an operation, and when the operation is a
/// compensation that succeeded. In every other callback each of them may be absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CallbackOperation {
    /// The platform's number of the operation. The project and this number make a credit unique. Source: `operation.id`, a
    /// number or a text of digits.
    pub id: Option<OperationId>,
    /// The type, such as sale, refund or reversal. Source: `operation.type`.
    #[serde(rename = "type")]
    pub kind: Option<OperationType>,
    /// The status of the operation. Source: `operation.status`.
    pub status: Option<OperationStatus>,
    /// The amount of this operation, in minor units. It decides about money. Source: `operation.sum_initial`.
    pub sum_initial: Option<Money>,
    /// The time of the status. Two deliveries of one event may differ in it. Source: `operation.date`.
    pub date: Option<Date>,
    /// The time at which the operation began. Source: `operation.created_date`.
    pub created_date: Option<Date>,
    /// The platform's id of the request. Support asks for it. Source: `operation.request_id`.
    pub request_id: Option<String>,
    /// The amount in the provider's currency, in minor units. Source: `operation.sum_converted`.
    pub sum_converted: Option<Money>,
    /// The reason for the status, as a code; `0` is a success. No code moves money. Source: `operation.code`, a text or a
    /// number.
    pub code: Option<OperationCode>,
    /// The reason for the status, in the platform's words. Source: `operation.message`.
    pub message: Option<String>,
    /// What the provider says of the operation. Source: `operation.provider`.
    pub provider: Provider,
}

/// `operation.provider`: what the provider says of the operation. All of it is for people who search for a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Provider {
    /// The platform's number of the provider. Source: `operation.provider.id`, a text or a number.
    pub id: Option<String>,
    /// The provider's id of the payment. A kiosk prints it on the receipt. Source: `operation.provider.payment_id`, a text or
    /// a number.
    pub payment_id: Option<String>,
    /// The provider's authorisation code. Source: `operation.provider.auth_code`, a text or a number.
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

/// Words of [`EFFECT`] that may be absent or odd. With a `;` in one of them, an attacker may have merged the field after it
/// into it, so that the word, and with it the effect, would count as absent.
const WORDS: [Field; 5] = [
    Field::PaymentType,
    Field::OperationId,
    Field::OperationType,
    Field::OperationStatus,
    Field::OperationSumInitialCurrency,
];

impl Callback {
    /// The amount that was paid, in minor units, if the callback reports a successful sale of a successful payment.
    ///
    /// Before you credit it, check that it equals the amount and currency of the pending payment. The credit must be the
    /// first one for this project and operation id, and the first one of this payment.
    ///
    /// It is `None` for a decline, for a step in between, for a refund or a reversal, for a part of the amount (`partially
    /// paid`), and for a word that is unknown here. Source: `payment.status` and `operation.status` `success`,
    /// `operation.type` `sale`, `operation.sum_initial`.
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

    /// The payment, the operation and the amount that a message names, read for a person if the message cannot be read as a
    /// callback. A message that may have been made from another one names none.
    pub(crate) fn subject(
        message: &Authentic<'_, '_>,
    ) -> (Option<PaymentId>, Option<OperationId>, Option<Money>) {
        let Ok(fields) = require_own(message) else {
            return (None, None, None);
        };
        let payment_id = fields.value(Field::PaymentId).and_then(Value::id);
        let operation_id = fields
            .value(Field::OperationId)
            .and_then(Value::operation_id);
        let amount = Harmless::of(&fields).money(
            Field::OperationSumInitial,
            Field::OperationSumInitialAmount,
            Field::OperationSumInitialCurrency,
        );
        (payment_id.ok(), operation_id.ok(), amount)
    }

    pub(super) fn read(message: &Authentic<'_, '_>) -> Result<Self, Rejection> {
        let fields = require_own(message)?;
        let status = PaymentStatus::from(fields.value(Field::PaymentStatus)?.word()?);
        let is_whole = fields.at(Field::Operation).is_any() && moves_money(&status, &fields);
        let needed = Needed {
            operation: is_whole,
            sum: is_whole,
        };
        Self::of(&fields, needed, message.body())
    }

    /// Reads the fields of a message that no attacker can have made from another one.
    pub(super) fn of(fields: &Fields<'_>, needed: Needed, body: &[u8]) -> Result<Self, Rejection> {
        let project_id = fields.value(Field::ProjectId)?.project_id()?;
        let id = fields.value(Field::PaymentId)?.id()?;
        let status = PaymentStatus::from(fields.value(Field::PaymentStatus)?.word()?);
        let mut rest = Harmless::of(fields);
        let (operation_id, operation_type, operation_status) = if needed.operation {
            (
                Some(fields.value(Field::OperationId)?.operation_id()?),
                Some(fields.value(Field::OperationType)?.word()?.into()),
                Some(fields.value(Field::OperationStatus)?.word()?.into()),
            )
        } else {
            (
                rest.operation_id(Field::OperationId),
                rest.word(Field::OperationType).map(OperationType::from),
                rest.word(Field::OperationStatus).map(OperationStatus::from),
            )
        };
        let sum_initial = if needed.sum {
            Some(Money::new(
                fields.value(Field::OperationSumInitialAmount)?.integer()?,
                fields
                    .value(Field::OperationSumInitialCurrency)?
                    .currency()?,
            ))
        } else {
            rest.money(
                Field::OperationSumInitial,
                Field::OperationSumInitialAmount,
                Field::OperationSumInitialCurrency,
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
            body: body.into(),
        })
    }
}

/// What of an operation must be there in its exact form. The rest may be absent or odd.
#[derive(Clone, Copy)]
pub(super) struct Needed {
    /// The id, the type and the status.
    pub(super) operation: bool,
    /// The amount and its currency.
    pub(super) sum: bool,
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

/// Refuses a message that an attacker may have made from another one: a callback, or another kind of message.
fn require_own<'m>(message: &'m Authentic<'_, '_>) -> Result<Fields<'m>, Rejection> {
    message.require_uncut(&EFFECT)?;
    let fields = Fields::of(message);
    for foreign in FOREIGN {
        let flaw = "absent: a callback has no such field, other signed messages have";
        require_absent(&fields, foreign, flaw)?;
    }
    require_whole_words(&fields)?;
    Ok(fields)
}

/// Refuses a text with `;` in the place of a word that may be absent or odd.
pub(super) fn require_whole_words(fields: &Fields<'_>) -> Result<(), Rejection> {
    WORDS
        .into_iter()
        .try_for_each(|word| require_whole(fields, word))
}

/// Refuses a message that has this field, or anything below it. The field belongs to other kinds of message.
///
/// One secret signs all kinds of message. A payer can type a whole callback as a text of another message, and an attacker
/// can cut it out with a matching signature. But the attacker cannot remove the signed fields that every message of that
/// kind has. A message with a field of another kind is therefore a forgery.
pub(super) fn require_absent(
    fields: &Fields<'_>,
    field: Field,
    flaw: &'static str,
) -> Result<(), Rejection> {
    if let Found::Nothing = fields.at(field) {
        return Ok(());
    }
    let (path, flaw) = (field.path(), FieldFlaw::NotThe(flaw));
    Err(Rejection::Field { path, flaw })
}

/// Refuses a text with `;` in this place.
fn require_whole(fields: &Fields<'_>, field: Field) -> Result<(), Rejection> {
    match fields.at(field) {
        Found::Value(_, text) if !fields.is_whole(text) => Err(Rejection::Field {
            path: field.path(),
            flaw: FieldFlaw::NotA("a word without `;`"),
        }),
        _ => Ok(()),
    }
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
