//! A snapshot of a payout: all that the rules need to know of it.

use jetpay_core::Money;
use jetpay_core::id::{OperationId, ProjectId};
use jetpay_rules::closed_words;

use crate::model::Millis;
use crate::payout::retry_policy::RetryPolicy;

closed_words! {
    /// What to do about a payout.
    Action {
        /// Send it.
        Send = "send",
        /// Query its status at the platform.
        QueryStatus = "ask",
    }
}

/// A payout as the rules see it. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutSnapshot {
    /// The project that pays.
    pub project_id: ProjectId,
    /// How much to pay.
    pub amount: Money,
    /// Its state.
    pub state: PayoutState,
    /// How much is reserved for it: the whole amount or 0.
    pub reserved: i64,
    /// How much left and did not come back.
    pub paid: i64,
    /// The operation that paid it; unknown when only a reversal was reported.
    pub paid_by: Option<OperationId>,
    /// The operations that took money back.
    pub reversed_by: Vec<OperationId>,
    /// The last operation whose `error` permitted another send.
    pub error_by: Option<OperationId>,
    /// The platform said that it has the payout, and has not said since that it ended with `error`.
    pub taken: bool,
    /// A send may be under way until then.
    pub sending_until: Option<Millis>,
    /// The address of the Gate that it was first sent to. No other Gate knows it.
    pub gate: Option<String>,
    /// An alarm says that this service is configured for another Gate.
    pub elsewhere: bool,
    /// The platform's id of the request that it accepted.
    pub request_id: Option<String>,
    /// The next action, and when it is due. An open payout without one waits for an operator or a callback.
    pub next: Option<(Action, Millis)>,
    /// Grows with each lease. An outcome with an older token permits no new send.
    pub fencing_token: i64,
    /// How often a send was begun.
    pub sends: i64,
    /// How many status queries and postponed sends there were since the last news.
    pub waits: i64,
    /// It is overdue, and an alarm says so.
    pub overdue: bool,
    /// When it was recorded.
    pub created_at: Millis,
}

impl PayoutSnapshot {
    /// A payout that is recorded, with its money reserved. Its send is due at once.
    #[must_use]
    pub const fn created(project_id: ProjectId, amount: Money, now: Millis) -> Self {
        Self {
            project_id,
            amount,
            state: PayoutState::Created,
            reserved: amount.minor(),
            paid: 0,
            paid_by: None,
            reversed_by: Vec::new(),
            error_by: None,
            taken: false,
            sending_until: None,
            gate: None,
            elsewhere: false,
            request_id: None,
            next: Some((Action::Send, now)),
            fencing_token: 0,
            sends: 0,
            waits: 0,
            overdue: false,
            created_at: now,
        }
    }

    /// Whether no outcome came in time. If the clock was ahead when the payout was recorded, its age is not known: then it
    /// counts as overdue.
    pub(super) fn is_overdue(&self, now: Millis, policy: &RetryPolicy) -> bool {
        now >= super::retry_policy::after(self.created_at, policy.overdue_after)
            || policy.is_ahead(self.created_at, now)
    }

    /// Whether the history says already that the platform has it.
    pub(super) const fn is_accepted(&self) -> bool {
        match self.state {
            PayoutState::Accepted => true,
            PayoutState::SentByHand => self.taken,
            _ => false,
        }
    }

    /// Whether it was ever paid.
    pub(super) const fn was_paid(&self) -> bool {
        matches!(self.state, PayoutState::Paid | PayoutState::Reversed)
    }
}

closed_words! {
    /// The state of a payout.
    PayoutState {
        /// Recorded, its money reserved; the platform does not have it, so it will be sent, or sent again.
        Created = "created",
        /// It was sent, or was about to be, and the outcome is not known. The service queries the status.
        Unknown = "unknown",
        /// A person sends it: it was written to a file for the platform's Dashboard. No server sends it. Its callbacks end it;
        /// the service queries the status as well.
        SentByHand = "sent_by_hand",
        /// The platform has accepted it and is working on it.
        Accepted = "accepted",
        /// The money left.
        Paid = "paid",
        /// The platform accepted it and could not pay. The money was released.
        Declined = "declined",
        /// The platform refused it. The money was released.
        Rejected = "rejected",
        /// It was paid, and all the money came back.
        Reversed = "reversed",
    }
}

impl PayoutState {
    /// Whether the outcome is still open.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Created | Self::Unknown | Self::SentByHand | Self::Accepted
        )
    }
}
