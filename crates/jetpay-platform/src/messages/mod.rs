//! The messages of the platform, unsigned, with the fields and their order from the documents.
//!
//! The fields are public, so a test can change them. For changes that the types do not allow, convert a message with
//! [`serde_json::to_value`] and change the JSON. [`Platform::sign`](crate::Platform::sign) signs the result.

mod callback;
mod request;

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

pub use callback::{Account, Callback, Customer, Operation, Payment, Provider};
pub use request::{CheckDeposit, Contract, InvalidContract, Verify};

/// The current time in the platform's format: `2022-03-25T11:08:45+0000`.
#[must_use]
pub fn now() -> String {
    jiff::Timestamp::now()
        .strftime("%Y-%m-%dT%H:%M:%S+0000")
        .to_string()
}

/// Microseconds since 1970 have 16 digits, which is the longest number that the platform uses. A second run gets other
/// numbers than the first.
static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| {
    let since_1970 = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    AtomicU64::new(u64::try_from(since_1970.as_micros()).unwrap_or(1))
});

/// An operation id that no operation had before, in this run or an earlier one.
#[must_use]
pub fn next_operation_id() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}
