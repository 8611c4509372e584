//! What a payment method is: [`Method`], which each method's crate implements once.

use crate::message::{Authentic, RequestKind};
use crate::money::Money;
use crate::refused::Refused;
use crate::rejection::Rejection;
use crate::response::Response;

/// A payment method: a type without values that constants and associated types describe. Each method has its own crate.
///
/// What all documents share is in this crate. Where methods differ in a value, this trait has a constant. Where they
/// differ in shape, the method has a type of its own.
///
/// A merchant does not implement this trait. It is for a crate that adds a method:
///
/// ```
/// use jetpay_core::message::Authentic;
/// use jetpay_core::response::{AccountResponse, MessageRefusal, PaymentIdResponse};
/// use jetpay_core::{Method, Rejection, TopUp};
///
/// enum Kiosk {}
///
/// impl Method for Kiosk {
///     const NAME: &'static str = "kiosk"; // in URLs
///     const PAYMENT_METHOD: &'static str = "terminal/kiosk"; // in `check_deposit`
///     const DOCUMENT: &'static str = "Kiosk Kazakhstan";
///     type VerifyResponse = AccountResponse; // no contracts
///     type CheckDeposit = TopUp; // no field of its own
///     type CheckDepositResponse = PaymentIdResponse;
///     type Refusal = MessageRefusal; // the text is in `message`
///
///     fn check_deposit(message: &Authentic<'_, '_>) -> Result<TopUp, Rejection> {
///         TopUp::read::<Self>(message)
///     }
/// }
///
/// assert!(Kiosk::LIMITS.is_none());
/// ```
pub trait Method: Send + Sync + 'static {
    /// The method's name in URLs and in the configuration, such as `kassa24-bvu`. No two methods share it.
    const NAME: &'static str;
    /// The text in `payment_method` of its `check_deposit`. Two methods share `kassa24`.
    const PAYMENT_METHOD: &'static str;
    /// The title of its document, for reports and errors.
    const DOCUMENT: &'static str;
    /// The smallest and the largest amount, if the document names them. Source: kassa24 and cashin-kz, limits.
    const LIMITS: Option<Limits> = None;
    /// The number of days in which the result of a payment comes, if the document names it. A later result still counts:
    /// never let a pending payment expire for good.
    const RESULT_WITHIN_DAYS: Option<u16> = None;
    /// The response to a `verify` that succeeds.
    type VerifyResponse: Response + Send;
    /// The request `check_deposit` with this method's fields. Only [`check_deposit`](Self::check_deposit) makes one.
    type CheckDeposit: Send;
    /// The response to a `check_deposit` that succeeds.
    type CheckDepositResponse: Response + Send;
    /// The refusal of a request. It has its text in the field that the method's document names.
    type Refusal: From<Refused> + Response + Send;

    /// Finds out which request a message is. The default reads the field `type`.
    ///
    /// # Errors
    /// [`Rejection`] if the message is no request.
    fn request_kind(message: &Authentic<'_, '_>) -> Result<RequestKind, Rejection> {
        RequestKind::by_type(message)
    }

    /// Reads a `check_deposit`. Begin with [`TopUp::read`](crate::TopUp::read), which reads and checks the shared fields.
    ///
    /// # Errors
    /// [`Rejection`] names the field that is wrong.
    fn check_deposit(message: &Authentic<'_, '_>) -> Result<Self::CheckDeposit, Rejection>;
}

/// The smallest and the largest amount that a method's document names. Both are allowed.
///
/// Flag an amount outside of the limits, but do not refuse it: at a kiosk, the payer's cash is already in the machine.
///
/// ```
/// use jetpay_core::method::Limits;
/// use jetpay_core::{Currency, Money};
///
/// let limits = Limits { min: Money::new(100, Currency::KZT), max: Money::new(50_000_000, Currency::KZT) };
/// assert!(limits.contain(Money::new(50_000_000, Currency::KZT))); // 500 000.00 KZT
/// assert!(!limits.contain(Money::new(99, Currency::KZT)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "the crates of methods make it, in a constant"
)]
pub struct Limits {
    /// The smallest amount, in minor units.
    pub min: Money,
    /// The largest amount, in minor units and in the currency of `min`.
    pub max: Money,
}

impl Limits {
    /// Whether the amount is within the limits. An amount in another currency is not.
    #[must_use]
    pub fn contain(&self, amount: Money) -> bool {
        amount.currency() == self.min.currency()
            && (self.min.minor()..=self.max.minor()).contains(&amount.minor())
    }
}
