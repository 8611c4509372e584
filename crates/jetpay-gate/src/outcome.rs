//! What the platform's responses say: about a payout that was sent, and about a payment's status.

use std::fmt;

use jetpay_core::date::Date;
use jetpay_core::id::{OperationId, PaymentId};
use jetpay_core::message::{Matched, Received};
use jetpay_core::operation_code::OperationCode;
use jetpay_core::redacted::Redacted;
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};
use jetpay_core::{Callback, Keyring, Money, Project, Rejection};
use thiserror::Error;

/// The outcome of sending a payout. None of them says that the payout is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a caller must handle every outcome, because money depends on it"
)]
#[must_use = "if you ignore the outcome of a payout, it may be lost or paid twice"]
pub enum Outcome {
    /// The platform has the payout. A callback reports how it ends. You can also ask for its status.
    Accepted(Accepted),
    /// The platform does not have the payout.
    Rejected(Rejected),
    /// The platform has another payout under this id. This payout does not exist there, and cannot under this id.
    OtherPayout(OtherPayout),
    /// The platform may have the payout or not. Keep the id and the money reserved, wait 10 seconds or more, and ask for
    /// the status.
    Unknown(Unknown),
}

/// The platform has the payout.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Accepted {
    /// The platform's id of the request. You can also ask for the status by it. Source: `request_id` of the response.
    pub request_id: Option<String>,
    /// Whether the platform accepted an earlier request with this payment id (code 3041). The client then compared the
    /// account number and the amount with those of the earlier request, as far as the platform said them.
    pub known_before: bool,
}

/// The platform has another payout under the id of this one: the caller used one id for two payouts. Look at both. Pay this
/// one under a new id, if it is to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the platform has another payout under this payment id: its `{field}` differs")]
#[non_exhaustive]
pub struct OtherPayout {
    /// The field that differs: `account.number` or `payment`.
    pub field: &'static str,
}

/// The platform does not have the payout.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rejected {
    /// The reason, as a code. Source: `code` of the response.
    pub code: Option<OperationCode>,
    /// The HTTP status of the response.
    pub http_status: u16,
    /// The reason in the platform's words, for a person: at most 200 printable characters, without the payer's data from
    /// the request. It is empty if the platform gave none. Source: `message` of the response.
    pub message: String,
    /// Whether you may send the same payout again later under the same id (code 3613, or HTTP 401, 403 or 429). If not,
    /// the rejection is final: release the money.
    pub same_id_later: bool,
}

/// The outcome of asking for a payment's status.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a caller must handle every outcome, because money depends on it"
)]
#[must_use = "the outcome says what to do with the payout"]
pub enum StatusOutcome {
    /// The platform has the payment.
    Known(Status),
    /// The platform does not have the payment (code 3061). You may send the same payout again under the same id.
    NotKnown,
    /// The platform gave no usable response. Ask again later.
    Unanswered(Unknown),
}

/// The status of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The merchant's id of the payment. It is `None` only if you asked by the id of a request and the response does not
    /// name the payment.
    pub payment_id: Option<PaymentId>,
    /// The status of the payment. Decide by it, never by a code. Source: `payment.status`.
    pub payment_status: PaymentStatus,
    /// The type: purchase or payout. Source: `payment.type`.
    pub payment_type: Option<PaymentType>,
    /// The amount in minor units. Source: `payment.sum`.
    pub sum: Option<Money>,
    /// The payee's account, if the response names it. Some of its digits may be `*`. Source: `account.number`.
    pub account_number: Option<Redacted>,
    /// The operations that the response lists. Source: `operations`.
    pub operations: Vec<Operation>,
    /// The response itself, if the project signed it. It is `None` if the response has no signature: then it may be shown to a
    /// person, and it proves nothing.
    pub signed: Option<SignedAnswer>,
}

/// A response to a status request whose signature matches one of the project's secrets.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedAnswer {
    /// The secret and the order of paths with which the signature matches.
    pub matched: Matched,
    /// The bytes as received, signature included. They have the payer's data, so `Debug` hides them.
    pub body: Box<[u8]>,
}

