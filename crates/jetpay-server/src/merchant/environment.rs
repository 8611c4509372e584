//! What the shop takes from environment: the time, and ids that nobody had before.

use std::time::{SystemTime, UNIX_EPOCH};

use jetpay_core::id::PaymentId;
use jetpay_ledger::Millis;
use uuid::Uuid;

/// The time, and fresh ids. A simulation brings its own, so that a run can be repeated.
pub trait Environment: Send + Sync {
    /// What time it is.
    fn now(&self) -> Millis;

    /// An id that no payment had before.
    fn fresh_payment_id(&self) -> PaymentId;
}

/// The machine's clock, and ids in the order of time, unique without asking anybody.
pub(crate) struct SystemEnvironment;

impl Environment for SystemEnvironment {
    fn now(&self) -> Millis {
        now()
    }

    fn fresh_payment_id(&self) -> PaymentId {
        PaymentId::new(Uuid::now_v7().to_string()).expect("a UUID is an id")
    }
}

/// The one place where the service reads the clock for the ledger.
pub(crate) fn now() -> Millis {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
