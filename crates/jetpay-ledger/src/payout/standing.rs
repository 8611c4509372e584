//! A payout as it stands, as far as the rules need to know.

use jetpay_core::Money;
use jetpay_core::id::{OperationId, ProjectId};

use super::{Pace, PayoutState};
use crate::millis::Millis;
use crate::words::closed_words;

closed_words! {
    /// What is to be done about a payout.
    Next {
        /// Send it.
        Send = "send",
        /// Ask the platform what became of it.
        Ask = "ask",
    }
}

/// A payout as it stands. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The project that pays.
    pub project_id: ProjectId,
    /// How much is to be paid.
    pub amount: Money,
    /// Where it stands.
    pub state: PayoutState,
    /// What is reserved for it: all of it or nothing.
    pub reserved: i64,
    /// What left and did not come back.
    pub paid: i64,
    /// The operation that paid it; unknown when only its reversal was told.
    pub paid_by: Option<OperationId>,
    /// The operations that took money back.
    pub reversed_by: Vec<OperationId>,
    /// The last operation whose `error` was leave to send it again.
    pub error_by: Option<OperationId>,
    /// The platform said that it has it, and has not said since that it ended with `error`.
    pub taken: bool,
    /// A send may be under way until then.
    pub sending_until: Option<Millis>,
    /// The address of the Gate that it was first sent to: no other one knows it.
    pub gate: Option<String>,
    /// A person was told that this service is configured for another Gate.
    pub elsewhere: bool,
    /// The platform's id of the request that it took.
    pub request_id: Option<String>,
    /// What is to be done, and when. An open payout with nothing to be done waits for a person, or for a callback.
    pub next: Option<(Next, Millis)>,
    /// Grows each time somebody takes it up: what comes of an older turn permits no new send.
    pub turn: i64,
    /// How often a send was begun.
    pub sends: i64,
    /// How often it was asked about, or postponed, since there was news.
    pub waits: i64,
    /// A person was told that it takes too long.
    pub overdue: bool,
    /// When it was taken.
    pub created_at: Millis,
}

impl Standing {
    /// A payout that is kept, its money reserved, and to be sent at once.
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
            next: Some((Next::Send, now)),
            turn: 0,
            sends: 0,
            waits: 0,
            overdue: false,
            created_at: now,
        }
    }

    /// Whether it takes longer than a payout should.
    pub(super) fn takes_too_long(&self, now: Millis, pace: &Pace) -> bool {
        now >= super::pace::after(self.created_at, pace.overdue_after)
    }

    /// Whether money left for it at any time.
    pub(super) const fn was_paid(&self) -> bool {
        matches!(self.state, PayoutState::Paid | PayoutState::Reversed)
    }
}
