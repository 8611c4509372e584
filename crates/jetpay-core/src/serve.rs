//! Answers a message without a web framework: bytes in, bytes out. Every adapter calls this module.
//!
//! An adapter for another framework is short: it reads the body of a POST up to a limit (64 KiB is plenty), calls
//! [`serve()`], and sends the status and the body of the [`Reply`] with the content type `application/json`. A body that is
//! too large or does not arrive goes to [`refuse_unread`]. It logs [`Outcome::unavailable`], because only the platform
//! sees the HTTP 503.
//!
//! A URL for callbacks alone uses [`serve_callback`]:
//!
//! ```
//! use jetpay_core::serve::serve_callback;
//! use jetpay_core::signature::{Key, sign};
//! use jetpay_core::{Acknowledged, Callback, CallbackError, Callbacks, Keyring, Project};
//!
//! struct Shop;
//!
//! impl Callbacks for Shop {
//!     async fn callback(&self, callback: Callback) -> Result<Acknowledged, CallbackError> {
//!         match callback.payment.id.as_str() {
//!             "payment_47" => Ok(Acknowledged),
//!             _ => Err(CallbackError::UnknownPayment),
//!         }
//!     }
//! }
//!
//! async fn example() -> Result<(), Box<dyn std::error::Error>> {
//!     let keyring = Keyring::from(Project::new(1234, "secret")?);
//!     let body = br#"{"project_id": 1234, "payment": {"id": "payment_48", "status": "decline"}}"#;
//!
//!     let signed = sign(body, &Key::new("secret")?)?;
//!     assert_eq!(serve_callback(&signed, &Shop, &keyring).await.status, 404);
//!
//!     let forged = sign(body, &Key::new("another secret")?)?;
//!     let reply = serve_callback(&forged, &Shop, &keyring).await;
//!     assert_eq!(reply.status, 400);
//!     assert_eq!(reply.outcome.rejection.map(|it| it.kind()), Some("wrong_signature"));
//!     Ok(())
//! }
//! # use std::future::Future;
//! # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
//! # assert!(matches!(std::pin::pin!(example()).poll(&mut context), std::task::Poll::Ready(Ok(()))));
//! ```

use serde::Serialize;

use crate::id::{OperationId, PaymentId, ProjectId};
use crate::merchant::{CallbackError, Callbacks, HandlerError, Merchant, UnusableCallback};
use crate::message::{Authentic, Callback, Matched, Received, Request, RequestKind};
use crate::method::Method;
use crate::refused::Refused;
use crate::rejection::Rejection;
use crate::response::Response;
use crate::response_code::ResponseCode;
use crate::signature::Keyring;
use crate::unavailable::Unavailable;

/// A response that is ready to be sent.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP status: 200 for every request that was understood (its body says the code), 400, 404, 413 or 503.
    pub status: u16,
    /// The body: JSON in UTF-8, or empty for a callback. Answers are not signed.
    pub body: Vec<u8>,
    /// What the message was and how it ended, for logs and metrics. It holds no data of the payer.
    pub outcome: Outcome,
}

/// What a message was and how it ended. The handler served it if neither `rejection` nor `refusal` nor `unavailable` is
/// there.
///
/// Nothing in it is the payer's data, so an adapter can count and log all of it.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Outcome {
    /// The kind of message. A rejected request has none: which of the two it is was not read.
    pub kind: Option<MessageKind>,
    /// The secret and the order of paths with which its signature matches. After a rotation, it shows when the old secret is
    /// no longer used.
    pub matched: Option<Matched>,
    /// The project whose secret signed the message.
    pub project: Option<ProjectId>,
    /// The payment: the one that the response to `check_deposit` announces, or that a callback names.
    pub payment: Option<PaymentId>,
    /// The operation that a callback names.
    pub operation: Option<OperationId>,
    /// Why the message was rejected. [`Rejection::kind`] is a word for a metric.
    pub rejection: Option<Rejection>,
    /// The code with which the merchant's handler said no: 404 or 500. It is 404 for a callback of an unknown payment, and
    /// 204 if the customer owes nothing (Kassa24).
    pub refusal: Option<ResponseCode>,
    /// What was unavailable and why, if the reply is HTTP 503. It is for the log only: [`Unavailable::report`].
    pub unavailable: Option<Unavailable>,
}

