//! Which credit resolves an alarm.

use jetpay_core::status::{OperationStatus, StatusClass};
use jetpay_core::{Currency, Money};
use jetpay_ledger::{Alarm, AlarmKind, EntryKind, OperationEvent};

/// The credit that can resolve an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact that a page or a command says"
)]
pub(crate) struct Credit {
    /// What came in, as far as the alarm says it in the currency of the payment. None where nothing says that it came in.
    pub(crate) amount: Option<Money>,
    /// The currency of the payment.
    pub(crate) currency: Currency,
    /// The alarm names no operation: the operator must.
    pub(crate) needs_operation: bool,
    /// No callback says so, or the payment is credited already and the alarm may be about the same money.
    pub(crate) needs_override: bool,
    /// The payment is credited already, and the alarm may be about the same money.
    pub(crate) may_be_the_same: bool,
    /// The callback is not about money that came in: its operation did not succeed, or it takes money back or pays it out.
    pub(crate) is_not_paid: bool,
}

/// The credit that resolves an alarm about a top-up, where the service takes such a credit.
pub(crate) fn credit(alarm: &Alarm) -> Option<Credit> {
    let (kind, subject) = (alarm.kind, alarm.subject.as_ref()?);
    let gives_back = alarm.entry_kind() == Some(EntryKind::RefundReverse);
    let takes_back = kind == AlarmKind::CompensationTooLarge && !gives_back;
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
    let is_too_large = kind == AlarmKind::CompensationTooLarge;
    let is_paid = |event| brought_money(event) || is_too_large && succeeded(event);
    let is_not_paid = alarm.event.as_ref().is_some_and(|event| !is_paid(event));
    let fits = amount.currency() == subject.amount.currency()
        && !is_not_paid
        && amount.is_positive()
        && kind != AlarmKind::BalanceOverflow;
    Some(Credit {
        amount: Some(amount).filter(|_| fits),
        currency: subject.amount.currency(),
        needs_operation: alarm.operation_id.is_none(),
        needs_override: !fits || may_be_the_same,
        may_be_the_same,
        is_not_paid,
    })
}

/// What the payer paid by this alarm's callback, if that is a sale that succeeded and the alarm is about its amount.
pub(crate) fn paid(alarm: &Alarm) -> Option<Money> {
    let is_of_amount = matches!(
        alarm.kind,
        AlarmKind::AmountDiffers | AlarmKind::CurrencyDiffers | AlarmKind::PartiallyPaid
    );
    let event = alarm.event.as_ref().filter(|_| is_of_amount)?;
    let is_sale = event.entry_kind() == Some(EntryKind::Credit) && !event.is_payout();
    event.amount.filter(|_| is_sale && succeeded(event))
}

/// Whether an event may say that money came in: nothing in it says that it failed, is not finished, or went the other way.
fn brought_money(event: &OperationEvent) -> bool {
    let is_credit = event.entry_kind().is_none_or(EntryKind::is_credit);
    is_credit && !event.is_payout() && succeeded(event)
}

/// By its operation; of an event without one, the payment's status decides.
fn succeeded(event: &OperationEvent) -> bool {
    match event.operation_status.as_ref().map(OperationStatus::class) {
        Some(class) => class == StatusClass::Succeeded,
        None => event.payment_status.class() != StatusClass::Failed,
    }
}
