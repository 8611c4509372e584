//! What a merchant implements: one trait for callbacks, and one trait for each method.

use std::future::Future;
use std::sync::Arc;

use thiserror::Error;

use crate::id::ProjectId;
use crate::message::{Callback, VerifyRequest};
use crate::method::Method;
use crate::refused::Refused;
use crate::rejection::Rejection;
use crate::response::InvalidContract;
use crate::unavailable::Unavailable;

/// What [`Merchant::verify`] returns.
pub type VerifyResult<M> =
    Result<<M as Method>::VerifyResponse, HandlerError<<M as Method>::Refusal>>;

/// What [`Merchant::check_deposit`] returns.
pub type CheckDepositResult<M> =
    Result<<M as Method>::CheckDepositResponse, HandlerError<<M as Method>::Refusal>>;

/// Why a merchant's handler gives no good response. The operator `?` converts [`Refused`] and [`Unavailable`] into it. For
/// any other error, write `.map_err(Unavailable::new)?`.
#[derive(Debug, Clone, Error)]
#[expect(
    clippy::exhaustive_enums,
    reason = "there are three kinds of no, and the third is not the merchant's"
)]
pub enum HandlerError<R> {
    /// The merchant says no. The platform gets HTTP 200 with the refusal.
    #[error("refused")]
    Refused(R),
    /// The merchant's system cannot answer now. The platform gets HTTP 503.
    #[error(transparent)]
    Unavailable(Unavailable),
}

impl<R: From<Refused>> From<Refused> for HandlerError<R> {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused.into())
    }
}

/// The merchant's data are wrong, and the payer cannot help it: the platform gets HTTP 503.
impl<R> From<InvalidContract> for HandlerError<R> {
    fn from(invalid: InvalidContract) -> Self {
        Self::Unavailable(Unavailable::new(invalid))
    }
}

impl<R> From<Unavailable> for HandlerError<R> {
    fn from(unavailable: Unavailable) -> Self {
        Self::Unavailable(unavailable)
    }
}

impl<R> From<Box<dyn std::error::Error + Send + Sync>> for HandlerError<R> {
    fn from(cause: Box<dyn std::error::Error + Send + Sync>) -> Self {
        Self::Unavailable(cause.into())
    }
}

/// The merchant has stored the callback, knew it already, or does not need it. The platform gets HTTP 200 and stops
/// repeating the callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "merchants make it")]
pub struct Acknowledged;

/// Why the platform must send a callback again. The operator `?` converts [`Unavailable`] into it. For any other error,
/// write `.map_err(Unavailable::new)?`.
#[derive(Debug, Clone, Error)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a callback is acknowledged or comes again, and these are the reasons for the second"
)]
pub enum CallbackError {
    /// The merchant has no payment with this id. The platform gets HTTP 404.
    #[error("the merchant has no payment with this id")]
    UnknownPayment,
    /// The merchant could not store the callback. The platform gets HTTP 503.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<Box<dyn std::error::Error + Send + Sync>> for CallbackError {
    fn from(cause: Box<dyn std::error::Error + Send + Sync>) -> Self {
        Self::Unavailable(cause.into())
    }
}

/// A callback with a good signature that cannot be read. If the merchant loses it, money may be lost too.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct UnusableCallback<'a> {
    /// The bytes as received.
    pub body: &'a [u8],
    /// The project whose secret signed it.
    pub project_id: ProjectId,
    /// Why it cannot be read.
    pub rejection: &'a Rejection,
}

impl<'a> UnusableCallback<'a> {
    pub(crate) fn new(body: &'a [u8], project_id: ProjectId, rejection: &'a Rejection) -> Self {
        Self {
            body,
            project_id,
            rejection,
        }
    }
}

/// Handles callbacks. They are the same for all methods.
pub trait Callbacks: Sync {
    /// Stores the operation that the callback reports, then acknowledges it.
    ///
    /// The implementation must be idempotent: the platform may send the same event many times, with other dates and in
    /// any order. Make a credit unique on the project and the operation id, and credit each payment at most once.
    fn callback(
        &self,
        callback: Callback,
    ) -> impl Future<Output = Result<Acknowledged, CallbackError>> + Send;

    /// Stores a signed callback that cannot be read, and raises an alarm. [`serve()`](crate::serve()) then answers the
    /// platform with HTTP 400. The default implementation does nothing.
    fn unusable(
        &self,
        callback: UnusableCallback<'_>,
    ) -> impl Future<Output = Result<(), Unavailable>> + Send {
        let _ = callback;
        async { Ok(()) }
    }
}

/// Handles the requests of the method `M`.
///
/// Write the functions as `async fn`. Their futures must be `Send`; the compiler checks this.
pub trait Merchant<M: Method>: Callbacks {
    /// Says whether the customer exists. It must have no effects: the platform may call it any number of times.
    fn verify(&self, request: VerifyRequest) -> impl Future<Output = VerifyResult<M>> + Send;

    /// Stores a pending payment under a new id, then returns that id. It credits nothing.
    ///
    /// Two equal requests are two payments. Never merge them.
    fn check_deposit(
        &self,
        request: M::CheckDeposit,
    ) -> impl Future<Output = CheckDepositResult<M>> + Send;
}

impl<S: Callbacks + Send> Callbacks for Arc<S> {
    fn callback(
        &self,
        callback: Callback,
    ) -> impl Future<Output = Result<Acknowledged, CallbackError>> + Send {
        S::callback(self, callback)
    }

    fn unusable(
        &self,
        callback: UnusableCallback<'_>,
    ) -> impl Future<Output = Result<(), Unavailable>> + Send {
        S::unusable(self, callback)
    }
}

impl<M: Method, S: Merchant<M> + Send> Merchant<M> for Arc<S> {
    fn verify(&self, request: VerifyRequest) -> impl Future<Output = VerifyResult<M>> + Send {
        S::verify(self, request)
    }

    fn check_deposit(
        &self,
        request: M::CheckDeposit,
    ) -> impl Future<Output = CheckDepositResult<M>> + Send {
        S::check_deposit(self, request)
    }
}
