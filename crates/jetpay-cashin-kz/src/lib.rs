//! Top-ups by cash at **Cash-in Kazakhstan** terminals. Source: document "Cash-in Kazakhstan".
//!
//! Its `check_deposit` says `payment_method: kassa24`, as Kassa24's does: the URL tells the two apart. And its
//! document lets a `check_deposit` call itself `verify`; see [`CheckDeposit::typed_verify`].

mod answer;

pub use answer::{CheckDepositResponse, Refusal};
pub use jetpay_core::response::AccountResponse as VerifyResponse;

use jetpay_core::limits::Limits;
use jetpay_core::message::{Authentic, RequestKind};
use jetpay_core::{Currency, Method, Money, Rejection, TopUp};
use serde::Serialize;

/// The method Cash-in Kazakhstan.
pub enum CashinKz {}

/// A top-up. Source: cashin-kz, request `check_deposit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CheckDeposit {
    /// Who pays how much.
    #[serde(flatten)]
    pub top_up: TopUp,
    /// Its `type` was `verify`, as the document's list of parameters has it; its sample has `check_deposit`. Worth
    /// counting: it shows which of the two the platform really sends.
    pub typed_verify: bool,
}

impl Method for CashinKz {
    const NAME: &'static str = "cashin-kz";
    const PAYMENT_METHOD: &'static str = "kassa24";
    const DOCUMENT: &'static str = "Cash-in Kazakhstan";
    const LIMITS: Option<Limits> = Some(Limits {
        min: Money::new(100, Currency::KZT),
        max: Money::new(50_000_000, Currency::KZT),
    });
    type VerifyResponse = VerifyResponse;
    type CheckDeposit = CheckDeposit;
    type CheckDepositResponse = CheckDepositResponse;
    type Refusal = Refusal;

    /// A `verify` that has an amount, a currency and a payment method is a `check_deposit`.
    fn request_kind(message: &Authentic<'_, '_>) -> Result<RequestKind, Rejection> {
        let pays =
            message.has("amount")? && message.has("currency")? && message.has("payment_method")?;
        match RequestKind::by_type(message)? {
            RequestKind::Verify if pays => Ok(RequestKind::CheckDeposit),
            kind => Ok(kind),
        }
    }

    fn check_deposit(message: &Authentic<'_, '_>) -> Result<CheckDeposit, Rejection> {
        let typed_verify = RequestKind::by_type(message)? == RequestKind::Verify;
        Ok(CheckDeposit {
            top_up: TopUp::read::<Self>(message)?,
            typed_verify,
        })
    }
}
