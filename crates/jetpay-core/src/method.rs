//! What a payment method is.

use crate::message::{Authentic, RequestKind};
use crate::money::Money;
use crate::refused::Refused;
use crate::rejection::Rejection;
use crate::response::Response;

/// A payment method: a type without values that constants and associated types describe. Each method has its own crate.
///
/// What all documents share is in this crate. Where methods differ in a value, this trait has a constant. Where they
/// differ in shape, the method has a type of its own.
pub trait Method: Send + Sync + 'static {
    /// The method's name in URLs and in the configuration, such as `kassa24-bvu`. No two methods share it.
    const NAME: &'static str;
    /// The text in `payment_method` of its `check_deposit`. Two methods share `kassa24`.
    const PAYMENT_METHOD: &'static str;
    /// The title of its document.
    const DOCUMENT: &'static str;
    /// The smallest and the largest amount, if the document names them.
    const LIMITS: Option<Limits> = None;
    /// The number of days in which the result of a payment comes, if the document names it. A later result still counts.
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

    /// Reads a `check_deposit`.
    ///
    /// # Errors
    /// [`Rejection`] names the field that is wrong.
    fn check_deposit(message: &Authentic<'_, '_>) -> Result<Self::CheckDeposit, Rejection>;
}

/// The smallest and the largest amount that a method's document names. Both are allowed.
///
/// Flag an amount outside of the limits, but do not refuse it: at a kiosk, the payer's cash is already in the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "the crates of methods make it, in a constant"
)]
pub struct Limits {
    /// The smallest amount.
    pub min: Money,
    /// The largest amount.
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
