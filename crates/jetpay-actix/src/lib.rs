//! JetPay endpoints for actix-web: a shell over [`jetpay_core::serve()`].
//!
//! One call makes an endpoint of a method and a merchant:
//!
//! ```
//! use actix_web::App;
//! use jetpay_core::{Keyring, Merchant, Method, Project};
//!
//! fn app<M: Method, S: Merchant<M> + Clone + 'static>(shop: &S, keyring: &Keyring) {
//!     let app = App::new()
//!         .service(jetpay_actix::endpoint::<M, _>("/top-ups", shop.clone(), keyring.clone()))
//!         .service(jetpay_actix::callbacks("/callback", shop.clone(), keyring.clone()));
//!     # let _ = app;
//! }
//! ```
//!
//! Any content type is taken; other HTTP methods than POST get 405; a body over the limit gets 413, and one that does
//! not arrive in time 400, in the method's own shape.

mod body;
mod endpoint;
mod handler;

pub use endpoint::{DEFAULT_LIMIT, DEFAULT_READ_TIMEOUT, Endpoint};
pub use handler::{CallbackHandler, Handler, MethodHandler};

use jetpay_core::{Callbacks, Keyring, Merchant, Method};
use std::sync::Arc;

/// An endpoint that takes `verify` and `check_deposit` of the method `M`, and callbacks of any method.
///
/// A merchant that is shared by several endpoints goes in as `Arc<S>`, which is a merchant, too.
pub fn endpoint<M: Method, S: Merchant<M> + 'static>(
    path: &str,
    merchant: S,
    keyring: impl Into<Arc<Keyring>>,
) -> Endpoint<MethodHandler<M>, S> {
    Endpoint::new(path, merchant, keyring.into())
}

/// An endpoint that takes callbacks of any method and nothing else.
pub fn callbacks<S: Callbacks + 'static>(
    path: &str,
    merchant: S,
    keyring: impl Into<Arc<Keyring>>,
) -> Endpoint<CallbackHandler, S> {
    Endpoint::new(path, merchant, keyring.into())
}
