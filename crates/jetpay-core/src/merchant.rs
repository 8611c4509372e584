//! What a merchant implements: one trait for callbacks, and one trait for each method.
//!
//! | function | what it does | it returns |
//! |---|---|---|
//! | [`Merchant::verify`] | says whether a customer exists; no effects | the method's response, a refusal, unavailable |
//! | [`Merchant::check_deposit`] | stores a pending payment under a new id | the method's response, a refusal, unavailable |
//! | [`Callbacks::callback`] | stores what happened and moves the money | [`Acknowledged`], unknown payment, unavailable |
//! | [`Callbacks::unusable`] | keeps a signed callback that cannot be read | nothing, unavailable |
//!
//! [`serve()`](crate::serve()) calls them. A merchant never sees a message whose signature does not match.

use std::future::Future;
use std::sync::Arc;

use thiserror::Error;

use crate::id::{OperationId, PaymentId, ProjectId};
use crate::message::{Authentic, Callback, VerifyRequest};
use crate::method::Method;
use crate::money::Money;
use crate::refused::Refused;
use crate::rejection::Rejection;
use crate::response::InvalidContract;
use crate::unavailable::Unavailable;

/// What [`Merchant::verify`] returns: the method's response, a refusal, or [`Unavailable`].
///
/// The platform gets the first two with HTTP 200 and the code in the body, the last as HTTP 503.
pub type VerifyResult<M> =
    Result<<M as Method>::VerifyResponse, HandlerError<<M as Method>::Refusal>>;

/// What [`Merchant::check_deposit`] returns: the method's response with a payment id, a refusal, or [`Unavailable`].
///
/// Refuse only what cannot be credited: an unknown customer. At a kiosk, the payer's cash is already in the machine.
pub type CheckDepositResult<M> =
    Result<<M as Method>::CheckDepositResponse, HandlerError<<M as Method>::Refusal>>;

/// Why a merchant's handler gives no good response. The operator `?` converts [`Refused`] and [`Unavailable`] into it. For
/// any other error, write `.map_err(Unavailable::new)?`.
///
/// ```
/// use jetpay_core::response::MessageRefusal;
/// use jetpay_core::{HandlerError, Refused, Unavailable};
///
/// /// The balance of a customer, from a row of a table.
/// fn balance(row: Option<&str>) -> Result<i64, HandlerError<MessageRefusal>> {
///     let text = row.ok_or_else(|| Refused::not_found("no such account"))?;
///     Ok(text.parse::<i64>().map_err(Unavailable::new)?)
/// }
///
/// assert_eq!(balance(Some("100")).ok(), Some(100));
/// assert!(matches!(balance(None), Err(HandlerError::Refused(_))));
/// assert!(matches!(balance(Some("?")), Err(HandlerError::Unavailable(_))));
/// ```
#[derive(Debug, Clone, Error)]
#[expect(
    clippy::exhaustive_enums,
    reason = "there are three kinds of no, and the third is not the merchant's"
)]
pub enum HandlerError<R> {
    /// The merchant says no. The platform gets HTTP 200 with the refusal, and shows its text to the payer.
    #[error("refused")]
    Refused(R),
    /// The merchant's system cannot answer now. The platform gets HTTP 503, and the cause stays with the merchant: it is in
    /// [`Outcome::unavailable`](crate::serve::Outcome::unavailable), for the log.
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
///
/// Return it after the commit, never before: what was acknowledged does not come again. A callback that does not fit its
/// payment is acknowledged too, once it is stored for an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "merchants make it")]
pub struct Acknowledged;

/// Why the platform must send a callback again. The operator `?` converts [`Unavailable`] into it. For any other error,
/// write `.map_err(Unavailable::new)?`.
///
/// The platform repeats a callback up to 120 times in 11 days: six times 10 seconds apart, then less and less often.
#[derive(Debug, Clone, Error)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a callback is acknowledged or comes again, and these are the reasons for the second"
)]
pub enum CallbackError {
    /// The merchant has no payment with this id. The platform gets HTTP 404, and the callback comes again: an older system
    /// may have made the payment, or a backup has lost it. Keep the callback for an operator.
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
///
/// A field that an effect needs is missing or odd, or the message may have been recut from another one
/// ([`Rejection::Malleated`]). Never credit from it without a person: if it was recut, its payment and amount are forged.
#[derive(Clone)]
#[non_exhaustive]
pub struct UnusableCallback<'a> {
    /// The bytes as received. They have the payer's data, so keep them out of logs.
    pub body: &'a [u8],
    /// The project whose secret signed it. Source: `project_id`, or `general.project_id`.
    pub project_id: ProjectId,
    /// Why it cannot be read. Its text names the field and shows no value.
    pub rejection: &'a Rejection,
    /// The payment that it names, for a person who looks at it. `None` if the message names none, or may have been made from
    /// another one. Source: `payment.id`.
    pub payment_id: Option<PaymentId>,
    /// The operation that it names, under the same conditions. Source: `operation.id`.
    pub operation_id: Option<OperationId>,
    /// The operation's amount, in minor units, under the same conditions. Source: `operation.sum_initial`.
    pub amount: Option<Money>,
}

