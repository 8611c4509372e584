//! What the platform sends, in the shape and field order of the documents, unsigned.
//!
//! Fields are open: a test changes what it is about. What a type does not allow is done to the JSON, made with
//! [`serde_json::to_value`]. [`Platform::sign`](crate::Platform::sign) signs whatever comes out.

mod callback;
mod operation;
mod request;

pub use callback::{Account, Callback, Customer, Payment};
pub use operation::{Operation, Provider};
pub use request::{CheckDeposit, Contract, NoContract, Verify};

/// The moment as the platform writes it: `2022-03-25T11:08:45+0000`.
#[must_use]
pub fn now() -> String {
    jiff::Timestamp::now()
        .strftime("%Y-%m-%dT%H:%M:%S+0000")
        .to_string()
}
