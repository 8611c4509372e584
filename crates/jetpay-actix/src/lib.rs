//! JetPay endpoints for actix-web: a thin layer over [`jetpay_core::serve()`]. It knows no payment method.
//!
//! # Which crates do I need?
//!
//! This one, and the crate of each method that you accept, such as `jetpay-kaspi`. What a merchant needs of actix-web is
//! [`actix_web`], in the version with which this crate works; the protocol is [`core`].
//!
//! # A program
//!
//! One call makes an endpoint from a method and a merchant, which implements
//! [`Merchant`] for the method and [`Callbacks`] once:
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use jetpay_actix::actix_web::{App, HttpServer, rt};
//! use jetpay_actix::core::{Keyring, Project};
//! use jetpay_kaspi::Kaspi;
//! # mod shop {
//! #     use jetpay_kaspi::core::*;
//! #     use jetpay_kaspi::{CheckDeposit, CheckDepositResponse, Kaspi, VerifyResponse};
//! #     #[derive(Default)]
//! #     pub struct Shop;
//! #     impl Callbacks for Shop {
//! #         async fn callback(&self, _: Callback) -> Result<Acknowledged, CallbackError> { Ok(Acknowledged) }
//! #     }
//! #     impl Merchant<Kaspi> for Shop {
//! #         async fn verify(&self, _: VerifyRequest) -> VerifyResult<Kaspi> {
//! #             Ok(VerifyResponse::new(Currency::KZT, "ABCDE12345", [])?)
//! #         }
//! #         async fn check_deposit(&self, _: CheckDeposit) -> CheckDepositResult<Kaspi> {
//! #             Ok(CheckDepositResponse::new(PaymentId::new("payment_47").map_err(Unavailable::new)?))
//! #         }
//! #     }
//! # }
//! # use shop::Shop;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let keyring = Arc::new(Keyring::from(Project::new(1234, &std::env::var("JETPAY_SECRET")?)?));
//!     let shop = Arc::new(Shop::default()); // one merchant for all endpoints and threads
//!     let app = move || {
//!         let kaspi = jetpay_actix::endpoint::<Kaspi, _>("/kaspi", shop.clone(), keyring.clone());
//!         let callbacks = jetpay_actix::callbacks("/callback", shop.clone(), keyring.clone());
//!         App::new().service(kaspi).service(callbacks)
//!     };
//!     Ok(rt::System::new().block_on(HttpServer::new(app).bind(("127.0.0.1", 8080))?.run())?)
//! }
//! ```
//!
//! Without the macros of actix-web, `rt::System::new().block_on(..)` runs a server. The app is made once for each worker
//! thread, so share the merchant in an `Arc`. Put a proxy in front for TLS, and for clients that stop in the
//! middle of a later request or never read: `HttpServer` keeps both connections open.
//!
//! # What an endpoint does
//!
//! An endpoint accepts any content type, and its path with or without a slash at the end. HTTP methods other than POST get
//! 405. A body that is too large gets 413, and a body that does not arrive in time gets 400. Both refusals have the
//! shape that the method's document names, and end the connection. The limits are [`DEFAULT_LIMIT`] and [`DEFAULT_READ_TIMEOUT`], and [`Endpoint`]
//! changes them.
//!
//! # Testing
//!
//! Test the merchant without HTTP: `core::testing` with the feature `testing` of the method's crate. To test a whole app,
//! send the signed bytes of a message (`Message::body`) to `actix_web::test::init_service`; or run the program
//! `jetpay-conformance` against the running server.
//!
//! # Refunds
//!
//! A refund is a callback like any other. The crate `jetpay-rules` decides what it does to a payment, for any database.
//!
//! # Errors
//!
//! Every HTTP 503 is reported with its cause through `tracing`, at the level error: without a subscriber, an outage of your
//! store is seen by the platform alone. [`Endpoint::observe`] gets each reply, for metrics. It says which messages were
//! rejected, refused and served.
//!
//! # Where may `async` code block?
//!
//! A handler runs on a worker thread of actix-web, and there is one for each processor. A call that blocks it delays all
//! connections of that thread: use an async driver, or `actix_web::web::block`. When a client closes its connection, the
//! handler may be dropped at an `.await`: write what belongs together in one transaction.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod endpoint;
mod handler;

/// The web framework, in the version with which this crate works: `App`, `HttpServer`, `rt` and the rest.
pub use actix_web;
/// The protocol: the traits that a merchant implements, and all types in them.
pub use jetpay_core as core;

pub use endpoint::{DEFAULT_LIMIT, DEFAULT_READ_TIMEOUT, Endpoint};
pub use handler::{CallbackHandler, Handler, MethodHandler};

use jetpay_core::{Callbacks, Keyring, Merchant, Method};
use std::sync::Arc;

/// Makes an endpoint for `verify` and `check_deposit` of the method `M`, and for callbacks of any method.
///
/// The path begins with `/`, and may have a scope of the app before it. To share one merchant between endpoints, pass an
/// `Arc<S>`. It is a merchant, too. So is one keyring: `Arc<Keyring>`, or a [`Keyring`] alone.
pub fn endpoint<M: Method, S: Merchant<M> + 'static>(
    path: &str,
    merchant: S,
    keyring: impl Into<Arc<Keyring>>,
) -> Endpoint<MethodHandler<M>, S> {
    Endpoint::new(path, merchant, keyring.into())
}

/// Makes an endpoint for callbacks of any method, and for nothing else: every other message gets HTTP 400. You need it only if
/// JetPay posts callbacks to a URL of their own.
pub fn callbacks<S: Callbacks + 'static>(
    path: &str,
    merchant: S,
    keyring: impl Into<Arc<Keyring>>,
) -> Endpoint<CallbackHandler, S> {
    Endpoint::new(path, merchant, keyring.into())
}
