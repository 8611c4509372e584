//! Alarms about deliveries to the merchant's own systems. What an operator decides about the alarm changes nothing about the
//! delivery: that is decided with `jetpay deliver`.

use jetpay_ledger::{Alarm, AlarmKind};

use super::shell_word;

/// What happened. Why an endpoint did not take an entry is the alarm's `reason`: the result of the answer. What the endpoint said
/// of it can name a payer, so the item alone has it.
pub(super) fn summary(alarm: &Alarm) -> String {
    let delivery = alarm.delivery.as_ref();
    let endpoint = delivery.map_or("an endpoint", |it| it.endpoint.as_str());
    let entry = delivery.and_then(|it| it.entry);
    let entry = entry.map_or("an entry".to_owned(), |seq| format!("entry {seq}"));
    let entry = match alarm.received() {
        Some(amount) => format!("{entry} of {amount}"),
        None => entry,
    };
    match alarm.kind {
        AlarmKind::DeliveryParked => format!("{endpoint} has not taken {entry}, which is parked"),
        AlarmKind::DeliveryLate => {
            format!("{endpoint} does not take in time all that it is sent")
        }
        _ => {
            let because = alarm.reason.as_ref();
            let because = because.map_or(String::new(), |reason| format!(": {reason}"));
            format!("{endpoint} is not told of {entry}{because}")
        }
    }
}

/// What to do about it.
pub(super) const fn advice(kind: AlarmKind) -> &'static str {
    match kind {
        AlarmKind::DeliveryParked => {
            "Later entries of the same customer wait. `jetpay deliver waiting` shows what the endpoint said. Correct there what it \
             refuses, and retry the entry; or book it there by hand, and skip it. The alarm is resolved when the entry is sent \
             again, delivered or skipped. To dismiss it changes nothing \
             about the delivery."
        }
        AlarmKind::DeliveryLate => {
            "Find out why the endpoint does not take it. The service tries again for ever, and resolves the alarm when the endpoint \
             is in time again. To dismiss the alarm changes nothing about the delivery."
        }
        _ => {
            "The endpoint has no request for this entry, and the service goes on without it. Book it there by hand. Then dismiss \
             the alarm."
        }
    }
}

/// The commands that decide about the delivery, or look at it.
pub(super) fn commands(alarm: &Alarm) -> Vec<String> {
    let Some(delivery) = &alarm.delivery else {
        return Vec::new();
    };
    let name = shell_word(&delivery.endpoint);
    match (alarm.kind, delivery.entry) {
        (AlarmKind::DeliveryParked, Some(seq)) => vec![
            format!("jetpay deliver retry {name} {seq} --reason \"...\""),
            format!("jetpay deliver skip {name} {seq} --reason \"...\""),
        ],
        (AlarmKind::DeliveryLate, _) => vec![
            "jetpay deliver status".to_owned(),
            format!("jetpay deliver test {name}"),
        ],
        _ => Vec::new(),
    }
}
