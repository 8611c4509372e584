//! Top-ups by cash at **Kassa24 terminals**. This crate implements the document "Kassa24 Terminal".
//!
//! The document has two options for responses. The merchant and JetPay agree on one of them. Option 1 has an account
//! without contracts ([`VerifyResponse::Account`]), option 2 has an account and its contracts
//! ([`VerifyResponse::Contracts`]).
//!
//! ```
//! use jetpay_kassa24::core::Currency;
//! use jetpay_kassa24::{Contract, ContractStatus, ContractsResponse, StatusCode};
//!
//! let paid = ContractStatus::new(Contract::new("67890", "5678_ABC")?.with_payment_minor(0)?, StatusCode::NothingOwed);
//! let open = Contract::new("12345", "1234_ABC")?.with_payment_minor(100_000)?; // 1 000.00 KZT
//! let response = serde_json::to_value(ContractsResponse::new(Currency::KZT, "ABCDE12345", [paid.clone(), open.into()]).expect("two contracts"))?;
//! assert_eq!(response["code"], 0);
//! assert_eq!(response["entities"][0]["status_code"], 204);
//!
//! // The customer owes nothing on any contract, so the response has the code 204 and no contracts.
//! let response = serde_json::to_value(ContractsResponse::new(Currency::KZT, "ABCDE12345", [paid]).expect("a contract"))?;
//! assert_eq!(response["code"], 204);
//! assert!(response.get("entities").is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod check_deposit;
mod refusal;
mod status_code;
mod verify;

/// The protocol, with everything that a merchant needs besides this method.
pub use jetpay_core as core;

pub use check_deposit::{CheckDeposit, CheckDepositResponse, ContractToPay};
pub use jetpay_core::response::{
    AccountResponse, Contract, CustomerDepositResponse, DescribedDepositResponse, InvalidContract,
};
pub use refusal::Refusal;
pub use status_code::{OtherStatusCode, StatusCode};
pub use verify::{ContractStatus, ContractsResponse, VerifyResponse};

use jetpay_core::message::Authentic;
use jetpay_core::method::Limits;
use jetpay_core::{Currency, Method, Money, Rejection};

/// The method Kassa24 Terminal.
#[expect(clippy::exhaustive_enums, reason = "it has no values and never will")]
pub enum Kassa24 {}

impl Method for Kassa24 {
    const NAME: &'static str = "kassa24";
    const PAYMENT_METHOD: &'static str = "kassa24";
    const DOCUMENT: &'static str = "Kassa24 Terminal";
    const LIMITS: Option<Limits> = Some(Limits {
        min: Money::new(100, Currency::KZT),
        max: Money::new(50_000_000, Currency::KZT),
    });
    const RESULT_WITHIN_DAYS: Option<u16> = Some(36);
    type VerifyResponse = VerifyResponse;
    type CheckDeposit = CheckDeposit;
    type CheckDepositResponse = CheckDepositResponse;
    type Refusal = Refusal;

    fn check_deposit(message: &Authentic<'_, '_>) -> Result<CheckDeposit, Rejection> {
        CheckDeposit::read(message)
    }
}
