//! What a payment method is.

use serde::Serialize;

use crate::limits::Limits;
use crate::message::{Authentic, RequestKind};
use crate::refused::Refused;
use crate::rejection::Rejection;

/// A payment method: a type without values, described by constants and associated types. One crate each.
///
/// What the documents say alike is written once in this crate. What differs in value is a constant here, what
/// differs in shape is a type of the method's own.
pub trait Method: Send + Sync + 'static {
    /// Its name in URLs and configuration, unique among methods: `kassa24-bvu`.
    const NAME: &'static str;
    /// The text that its `check_deposit` carries in `payment_method`. Not unique: two methods say `kassa24`.
    const PAYMENT_METHOD: &'static str;
    /// The title of its document.
    const DOCUMENT: &'static str;
    /// The amounts that its document names, if it does.
    const LIMITS: Option<Limits> = None;
    /// How long a result may take, in days, if its document says so. A later one still counts.
    const RESULT_WITHIN_DAYS: Option<u16> = None;
    /// A good answer to `verify`.
    type VerifyResponse: Serialize + Send;
    /// The request `check_deposit` with this method's fields. Only [`check_deposit`](Self::check_deposit) makes one.
    type CheckDeposit: Send;
    /// A good answer to `check_deposit`.
    type CheckDepositResponse: Serialize + Send;
    /// A refusal with the text at the place that the method's document names.
    type Refusal: From<Refused> + Serialize + Send;

    /// Which operation a request is: as a rule, what `type` says.
    ///
    /// # Errors
    /// [`Rejection`] when it is none.
    fn request_kind(message: &Authentic<'_, '_>) -> Result<RequestKind, Rejection> {
        RequestKind::by_type(message)
    }

    /// Reads a `check_deposit`.
    ///
    /// # Errors
    /// [`Rejection`] says which field is wrong.
    fn check_deposit(message: &Authentic<'_, '_>) -> Result<Self::CheckDeposit, Rejection>;
}
