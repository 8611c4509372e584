//! Top-ups from **QIWI Kazakhstan** kiosks and wallets, and payouts to its wallets. This crate implements the document
//! "QIWI Kazakhstan".
//!
//! # Which crates do I need?
//!
//! This one, and `jetpay-actix` to serve it with actix-web. In another framework,
//! [`core::serve()`](jetpay_core::serve()) turns the bytes of a request into a status and the bytes of the answer. The protocol
//! is re-exported as [`core`]. For payouts you also need `jetpay-gate`. Turn on the feature `testing` in `[dev-dependencies]`.
//!
//! # A program
//!
//! A merchant, and a unit test that plays the platform:
//!
//! ```
//! use jetpay_qiwi_kz::core::testing::{check_deposit, verify};
//! use jetpay_qiwi_kz::core::*;
//! use jetpay_qiwi_kz::{CheckDeposit, CheckDepositResponse, QiwiKz, VerifyResponse};
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
//! impl Merchant<QiwiKz> for Shop {
//!     async fn verify(&self, request: VerifyRequest) -> VerifyResult<QiwiKz> {
//!         match request.customer_id.as_str() {
//!             "7123456789" => Ok(VerifyResponse::new(Currency::KZT, "ABCDE12345")),
//!             _ => Err(Refused::not_found("no such account").into()),
//!         }
//!     }
//!
//!     async fn check_deposit(&self, request: CheckDeposit) -> CheckDepositResult<QiwiKz> {
//!         // Store a pending payment of `request.top_up.amount` under a new id. Respond after the commit.
//!         let new_id = PaymentId::new("payment_47").map_err(Unavailable::new)?;
//!         Ok(CheckDepositResponse::new(new_id))
//!     }
//! }
//!
//! # async fn top_up() {
//! let unknown = verify::<QiwiKz>("no such customer").serve_to(&Shop).await;
//! assert_eq!(unknown.code(), Some(ResponseCode::NotFound));
//! assert_eq!(unknown.json()["message"], "no such account");
//!
//! let message = check_deposit::<QiwiKz>("7123456789", Money::new(100_000, Currency::KZT)); // 1 000.00 KZT
//! assert_eq!(message.serve_to(&Shop).await.payment().id().as_str(), "payment_47");
//! # }
//! # use std::future::Future;
//! # let test = std::pin::pin!(top_up());
//! # assert!(test.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
//! ```
//!
//! # Payouts
//!
//! [`Payout::new`] checks every field of a payout. The crate `jetpay-gate` signs and sends it.
//!
//! ```
//! use jetpay_qiwi_kz::core::payout::General;
//! use jetpay_qiwi_kz::core::{Currency, Money, PaymentId, ProjectId};
//! use jetpay_qiwi_kz::{Customer, Payout};
//!
//! let general = General::new(ProjectId::new(35), PaymentId::new("test_123")?)?;
//! let customer = Customer {
//!     id: "12345",
//!     ip_address: "198.51.100.47",
//!     first_name: "John",
//!     last_name: "Doe",
//!     email: "johndoe@example.com",
//! };
//! let payout = Payout::new(general.clone(), &customer, "9182221133", Money::new(100, Currency::KZT))?;
//! assert_eq!(payout.amount().to_string(), "1.00 KZT");
//!
//! let wrong = Payout::new(general, &customer, "+9182221133", Money::new(100, Currency::KZT)).unwrap_err();
//! assert_eq!(wrong.to_string(), "`account_number` must be the wallet's number: 5 to 20 digits and nothing else");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Its result comes as a callback, whose [`paid_out`](jetpay_core::Callback::paid_out) is the amount.
//!
//! # Refunds, errors, and where `async` code may block
//!
//! The [front page of the core](jetpay_core) says what holds for every method. Here the text of a [`Refused`](jetpay_core::Refused)
//! comes in `message`.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod payout;

/// The protocol, with everything that a merchant needs besides this method.
pub use jetpay_core as core;

pub use payout::{Customer, InvalidPayout, Payout};

#[doc(inline)]
pub use jetpay_core::response::{
    AccountResponse as VerifyResponse, MessageRefusal as Refusal,
    PaymentIdResponse as CheckDepositResponse,
};

use jetpay_core::message::Authentic;
use jetpay_core::payout::{General, Payouts};
use jetpay_core::{Method, Rejection, TopUp};
use serde::Serialize;

/// The method QIWI Kazakhstan.
#[expect(clippy::exhaustive_enums, reason = "it has no values and never will")]
pub enum QiwiKz {}

/// A top-up. The requests from a kiosk and from a wallet are alike. Source: qiwi-kz, request `check_deposit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CheckDeposit {
    /// The fields that all methods share: the project, the customer and the amount.
    #[serde(flatten)]
    pub top_up: TopUp,
}

impl Method for QiwiKz {
    const NAME: &'static str = "qiwi-kz";
    const PAYMENT_METHOD: &'static str = "qiwi-kz";
    const DOCUMENT: &'static str = "QIWI Kazakhstan";
    const RESULT_WITHIN_DAYS: Option<u16> = Some(30);
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

impl Payouts for QiwiKz {
    const PATH: &'static str = "/v2/payment/wallet/qiwi-kz/payout";
    type Payout = Payout;

    fn general(payout: &Payout) -> &General {
        payout.general()
    }
}
