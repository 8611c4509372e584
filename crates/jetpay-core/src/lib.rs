//! The JetPay merchant protocol: signature, money, codes, messages, and the typed path from received bytes to a
//! response.
//!
//! This crate does no I/O, has no async runtime, reads no clock and writes no log. It knows no payment method: each
//! method is a crate of its own.
//!
//! ```
//! use jetpay_core::message::Received;
//! use jetpay_core::signature::{Key, sign};
//! use jetpay_core::{Keyring, Project};
//!
//! // The platform sends this when a payer has paid.
//! let body = sign(
//!     br#"{"project_id": 1234, "payment": {"id": "payment_47", "status": "success"}, "operation":
//!         {"id": 28, "type": "sale", "status": "success", "sum_initial": {"amount": 10000, "currency": "KZT"}}}"#,
//!     &Key::new("secret")?,
//! )?;
//!
//! // The merchant reads it. No field can be read before the signature is verified.
//! let keyring = Keyring::from(Project::new(1234, "secret")?);
//! let callback = Received::parse(&body)?.authenticate(&keyring)?.callback()?;
//! assert_eq!(callback.paid().map(|paid| paid.to_string()).as_deref(), Some("100.00 KZT"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - A merchant implements [`Merchant`] for each method that it supports, and [`Callbacks`] once. [`serve()`] calls them.
//! - A method that can pay out also implements [`Payouts`].
//! - Every amount is [`Money`]: `i64` minor units and a currency, never a float.
//! - With the feature `testing`, the module `testing` is the platform for your unit tests: signed messages, served to your
//!   merchant without HTTP.
//! - [`Rejection`] means that the sender made a mistake, [`Refused`] that the merchant says no, and [`Unavailable`] that
//!   the merchant's system cannot answer now.
//! - The crate `jetpay-explain` finds out why a signature does not match.
//!
//! # Why do messages not implement `Deserialize`?
//!
//! With `Deserialize`, a program could make a message from unsigned bytes. Requests and callbacks can only be read
//! through [`message::Authentic`], which also refuses what the signature does not protect.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

pub mod date;
pub mod id;
pub mod merchant;
pub mod message;
pub mod method;
pub mod money;
pub mod operation_code;
pub mod payout;
pub mod redacted;
pub mod refused;
pub mod rejection;
pub mod response;
pub mod response_code;
pub mod serve;
#[expect(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "the algorithm is fixed: two orders, two ways to be malleated, one way to be empty"
)]
pub mod signature;
pub mod status;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod unavailable;

pub use id::{ContractId, CustomerId, OperationId, PaymentId, ProjectId};
pub use merchant::{
    Acknowledged, CallbackError, Callbacks, CheckDepositResult, HandlerError, Merchant,
    VerifyResult,
};
pub use message::{Callback, TopUp, VerifyRequest};
pub use method::Method;
pub use money::{Currency, Money};
pub use payout::Payouts;
pub use refused::Refused;
pub use rejection::Rejection;
pub use response_code::ResponseCode;
pub use serve::{Reply, serve};
pub use signature::{Keyring, Project};
pub use unavailable::Unavailable;
