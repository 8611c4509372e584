//! From bytes to bytes, without a web framework: what every adapter calls.

use serde::Serialize;

use crate::merchant::{CallbackError, Callbacks, HandlerError, Merchant, UnusableCallback};
use crate::message::{Authentic, Callback, Matched, Received, Request, RequestKind};
use crate::method::Method;
use crate::refused::{Refused, Unavailable};
use crate::rejection::Rejection;
use crate::signature::Keyring;

/// An answer, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body: JSON, or nothing for a callback.
    pub body: Vec<u8>,
    /// What the message was and what became of it, for logs and metrics. Holds nothing of the payer's.
    pub outcome: Outcome,
}

/// What a message was and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Outcome {
    /// What it was, once that was known.
    pub kind: Option<MessageKind>,
    /// By which secret and order its signature was found good.
    pub matched: Option<Matched>,
    /// Why it was not served.
    pub rejection: Option<Rejection>,
    /// What was not available, with its reason: for the log only.
    pub unavailable: Option<Unavailable>,
}

/// The three kinds of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// `verify`.
    Verify,
    /// `check_deposit`.
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

/// Serves one message to the method `M`: `verify`, `check_deposit`, or a callback of any method.
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
            answer::<M, _>(merchant.verify(request).await, outcome)
        }
        Ok(Request::CheckDeposit(request)) => {
            outcome.kind = Some(MessageKind::CheckDeposit);
            answer::<M, _>(merchant.check_deposit(request).await, outcome)
        }
        Ok(Request::Callback(callback)) => acknowledge(*callback, merchant, outcome).await,
        Err(rejection) if is_callback => unusable(&message, rejection, merchant, outcome).await,
        Err(rejection) => refuse::<M>(rejection, outcome),
    }
}

/// Serves one callback, of any method; anything else is answered with HTTP 400.
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

/// The refusal of a request that never got as far as [`serve`]: too large, or broken off.
#[must_use]
pub fn refuse_unread<M: Method>(rejection: Rejection) -> Reply {
    refuse::<M>(rejection, Outcome::default())
}

/// The same for an endpoint that takes callbacks only.
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

fn answer<M: Method, T: Serialize>(
    answer: Result<T, HandlerError<M::Refusal>>,
    mut outcome: Outcome,
) -> Reply {
    match answer {
        Ok(good) => reply(200, &good, outcome),
        Err(HandlerError::Refused(refusal)) => reply(200, &refusal, outcome),
        Err(HandlerError::Unavailable(unavailable)) => {
            outcome.unavailable = Some(unavailable);
            reply(503, &M::Refusal::from(Unavailable::refused()), outcome)
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

/// An answer that cannot be written as JSON is the merchant's mistake; the sender is told to come again.
fn reply(status: u16, body: &impl Serialize, mut outcome: Outcome) -> Reply {
    match serde_json::to_vec(body) {
        Ok(body) => Reply {
            status,
            body,
            outcome,
        },
        Err(error) => {
            outcome.unavailable = Some(Unavailable(format!(
                "the answer could not be written: {error}"
            )));
            Reply {
                status: 503,
                body: Vec::new(),
                outcome,
            }
        }
    }
}

async fn acknowledge<S: Callbacks>(
    callback: Callback,
    merchant: &S,
    mut outcome: Outcome,
) -> Reply {
    outcome.kind = Some(MessageKind::Callback);
    let status = match merchant.callback(callback).await {
        Ok(_) => 200,
        Err(CallbackError::UnknownPayment) => 404,
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

/// A signed callback that cannot be read is kept before it is refused.
async fn unusable<S: Callbacks>(
    message: &Authentic<'_, '_>,
    rejection: Rejection,
    merchant: &S,
    mut outcome: Outcome,
) -> Reply {
    outcome.kind = Some(MessageKind::Callback);
    let kept = merchant
        .unusable(UnusableCallback::new(
            message.body(),
            message.project().id(),
            &rejection,
        ))
        .await;
    match kept {
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
