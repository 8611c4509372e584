//! Top-ups by cash at **Kassa24 terminals**. Source: document "Kassa24 Terminal".
//!
//! Its document has two options of answers; which one fits is agreed with JetPay. Here they are two variants of one
//! enum: an account alone ([`VerifyResponse::Customer`]), or an account with contracts ([`VerifyResponse::Contracts`]).
//!
//! ```
//! use jetpay_core::Currency;
//! use jetpay_kassa24::{Contract, ContractStatus, Contracts, NOTHING_OWED};
//!
//! // Nothing is owed on any contract: the answer as a whole has the code 204 and no contracts.
//! let paid_up = ContractStatus::new(Contract::new("67890", "5678_ABC").with_payment_minor(0), NOTHING_OWED);
//! let answer = serde_json::to_value(Contracts::new(Currency::KZT, "ABCDE12345", [paid_up]))?;
//! assert_eq!(answer["code"], 204);
//! assert!(answer.get("entities").is_none());
//! # Ok::<(), serde_json::Error>(())
//! ```

mod account;
mod check_deposit;
mod contract;
mod deposit;
mod refusal;

pub use account::{Contracts, VerifyResponse};
pub use check_deposit::{CheckDeposit, ContractToPay};
pub use contract::{ContractStatus, NOTHING_OWED, PAYABLE};
pub use deposit::CheckDepositResponse;
pub use jetpay_core::response::{
    AccountResponse, Contract, CustomerDepositResponse, DescribedDepositResponse,
};
pub use refusal::Refusal;

use jetpay_core::limits::Limits;
use jetpay_core::message::Authentic;
use jetpay_core::{Currency, Method, Money, Rejection};

/// The method Kassa24 Terminal.
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
