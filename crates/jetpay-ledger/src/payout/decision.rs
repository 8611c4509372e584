//! A decision about a payout.

use jetpay_core::Money;
use jetpay_core::id::OperationId;
use jetpay_core::operation_code::OperationCode;
use jetpay_rules::EventStatus;

use super::Action;
use crate::model::{AlarmKind, Millis};
use crate::payout::snapshot::{PayoutSnapshot, PayoutState};
use crate::payout::step::StepKind;

/// What follows for a payout. All of it is stored in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutDecision {
    /// The payout from now on.
    pub snapshot: PayoutSnapshot,
    /// The steps to add to its history, in this order.
    pub steps: Vec<NewPayoutStep>,
    /// What an operator must look at.
    pub alarms: Vec<NewPayoutAlarm>,
    /// The status to store with the event, if a callback was the cause.
    pub outcome: EventStatus,
}

/// A step to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPayoutStep {
    /// What happened.
    pub what: StepKind,
    /// How much money it moves, in minor units: positive.
    pub amount: Option<i64>,
    /// The operation that is the cause.
    pub operation_id: Option<OperationId>,
    /// The platform's code.
    pub code: Option<OperationCode>,
    /// Details, without a payer's data.
    pub message: Option<String>,
    /// The name of the token with which the request or the decision came, if one was the cause.
    pub by: Option<String>,
}

/// An alarm to be raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewPayoutAlarm {
    /// Why.
    pub kind: AlarmKind,
    /// The operation that is the cause.
    pub operation_id: Option<OperationId>,
    /// What the platform says of its amount, in minor units.
    pub amount: Option<Money>,
}

/// The details of a step.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StepDetails<'a> {
    pub(super) operation_id: Option<OperationId>,
    pub(super) amount: Option<Money>,
    pub(super) code: Option<&'a OperationCode>,
    pub(super) message: Option<&'a str>,
}

impl PayoutDecision {
    /// Nothing, so far.
    pub(super) fn none(snapshot: &PayoutSnapshot) -> Self {
        Self {
            snapshot: snapshot.clone(),
            steps: Vec::new(),
            alarms: Vec::new(),
            outcome: EventStatus::Noted,
        }
    }

    /// A step that moves no money.
    pub(super) fn note(&mut self, what: StepKind, details: StepDetails<'_>) {
        self.add(what, None, details);
    }

    pub(super) fn alarm(&mut self, kind: AlarmKind, details: StepDetails<'_>) {
        self.alarms.push(NewPayoutAlarm {
            kind,
            operation_id: details.operation_id,
            amount: details.amount,
        });
    }

    /// The platform has the payout. Its status is queried later.
    pub(super) fn accepted(&mut self, query_at: Millis) {
        // What a person sent stays so: it must not be sent again, whatever the platform says later.
        if self.snapshot.state != PayoutState::SentByHand {
            self.snapshot.state = PayoutState::Accepted;
        }
        self.snapshot.taken = true;
        self.snapshot.next = Some((Action::QueryStatus, query_at));
    }

    /// The platform does not have the payout. It is sent, or sent again.
    pub(super) fn send_again(&mut self, at: Millis) {
        self.snapshot.state = PayoutState::Created;
        self.snapshot.next = Some((Action::Send, at));
    }

    /// The payout will not be paid. The reserved money can be spent again.
    pub(super) fn release(&mut self, what: StepKind, details: StepDetails<'_>) {
        let state = match what {
            StepKind::Rejected => PayoutState::Rejected,
            _ => PayoutState::Declined,
        };
        let released = std::mem::take(&mut self.snapshot.reserved);
        self.end(state);
        self.add(what, Some(released), details);
    }

    /// The money left.
    pub(super) fn pay(&mut self, details: StepDetails<'_>) {
        let amount = self.snapshot.amount.minor();
        if self.snapshot.reserved == 0 {
            self.add(
                StepKind::ReservedAgain,
                Some(amount),
                StepDetails::default(),
            );
            self.alarm(AlarmKind::PaidAfterRelease, details);
        }
        self.snapshot.reserved = 0;
        self.snapshot.paid = amount;
        self.end(PayoutState::Paid);
        self.add(StepKind::Paid, Some(amount), details);
    }

    /// Money came back.
    pub(super) fn reverse(
        &mut self,
        amount: i64,
        operation_id: OperationId,
        details: StepDetails<'_>,
    ) {
        self.snapshot.paid -= amount;
        self.snapshot.reversed_by.push(operation_id);
        if self.snapshot.paid == 0 {
            self.end(PayoutState::Reversed);
        }
        self.outcome = EventStatus::Applied;
        self.add(StepKind::Reversed, Some(amount), details);
    }

    /// The report does not fit. The service does nothing more until an operator has looked.
    pub(super) fn differs(&mut self, why: AlarmKind, details: StepDetails<'_>) {
        self.outcome = EventStatus::Quarantined;
        if self.snapshot.next.take().is_some() {
            self.note(StepKind::Differs, details);
        }
        self.alarm(why, details);
    }

    fn end(&mut self, state: PayoutState) {
        self.snapshot.state = state;
        self.snapshot.next = None;
        self.outcome = EventStatus::Applied;
    }

    fn add(&mut self, what: StepKind, amount: Option<i64>, details: StepDetails<'_>) {
        self.steps.push(NewPayoutStep {
            what,
            amount,
            operation_id: details.operation_id,
            code: details.code.cloned(),
            message: details.message.map(ToOwned::to_owned),
            by: None,
        });
    }
}

/// What does not fit between the paid and the requested amount.
pub(super) fn mismatch(asked: Money, told: Money) -> Option<AlarmKind> {
    if told.currency() != asked.currency() {
        return Some(AlarmKind::CurrencyDiffers);
    }
    (told != asked).then_some(AlarmKind::AmountDiffers)
}
