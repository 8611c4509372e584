//! What to find out about an alarm, and what then to decide: texts of `locales/LANGUAGE/events.ftl`.

use jetpay_ledger::{Alarm, AlarmKind};

use crate::locale::Words;

/// What to do about an open alarm.
pub(crate) fn what_to_do(words: Words, alarm: &Alarm) -> String {
    words.get(id(alarm))
}

/// The same where the command line names a command, in English.
pub(super) fn named_commands(alarm: &Alarm) -> Option<&'static str> {
    let text = match id(alarm) {
        "alarm-advice-decline_after_credit" => {
            "Ask JetPay for the status of the payment. If it failed, correct the entry of the credit (jetpay entries \
             correct). Then dismiss the alarm."
        }
        "alarm-advice-not_there" => {
            "Ask JetPay about the operation. If it does not exist there, correct the entry (jetpay entries correct). The next \
             reconciliation resolves the alarm; dismiss it if all is right as it is."
        }
        "alarm-advice-amount_differs_there" => {
            "Ask JetPay which amount is right. If it is not the recorded one, correct the entry (jetpay entries correct). Then \
             dismiss the alarm."
        }
        "alarm-advice-delivery_parked" => {
            "Later entries of the same customer wait. `jetpay deliver waiting` shows what the endpoint said. Correct there what it \
             refuses, and retry the entry; or book it there by hand, and skip it. The alarm is resolved when the entry is sent \
             again, delivered or skipped. To dismiss it changes nothing \
             about the delivery."
        }
        _ => return None,
    };
    Some(text)
}

/// The message that says it.
const fn id(alarm: &Alarm) -> &'static str {
    let subject = alarm.subject.as_ref();
    let is_payout = match subject {
        Some(subject) => subject.payout_state.is_some(),
        None => false,
    };
    match alarm.kind {
        AlarmKind::PayoutOverdue => "alarm-advice-payout_overdue",
        AlarmKind::PaidAfterRelease => "alarm-advice-paid_after_release",
        AlarmKind::AcceptedAfterRelease => "alarm-advice-accepted_after_release",
        AlarmKind::PayoutOfAnotherGate => "alarm-advice-payout_of_another_gate",
        AlarmKind::ClockAhead => "alarm-advice-clock_ahead",
        AlarmKind::DeclineAfterPaid | AlarmKind::SecondPayout => "alarm-advice-payout-is-paid",
        AlarmKind::TopUpForPayout | AlarmKind::PayoutForTopUp => "alarm-advice-one-id",
        AlarmKind::ContradictoryRepeat => "alarm-advice-contradictory_repeat",
        AlarmKind::Unusable if subject.is_none() => "alarm-advice-unusable-unknown",
        AlarmKind::Unusable if is_payout => "alarm-advice-unusable-payout",
        AlarmKind::DeliveryParked => "alarm-advice-delivery_parked",
        AlarmKind::DeliveryLate => "alarm-advice-delivery_late",
        AlarmKind::NotDeliverable => "alarm-advice-not_deliverable",
        AlarmKind::PayoutContradicts => "alarm-advice-payout",
        _ if is_payout => "alarm-advice-payout",
        AlarmKind::NotThere => "alarm-advice-not_there",
        AlarmKind::NotCredited => "alarm-advice-not_credited",
        AlarmKind::AmountDiffersThere => "alarm-advice-amount_differs_there",
        AlarmKind::AmountDiffers | AlarmKind::PartiallyPaid | AlarmKind::Unusable => {
            "alarm-advice-amount_differs"
        }
        AlarmKind::CurrencyDiffers => "alarm-advice-currency_differs",
        AlarmKind::ProjectDiffers => "alarm-advice-project_differs",
        AlarmKind::SecondSale => "alarm-advice-second_sale",
        AlarmKind::SaleWithoutSuccess
        | AlarmKind::SuccessNotCredited
        | AlarmKind::UnexpectedOperation => "alarm-advice-did-it-come-in",
        AlarmKind::UnknownOperation => "alarm-advice-unknown_operation",
        AlarmKind::BalanceOverflow => "alarm-advice-balance_overflow",
        AlarmKind::DeclineAfterCredit => "alarm-advice-decline_after_credit",
        AlarmKind::CompensationTooLarge => "alarm-advice-compensation_too_large",
        AlarmKind::ManualChange => "alarm-advice-manual_change",
        AlarmKind::OperationOfAnotherPayment => "alarm-advice-operation_of_another_payment",
    }
}
