//! Top-ups by **Kaspi**, from the bank's app or its kiosks. This crate implements the document "Kaspi Bank".
//!
//! # Which crates do I need?
//!
//! This one, and `jetpay-actix` to serve it with actix-web. In another framework,
//! [`core::serve()`](jetpay_core::serve()) turns the bytes of a request into a status and the bytes of the answer. The protocol
//! is re-exported as [`core`]. Turn on the feature `testing` in `[dev-dependencies]`.
//!
//! # A program
//!
//! A merchant implements [`Merchant<Kaspi>`](jetpay_core::Merchant) and [`Callbacks`](jetpay_core::Callbacks). With
//! `jetpay-actix`, `App::new().service(jetpay_actix::endpoint::<Kaspi, _>("/kaspi", shop, keyring))` serves it:
//!
//! ```
//! use jetpay_kaspi::core::*;
//! use jetpay_kaspi::{CheckDeposit, CheckDepositResponse, Contract, Kaspi, VerifyResponse};
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
//! impl Merchant<Kaspi> for Shop {
//!     async fn verify(&self, request: VerifyRequest) -> VerifyResult<Kaspi> {
//!         if request.customer_id.as_str() != "7123456789" {
//!             return Err(Refused::not_found("no such account").into());
//!         }
//!         let contract = Contract::new("12345", "1234_ABC/01-01-2025")?.with_payment_minor(100_000)?; // 1 000.00 KZT
//!         Ok(VerifyResponse::new(Currency::KZT, "ABCDE12345", [contract])?)
//!     }
//!
//!     async fn check_deposit(&self, request: CheckDeposit) -> CheckDepositResult<Kaspi> {
//!         // Store a pending payment under a new id. Respond after the commit.
//!         let new_id = PaymentId::new("payment_47").expect("a valid id");
//!         Ok(CheckDepositResponse::new(new_id))
//!     }
//! }
//! ```
//!
//! # Testing
//!
//! With the feature `testing`, a unit test plays the platform (`core::testing`). A `check_deposit` names
//! one of the contracts from the response to `verify`:
//!
//! ```
//! use jetpay_kaspi::Kaspi;
//! use jetpay_kaspi::core::testing::check_deposit;
//! use jetpay_kaspi::core::{Currency, Money};
//!
//! let message = check_deposit::<Kaspi>("7123456789", Money::new(100_000, Currency::KZT)).with("entity_id", "12345");
//! let request = message.read()?; // or message.serve_to(&shop).await
//! assert_eq!(request.entity_id.as_str(), "12345");
//! assert_eq!(request.top_up.amount.to_string(), "1 000.00 KZT");
//! # Ok::<(), jetpay_kaspi::core::Rejection>(())
//! ```
//!
//! # Refunds, errors, and where `async` code may block
//!
//! The [front page of the core](jetpay_core) says what holds for every method. Here the text of a [`Refused`]
//! comes in `message`.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

/// The protocol, with everything that a merchant needs besides this method.
pub use jetpay_core as core;
#[doc(inline)]
pub use jetpay_core::response::{
    Contract, DescribedDepositResponse as CheckDepositResponse, InvalidContract,
    MessageRefusal as Refusal,
};

use jetpay_core::id::ContractId;
use jetpay_core::message::Authentic;
use jetpay_core::redacted::Redacted;
use jetpay_core::response::Response;
use jetpay_core::response_code::ResponseCode;
use jetpay_core::{Currency, Method, Refused, Rejection, TopUp};
use serde::Serialize;

/// The method Kaspi.
#[expect(clippy::exhaustive_enums, reason = "it has no values and never will")]
pub enum Kaspi {}

impl Method for Kaspi {
    const NAME: &'static str = "kaspi";
    const PAYMENT_METHOD: &'static str = "terminal/kaspi";
    const DOCUMENT: &'static str = "Kaspi Bank";
    type VerifyResponse = VerifyResponse;
    type CheckDeposit = CheckDeposit;
    type CheckDepositResponse = CheckDepositResponse;
    type Refusal = Refusal;

    fn check_deposit(message: &Authentic<'_, '_>) -> Result<CheckDeposit, Rejection> {
        Ok(CheckDeposit {
            top_up: TopUp::read::<Self>(message)?,
            entity_id: message.id("entity_id")?,
        })
    }
}

/// The response to a `verify` that succeeds: the customer has at least one contract that can be paid.
///
/// Source: kaspi, response to `verify`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerifyResponse {
    code: ResponseCode,
    currency: Currency,
    entities: Vec<Contract>,
    additional_customer_id: Redacted,
}

impl VerifyResponse {
    /// Lists the customer's contracts. Leave out contracts that cannot be paid: the document has no code for them. The
    /// second id may equal the id that the payer typed.
    ///
    /// # Errors
    /// A refusal with code 500 if there is no contract.
    pub fn new(
        currency: Currency,
        additional_customer_id: &str,
        contracts: impl IntoIterator<Item = Contract>,
    ) -> Result<Self, Refused> {
        let entities: Vec<Contract> = contracts.into_iter().collect();
        if entities.is_empty() {
            return Err(Refused::no_contract());
        }
        let additional_customer_id = Redacted::new(additional_customer_id);
        Ok(Self {
            code: ResponseCode::Success,
            currency,
            entities,
            additional_customer_id,
        })
    }

    /// The currency of the account.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The contracts. There is at least one.
    #[must_use]
    pub fn contracts(&self) -> &[Contract] {
        &self.entities
    }

    /// The id under which the platform shall know the customer.
    #[must_use]
    pub fn additional_customer_id(&self) -> &str {
        self.additional_customer_id.as_str()
    }
}

impl Response for VerifyResponse {
    fn code(&self) -> ResponseCode {
        self.code
    }
}

/// A top-up of one contract. Source: kaspi, request `check_deposit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CheckDeposit {
    /// The fields that all methods share: the project, the customer and the amount.
    #[serde(flatten)]
    pub top_up: TopUp,
    /// The id of the contract, from the response to `verify`. Source: `entity_id`.
    pub entity_id: ContractId,
}
