//! JetPay endpoints for actix-web: a thin layer over [`jetpay_core::serve()`]. It knows no payment method.
//!
//! One call makes an endpoint from a method and a merchant:
//!
//! ```
//! use jetpay_actix::actix_web::App;
//! use jetpay_actix::core::{Keyring, Merchant, Method};
//!
//! fn app<M: Method, S: Merchant<M> + Clone + 'static>(shop: &S, keyring: &Keyring) {
//!     let app = App::new()
//!         .service(jetpay_actix::endpoint::<M, _>("/top-ups", shop.clone(), keyring.clone()))
//!         .service(jetpay_actix::callbacks("/callback", shop.clone(), keyring.clone()));
//!     # let _ = app;
//! }
//! ```
//!
//! The crate has what a merchant needs of actix-web ([`actix_web`]) and of the protocol ([`core`]). Without the macros of
//! actix-web, `actix_web::rt::System::new().block_on(..)` runs a server.
//!
//! An endpoint accepts any content type, and its path with or without a slash at the end. Every HTTP 503 is reported with
//! its cause through `tracing`, at the level error. HTTP methods other than POST get 405. A body that is too large gets 413, and a
//! body that does not arrive in time gets 400. Both refusals have the shape that the method's document names.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod endpoint;
mod handler;

/// The web framework, in the version with which this crate works.
pub use actix_web;
/// The protocol: the traits that a merchant implements, and all types in them.
pub use jetpay_core as core;

pub use endpoint::{DEFAULT_LIMIT, DEFAULT_READ_TIMEOUT, Endpoint};
pub use handler::{CallbackHandler, Handler, MethodHandler};

use jetpay_core::{Callbacks, Keyring, Merchant, Method};
use std::sync::Arc;

/// Makes an endpoint for `verify` and `check_deposit` of the method `M`, and for callbacks of any method.
///
/// To share one merchant between endpoints, pass an `Arc<S>`. It is a merchant, too.
pub fn endpoint<M: Method, S: Merchant<M> + 'static>(
    path: &str,
    merchant: S,
    keyring: impl Into<Arc<Keyring>>,
) -> Endpoint<MethodHandler<M>, S> {
    Endpoint::new(path, merchant, keyring.into())
}

/// Makes an endpoint for callbacks of any method, and for nothing else.
pub fn callbacks<S: Callbacks + 'static>(
    path: &str,
    merchant: S,
    keyring: impl Into<Arc<Keyring>>,
) -> Endpoint<CallbackHandler, S> {
    Endpoint::new(path, merchant, keyring.into())
}
