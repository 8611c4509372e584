//! Top-ups from **QIWI Kazakhstan** kiosks and wallets, and payouts to its wallets. This crate implements the document
//! "QIWI Kazakhstan".
//!
//! ```
//! use jetpay_qiwi_kz::core::PaymentId;
//! use jetpay_qiwi_kz::CheckDepositResponse;
//!
//! // The response to `check_deposit` has only the payment id.
//! let response = CheckDepositResponse::new(PaymentId::new("Asfdsaf3252345").expect("a valid id"));
//! assert_eq!(serde_json::to_string(&response)?, r#"{"code":0,"payment_id":"Asfdsaf3252345"}"#);
//! # Ok::<(), serde_json::Error>(())
//! ```
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

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod payout;

/// The protocol, with everything that a merchant needs besides this method.
pub use jetpay_core as core;

pub use payout::{Customer, InvalidPayout, Payout};

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
