//! A lease: one server may act on a payout. The ledger records that before the server acts.

use jetpay_core::id::{PaymentId, ProjectId};

use super::Action;
use crate::model::{AlarmKind, Millis};
use crate::payout::decision::{PayoutDecision, StepDetails};
use crate::payout::retry_policy::{RetryPolicy, after};
use crate::payout::snapshot::{PayoutSnapshot, PayoutState};
use crate::payout::step::StepKind;

/// A lease on a payout. The server that holds it performs the action, and records the outcome with the fencing token.
/// No other server acts on the payout until [`RetryPolicy::lease_time`] is over.
///
/// The request holds the payer's data; `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Lease {
    /// Our id of the payout.
    pub payment_id: PaymentId,
    /// The project that pays.
    pub project_id: ProjectId,
    /// The payment method's name.
    pub method: String,
    /// What to do.
    pub action: Action,
    /// Grows with each lease. An outcome with an older token permits no new send.
    pub fencing_token: i64,
    /// The request to send, as JSON without a signature; none for a status query.
    pub request: Option<String>,
}

impl std::fmt::Debug for Lease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lease")
            .field("payment_id", &self.payment_id)
            .field("action", &self.action)
            .field("fencing_token", &self.fencing_token)
            .finish_non_exhaustive()
    }
}

impl PayoutSnapshot {
    /// What to do now at this Gate, and what the ledger must record before that. None: no action is due. No action, but a
    /// decision: the payout belongs to another Gate. What lies further ahead than the policy ever waits was stored while a
    /// clock was wrong: it is due now, and an alarm says so.
    #[must_use]
    pub fn lease(
        &self,
        at: &GateAddress,
        now: Millis,
        policy: &RetryPolicy,
    ) -> Option<(Option<Action>, PayoutDecision)> {
        let (action, due) = self.next?;
        let is_ahead = policy.is_ahead(due, now);
        if due > now && !is_ahead {
            return None;
        }
        let mut decision = PayoutDecision::none(self);
        if is_ahead {
            decision.alarm(AlarmKind::ClockAhead, StepDetails::default());
        }
        if self.gate.as_ref().is_some_and(|gate| !at.is(gate)) {
            decision.wait_for_its_gate(after(now, policy.longest_wait));
            return Some((None, decision));
        }
        let snapshot = &mut decision.snapshot;
        let sending = snapshot.sending_until.as_mut();
        if let Some(until) = sending.filter(|until| policy.is_ahead(**until, now)) {
            // As if the send began now.
            *until = after(now, policy.lease_time());
        }
        snapshot.fencing_token += 1;
        // If the server records no outcome, the next step is a status query: a send that was cut off may have arrived.
        snapshot.next = Some((Action::QueryStatus, after(now, policy.lease_time())));
        if action == Action::Send {
            snapshot.state = PayoutState::Unknown;
            snapshot.sends += 1;
            snapshot.sending_until = Some(after(now, policy.lease_time()));
            snapshot.gate.get_or_insert_with(|| at.as_str().to_owned());
            decision.note(StepKind::Sent, StepDetails::default());
        }
        if !self.overdue && self.is_overdue(now, policy) {
            decision.snapshot.overdue = true;
            decision.note(StepKind::Overdue, StepDetails::default());
            // A clock that was wrong when the payout was recorded has its alarm already.
            if !is_ahead || !policy.is_ahead(self.created_at, now) {
                decision.alarm(AlarmKind::PayoutOverdue, StepDetails::default());
            }
        }
        Some((Some(action), decision))
    }
}

impl PayoutDecision {
    /// Waits until the service is configured for the payout's Gate again.
    fn wait_for_its_gate(&mut self, until: Millis) {
        let next = self.snapshot.next.map(|(next, _)| (next, until));
        self.snapshot.next = next;
        if !self.snapshot.elsewhere {
            self.snapshot.elsewhere = true;
            let gate = self.snapshot.gate.clone();
            let message = gate.as_deref();
            self.note(
                StepKind::Elsewhere,
                StepDetails {
                    message,
                    ..StepDetails::default()
                },
            );
            self.alarm(AlarmKind::PayoutOfAnotherGate, StepDetails::default());
        }
    }
}

/// The Gate that a service is configured for. Only the Gate that a payout was first sent to knows the payout. Another Gate
/// would answer that it does not know the id, and the payout would be sent and paid a second time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateAddress {
    address: String,
    formerly: Vec<String>,
}

impl GateAddress {
    /// The Gate at this address.
    #[must_use]
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            formerly: Vec::new(),
        }
    }

    /// An address that the same Gate had before.
    #[must_use]
    pub fn formerly(mut self, address: impl Into<String>) -> Self {
        self.formerly.push(address.into());
        self
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// Whether the Gate at `address` is this one.
    #[must_use]
    pub fn is(&self, address: &str) -> bool {
        self.address == address || self.formerly.iter().any(|former| former == address)
    }
}