impl SignedAnswer {
    /// The response as the callbacks that it stands for, one for each operation, in the order in which to apply them:
    /// [`Authentic::status_answer`](jetpay_core::message::Authentic::status_answer).
    ///
    /// ```
    /// # async fn example(gate: jetpay_gate::Gate, project: jetpay_core::Project) -> Result<(), Box<dyn std::error::Error>> {
    /// # use jetpay_gate::StatusOutcome;
    /// # let payment_id = jetpay_core::id::PaymentId::new("payment_47")?;
    /// if let StatusOutcome::Known(status) = gate.status(&project, &payment_id).await
    ///     && let Some(signed) = &status.signed
    /// {
    ///     for callback in signed.callbacks(&project)? {
    ///         // Apply it as if it had come to your URL: a repeat changes nothing.
    ///         println!("{:?} {}", callback.operation.id, callback.payment.status);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Rejection`] if a field that money depends on is missing or odd, or if the response may have been made from another
    /// signed message.
    pub fn callbacks(&self, project: &Project) -> Result<Vec<Callback>, Rejection> {
        let keyring = Keyring::from(project.clone());
        let message = Received::parse(&self.body)?.authenticate(&keyring)?;
        message.status_answer()
    }
}

impl fmt::Debug for SignedAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedAnswer")
            .field("matched", &self.matched)
            .finish_non_exhaustive()
    }
}

/// One operation of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The platform's number of the operation. Its callback has the same number. Source: `operations.id`.
    pub id: OperationId,
    /// The type, such as payout or reversal. Source: `operations.type`.
    pub kind: OperationType,
    /// The status of the operation. Source: `operations.status`.
    pub status: OperationStatus,
    /// The amount of the operation in minor units. Source: `operations.sum_initial`.
    pub amount: Option<Money>,
    /// The reason for the status, as a code. Source: `operations.code`.
    pub code: Option<OperationCode>,
    /// The reason for the status in the platform's words: at most 200 printable characters. Source: `operations.message`.
    pub message: Option<String>,
    /// The platform's id of the request.
    pub request_id: Option<String>,
    /// The time of the status. Source: `operations.date`.
    pub date: Option<Date>,
    /// The provider's id of the payment, as a kiosk prints it on the receipt. Source: `operations.provider.payment_id`.
    pub provider_payment_id: Option<String>,
}

/// The platform gave no usable response. It may have carried out the request nevertheless.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unknown {
    /// The reason.
    pub reason: Reason,
}

impl Unknown {
    /// Whether no byte of the request was sent. Treat the outcome like any other unknown one. The cause is in this
    /// program or in the network, not at the platform.
    #[must_use]
    pub fn nothing_was_sent(&self) -> bool {
        matches!(self.reason, Reason::Unsendable(_) | Reason::NotConnected(_))
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl From<Reason> for Unknown {
    fn from(reason: Reason) -> Self {
        Self { reason }
    }
}

/// Why an outcome is unknown. Its text is for people and logs. It shows neither a secret nor the payer's data.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Reason {
    /// The caller made a mistake: the request cannot be sent, now or later.
    #[error("nothing was sent: {0}")]
    Unsendable(&'static str),
    /// There is no connection: the Gate refused it, its name is unknown, or TLS failed.
    #[error("nothing was sent: no connection to the Gate ({0})")]
    NotConnected(String),
    /// The whole response did not arrive in time.
    #[error("the Gate did not answer in time")]
    TimedOut,
    /// The connection ended before the whole response arrived.
    #[error("the connection broke before the Gate had answered ({0})")]
    Broken(String),
    /// The HTTP status says nothing about the request: 408, 5xx, a redirect, or another unexpected one.
    #[error("the Gate answered HTTP {0}")]
    HttpStatus(u16),
    /// The response is not JSON, or it has an unexpected shape.
    #[error("the Gate's answer cannot be read: {0}")]
    Unreadable(&'static str),
    /// The response has a signature that matches none of the project's secrets.
    #[error("the Gate's answer is signed with another secret than the project's")]
    BadSignature,
    /// The response names another payment or project.
    #[error("the Gate's answer is about another payment")]
    OtherPayment,
    /// The code says that the operation is still in progress.
    #[error("the Gate answered code {0}: wait")]
    Waiting(OperationCode),
    /// The response has no code, or a code that decides nothing.
    #[error("the Gate answered HTTP {http_status}, {}", code_text(code.as_ref()))]
    NotUnderstood {
        /// The HTTP status of the response.
        http_status: u16,
        /// The code, if the response has one.
        code: Option<OperationCode>,
    },
}

fn code_text(code: Option<&OperationCode>) -> String {
    code.map_or_else(
        || "neither a success nor an error".to_owned(),
        |code| format!("code {code}: {}", code.text()),
    )
}