/// The kinds of message that the platform sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MessageKind {
    /// The request `verify`.
    Verify,
    /// The request `check_deposit`.
    CheckDeposit,
    /// A callback.
    Callback,
}

impl From<RequestKind> for MessageKind {
    fn from(kind: RequestKind) -> Self {
        match kind {
            RequestKind::Verify => Self::Verify,
            RequestKind::CheckDeposit => Self::CheckDeposit,
        }
    }
}

/// Answers one message to the method `M`: `verify`, `check_deposit`, or a callback of any method.
///
/// It never fails: whatever the bytes are, the reply is what the platform shall get. It waits for nothing but the
/// merchant's handler. Limit the size of the body before the call; what a body costs grows with its length only.
///
/// | the message | status | body |
/// |---|---|---|
/// | a request that the merchant answers or refuses | 200 | the method's JSON, with its code |
/// | a request with a bad signature, an unknown project or a wrong field | 200 | a refusal with code 400 or 500 |
/// | a request that is no JSON object that can be signed | 400 | a refusal with code 500 |
/// | a callback that is acknowledged | 200 | empty |
/// | a callback of an unknown payment | 404 | empty |
/// | a callback that is rejected | 400 | empty |
/// | anything while the merchant is unavailable | 503 | a refusal with code 500; empty for a callback |
pub async fn serve<M: Method, S: Merchant<M>>(
    body: &[u8],
    merchant: &S,
    keyring: &Keyring,
) -> Reply {
    let received = match Received::parse(body) {
        Ok(received) => received,
        Err(unreadable) => return refuse::<M>(unreadable.into(), Outcome::default()),
    };
    let is_callback = received.looks_like_callback();
    let message = match received.authenticate(keyring) {
        Ok(message) => message,
        Err(rejection) if is_callback => return reject_callback(rejection, Outcome::callback()),
        Err(rejection) => return refuse::<M>(rejection, Outcome::default()),
    };
    let mut outcome = Outcome::default().signed(&message);
    match message.read::<M>() {
        Ok(Request::Verify(request)) => {
            outcome.kind = Some(MessageKind::Verify);
            respond::<M, _>(merchant.verify(request).await, outcome)
        }
        Ok(Request::CheckDeposit(request)) => {
            outcome.kind = Some(MessageKind::CheckDeposit);
            respond::<M, _>(merchant.check_deposit(request).await, outcome)
        }
        Ok(Request::Callback(callback)) => acknowledge(*callback, merchant, outcome).await,
        Err(rejection) if is_callback => unusable(&message, rejection, merchant, outcome).await,
        Err(rejection) => refuse::<M>(rejection, outcome),
    }
}

/// Answers one callback of any method. Every other message gets HTTP 400.
///
/// [`serve()`] also takes callbacks, because the platform may post everything to one URL.
pub async fn serve_callback<S: Callbacks>(body: &[u8], merchant: &S, keyring: &Keyring) -> Reply {
    let message = match Received::parse(body)
        .map_err(Rejection::from)
        .and_then(|it| it.authenticate(keyring))
    {
        Ok(message) => message,
        Err(rejection) => return reject_callback(rejection, Outcome::callback()),
    };
    let outcome = Outcome::callback().signed(&message);
    match message.callback() {
        Ok(callback) => acknowledge(callback, merchant, outcome).await,
        Err(rejection) if message.is_callback() => {
            unusable(&message, rejection, merchant, outcome).await
        }
        Err(rejection) => reject_callback(rejection, outcome),
    }
}

/// Answers a request to the method `M` whose body is too large or did not arrive whole: HTTP 413 for
/// [`Rejection::TooLarge`], 400 for [`Rejection::Incomplete`], each with the method's refusal.
#[must_use]
pub fn refuse_unread<M: Method>(rejection: Rejection) -> Reply {
    refuse::<M>(rejection, Outcome::default())
}

