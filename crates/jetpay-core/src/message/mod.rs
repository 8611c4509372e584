//! Messages, from received bytes to typed values. Only the previous step can make the type of the next one.

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

pub use authentic::{Authentic, Matched};
pub use callback::{Callback, CallbackOperation, CallbackPayment, Provider};
pub use received::Received;
pub use request::{Request, RequestKind, TopUp, VerifyRequest};
