//! Whoever sends payouts and asks about them.

use jetpay_ledger::payout::{Lease, SendOutcome, StatusAnswer};

/// Sends payouts, and asks about them: the platform's Gate, or a simulated one.
pub trait Gateway: Send + Sync {
    /// Sends the request of a payout that was taken up for sending. Never twice by itself.
    fn send(&self, payout: &Lease) -> impl Future<Output = SendOutcome> + Send;

    /// Asks what became of a payout.
    fn ask(&self, payout: &Lease) -> impl Future<Output = StatusAnswer> + Send;
}
