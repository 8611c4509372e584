//! The state of a payment in one sentence.

use jetpay_core::Money;
use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::{OperationStatus, StatusClass};
use jetpay_ledger::{Alarm, Millis, Payment, PaymentState};
use maud::{Markup, html};

use super::super::locale::Words;
use super::super::show;
use super::Told;

/// The sentence, and how many alarms wait.
pub(super) fn sentence(words: Words, told: &Told, now: Millis) -> String {
    let open: Vec<&Alarm> = told.open_alarms().collect();
    of(words, &told.payment, &open, now)
}

fn of(words: Words, payment: &Payment, open: &[&Alarm], now: Millis) -> String {
    let currency = payment.amount.currency();
    let announced = show::amount(payment.amount);
    let credited = show::amount(Money::new(payment.credited, currency));
    let back = Money::new(payment.credited.saturating_sub(payment.remaining), currency);
    let say = |id| words.with(id, [("amount", announced.clone().into())]);
    let say_credited = |id| words.with(id, [("credited", credited.clone().into())]);
    let sentence = match payment.state {
        PaymentState::Pending => {
            let age = age(words, now.0.saturating_sub(payment.created_at.0));
            let values = [("amount", announced.clone().into()), ("age", age.into())];
            words.with("payment-state-pending", values)
        }
        PaymentState::Declined => say("payment-state-declined"),
        PaymentState::Quarantined => return quarantined(words, payment, open),
        PaymentState::Credited if payment.credited == payment.amount.minor() => {
            say("payment-state-credited")
        }
        PaymentState::Credited => {
            let values = [
                ("amount", announced.clone().into()),
                ("credited", credited.clone().into()),
            ];
            words.with("payment-state-credited-other", values)
        }
        PaymentState::PartiallyRefunded => {
            let remaining = show::amount(Money::new(payment.remaining, currency));
            let values = [
                ("credited", credited.clone().into()),
                ("back", show::amount(back).into()),
                ("remaining", remaining.into()),
            ];
            words.with("payment-state-partly-back", values)
        }
        PaymentState::Refunded => say_credited("payment-state-refunded"),
        PaymentState::Reversed => say_credited("payment-state-reversed"),
    };
    match open.len() {
        0 => sentence,
        count => {
            let open = words.with("payment-state-open", [("count", count.into())]);
            format!("{sentence} {open}")
        }
    }
}

/// A callback does not fit, and no money was credited.
fn quarantined(words: Words, payment: &Payment, open: &[&Alarm]) -> String {
    let announced = show::amount(payment.amount);
    let paid = open.iter().filter_map(|alarm| alarm.received());
    let paid = paid.filter(|paid| *paid != payment.amount).next();
    match paid {
        Some(paid) => {
            let values = [
                ("amount", announced.into()),
                ("paid", show::amount(paid).into()),
            ];
            words.with("payment-state-differs", values)
        }
        None if open.is_empty() => {
            words.with("payment-state-put-aside", [("amount", announced.into())])
        }
        None => words.with("payment-state-waits", [("amount", announced.into())]),
    }
}

/// Why a payment failed, by the code of its last operation that did.
pub(super) fn failure(words: Words, payment: &Payment) -> Markup {
    let is_failed = |status: &OperationStatus| status.class() == StatusClass::Failed;
    let failed = payment.operations.iter().rev();
    let mut failed = failed.filter(|it| it.status.as_ref().is_some_and(is_failed));
    let code = match payment.state {
        PaymentState::Declined => failed.find_map(|operation| operation.code.as_ref()),
        _ => None,
    };
    html! { @if let Some(code) = code { " " (meaning(words, code)) } }
}

/// A code of an operation, and what it means. The platform's texts are English.
pub(super) fn meaning(words: Words, code: &OperationCode) -> Markup {
    let code_text = show::text(code.as_str());
    html! {
        (words.with("payment-code", [("code", code_text.into())])) ": "
        span lang="en" { (code.text()) } "."
    }
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How long ago something was, roughly.
pub(super) fn age(words: Words, millis: i64) -> String {
    let (id, unit) = match millis {
        DAY.. => ("payment-age-days", DAY),
        HOUR.. => ("payment-age-hours", HOUR),
        _ => ("payment-age-minutes", MINUTE),
    };
    words.with(id, [("count", (millis.max(0) / unit).into())])
}
