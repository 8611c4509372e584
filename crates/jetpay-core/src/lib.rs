//! The JetPay merchant protocol: signature, money, codes, messages, and the typed path from received bytes to a
//! response.
//!
//! This crate does no I/O, has no async runtime, reads no clock and writes no log. It knows no payment method: each
//! method is a crate of its own.
//!
//! # Which crates do I need?
//!
//! A merchant rarely names this crate. The crate of each method has it as `core`, and so has the adapter for a web
//! framework:
//!
//! | you want to | depend on |
//! |---|---|
//! | accept a method | `jetpay-kaspi`, `jetpay-kassa24`, `jetpay-kassa24-bvu`, `jetpay-cashin-kz` or `jetpay-qiwi-kz` |
//! | serve it with actix-web | `jetpay-actix` beside it |
//! | serve it with another framework | the method's crate alone, and [`serve()`] of its `core` |
//! | decide what a callback does in your own database | `jetpay-rules` |
//! | pay out | `jetpay-qiwi-kz` and `jetpay-gate` |
//! | find out why a signature does not match | `jetpay-explain` |
//! | write a method or an adapter | `jetpay-core` |
//!
//! # A program
//!
//! You implement [`Callbacks`] once and [`Merchant`] once for each method. The front page of each method's crate has a
//! whole merchant. [`serve()`] calls it: bytes in, status and bytes out. What happens in between can also be called step
//! by step:
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
//! Every amount is [`Money`]: `i64` minor units and a currency, never a float.
//!
//! # Testing
//!
//! With the feature `testing`, the module `testing` is the platform for your unit tests: signed messages, served to your
//! merchant without HTTP. Turn it on in `[dev-dependencies]`, at the crate of the method.
//!
//! # Credits and refunds
//!
//! Only a callback moves money. [`Callback::paid`] is the amount to credit, if there is one; the documentation of
//! [`Callbacks::callback`] has the conditions under which it may be credited. A refund or a reversal comes as a callback
//! with another [operation type](status::OperationType), in any order and any number of times, also before the sale. The crate
//! `jetpay-rules` decides what each of them does to a payment, for any database. Do not write these rules by hand.
//!
//! # Errors
//!
//! There are three kinds of no, and each has its own type:
//!
//! | type | who is at fault | the platform gets |
//! |---|---|---|
//! | [`Rejection`] | the sender: an unreadable body, a bad signature, a wrong field | a refusal with code 400 or 500 by itself; for a callback, HTTP 400 |
//! | [`Refused`] | neither: the merchant says no to a good request | HTTP 200, and code 404 or 500 with a text |
//! | [`Unavailable`] | the merchant's system | HTTP 503; it asks again or repeats the callback |
//!
//! A handler returns the last two, and `?` converts them. For any other error write `.map_err(Unavailable::new)?`. No
//! error's text has a secret or a payer's data.
//!
//! # Where may `async` code block?
//!
//! The futures of [`serve()`] wait only for your handlers. Between them they use the processor for some microseconds:
//! parsing and verifying never block, so they need no thread of their own. Your handlers run on a thread of the web
//! server, which serves other connections too: a slow database call belongs into the async driver of the database, or
//! into the runtime's `spawn_blocking`. Hold no lock across an `.await`.
//!
//! A web framework may drop a handler at any `.await`, for example because the platform closed the connection. Write what belongs
//! together in one transaction. The platform then repeats a callback; a `check_deposit` whose answer was lost leaves a
//! pending payment, which does no harm.
//!
//! # Why do messages not implement `Deserialize`?
//!
//! With `Deserialize`, a program could make a message from unsigned bytes. Requests and callbacks can only be read
//! through [`message::Authentic`], which also refuses what the signature does not protect.
//!
//! # Features
//!
//! - `testing`: the module `testing`, for unit tests only.

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
pub mod report;
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

#[doc(inline)]
pub use id::{ContractId, CustomerId, OperationId, PaymentId, ProjectId};
#[doc(inline)]
pub use merchant::{
    Acknowledged, CallbackError, Callbacks, CheckDepositResult, HandlerError, Merchant,
    VerifyResult,
};
#[doc(inline)]
pub use message::{Callback, TopUp, VerifyRequest};
#[doc(inline)]
pub use method::Method;
#[doc(inline)]
pub use money::{Currency, Money};
#[doc(inline)]
pub use payout::Payouts;
#[doc(inline)]
pub use refused::Refused;
#[doc(inline)]
pub use rejection::Rejection;
#[doc(inline)]
pub use response_code::ResponseCode;
#[doc(inline)]
pub use serve::{Reply, serve};
#[doc(inline)]
pub use signature::{Keyring, Project};
#[doc(inline)]
pub use unavailable::Unavailable;
