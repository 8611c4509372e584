//! The JetPay merchant protocol: signature, money, codes, messages, and the typed way from received bytes to an answer.
//!
//! No I/O, no async runtime, no clock, no log; and no payment method: each of those is a crate of its own.
//!
//! ```
//! use jetpay_core::message::Received;
//! use jetpay_core::signature::{Key, sign};
//! use jetpay_core::{Keyring, Project};
//!
//! // What the platform sends when a payer has paid.
//! let body = sign(
//!     br#"{"project_id": 1234, "payment": {"id": "payment_47", "status": "success"}, "operation":
//!         {"id": 28, "type": "sale", "status": "success", "sum_initial": {"amount": 10000, "currency": "KZT"}}}"#,
//!     &Key::new("secret")?,
//! )?;
//!
//! // What the merchant does with it. Nothing can be read before the signature held.
//! let keyring = Keyring::from(Project::new(1234, "secret")?);
//! let callback = Received::parse(&body)?.authenticate(&keyring)?.callback()?;
//! assert_eq!(callback.paid().map(|paid| paid.to_string()).as_deref(), Some("100.00 KZT"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - A merchant implements [`Merchant`] for each method it takes, and [`Callbacks`] once; [`serve()`] does the rest.
//! - A method by which a merchant can pay out is one of [`Payouts`], too.
//! - All amounts are [`Money`]: `i64` minor units and a currency, never a float.
//! - [`Rejection`] is the sender's fault, [`Refused`] the business's no, [`Unavailable`] our fault.
//!
//! # Why is there no `Deserialize` for messages?
//!
//! Because then one could be made from bytes that nobody signed. Requests and callbacks are read through
//! [`message::Authentic`] only, which also refuses what a signature does not protect.

pub mod date;
pub mod id;
pub mod limits;
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
pub mod signature;
pub mod status;

pub use merchant::{
    Acknowledged, CallbackError, Callbacks, CheckDepositResult, HandlerError, Merchant,
    VerifyResult,
};
pub use message::{Callback, TopUp, VerifyRequest};
pub use method::Method;
pub use money::{Currency, Money};
pub use payout::Payouts;
pub use refused::{Refused, Unavailable};
pub use rejection::Rejection;
pub use serve::{Reply, serve};
pub use signature::{Keyring, Project};
