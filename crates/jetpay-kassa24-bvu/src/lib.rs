//! Top-ups through the virtual terminals of **Kassa24 BVU**. This crate implements the document "Kassa24 Terminal BVU".
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
//! use jetpay_kassa24_bvu::core::testing::{check_deposit, verify};
//! use jetpay_kassa24_bvu::core::*;
//! use jetpay_kassa24_bvu::{CheckDeposit, CheckDepositResponse, Kassa24Bvu, VerifyResponse};
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
//! impl Merchant<Kassa24Bvu> for Shop {
//!     async fn verify(&self, request: VerifyRequest) -> VerifyResult<Kassa24Bvu> {
//!         match request.customer_id.as_str() {
//!             "7123456789" => Ok(VerifyResponse::new(Currency::KZT, "ABCDE12345")),
//!             _ => Err(Refused::not_found("no such account").into()),
//!         }
//!     }
//!
//!     async fn check_deposit(&self, request: CheckDeposit) -> CheckDepositResult<Kassa24Bvu> {
//!         // Store a pending payment of `request.top_up.amount` under a new id. Respond after the commit.
//!         let new_id = PaymentId::new("payment_47").map_err(Unavailable::new)?;
//!         Ok(CheckDepositResponse::new(new_id))
//!     }
//! }
//!
//! # async fn top_up() {
//! let unknown = verify::<Kassa24Bvu>("no such customer").serve_to(&Shop).await;
//! assert_eq!(unknown.code(), Some(ResponseCode::NotFound));
//! assert_eq!(unknown.json()["error_description"], "no such account");
//!
//! let message = check_deposit::<Kassa24Bvu>("7123456789", Money::new(100_000, Currency::KZT)); // 1 000.00 KZT
//! assert_eq!(message.serve_to(&Shop).await.payment().id().as_str(), "payment_47");
//! # }
//! # use std::future::Future;
//! # let test = std::pin::pin!(top_up());
//! # assert!(test.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
//! ```
//!
//! # Refunds, errors, and where `async` code may block
//!
//! The [front page of the core](jetpay_core) says what holds for every method. Here the text of a [`Refused`](jetpay_core::Refused)
//! comes in `error_description`.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

/// The protocol, with everything that a merchant needs besides this method.
pub use jetpay_core as core;
#[doc(inline)]
pub use jetpay_core::response::{
    AccountResponse as VerifyResponse, CustomerDepositResponse as CheckDepositResponse,
    DescriptionRefusal as Refusal,
};

use jetpay_core::message::Authentic;
use jetpay_core::{Method, Rejection, TopUp};
use serde::Serialize;

/// The method Kassa24 Terminal BVU.
#[expect(clippy::exhaustive_enums, reason = "it has no values and never will")]
pub enum Kassa24Bvu {}

/// A top-up. Source: kassa24-bvu, request `check_deposit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CheckDeposit {
    /// The fields that all methods share: the project, the customer and the amount.
    #[serde(flatten)]
    pub top_up: TopUp,
}

impl Method for Kassa24Bvu {
    const NAME: &'static str = "kassa24-bvu";
    const PAYMENT_METHOD: &'static str = "kassa24_bvu";
    const DOCUMENT: &'static str = "Kassa24 Terminal BVU";
    const RESULT_WITHIN_DAYS: Option<u16> = Some(36);
    type VerifyResponse = VerifyResponse;
    type CheckDeposit = CheckDeposit;
    type CheckDepositResponse = CheckDepositResponse;
    type Refusal = Refusal;

    fn check_deposit(message: &Authentic<'_, '_>) -> Result<CheckDeposit, Rejection> {
        Ok(CheckDeposit {
            top_up: TopUp::read::<Self>(message)?,
        })
    }
}
