//! One errand: taken up, done, recorded.

use std::sync::Arc;

use jetpay_core::id::PaymentId;
use jetpay_ledger::payout::{Action, GateAddress, Lease, PayoutState, RetryPolicy};
use jetpay_ledger::{Error, Ledger, Millis};

use super::Gateway;
use crate::environment::Environment;
use crate::telemetry;

/// Takes payouts up, and does what is to be done about them.
pub struct Driver<G> {
    ledger: Ledger,
    gateway: G,
    at: GateAddress,
    pace: RetryPolicy,
    environment: Arc<dyn Environment>,
}

/// What came of an errand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driven {
    /// It was done and recorded; so stands the payout now.
    Done(PayoutState),
    /// Keeping that it is done took so long that somebody else may do it soon: it was left alone.
    TooLate,
    /// It was done, and could not be recorded: the platform will be asked.
    NotRecorded,
}

impl<G: Gateway> Driver<G> {
    /// A driver of the payouts in `ledger`, by a gateway to the Gate at this address.
    pub fn new(
        ledger: Ledger,
        gateway: G,
        at: GateAddress,
        pace: RetryPolicy,
        environment: Arc<dyn Environment>,
    ) -> Self {
        Self {
            ledger,
            gateway,
            at,
            pace,
            environment,
        }
    }

    /// The payouts about which something is to be done now, at most `limit`.
    ///
    /// # Errors
    /// As [`Ledger::payouts_due`].
    pub async fn due(&self, limit: usize) -> Result<Vec<PaymentId>, Error> {
        self.ledger.payouts_due(self.environment.now(), limit).await
    }

    /// Takes a payout up, and says when. None: nothing is to be done about it, or somebody else does it.
    ///
    /// # Errors
    /// As [`Ledger::lease_payout`]: then nothing was sent.
    pub async fn take_up(&self, id: PaymentId) -> Result<Option<(Lease, Millis)>, Error> {
        let now = self.environment.now();
        let taken_up = self
            .ledger
            .lease_payout(id, self.at.clone(), now, self.pace)
            .await?;
        Ok(taken_up.map(|taken_up| (taken_up, now)))
    }

    /// Does the errand of a payout that was taken up at that time, and records what came of it.
    pub async fn run(&self, payout: Lease, taken_up_at: Millis) -> Driven {
        let waited = self.environment.now().0.saturating_sub(taken_up_at.0);
        let answer_within = i64::try_from(self.pace.answer_timeout.as_millis()).unwrap_or(i64::MAX);
        if waited > answer_within {
            return Driven::TooLate;
        }
        let (id, turn) = (payout.payment_id.clone(), payout.fencing_token);
        let recorded = match payout.action {
            Action::Send => {
                let outcome = self.gateway.send(&payout).await;
                telemetry::payout_sent(&payout, &outcome);
                let now = self.environment.now();
                self.ledger
                    .record_send(id, turn, outcome, now, self.pace)
                    .await
            }
            Action::QueryStatus => {
                let answer = self.gateway.ask(&payout).await;
                telemetry::payout_asked(&payout, &answer);
                let now = self.environment.now();
                self.ledger
                    .record_status(id, turn, answer, now, self.pace)
                    .await
            }
        };
        match recorded {
            Ok(Some(state)) => Driven::Done(state),
            Ok(None) => Driven::NotRecorded,
            Err(error) => {
                telemetry::payout_not_recorded(&payout, &error);
                Driven::NotRecorded
            }
        }
    }

    /// Forgets the payers of payouts that ended before `before`, at most `limit`; how many it were.
    ///
    /// # Errors
    /// As [`Ledger::forget_payers`].
    pub async fn forget_payers(
        &self,
        keep: std::time::Duration,
        limit: usize,
    ) -> Result<usize, Error> {
        let keep = i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
        let before = Millis(self.environment.now().0.saturating_sub(keep));
        self.ledger.forget_payers(before, limit).await
    }
}
