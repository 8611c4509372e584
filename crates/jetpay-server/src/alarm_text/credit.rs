//! Which credit resolves an alarm.

use jetpay_core::{Currency, Money};
use jetpay_ledger::{Alarm, AlarmKind, EntryKind};

/// The credit that can resolve an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Credit {
    /// What came in, as far as the alarm says it in the currency of the payment.
    pub(crate) amount: Option<Money>,
    /// The currency of the payment.
    pub(crate) currency: Currency,
    /// The alarm names no operation: the operator must.
    pub(crate) needs_operation: bool,
    /// No callback says so, or the payment is credited already and the alarm may be about the same money.
    pub(crate) needs_override: bool,
    /// The payment is credited already, and the alarm may be about the same money.
    pub(crate) may_be_the_same: bool,
}

/// The credit that resolves an alarm about a top-up, where the service takes such a credit.
pub(crate) fn credit(alarm: &Alarm) -> Option<Credit> {
    let (kind, subject) = (alarm.kind, alarm.subject.as_ref()?);
    let takes_back = kind == AlarmKind::CompensationTooLarge
        && alarm.entry_kind() != Some(EntryKind::RefundReverse);
    if subject.payout_state.is_some()
        || !kind.can_be_credited()
        || takes_back
        || kind == AlarmKind::OperationOfAnotherPayment
    {
        return None;
    }
    let is_credited = subject.operation_id.is_some();
    let may_be_the_same = is_credited && kind.may_be_credited_already();
    if is_credited && alarm.operation_id.is_none() && !may_be_the_same {
        return None;
    }
    let amount = alarm.received().unwrap_or(subject.amount);
    let fits = amount.currency() == subject.amount.currency()
        && amount.is_positive()
        && kind != AlarmKind::BalanceOverflow;
    Some(Credit {
        amount: Some(amount).filter(|_| fits),
        currency: subject.amount.currency(),
        needs_operation: alarm.operation_id.is_none(),
        needs_override: !fits || may_be_the_same,
        may_be_the_same,
    })
}
