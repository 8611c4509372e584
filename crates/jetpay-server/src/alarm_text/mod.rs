//! What an alarm says to people: what happened, with the amounts, and what to do. The command line, the HTTP interface, the log
//! and the tables in `docs/service.md` and `docs/payouts.md` say the same.

mod credit;
mod delivery;
mod difference;
#[cfg(test)]
mod tests;

pub(crate) use credit::{Credit, credit};

use jetpay_core::Money;
use jetpay_core::id::OperationId;
use jetpay_core::status::{OperationStatus, OperationType};
use jetpay_ledger::AlarmKind::{DeliveryLate, DeliveryParked, NotDeliverable};
use jetpay_ledger::{Alarm, AlarmKind, EntryKind};

/// What an operator does about an alarm.
pub(crate) struct Advice {
    /// What to find out, and what then to decide.
    pub(crate) text: &'static str,
    /// The commands that record each decision. The operator writes the reason.
    pub(crate) commands: Vec<String>,
}

/// What happened, in one line. Words of the platform are as it wrote them.
#[expect(clippy::too_many_lines, reason = "it is a list")]
pub(crate) fn summary(alarm: &Alarm) -> String {
    let Phrases {
        recorded,
        says,
        both,
        first,
        this,
        credited,
        status,
        operation,
    } = Phrases::of(alarm);
    let reason = alarm.reason.as_deref();
    match alarm.kind {
        AlarmKind::AmountDiffers | AlarmKind::CurrencyDiffers => both,
        AlarmKind::PartiallyPaid => format!("{both}: only a part is paid"),
        AlarmKind::ProjectDiffers => {
            let recorded = alarm.subject.as_ref().map(|subject| subject.project_id);
            let recorded = recorded.map_or("another one".to_owned(), |id| id.to_string());
            let signed = alarm.project_id;
            format!("{both}: signed by project {signed}, recorded for project {recorded}")
        }
        AlarmKind::SecondSale => {
            format!("{first} credited {credited}, {this} is another sale: {says}")
        }
        AlarmKind::DeclineAfterCredit => {
            format!(
                "credited {credited}, and then the callback says that the payment failed: {status}"
            )
        }
        AlarmKind::SaleWithoutSuccess => {
            format!("{both}: the sale succeeded, and the payment has the status {status}")
        }
        AlarmKind::CompensationTooLarge => match alarm.expected() {
            Some(expected) if credited != "nothing" => match alarm.entry_kind() {
                Some(EntryKind::RefundReverse) => format!("refunded {expected}, {says}"),
                _ => format!("{expected} remains of {credited}, {says}"),
            },
            _ => both,
        },
        AlarmKind::ManualChange => {
            format!("{both}: the platform's staff set the payment to {status}")
        }
        AlarmKind::PayoutForTopUp => format!("{both}: it is about a payout, not a top-up"),
        AlarmKind::TopUpForPayout => format!("{both}: it is about a top-up, not a payout"),
        AlarmKind::OperationOfAnotherPayment => {
            let other = alarm.other_payment.as_ref();
            let other = other.map_or("another payment".to_owned(), |id| format!("payment {id}"));
            format!("{both}: {this} has moved the money of {other}")
        }
        AlarmKind::UnexpectedOperation => {
            format!("{both}: no operation of this type is expected here")
        }
        AlarmKind::SuccessNotCredited => {
            format!(
                "{both}: the payment has the status {status}{operation}, and nothing is credited"
            )
        }
        AlarmKind::UnknownOperation => {
            format!(
                "{both}: the payment has the status {status}{operation}, and the service does not know what that did"
            )
        }
        AlarmKind::BalanceOverflow => {
            format!("{both}: with it, the balance of the customer would not fit 64 bits")
        }
        AlarmKind::ContradictoryRepeat => match (alarm.expected(), alarm.amount) {
            (Some(first), Some(again)) if first != again => {
                format!("the callback says {first}, its repeat says {again}")
            }
            _ => format!("{both}: its repeat has another type"),
        },
        AlarmKind::PayoutOverdue => {
            format!("{recorded}, and the platform gives no outcome in time")
        }
        AlarmKind::PaidAfterRelease => {
            format!("{recorded}, released after a failure, and then paid")
        }
        AlarmKind::DeclineAfterPaid => {
            format!("{recorded}, paid, and then the platform says that the payout failed")
        }
        AlarmKind::AcceptedAfterRelease => {
            format!("{recorded}, released after a failure, and then accepted by the platform")
        }
        AlarmKind::PayoutContradicts => {
            format!("{both}: the payout failed and did not fail, by what the platform says")
        }
        AlarmKind::PayoutOfAnotherGate => {
            format!("{recorded}, and sent to another Gate than the configured one")
        }
        AlarmKind::ClockAhead => format!("{recorded}, and stored with a time too far ahead"),
        AlarmKind::SecondPayout => {
            format!("{recorded}, {first} paid it, {this} paid again: {says}")
        }
        AlarmKind::Unusable => {
            let reason = reason.unwrap_or("a field is missing or odd");
            format!("{both} is not usable: {reason}")
        }
        AlarmKind::NotThere | AlarmKind::NotCredited | AlarmKind::AmountDiffersThere => {
            format!("{this}: {}", reason.unwrap_or("both sides differ"))
        }
        DeliveryParked | DeliveryLate | NotDeliverable => delivery::summary(alarm),
    }
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
    credited: String,
    /// The payment's status.
    status: String,
    /// The operation's type and status, after the payment's.
    operation: String,
}

