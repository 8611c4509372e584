//! What an endpoint serves: one method and callbacks, or callbacks alone.

use std::marker::PhantomData;

use jetpay_core::serve::{self, Reply};
use jetpay_core::{Callbacks, Keyring, Merchant, Method, Rejection};

mod sealed {
    pub trait Sealed {}
}

/// What an [`Endpoint`](crate::Endpoint) does with a body. The trait is sealed: [`endpoint`](crate::endpoint()) and
/// [`callbacks`](crate::callbacks) choose one of its two implementations.
pub trait Handler<S>: sealed::Sealed + 'static {
    /// Answers a body that arrived whole.
    fn serve(body: &[u8], merchant: &S, keyring: &Keyring) -> impl Future<Output = Reply>;

    /// Answers a request whose body was too large, broke off or came too late.
    fn refuse(rejection: Rejection) -> Reply;
}

/// Serves `verify` and `check_deposit` of the method `M`, and callbacks of any method.
pub struct MethodHandler<M>(PhantomData<M>);

impl<M> sealed::Sealed for MethodHandler<M> {}

impl<M: Method, S: Merchant<M>> Handler<S> for MethodHandler<M> {
    fn serve(body: &[u8], merchant: &S, keyring: &Keyring) -> impl Future<Output = Reply> {
        serve::serve::<M, S>(body, merchant, keyring)
    }

    fn refuse(rejection: Rejection) -> Reply {
        serve::refuse_unread::<M>(rejection)
    }
}

/// Serves callbacks of any method and nothing else.
#[expect(clippy::exhaustive_enums, reason = "it has no values and never will")]
pub enum CallbackHandler {}

impl sealed::Sealed for CallbackHandler {}

impl<S: Callbacks> Handler<S> for CallbackHandler {
    fn serve(body: &[u8], merchant: &S, keyring: &Keyring) -> impl Future<Output = Reply> {
        serve::serve_callback(body, merchant, keyring)
    }

    fn refuse(rejection: Rejection) -> Reply {
        serve::refuse_unread_callback(rejection)
    }
}
