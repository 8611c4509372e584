//! Top-ups through the virtual terminals of **Kassa24 BVU**. This crate implements the document "Kassa24 Terminal BVU".
//!
//! ```
//! use jetpay_kassa24_bvu::core::{Currency, PaymentId, Refused};
//! use jetpay_kassa24_bvu::{CheckDepositResponse, Refusal, VerifyResponse};
//!
//! let response = VerifyResponse::new(Currency::KZT, "ABCDE12345");
//! assert_eq!(
//!     serde_json::to_string(&response)?,
//!     r#"{"code":0,"currency":"KZT","additional_customer_id":"ABCDE12345"}"#
//! );
//!
//! let id = PaymentId::new("payment_47").expect("a valid id");
//! let response = CheckDepositResponse::new(id).with_description("Success");
//! assert_eq!(
//!     serde_json::to_string(&response)?,
//!     r#"{"code":0,"payment_id":"payment_47","description":"Success"}"#
//! );
//!
//! // This document puts the text of a refusal into `error_description`.
//! let refusal = Refusal::from(Refused::not_found("no such account"));
//! assert_eq!(serde_json::to_string(&refusal)?, r#"{"code":404,"error_description":"no such account"}"#);
//! # Ok::<(), serde_json::Error>(())
//! ```

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

/// The protocol, with everything that a merchant needs besides this method.
pub use jetpay_core as core;
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
