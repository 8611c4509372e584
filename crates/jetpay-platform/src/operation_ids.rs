//! Numbers of operations, as the platform gives them out.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Microseconds since 1970 have 16 digits, as the platform's numbers have at most, and a second run does not meet
/// the numbers of the first.
static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| {
    let since_1970 = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    AtomicU64::new(u64::try_from(since_1970.as_micros()).unwrap_or(1))
});

/// A number that no operation had before, in this run or an earlier one.
#[must_use]
pub fn next_operation_id() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}
