//! The clock and the source of new payment ids.

use std::time::{SystemTime, UNIX_EPOCH};

use jetpay_core::id::PaymentId;
use jetpay_ledger::Millis;
use uuid::Uuid;

/// The clock and the source of new payment ids. A simulation replaces both, which makes its runs repeatable.
pub trait Environment: Send + Sync {
    /// The current time.
    fn now(&self) -> Millis;

    /// An id that no payment has had.
    fn fresh_payment_id(&self) -> PaymentId;
}

/// The machine's clock, and UUIDs of version 7: unique without coordination, and ordered by time.
pub(crate) struct SystemEnvironment;

impl Environment for SystemEnvironment {
    fn now(&self) -> Millis {
        now()
    }

    fn fresh_payment_id(&self) -> PaymentId {
        PaymentId::new(Uuid::now_v7().to_string()).expect("a UUID is a valid id")
    }
}

/// The machine's time. The service reads the clock for the ledger only here.
pub(crate) fn now() -> Millis {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
