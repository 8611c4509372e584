//! Top-ups from **QIWI Kazakhstan** kiosks and wallets. Source: document "QIWI Kazakhstan", purchases.
//!
//! ```
//! use jetpay_core::id::PaymentId;
//! use jetpay_qiwi_kz::Deposit;
//!
//! // This document allows nothing beside the payment id.
//! let deposit = Deposit::new(PaymentId::new("Asfdsaf3252345").expect("a valid id"));
//! assert_eq!(serde_json::to_string(&deposit)?, r#"{"code":0,"payment_id":"Asfdsaf3252345"}"#);
//! # Ok::<(), serde_json::Error>(())
//! ```

pub use jetpay_core::answer::{
    CustomerAccount as Account, MessageRefusal as Refusal, PlainDeposit as Deposit,
};

use jetpay_core::message::Authentic;
use jetpay_core::{Method, Rejection, TopUp};
use serde::Serialize;

/// The method QIWI Kazakhstan.
pub enum QiwiKz {}

/// A top-up. Source: qiwi-kz, request `check_deposit`, from a kiosk and from a wallet alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CheckDeposit {
    /// Who pays how much.
    #[serde(flatten)]
    pub top_up: TopUp,
}

impl Method for QiwiKz {
    const NAME: &'static str = "qiwi-kz";
    const PAYMENT_METHOD: &'static str = "qiwi-kz";
    const DOCUMENT: &'static str = "QIWI Kazakhstan";
    const RESULT_WITHIN_DAYS: Option<u16> = Some(30);
    type Account = Account;
    type CheckDeposit = CheckDeposit;
    type Deposit = Deposit;
    type Refusal = Refusal;

    fn check_deposit(message: &Authentic<'_, '_>) -> Result<CheckDeposit, Rejection> {
        Ok(CheckDeposit {
            top_up: TopUp::read::<Self>(message)?,
        })
    }
}
