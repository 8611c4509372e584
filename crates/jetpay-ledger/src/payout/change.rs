//! What follows for a payout.

use jetpay_core::Money;
use jetpay_core::id::OperationId;
use jetpay_core::operation_code::OperationCode;

use super::{Next, PayoutState, Standing, StepKind};
use crate::alarm::AlarmKind;
use crate::millis::Millis;
use crate::state::Disposition;

/// What follows for a payout, all of it to be stored in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where it stands now.
    pub standing: Standing,
    /// What is added to its history, in this order.
    pub steps: Vec<NewStep>,
    /// What a person must look at.
    pub alarms: Vec<NewPayoutAlarm>,
    /// What became of the callback, if it was one.
    pub disposition: Disposition,
}

/// A step to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewStep {
    /// What happened.
    pub what: StepKind,
    /// How much money it moves, in minor units: positive.
    pub amount: Option<i64>,
    /// Because of which operation.
    pub operation_id: Option<OperationId>,
    /// The platform's code.
    pub code: Option<OperationCode>,
    /// More of it in words, without a payer's data.
    pub message: Option<String>,
}

/// An alarm to be raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewPayoutAlarm {
    /// Why.
    pub kind: AlarmKind,
    /// Because of which operation.
    pub operation_id: Option<OperationId>,
}

/// What a step is about, beside what happened.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct About<'a> {
    pub(super) operation_id: Option<OperationId>,
    pub(super) code: Option<&'a OperationCode>,
    pub(super) message: Option<&'a str>,
}

impl Change {
    /// Nothing, so far.
    pub(super) fn none(standing: &Standing) -> Self {
        Self {
            standing: standing.clone(),
            steps: Vec::new(),
            alarms: Vec::new(),
            disposition: Disposition::Noted,
        }
    }

    /// A step that moves no money.
    pub(super) fn note(&mut self, what: StepKind, about: About<'_>) {
        self.add(what, None, about);
    }

    pub(super) fn alarm(&mut self, kind: AlarmKind, operation_id: Option<OperationId>) {
        self.alarms.push(NewPayoutAlarm { kind, operation_id });
    }

    /// The platform has it; it is asked about later.
    pub(super) fn accepted(&mut self, ask_at: Millis) {
        self.standing.state = PayoutState::Accepted;
        self.standing.taken = true;
        self.standing.next = Some((Next::Ask, ask_at));
    }

    /// The platform does not have it; it is sent, or sent again.
    pub(super) fn send_again(&mut self, at: Millis) {
        self.standing.state = PayoutState::Created;
        self.standing.next = Some((Next::Send, at));
    }

    /// It will not be paid: what was reserved can be spent again.
    pub(super) fn release(&mut self, what: StepKind, about: About<'_>) {
        let state = match what {
            StepKind::Rejected => PayoutState::Rejected,
            _ => PayoutState::Declined,
        };
        let released = std::mem::take(&mut self.standing.reserved);
        self.end(state);
        self.add(what, Some(released), about);
    }

    /// The money left.
    pub(super) fn pay(&mut self, about: About<'_>) {
        let amount = self.standing.amount.minor();
        if self.standing.reserved == 0 {
            self.add(StepKind::ReservedAgain, Some(amount), About::default());
            self.alarm(AlarmKind::PaidAfterRelease, about.operation_id);
        }
        self.standing.reserved = 0;
        self.standing.paid = amount;
        self.end(PayoutState::Paid);
        self.add(StepKind::Paid, Some(amount), about);
    }

    /// Money came back.
    pub(super) fn reverse(&mut self, amount: i64, operation_id: OperationId, about: About<'_>) {
        self.standing.paid -= amount;
        self.standing.reversed_by.push(operation_id);
        if self.standing.paid == 0 {
            self.end(PayoutState::Reversed);
        }
        self.disposition = Disposition::Applied;
        self.add(StepKind::Reversed, Some(amount), about);
    }

    /// It does not fit: a person must look, and nothing is done by itself until then.
    pub(super) fn differs(&mut self, why: AlarmKind, about: About<'_>) {
        self.disposition = Disposition::Quarantined;
        if self.standing.next.take().is_some() {
            self.note(StepKind::Differs, about);
        }
        self.alarm(why, about.operation_id);
    }

    fn end(&mut self, state: PayoutState) {
        self.standing.state = state;
        self.standing.next = None;
        self.disposition = Disposition::Applied;
    }

    fn add(&mut self, what: StepKind, amount: Option<i64>, about: About<'_>) {
        self.steps.push(NewStep {
            what,
            amount,
            operation_id: about.operation_id,
            code: about.code.cloned(),
            message: about.message.map(ToOwned::to_owned),
        });
    }
}

/// What does not fit between what was paid and what was to be paid.
pub(super) fn mismatch(asked: Money, told: Money) -> Option<AlarmKind> {
    if told.currency() != asked.currency() {
        return Some(AlarmKind::CurrencyDiffers);
    }
    (told != asked).then_some(AlarmKind::AmountDiffers)
}