impl Phrases {
    fn of(alarm: &Alarm) -> Self {
        let (subject, event) = (alarm.subject.as_ref(), alarm.event.as_ref());
        let is_payout = subject.is_some_and(|subject| subject.payout_state.is_some());
        let received = alarm.received().map(|amount| amount.to_string());
        let received = received.as_deref().unwrap_or("no amount");
        let source = match event {
            None if is_payout && alarm.kind != AlarmKind::Unusable => "the platform",
            _ => "the callback",
        };
        let kind = event.and_then(|event| event.operation_type.as_ref());
        let says = match kind.map(OperationType::as_str) {
            _ if alarm.kind == AlarmKind::Unusable => match alarm.received() {
                Some(received) => format!("{source} says {received}, and"),
                None => source.to_owned(),
            },
            None | Some("sale" | "payout") => format!("{source} says {received}"),
            Some(kind) => format!("{source} says {received} ({kind})"),
        };
        let recorded = subject.map(|subject| {
            let recorded = if is_payout { "requested" } else { "announced" };
            format!("{recorded} {}", subject.amount)
        });
        let number = |id: Option<OperationId>| {
            id.map_or("an operation".to_owned(), |id| format!("operation {id}"))
        };
        let credited = subject.filter(|subject| subject.credited > 0);
        let credited = credited.map_or("nothing".to_owned(), |subject| {
            Money::new(subject.credited, subject.amount.currency()).to_string()
        });
        let status = event.and_then(|event| event.operation_status.as_ref());
        let status = status.map(OperationStatus::as_str);
        let operation = match (kind.map(OperationType::as_str), status) {
            (None, None) => " and no operation".to_owned(),
            (kind, status) => {
                let (kind, status) = (kind.unwrap_or("operation"), status.unwrap_or("unknown"));
                format!(", its {kind} the status {status}")
            }
        };
        Self {
            both: match &recorded {
                Some(recorded) => format!("{recorded}, {says}"),
                None => says.clone(),
            },
            recorded: recorded.unwrap_or_else(|| "recorded".to_owned()),
            says,
            first: number(subject.and_then(|subject| subject.operation_id)),
            this: number(alarm.operation_id),
            credited,
            status: event.map_or("unknown".to_owned(), |event| {
                event.payment_status.to_string()
            }),
            operation,
        }
    }
}

const OF_PAYOUT: &str = "Ask JetPay what became of the payout. If it has no outcome here, tell the service; then dismiss the alarm.";

