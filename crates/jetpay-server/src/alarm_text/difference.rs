//! Alarms that a reconciliation raised. The platform's books are not signed with the project's key, so none of these takes a
//! credit.

use jetpay_ledger::{Alarm, AlarmKind};

use super::shell_word;

/// What to do about one that is about a top-up.
pub(super) const fn advice(kind: AlarmKind) -> &'static str {
    match kind {
        AlarmKind::NotCredited => {
            "Ask for the signed status of the payment and confirm it, or say whose payment the waiting callback is about. A \
             report is no proof: the alarm takes no credit. The next reconciliation resolves it."
        }
        AlarmKind::NotThere => {
            "Ask JetPay about the operation. If it does not exist there, correct the entry (jetpay entries correct). The next \
             reconciliation resolves the alarm; dismiss it if all is right as it is."
        }
        _ => {
            "Ask JetPay which amount is right. If it is not the recorded one, correct the entry (jetpay entries correct). Then \
             dismiss the alarm."
        }
    }
}

/// The command that looks for the proof of a success that is not credited.
pub(super) fn command(alarm: &Alarm) -> Option<String> {
    let id = alarm.payment_id.as_ref();
    let id = id.filter(|_| alarm.kind == AlarmKind::NotCredited);
    let id = shell_word(id?.as_str());
    match &alarm.subject {
        Some(subject) if subject.payout_state.is_some() => None,
        Some(_) => Some(format!("jetpay payments confirm {id} --reason \"...\"")),
        None => Some(format!(
            "jetpay inbox resolve {id} --verdict credit --customer ID --amount MINOR_UNITS --reason \"...\""
        )),
    }
}
