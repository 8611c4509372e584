//! Top-ups by **Kaspi**, from the bank's app or kiosks. Source: document "Kaspi Bank".
//!
//! ```
//! use jetpay_core::{Callback, *};
//! use jetpay_kaspi::{CheckDeposit, CheckDepositResponse, Contract, Kaspi, VerifyResponse};
//!
//! struct Shop;
//!
//! impl Callbacks for Shop {
//!     async fn callback(&self, callback: Callback) -> Result<Acknowledged, CallbackError> {
//!         // Store the fact under (project, operation id), credit once, commit; only then:
//!         Ok(Acknowledged)
//!     }
//! }
//!
//! impl Merchant<Kaspi> for Shop {
//!     async fn verify(&self, request: VerifyRequest) -> VerifyResult<Kaspi> {
//!         if request.customer_id.as_str() != "7123456789" {
//!             return Err(Refused::not_found("no such account").into());
//!         }
//!         let contract = Contract::new("12345", "1234_ABC/01-01-2025").with_payment_minor(100_000);
//!         Ok(VerifyResponse::new(Currency::KZT, "ABCDE12345", [contract])?)
//!     }
//!
//!     async fn check_deposit(&self, request: CheckDeposit) -> CheckDepositResult<Kaspi> {
//!         let fresh = id::PaymentId::new("payment_47").expect("a valid id");
//!         // Store it as pending, commit; only then:
//!         Ok(CheckDepositResponse::new(fresh))
//!     }
//! }
//! ```

mod account;
mod check_deposit;

pub use account::VerifyResponse;
pub use check_deposit::CheckDeposit;
pub use jetpay_core::response::{
    Contract, DescribedDepositResponse as CheckDepositResponse, MessageRefusal as Refusal,
};

use jetpay_core::message::Authentic;
use jetpay_core::{Method, Rejection};

/// The method Kaspi.
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
        CheckDeposit::read(message)
    }
}
