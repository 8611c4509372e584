//! Why the platform's success has no entry, as far as what is recorded says it.

use jetpay_core::status::StatusClass;
use jetpay_rules::{EventStatus, PaymentState};

use crate::books::Listed;
use crate::effect::direction;
use crate::ours::is_success;
use crate::recorded::{Facts, RecordedEvent, RecordedPayment};

/// Why nothing is booked for this success.
pub(crate) fn nothing_booked(theirs: &Listed<'_>, facts: &Facts, corrected: bool) -> String {
    let why = reason(theirs, facts, corrected);
    match facts.alarm {
        Some(alarm) => format!("{why}; alarm {alarm}"),
        None => why,
    }
}

fn reason(theirs: &Listed<'_>, facts: &Facts, corrected: bool) -> String {
    if corrected {
        return "an operator corrected the entry".to_owned();
    }
    if let Some(why) = facts
        .events
        .iter()
        .filter(|it| is_success(it))
        .map(success)
        .max()
    {
        return why.1.to_owned();
    }
    if direction(theirs.kind).is_none() {
        return format!(
            "nothing is booked for an operation of the type `{}`",
            theirs.kind
        );
    }
    if let Some(last) = last(&facts.events) {
        return last;
    }
    match &facts.payment {
        None => "unknown payment id".to_owned(),
        Some(payment) => of_payment(theirs, payment),
    }
}

/// What became of a callback that reports the success; what a person must do something about is the largest.
fn success(event: &RecordedEvent) -> (u8, &'static str) {
    match event.outcome {
        EventStatus::Quarantined => (5, "quarantined"),
        EventStatus::Unmatched => (4, "the callback waits in the inbox"),
        EventStatus::Early => (3, "the callback waits for the payment's credit"),
        EventStatus::Dismissed => (2, "an operator dismissed the callback"),
        EventStatus::Applied => (1, "the callback was applied, and no entry is recorded"),
        EventStatus::Noted => (0, "the callback came and moved no money"),
    }
}

/// The last callback of an operation without a success.
fn last(events: &[RecordedEvent]) -> Option<String> {
    let last = events.iter().filter_map(|event| {
        let status = event.status.as_ref()?;
        Some((event.time, status.as_str(), status.class()))
    });
    let (_, word, class) = last.max_by_key(|(time, word, _)| (*time, *word))?;
    Some(match class {
        StatusClass::Failed => format!("declined here: the last callback says `{word}`"),
        _ => format!("the last callback says `{word}`: the final one was lost"),
    })
}

fn of_payment(theirs: &Listed<'_>, payment: &RecordedPayment) -> String {
    if payment.project_id != theirs.project_id {
        return format!("the payment belongs to project {}", payment.project_id);
    }
    let Some(state) = payment.state else {
        return "the payout is recorded: the callback of this operation was lost".to_owned();
    };
    let takes_back = direction(theirs.kind) == Some(-1);
    match state {
        PaymentState::Pending => "the payment is pending: the callback was lost".to_owned(),
        PaymentState::Declined => "the payment is declined here: the callback was lost".to_owned(),
        PaymentState::Quarantined => "the payment is quarantined".to_owned(),
        PaymentState::Credited | PaymentState::PartiallyRefunded
            if !takes_back && !theirs.kind.is_compensation() =>
        {
            format!("the payment is {state} by another operation")
        }
        PaymentState::Credited
        | PaymentState::PartiallyRefunded
        | PaymentState::Refunded
        | PaymentState::Reversed => {
            format!("the payment is {state}: the callback of this operation was lost")
        }
    }
}
