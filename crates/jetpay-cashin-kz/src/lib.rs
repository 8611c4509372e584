//! Top-ups by cash at **Cash-in Kazakhstan** terminals. This crate implements the document "Cash-in Kazakhstan".
//!
//! # Which crates do I need?
//!
//! This one, and `jetpay-actix` to serve it with actix-web. In another framework,
//! [`core::serve()`](jetpay_core::serve()) turns the bytes of a request into a status and the bytes of the answer. The protocol
//! is re-exported as [`core`]. Turn on the feature `testing` in `[dev-dependencies]`.
//!
//! # A program
//!
//! A merchant, and a unit test that plays the platform:
//!
//! ```
//! use jetpay_cashin_kz::core::testing::{check_deposit, verify};
//! use jetpay_cashin_kz::core::*;
//! use jetpay_cashin_kz::{CheckDeposit, CheckDepositResponse, CashinKz, VerifyResponse};
//!
//! struct Shop;
//!
//! impl Callbacks for Shop {
//!     async fn callback(&self, callback: Callback) -> Result<Acknowledged, CallbackError> {
//!         // In one transaction: store the event, credit the payment once. Acknowledge after the commit.
//!         Ok(Acknowledged)
//!     }
//! }
//!
//! impl Merchant<CashinKz> for Shop {
//!     async fn verify(&self, request: VerifyRequest) -> VerifyResult<CashinKz> {
//!         match request.customer_id.as_str() {
//!             "7123456789" => Ok(VerifyResponse::new(Currency::KZT, "ABCDE12345")),
//!             _ => Err(Refused::not_found("no such account").into()),
//!         }
//!     }
//!
//!     async fn check_deposit(&self, request: CheckDeposit) -> CheckDepositResult<CashinKz> {
//!         // Store a pending payment of `request.top_up.amount` under a new id. Respond after the commit.
//!         let new_id = PaymentId::new("payment_47").map_err(Unavailable::new)?;
//!         Ok(CheckDepositResponse::new(new_id))
//!     }
//! }
//!
//! # async fn top_up() {
//! let unknown = verify::<CashinKz>("no such customer").serve_to(&Shop).await;
//! assert_eq!(unknown.code(), Some(ResponseCode::NotFound));
//! assert_eq!(unknown.json()["errors"]["message"], "no such account");
//!
//! let message = check_deposit::<CashinKz>("7123456789", Money::new(100_000, Currency::KZT)); // 1 000.00 KZT
//! assert_eq!(message.serve_to(&Shop).await.payment().id().as_str(), "payment_47");
//! # }
//! # use std::future::Future;
//! # let test = std::pin::pin!(top_up());
//! # assert!(test.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
//! ```
//!
//! # A `check_deposit` that says `verify`
//!
//! Its `check_deposit` has the `payment_method` of Kassa24. Only the URL says which of the two methods it is for. The
//! document also allows a `check_deposit` with the `type` `verify`:
//!
//! ```
//! use jetpay_cashin_kz::CashinKz;
//! use jetpay_cashin_kz::core::message::{Received, Request};
//! use jetpay_cashin_kz::core::signature::{Key, sign};
//! use jetpay_cashin_kz::core::{Keyring, Project};
//!
//! let body = sign(
//!     br#"{"type": "verify", "project_id": 238, "customer_id": "12345", "amount": 10000, "currency": "KZT",
//!         "payment_method": "kassa24"}"#,
//!     &Key::new("secret")?,
//! )?;
//! let keyring = Keyring::from(Project::new(238, "secret")?);
//! let Request::CheckDeposit(request) = Received::parse(&body)?.authenticate(&keyring)?.read::<CashinKz>()? else {
//!     panic!("this is a check_deposit");
//! };
//! assert!(request.typed_verify);
//! assert_eq!(request.top_up.amount.to_string(), "100.00 KZT");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Refunds, errors, and where `async` code may block
//!
//! The [front page of the core](jetpay_core) says what holds for every method. Here the text of a [`Refused`](jetpay_core::Refused)
//! comes in `errors.message` and `message`.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod response;

/// The protocol, with everything that a merchant needs besides this method.
pub use jetpay_core as core;

#[doc(inline)]
pub use jetpay_core::response::AccountResponse as VerifyResponse;
pub use response::{CheckDepositResponse, Refusal};

use jetpay_core::message::{Authentic, RequestKind};
use jetpay_core::method::Limits;
use jetpay_core::{Currency, Method, Money, Rejection, TopUp};
use serde::Serialize;

/// The method Cash-in Kazakhstan.
#[expect(clippy::exhaustive_enums, reason = "it has no values and never will")]
pub enum CashinKz {}

/// A top-up. Source: cashin-kz, request `check_deposit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CheckDeposit {
    /// The fields that all methods share: the project, the customer and the amount.
    #[serde(flatten)]
    pub top_up: TopUp,
    /// Whether its `type` was `verify`, as in the document's list of parameters. The document's example has
    /// `check_deposit`. Count it to learn which of the two the platform sends. In the JSON, it is the `type`.
    #[serde(skip)]
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

    /// A `verify` with an amount, a currency and a payment method is a `check_deposit`.
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
