//! What happened, in one sentence of `locales/LANGUAGE/events.ftl`.

use jetpay_core::Money;
use jetpay_core::id::OperationId;
use jetpay_core::status::{OperationStatus, OperationType};
use jetpay_ledger::{Alarm, AlarmKind, EntryKind};

use super::delivery;
use crate::locale::{Lang, Words};

/// What happened, in one line in English. Words of the platform are as it wrote them.
pub(crate) fn summary(alarm: &Alarm) -> String {
    let words = Words(Lang::English);
    let sentence = sentence(words, alarm);
    match (reason(alarm), alarm.kind) {
        (Some(reason), _) => format!("{sentence}: {reason}"),
        (None, AlarmKind::Unusable) => format!("{sentence}: {}", words.get("event-unusable-odd")),
        (None, AlarmKind::NotThere | AlarmKind::NotCredited | AlarmKind::AmountDiffersThere) => {
            format!("{sentence}: {}", words.get("event-sides-differ"))
        }
        _ => sentence,
    }
}

/// The reason with which a summary goes on: a text in English. Why an endpoint does not take an entry is none: it can name a
/// payer.
pub(crate) fn reason(alarm: &Alarm) -> Option<&str> {
    let goes_on = matches!(
        alarm.kind,
        AlarmKind::Unusable
            | AlarmKind::NotThere
            | AlarmKind::NotCredited
            | AlarmKind::AmountDiffersThere
            | AlarmKind::NotDeliverable
    );
    alarm.reason.as_deref().filter(|_| goes_on)
}

/// What happened, without the reason.
pub(crate) fn sentence(words: Words, alarm: &Alarm) -> String {
    if alarm.delivery.is_some() || delivery::is_about_one(alarm.kind) {
        return delivery::sentence(words, alarm);
    }
    let phrases = Phrases::of(words, alarm);
    let (expected, credited) = (alarm.expected(), phrases.credited.as_deref());
    let expected = expected.map(|amount| amount.to_string());
    let (first, again) = (expected.as_deref(), alarm.amount.map(|it| it.to_string()));
    let id = match (alarm.kind, alarm.entry_kind()) {
        (AlarmKind::CompensationTooLarge, _) if credited.is_none() => {
            "alarm-summary-amount_differs"
        }
        (AlarmKind::CompensationTooLarge, Some(EntryKind::RefundReverse)) => {
            "alarm-summary-refund_not_taken"
        }
        (AlarmKind::ContradictoryRepeat, _) if again.is_none() || again.as_deref() == first => {
            "alarm-summary-repeat_of_another_type"
        }
        (kind, _) => &format!("alarm-summary-{kind}"),
    };
    let recorded_for = alarm.subject.as_ref().map(|subject| subject.project_id);
    let recorded_for = recorded_for.map(|id| id.to_string());
    let other = alarm
        .other_payment
        .as_ref()
        .map(|id| ("id", id.as_str().into()));
    let other = other.map(|id| words.with("event-payment", [id]));
    let project = alarm.project_id.to_string();
    let nothing = words.get("event-nothing");
    let values = [
        ("recorded", phrases.recorded),
        ("says", phrases.says),
        ("both", phrases.both),
        ("first", phrases.first),
        ("this", phrases.this),
        ("credited", phrases.credited.unwrap_or(nothing)),
        ("status", phrases.status),
        ("statuses", phrases.statuses),
        ("expected", expected.unwrap_or_default()),
        ("again", again.unwrap_or_default()),
        ("project", project),
        (
            "recorded-for",
            recorded_for.unwrap_or_else(|| words.get("event-another-project")),
        ),
        (
            "other",
            other.unwrap_or_else(|| words.get("event-another-payment")),
        ),
    ];
    words.with(id, values.map(|(name, value)| (name, value.into())))
}

