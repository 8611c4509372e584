//! Top-ups by cash at **Kassa24 terminals**. This crate implements the document "Kassa24 Terminal".
//!
//! # Which crates do I need?
//!
//! This one, and `jetpay-actix` to serve it with actix-web. In another framework,
//! [`core::serve()`](jetpay_core::serve()) turns the bytes of a request into a status and the bytes of the answer. The protocol
//! is re-exported as [`core`]. Turn on the feature `testing` in `[dev-dependencies]`.
//!
//! # A program
//!
//! The document has two options for responses. The merchant and JetPay agree on one of them. Option 1 has an account
//! without contracts ([`VerifyResponse::Account`]), option 2 has an account and its contracts
//! ([`VerifyResponse::Contracts`]). A merchant with option 2, and a unit test that plays the platform:
//!
//! ```
//! use jetpay_kassa24::core::testing::{check_deposit, verify};
//! use jetpay_kassa24::core::*;
//! use jetpay_kassa24::{CheckDeposit, Contract, ContractsResponse, DescribedDepositResponse, Kassa24};
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
//! impl Merchant<Kassa24> for Shop {
//!     async fn verify(&self, request: VerifyRequest) -> VerifyResult<Kassa24> {
//!         let contract = Contract::new("12345", "1234_ABC")?.with_payment_minor(100_000)?; // 1 000.00 KZT
//!         Ok(ContractsResponse::new(Currency::KZT, "ABCDE12345", [contract])?.into())
//!     }
//!
//!     async fn check_deposit(&self, request: CheckDeposit) -> CheckDepositResult<Kassa24> {
//!         // Store a pending payment of `request.top_up.amount` under a new id. Respond after the commit.
//!         let new_id = PaymentId::new("payment_47").map_err(Unavailable::new)?;
//!         Ok(DescribedDepositResponse::new(new_id).into())
//!     }
//! }
//!
//! # async fn top_up() {
//! assert_eq!(verify::<Kassa24>("7123456789").serve_to(&Shop).await.code(), Some(ResponseCode::Success));
//!
//! let message = check_deposit::<Kassa24>("7123456789", Money::new(100_000, Currency::KZT));
//! let message = message.with("entity_id", "12345").with("number", "1234_ABC"); // option 2
//! assert_eq!(message.serve_to(&Shop).await.payment().id().as_str(), "payment_47");
//! # }
//! # use std::future::Future;
//! # let test = std::pin::pin!(top_up());
//! # assert!(test.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
//! ```
//!
//! # Contracts that cannot be paid
//!
//! Option 2 lists all contracts, each with its [`StatusCode`]:
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
//!
//! # Refunds, errors, and where `async` code may block
//!
//! The [front page of the core](jetpay_core) says what holds for every method. Here the text of a [`Refused`](jetpay_core::Refused)
//! comes in `message` and `error_description`.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod check_deposit;
mod refusal;
mod status_code;
mod verify;

/// The protocol, with everything that a merchant needs besides this method.
pub use jetpay_core as core;

pub use check_deposit::{CheckDeposit, CheckDepositResponse, ContractToPay};
#[doc(inline)]
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
