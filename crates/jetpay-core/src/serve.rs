//! Answers a message without a web framework: bytes in, bytes out. Every adapter calls this module.

use serde::Serialize;

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
    /// The HTTP status.
    pub status: u16,
    /// The body: JSON, or empty for a callback.
    pub body: Vec<u8>,
    /// What the message was and how it ended, for logs and metrics. It holds no data of the payer.
    pub outcome: Outcome,
}

/// What a message was and how it ended. The handler served it if neither `rejection` nor `refusal` nor `unavailable` is
/// there.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Outcome {
    /// The kind of message, if it is known.
    pub kind: Option<MessageKind>,
    /// The secret and the order of paths with which its signature matches.
    pub matched: Option<Matched>,
    /// Why the message was rejected.
    pub rejection: Option<Rejection>,
    /// The code with which the merchant's handler said no: 404 or 500. It is 404 for a callback of an unknown payment, and
    /// 204 if the customer owes nothing (Kassa24).
    pub refusal: Option<ResponseCode>,
    /// What was unavailable and why. It is for the log only.
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
    let mut outcome = Outcome {
        matched: Some(message.matched()),
        ..Outcome::default()
    };
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
pub async fn serve_callback<S: Callbacks>(body: &[u8], merchant: &S, keyring: &Keyring) -> Reply {
    let message = match Received::parse(body)
        .map_err(Rejection::from)
        .and_then(|it| it.authenticate(keyring))
    {
        Ok(message) => message,
        Err(rejection) => return reject_callback(rejection, Outcome::callback()),
    };
    let outcome = Outcome {
        matched: Some(message.matched()),
        ..Outcome::callback()
    };
    match message.callback() {
        Ok(callback) => acknowledge(callback, merchant, outcome).await,
        Err(rejection) if message.is_callback() => {
            unusable(&message, rejection, merchant, outcome).await
        }
        Err(rejection) => reject_callback(rejection, outcome),
    }
}

/// Answers a request to the method `M` whose body is too large or did not arrive whole.
#[must_use]
pub fn refuse_unread<M: Method>(rejection: Rejection) -> Reply {
    refuse::<M>(rejection, Outcome::default())
}

/// Answers a callback whose body is too large or did not arrive whole.
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
}

fn respond<M: Method, T: Response>(
    result: Result<T, HandlerError<M::Refusal>>,
    mut outcome: Outcome,
) -> Reply {
    match result {
        Ok(response) => {
            outcome.refusal = Some(response.code()).filter(|code| *code != ResponseCode::Success);
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
    outcome.kind = Some(MessageKind::Callback);
    let stored = merchant
        .unusable(UnusableCallback::new(
            message.body(),
            message.project().id(),
            &rejection,
        ))
        .await;
    match stored {
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
