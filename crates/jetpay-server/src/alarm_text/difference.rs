//! Alarms that a reconciliation raised. The platform's books are not signed with the project's key, so none of these takes a
//! credit.

use jetpay_ledger::{Alarm, AlarmKind};
use jetpay_reconcile::Kind;

use super::shell_word;

/// Why a success is not credited when neither a payment nor a callback has its payment id: in the words of `jetpay-reconcile`.
const UNKNOWN_PAYMENT: &str = "unknown payment id";

/// The command that looks at the payout, looks for the proof of a success that is not credited, or says whose it is.
pub(super) fn command(alarm: &Alarm) -> Option<String> {
    let is_not_credited = alarm.kind == AlarmKind::NotCredited;
    let is_of_reconciliation = is_not_credited
        || matches!(
            alarm.kind,
            AlarmKind::NotThere | AlarmKind::AmountDiffersThere
        );
    let subject = alarm.subject.as_ref();
    let is_payout = subject.is_some_and(|subject| subject.payout_state.is_some());
    let id = shell_word(alarm.payment_id.as_ref()?.as_str());
    let is_unknown = |reason: &str| reason.contains(UNKNOWN_PAYMENT);
    match subject {
        _ if is_payout && is_of_reconciliation => Some(format!("jetpay payouts show {id}")),
        _ if !is_not_credited => None,
        None if alarm.reason.as_deref().is_some_and(is_unknown) => {
            let (project_id, operation_id) = (alarm.project_id, alarm.operation_id?);
            Some(format!(
                "jetpay reconcile resolve {project_id}-{operation_id}-{} --verdict foreign --reason \"...\"",
                Kind::NotCredited
            ))
        }
        Some(_) => Some(format!("jetpay payments confirm {id} --reason \"...\"")),
        None => Some(format!(
            "jetpay inbox resolve {id} --verdict credit --customer ID --amount MINOR_UNITS --reason \"...\""
        )),
    }
}