/// Answers a callback whose body is too large or did not arrive whole: HTTP 413 or 400 without a body.
#[must_use]
pub fn refuse_unread_callback(rejection: Rejection) -> Reply {
    reject_callback(rejection, Outcome::callback())
}

impl Outcome {
    fn callback() -> Self {
        Self {
            kind: Some(MessageKind::Callback),
            ..Self::default()
        }
    }

    fn signed(self, message: &Authentic<'_, '_>) -> Self {
        Self {
            matched: Some(message.matched()),
            project: Some(message.project().id()),
            ..self
        }
    }
}

fn respond<M: Method, T: Response>(
    result: Result<T, HandlerError<M::Refusal>>,
    mut outcome: Outcome,
) -> Reply {
    match result {
        Ok(response) => {
            outcome.refusal = Some(response.code()).filter(|code| *code != ResponseCode::Success);
            outcome.payment = response.payment().cloned();
            reply(200, &response, outcome)
        }
        Err(HandlerError::Refused(refusal)) => {
            outcome.refusal = Some(refusal.code());
            reply(200, &refusal, outcome)
        }
        Err(HandlerError::Unavailable(unavailable)) => {
            outcome.unavailable = Some(unavailable);
            let text = "the service is not available now; try again later";
            reply(503, &M::Refusal::from(Refused::failed(text)), outcome)
        }
    }
}

fn refuse<M: Method>(rejection: Rejection, outcome: Outcome) -> Reply {
    let refusal = M::Refusal::from(Refused::for_rejection(&rejection));
    reply(
        rejection.http_status(),
        &refusal,
        Outcome {
            rejection: Some(rejection),
            ..outcome
        },
    )
}

/// If a response cannot be written as JSON, the merchant's code is wrong. The platform gets HTTP 503 and tries again.
fn reply(status: u16, body: &impl Serialize, mut outcome: Outcome) -> Reply {
    match serde_json::to_vec(body) {
        Ok(body) => Reply {
            status,
            body,
            outcome,
        },
        Err(error) => {
            outcome.refusal = None;
            outcome.unavailable = Some(Unavailable::new(UnwritableResponse(error)));
            Reply {
                status: 503,
                body: Vec::new(),
                outcome,
            }
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the response could not be written")]
struct UnwritableResponse(#[source] serde_json::Error);

async fn acknowledge<S: Callbacks>(
    callback: Callback,
    merchant: &S,
    mut outcome: Outcome,
) -> Reply {
    outcome.kind = Some(MessageKind::Callback);
    outcome.payment = Some(callback.payment.id.clone());
    outcome.operation = callback.operation.id;
    let status = match merchant.callback(callback).await {
        Ok(_) => 200,
        Err(CallbackError::UnknownPayment) => {
            outcome.refusal = Some(ResponseCode::NotFound);
            404
        }
        Err(CallbackError::Unavailable(unavailable)) => {
            outcome.unavailable = Some(unavailable);
            503
        }
    };
    Reply {
        status,
        body: Vec::new(),
        outcome,
    }
}

/// Lets the merchant store a signed callback that cannot be read, then rejects it.
async fn unusable<S: Callbacks>(
    message: &Authentic<'_, '_>,
    rejection: Rejection,
    merchant: &S,
    mut outcome: Outcome,
) -> Reply {
    let callback = UnusableCallback::new(message, &rejection);
    outcome.kind = Some(MessageKind::Callback);
    outcome.payment.clone_from(&callback.payment_id);
    outcome.operation = callback.operation_id;
    match merchant.unusable(callback).await {
        Ok(()) => reject_callback(rejection, outcome),
        Err(unavailable) => Reply {
            status: 503,
            body: Vec::new(),
            outcome: Outcome {
                unavailable: Some(unavailable),
                ..outcome
            },
        },
    }
}

fn reject_callback(rejection: Rejection, outcome: Outcome) -> Reply {
    let status = if matches!(rejection, Rejection::TooLarge { .. }) {
        413
    } else {
        400
    };
    Reply {
        status,
        body: Vec::new(),
        outcome: Outcome {
            rejection: Some(rejection),
            ..outcome
        },
    }
}
