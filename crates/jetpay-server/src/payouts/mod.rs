//! Makes payouts: leases each payout that is due, performs its action at the Gate, and records the result.
//!
//! The rules are the ledger's ([`jetpay_ledger::payout`]); this module carries them out. Several services on one database
//! share the work: the ledger leases each action to one of them.

mod gate;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use jetpay_core::id::PaymentId;
use jetpay_ledger::payout::{
    Action, GateAddress, Lease, PayoutState, RetryPolicy, SendOutcome, StatusAnswer,
};
use jetpay_ledger::{Error, Ledger, Millis};

use crate::environment::Environment;
use crate::telemetry;

pub(crate) use gate::GateClient;
pub(crate) use worker::Worker;

/// Sends payouts and asks for their status: at the platform's Gate, or at a simulated one.
pub trait Gateway: Send + Sync {
    /// Sends the request of a leased payout, once.
    fn send(&self, payout: &Lease) -> impl Future<Output = SendOutcome> + Send;

    /// Asks for the status of a leased payout.
    fn status(&self, payout: &Lease) -> impl Future<Output = StatusAnswer> + Send;
}

/// Leases payouts and performs their actions.
pub struct Driver<G> {
    ledger: Ledger,
    gateway: G,
    address: GateAddress,
    retry_policy: RetryPolicy,
    environment: Arc<dyn Environment>,
}

/// The result of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionResult {
    /// The action was performed and recorded. This is the payout's new state.
    Done(PayoutState),
    /// The action was not performed: recording the lease took so long that another service may soon perform it.
    TooLate,
    /// The action was performed but could not be recorded. The service will ask for the payout's status.
    NotRecorded,
}

impl<G: Gateway> Driver<G> {
    /// A driver for the payouts in `ledger`. `gateway` reaches the Gate at `address`.
    pub fn new(
        ledger: Ledger,
        gateway: G,
        address: GateAddress,
        retry_policy: RetryPolicy,
        environment: Arc<dyn Environment>,
    ) -> Self {
        Self {
            ledger,
            gateway,
            address,
            retry_policy,
            environment,
        }
    }

    /// The payouts that are due now, at most `limit`.
    ///
    /// # Errors
    /// As [`Ledger::payouts_due`].
    pub async fn due(&self, limit: usize) -> Result<Vec<PaymentId>, Error> {
        let now = self.environment.now();
        self.ledger
            .payouts_due(now, limit, &self.retry_policy)
            .await
    }

    /// Leases a payout, and returns the lease with its time. `None` when the payout is not due or another service has
    /// leased it.
    ///
    /// # Errors
    /// As [`Ledger::lease_payout`]; then nothing was sent.
    pub async fn lease(&self, id: PaymentId) -> Result<Option<(Lease, Millis)>, Error> {
        let now = self.environment.now();
        let lease = self
            .ledger
            .lease_payout(id, self.address.clone(), now, self.retry_policy)
            .await?;
        Ok(lease.map(|lease| (lease, now)))
    }

    /// Performs the action of a payout that was leased at `leased_at`, and records the result.
    pub async fn run(&self, payout: Lease, leased_at: Millis) -> ActionResult {
        let waited = self.environment.now().0.saturating_sub(leased_at.0);
        let answer_timeout =
            i64::try_from(self.retry_policy.answer_timeout.as_millis()).unwrap_or(i64::MAX);
        if waited > answer_timeout {
            return ActionResult::TooLate;
        }
        let (id, token) = (payout.payment_id.clone(), payout.fencing_token);
        let recorded = match payout.action {
            Action::Send => {
                let outcome = self.gateway.send(&payout).await;
                telemetry::payout_sent(&payout, &outcome);
                let now = self.environment.now();
                self.ledger
                    .record_send(id, token, outcome, now, self.retry_policy)
                    .await
            }
            Action::QueryStatus => {
                let answer = self.gateway.status(&payout).await;
                telemetry::payout_status(&payout, &answer);
                let now = self.environment.now();
                self.ledger
                    .record_status(id, token, answer, now, self.retry_policy)
                    .await
            }
        };
        match recorded {
            Ok(Some(state)) => ActionResult::Done(state),
            Ok(None) => ActionResult::NotRecorded,
            Err(error) => {
                telemetry::payout_not_recorded(&payout, &error);
                ActionResult::NotRecorded
            }
        }
    }

    /// Deletes the payees' personal data of payouts that ended at least `keep` ago, at most `limit`. Returns how many.
    ///
    /// # Errors
    /// As [`Ledger::forget_payers`].
    pub async fn forget_payers(&self, keep: Duration, limit: usize) -> Result<usize, Error> {
        let keep = i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
        let before = Millis(self.environment.now().0.saturating_sub(keep));
        self.ledger.forget_payers(before, limit).await
    }
}
