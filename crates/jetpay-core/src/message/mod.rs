//! Messages, from received bytes to typed values. Each type is made only by the step before it.

mod authentic;
mod callback;
mod received;
mod request;
mod top_up;

pub use authentic::{Authentic, Matched};
pub use callback::{Callback, CallbackOperation, CallbackPayment, Provider};
pub use received::Received;
pub use request::{Request, RequestKind, VerifyRequest};
pub use top_up::TopUp;
