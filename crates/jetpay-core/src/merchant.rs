//! What a merchant implements: one trait for callbacks, and one for each method it takes.

use std::future::Future;
use std::sync::Arc;

use crate::message::{Callback, VerifyRequest};
use crate::method::Method;
use crate::refused::{Refused, Unavailable};
use crate::rejection::Rejection;

/// What [`Merchant::verify`] returns.
pub type VerifyResult<M> =
    Result<<M as Method>::VerifyResponse, HandlerError<<M as Method>::Refusal>>;

/// What [`Merchant::check_deposit`] returns.
pub type CheckDepositResult<M> =
    Result<<M as Method>::CheckDepositResponse, HandlerError<<M as Method>::Refusal>>;

/// A request that got no good answer. `?` makes it from [`Refused`] and [`Unavailable`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandlerError<R> {
    /// The business said no: HTTP 200 and the refusal.
    Refused(R),
    /// Not possible now: HTTP 503.
    Unavailable(Unavailable),
}

impl<R: From<Refused>> From<Refused> for HandlerError<R> {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused.into())
    }
}

impl<R> From<Unavailable> for HandlerError<R> {
    fn from(unavailable: Unavailable) -> Self {
        Self::Unavailable(unavailable)
    }
}

/// The callback's fact is stored, or known already, or not about money: it need not come again (HTTP 200).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledged;

/// The callback shall come again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallbackError {
    /// No payment has its id (HTTP 404).
    UnknownPayment,
    /// It could not be stored now (HTTP 503).
    Unavailable(Unavailable),
}

impl From<Unavailable> for CallbackError {
    fn from(unavailable: Unavailable) -> Self {
        Self::Unavailable(unavailable)
    }
}

/// A callback whose signature is good but which cannot be read: something about money may be lost with it.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct UnusableCallback<'a> {
    /// The bytes as received.
    pub body: &'a [u8],
    /// Whose secret signed it.
    pub project_id: crate::id::ProjectId,
    /// What is wrong.
    pub rejection: &'a Rejection,
}

impl<'a> UnusableCallback<'a> {
    pub(crate) fn new(
        body: &'a [u8],
        project_id: crate::id::ProjectId,
        rejection: &'a Rejection,
    ) -> Self {
        Self {
            body,
            project_id,
            rejection,
        }
    }
}

/// Takes callbacks, which are the same for all methods.
pub trait Callbacks: Sync {
    /// Stores what happened, then acknowledges. Must be idempotent: the same fact comes many times, with other
    /// dates, in any order. A credit is unique on (project, operation id), and one payment has at most one.
    fn callback(
        &self,
        callback: Callback,
    ) -> impl Future<Output = Result<Acknowledged, CallbackError>> + Send;

    /// Keeps a callback that is signed but cannot be read, and raises an alarm; then it is answered 400. The default
    /// does nothing.
    fn unusable(
        &self,
        callback: UnusableCallback<'_>,
    ) -> impl Future<Output = Result<(), Unavailable>> + Send {
        let _ = callback;
        async { Ok(()) }
    }
}

/// Takes top-ups by the method `M`.
///
/// Written with `async fn`; the futures must be `Send`, which the compiler checks.
pub trait Merchant<M: Method>: Callbacks {
    /// Does this customer exist? No effects: it comes any number of times.
    fn verify(&self, request: VerifyRequest) -> impl Future<Output = VerifyResult<M>> + Send;

    /// Stores a pending payment under a fresh id, then answers with it. Credits nothing, and never takes two
    /// requests for one, however equal they are.
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