/// The parts of a summary.
struct Phrases {
    /// What the service recorded.
    recorded: String,
    /// What the callback says.
    says: String,
    both: String,
    /// The operation that credited the payment, or paid the payout.
    first: String,
    /// The operation that the alarm is about.
    this: String,
    /// What was credited, if anything was.
    credited: Option<String>,
    /// The payment's status.
    status: String,
    /// The statuses of the payment and of the operation.
    statuses: String,
}

impl Phrases {
    fn of(words: Words, alarm: &Alarm) -> Self {
        let (subject, event) = (alarm.subject.as_ref(), alarm.event.as_ref());
        let is_payout = subject.is_some_and(|subject| subject.payout_state.is_some());
        let recorded = subject.map(|subject| {
            let id = if is_payout {
                "event-requested"
            } else {
                "event-announced"
            };
            words.with(id, [("amount", subject.amount.to_string().into())])
        });
        let says = says(words, alarm, is_payout);
        let number = |id: Option<OperationId>| match id {
            Some(id) => words.with("event-operation", [("id", id.to_string().into())]),
            None => words.get("event-some-operation"),
        };
        let credited = subject.filter(|subject| subject.credited > 0);
        let status = match event {
            Some(event) => named(words, "status", event.payment_status.as_str()),
            None => words.get("event-status-unknown"),
        };
        Self {
            both: match &recorded {
                Some(recorded) => words.with(
                    "event-both",
                    [
                        ("recorded", recorded.as_str().into()),
                        ("says", says.as_str().into()),
                    ],
                ),
                None => says.clone(),
            },
            recorded: recorded.unwrap_or_else(|| words.get("event-recorded")),
            says,
            first: number(subject.and_then(|subject| subject.operation_id)),
            this: number(alarm.operation_id),
            credited: credited
                .map(|subject| Money::new(subject.credited, subject.amount.currency()).to_string()),
            statuses: statuses(words, alarm, &status),
            status,
        }
    }
}

/// What the callback says.
fn says(words: Words, alarm: &Alarm, is_payout: bool) -> String {
    let received = alarm.received().map(|amount| amount.to_string());
    if alarm.kind == AlarmKind::Unusable {
        return match received {
            Some(amount) => words.with("event-unusable-amount", [("amount", amount.into())]),
            None => words.get("event-unusable"),
        };
    }
    let event = alarm.event.as_ref();
    let amount = received.unwrap_or_else(|| words.get("event-no-amount"));
    let id = match event {
        None if is_payout => "event-platform-says",
        _ => "event-callback-says",
    };
    let says = words.with(id, [("amount", amount.into())]);
    let kind = event.and_then(|event| event.operation_type.as_ref());
    match kind.map(OperationType::as_str) {
        None | Some("sale" | "payout") => says,
        Some(kind) => {
            let kind = named(words, "operation-type", kind);
            words.with(
                "event-says-type",
                [("says", says.into()), ("type", kind.into())],
            )
        }
    }
}

/// The statuses of the payment and of the operation.
fn statuses(words: Words, alarm: &Alarm, status: &str) -> String {
    let event = alarm.event.as_ref();
    let kind = event.and_then(|event| event.operation_type.as_ref());
    let operation = event.and_then(|event| event.operation_status.as_ref());
    let kind = kind.map(OperationType::as_str);
    let operation = operation.map(OperationStatus::as_str);
    if (kind, operation) == (None, None) {
        return words.with("event-no-operation", [("status", status.into())]);
    }
    let kind = match kind {
        Some(kind) => named(words, "operation-type", kind),
        None => words.get("event-untyped"),
    };
    let operation = match operation {
        Some(operation) => named(words, "status", operation),
        None => words.get("event-status-unknown"),
    };
    let values = [
        ("status", status.into()),
        ("type", kind.into()),
        ("operation", operation.into()),
    ];
    words.with("event-statuses", values)
}

/// A word of the platform: in English as it wrote it, else what it means.
fn named(words: Words, group: &str, word: &str) -> String {
    if words.0 == Lang::English {
        return word.to_owned();
    }
    let meaning = words.word(group, word);
    let mut letters = meaning.chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(letters).collect()
}
