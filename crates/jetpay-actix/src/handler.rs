//! What stands behind an endpoint: a method, or callbacks alone.

use std::marker::PhantomData;

use jetpay_core::serve::{self, Reply};
use jetpay_core::{Callbacks, Keyring, Merchant, Method, Rejection};

/// Serves bodies, and refuses what could not be read as a body.
pub trait Handler<S>: 'static {
    /// Serves a body.
    fn serve(body: &[u8], merchant: &S, keyring: &Keyring) -> impl Future<Output = Reply>;

    /// The answer when there is no body to serve.
    fn refuse(rejection: Rejection) -> Reply;
}

/// Requests of one method, and callbacks.
pub struct MethodHandler<M>(PhantomData<M>);

impl<M: Method, S: Merchant<M>> Handler<S> for MethodHandler<M> {
    fn serve(body: &[u8], merchant: &S, keyring: &Keyring) -> impl Future<Output = Reply> {
        serve::serve::<M, S>(body, merchant, keyring)
    }

    fn refuse(rejection: Rejection) -> Reply {
        serve::refuse_unread::<M>(rejection)
    }
}

/// Callbacks alone.
pub enum CallbackHandler {}

impl<S: Callbacks> Handler<S> for CallbackHandler {
    fn serve(body: &[u8], merchant: &S, keyring: &Keyring) -> impl Future<Output = Reply> {
        serve::serve_callback(body, merchant, keyring)
    }

    fn refuse(rejection: Rejection) -> Reply {
        serve::refuse_unread_callback(rejection)
    }
}
