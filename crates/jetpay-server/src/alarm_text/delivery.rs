//! Alarms about deliveries to the merchant's own systems. What an operator decides about the alarm changes nothing about the
//! delivery: that is decided with `jetpay deliver`.

use jetpay_ledger::{Alarm, AlarmKind};

use super::shell_word;
use crate::locale::Words;

pub(super) const fn is_about_one(kind: AlarmKind) -> bool {
    matches!(
        kind,
        AlarmKind::DeliveryParked | AlarmKind::DeliveryLate | AlarmKind::NotDeliverable
    )
}

/// What happened. Why an endpoint did not take an entry is the alarm's `reason`: the result of the answer. What the endpoint said
/// of it can name a payer, so the item alone has it.
pub(super) fn sentence(words: Words, alarm: &Alarm) -> String {
    let delivery = alarm.delivery.as_ref();
    let endpoint = match delivery {
        Some(delivery) => delivery.endpoint.clone(),
        None => words.get("event-some-endpoint"),
    };
    let entry = match delivery.and_then(|it| it.entry) {
        Some(seq) => words.with("event-entry", [("seq", seq.to_string().into())]),
        None => words.get("event-some-entry"),
    };
    let entry = match alarm.received() {
        Some(amount) => {
            let amount = amount.to_string();
            let values = [("entry", entry.into()), ("amount", amount.into())];
            words.with("event-entry-of", values)
        }
        None => entry,
    };
    let id = format!("alarm-summary-{}", alarm.kind);
    words.with(
        &id,
        [("endpoint", endpoint.into()), ("entry", entry.into())],
    )
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