/// What to do about an open alarm.
pub(crate) fn advice(alarm: &Alarm) -> Advice {
    let subject = alarm.subject.as_ref();
    let payout = subject.and_then(|subject| subject.payout_state.as_deref());
    let text = match alarm.kind {
        AlarmKind::PayoutOverdue => {
            "Do not pay again: the platform may still pay. Ask JetPay how the payout ended; if no callback comes, tell the \
             service. Then dismiss the alarm."
        }
        AlarmKind::PaidAfterRelease => {
            "If you paid it again under another key, ask for the money back. Then dismiss the alarm."
        }
        AlarmKind::AcceptedAfterRelease => {
            "Ask JetPay about this payout: if it is paid, its callback reserves the money again. Then dismiss the alarm."
        }
        AlarmKind::PayoutOfAnotherGate => {
            "Configure its Gate again, or list its address as formerly in [gate]. Then dismiss the alarm."
        }
        AlarmKind::ClockAhead => {
            "Look after the clocks of the servers (NTP), and at the history of the payout. Then dismiss the alarm."
        }
        AlarmKind::DeclineAfterPaid | AlarmKind::SecondPayout => {
            "Ask JetPay what it paid; the ledger says paid. Then dismiss the alarm."
        }
        AlarmKind::TopUpForPayout | AlarmKind::PayoutForTopUp => {
            "Ask JetPay why a top-up and a payout have one id. Then dismiss the alarm."
        }
        AlarmKind::ContradictoryRepeat => {
            "Ask JetPay which of the two is right: the service did what the first one says. Then dismiss the alarm."
        }
        AlarmKind::Unusable if subject.is_none() => {
            "The payment is unknown, or the message may be forged: ask JetPay what it sent. Then dismiss the alarm."
        }
        AlarmKind::Unusable if payout.is_some() => {
            "The service asks for the status anyway. Look at the payout, then dismiss the alarm."
        }
        DeliveryParked | DeliveryLate | NotDeliverable => delivery::advice(alarm.kind),
        AlarmKind::PayoutContradicts => OF_PAYOUT,
        _ if payout.is_some() => OF_PAYOUT,
        AlarmKind::NotThere | AlarmKind::NotCredited | AlarmKind::AmountDiffersThere => {
            difference::advice(alarm.kind)
        }
        AlarmKind::AmountDiffers | AlarmKind::PartiallyPaid | AlarmKind::Unusable => {
            "Ask JetPay how much came in, and credit that. Dismiss the alarm if nothing came in."
        }
        AlarmKind::CurrencyDiffers => {
            "Ask JetPay what came in. Credit its worth in the currency of the payment, or dismiss the alarm."
        }
        AlarmKind::ProjectDiffers => {
            "Ask JetPay for which project the money came in. Credit it if it is for this payment, or dismiss the alarm."
        }
        AlarmKind::SecondSale => {
            "The payer may have paid twice: ask JetPay. Credit the second sale, or return the money and dismiss the alarm."
        }
        AlarmKind::SaleWithoutSuccess
        | AlarmKind::SuccessNotCredited
        | AlarmKind::UnexpectedOperation => {
            "Ask JetPay whether the money came in. Credit it if it did, or dismiss the alarm."
        }
        AlarmKind::UnknownOperation => {
            "Ask JetPay what happened to the money. Credit what came in and is not credited, or dismiss the alarm."
        }
        AlarmKind::BalanceOverflow => {
            "Ask JetPay whether the amount is right. Credit a part of it, or dismiss the alarm."
        }
        AlarmKind::DeclineAfterCredit => {
            "Ask JetPay for the status of the payment. If it failed, correct the entry of the credit (jetpay entries \
             correct). Then dismiss the alarm."
        }
        AlarmKind::CompensationTooLarge => {
            "Compare with JetPay's report what was taken back, and book a difference in your billing. Then resolve the alarm."
        }
        AlarmKind::ManualChange => {
            "Read the callback, and ask JetPay what its staff changed. Then dismiss the alarm."
        }
        AlarmKind::OperationOfAnotherPayment => {
            "Ask JetPay to which payment the operation belongs. Then dismiss the alarm."
        }
    };
    let reason = "--reason \"...\"";
    let mut commands = Vec::new();
    commands.extend(credit_command(alarm));
    commands.extend(difference::command(alarm));
    commands.extend(delivery::commands(alarm));
    if let (Some("created" | "unknown" | "sent_by_hand" | "accepted"), Some(id)) =
        (payout, &alarm.payment_id)
        && !matches!(
            alarm.kind,
            AlarmKind::PayoutOfAnotherGate | AlarmKind::ClockAhead
        )
    {
        let id = shell_word(id.as_str());
        commands.push(format!("jetpay payouts resolve {id} --as paid {reason}"));
        commands.push(format!(
            "jetpay payouts resolve {id} --as declined {reason}"
        ));
    }
    commands.push(format!(
        "jetpay alarms resolve {} --verdict dismiss {reason}",
        alarm.seq
    ));
    Advice { text, commands }
}

/// The command that credits the money of an alarm about a top-up, where the service takes such a credit.
fn credit_command(alarm: &Alarm) -> Option<String> {
    let credit = credit(alarm)?;
    let minor = credit.amount.map(|amount| amount.minor().to_string());
    let minor = minor.as_deref().unwrap_or("MINOR_UNITS");
    let seq = alarm.seq;
    let mut command = format!("jetpay alarms resolve {seq} --verdict credit --amount {minor}");
    if credit.needs_operation {
        command += " --operation ID";
    }
    if credit.needs_override {
        command += " --override";
    }
    Some(command + " --reason \"...\"")
}

/// A text as one word of a shell's command.
fn shell_word(text: &str) -> String {
    let plain = |it: char| it.is_ascii_alphanumeric() || "-_./:@".contains(it);
    if text.chars().all(plain) && !text.starts_with('-') {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