impl<'a> UnusableCallback<'a> {
    pub(crate) fn new(message: &Authentic<'a, '_>, rejection: &'a Rejection) -> Self {
        let (payment_id, operation_id, amount) = Callback::subject(message);
        Self {
            body: message.body(),
            project_id: message.project().id(),
            rejection,
            payment_id,
            operation_id,
            amount,
        }
    }
}

/// Handles callbacks. They are the same for all methods.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::Mutex;
///
/// use jetpay_core::{Acknowledged, Callback, CallbackError, Callbacks, Money, PaymentId};
///
/// /// In memory, for the example. A merchant's database has a table of pending payments and one of entries.
/// struct Shop {
///     pending: Mutex<HashMap<PaymentId, Money>>,
///     credits: Mutex<HashMap<PaymentId, Money>>,
/// }
///
/// impl Callbacks for Shop {
///     async fn callback(&self, callback: Callback) -> Result<Acknowledged, CallbackError> {
///         let pending = self.pending.lock().unwrap().get(&callback.payment.id).copied();
///         let announced = pending.ok_or(CallbackError::UnknownPayment)?;
///         match callback.paid() {
///             // A repeat writes the same credit again.
///             Some(paid) if paid == announced => {
///                 self.credits.lock().unwrap().insert(callback.payment.id, paid);
///             }
///             Some(_) => eprintln!("another amount: an operator must look at {:?}", callback.payment.id),
///             None => {} // A decline, a step in between, or a refund: `jetpay-rules` says what it does.
///         }
///         Ok(Acknowledged)
///     }
/// }
/// ```
pub trait Callbacks: Sync {
    /// Stores the operation that the callback reports, then acknowledges it.
    ///
    /// The implementation must be idempotent: the platform may send the same event many times, with other dates and in
    /// any order. In one transaction, store the event, change the payment and add the entry:
    ///
    /// - Credit only if [`Callback::paid`] is an amount, and amount, currency and project equal those of the pending payment.
    /// - Make a credit unique on the project and the operation id, and credit each payment at most once. Keep these keys
    ///   for ever.
    /// - A success credits from any state of the payment, also after a decline.
    /// - A success that credits nothing needs a person: acknowledge it and raise an alarm, because it does not come again.
    ///
    /// # Errors
    /// [`CallbackError::UnknownPayment`] if no payment has this id, [`CallbackError::Unavailable`] if the callback could not
    /// be stored. The platform repeats the callback after both.
    fn callback(
        &self,
        callback: Callback,
    ) -> impl Future<Output = Result<Acknowledged, CallbackError>> + Send;

    /// Stores a signed callback that cannot be read, and raises an alarm. [`serve()`](crate::serve()) then answers the
    /// platform with HTTP 400. The default implementation does nothing.
    ///
    /// The same callback comes again, up to 120 times. Keep its bytes once for each signature and reason.
    ///
    /// # Errors
    /// [`Unavailable`] if it could not be stored. The platform then gets HTTP 503.
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
/// Write the functions as `async fn`. Their futures must be `Send`; the compiler checks this. One type can be the merchant of
/// several methods: it implements the trait once for each. To share it between endpoints, put it into an [`Arc`], which is
/// a merchant, too.
///
/// The crate of each method has an example of an implementation on its front page.
pub trait Merchant<M: Method>: Callbacks {
    /// Says whether the customer exists. It must have no effects: the platform may call it any number of times.
    ///
    /// # Errors
    /// [`Refused::not_found`] for an unknown customer (code 404), [`Refused::failed`] for any other reason that the payer may
    /// read (code 500), [`Unavailable`] if the merchant cannot know now (HTTP 503).
    fn verify(&self, request: VerifyRequest) -> impl Future<Output = VerifyResult<M>> + Send;

    /// Stores a pending payment under a new id, then returns that id. It credits nothing.
    ///
    /// Two equal requests are two payments. Never merge them: the platform gives a top-up no id, and an unused pending
    /// payment does no harm. The id must never have been used before, for top-ups and payouts of all projects together.
    ///
    /// # Errors
    /// Like [`verify`](Self::verify). Refuse only what cannot be credited: at a kiosk, the payer's cash is already in the
    /// machine. Accept an amount over a limit or a contract that is closed, and flag the payment.
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
