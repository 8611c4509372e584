//! Messages, from received bytes to typed values. Only the previous step can make the type of the next one:
//!
//! 1. [`Received::parse`] reads the bytes. Nothing of them can be used yet.
//! 2. [`Received::authenticate`] verifies the signature and makes an [`Authentic`].
//! 3. [`Authentic::read`] makes a [`Request`] to a method, [`Authentic::callback`] a [`Callback`], and
//!    [`Authentic::status_answer`] the callbacks that a response to a status request stands for.
//!
//! [`serve()`](crate::serve()) takes all three steps. Take them yourself to examine a message, or to read callbacks that you
//! stored as bytes ([`Callback::body`]).
//!
//! | message | type | source |
//! |---|---|---|
//! | `verify` | [`VerifyRequest`], the same for all methods | every document, request `verify` |
//! | `check_deposit` | [`TopUp`], and the method's own fields around it | every document, request `check_deposit` |
//! | callback | [`Callback`], the same for all methods | every document, callback |

#[expect(
    clippy::exhaustive_structs,
    reason = "an order and a secret are all that can match"
)]
mod authentic;
mod callback;
mod fields;
mod harmless;
mod received;
mod request;
mod status_answer;
mod value;

pub use authentic::{Authentic, Matched};
pub use callback::{Callback, CallbackOperation, CallbackPayment, Provider};
pub use received::Received;
pub use request::{Request, RequestKind, TopUp, VerifyRequest};
