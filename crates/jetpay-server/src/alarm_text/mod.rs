//! What an alarm says to people: what happened, with the amounts, and what to do. The command line, the HTTP interface, the log
//! and the tables in `docs/service.md` and `docs/payouts.md` say the same in English, the pages also in other languages.

mod credit;
mod delivery;
mod difference;
mod summary;
#[cfg(test)]
pub(crate) mod tests;
mod what_to_do;

pub(crate) use credit::{Credit, credit, paid};
pub(crate) use summary::{reason, sentence, summary};
pub(crate) use what_to_do::what_to_do;

use jetpay_ledger::{Alarm, AlarmKind};

use crate::locale::{Lang, Words};

/// What an operator does about an alarm.
pub(crate) struct Advice {
    /// What to find out, and what then to decide.
    pub(crate) text: String,
    /// The commands that record each decision. The operator writes the reason.
    pub(crate) commands: Vec<String>,
}

/// What to do about an open alarm.
pub(crate) fn advice(alarm: &Alarm) -> Advice {
    let subject = alarm.subject.as_ref();
    let payout = subject.and_then(|subject| subject.payout_state.as_deref());
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
    let words = Words(Lang::English);
    let text =
        what_to_do::named_commands(alarm).map_or_else(|| what_to_do(words, alarm), str::to_owned);
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
