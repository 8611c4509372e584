//! The state of a payment in one sentence.

use jetpay_core::Money;
use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::{OperationStatus, StatusClass};
use jetpay_ledger::{Alarm, Millis, Payment, PaymentState};
use maud::{Markup, html};

use super::super::length::age;
use super::super::locale::Words;
use super::super::show;
use super::Told;
use crate::alarm_text;

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
            let age = age(words, payment.created_at, now);
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
    let mut paid = open.iter().filter_map(|alarm| alarm_text::paid(alarm));
    let paid = paid.find(|paid| *paid != payment.amount);
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
        (show::code(words, code)) "."
    }
}

#[cfg(test)]
mod tests {
    use jetpay_core::id::{CustomerId, PaymentId, ProjectId};
    use jetpay_core::{Currency, Money};
    use jetpay_ledger::{Alarm, AlarmKind, Millis, OperationEvent, Payment, PaymentState};

    use super::super::super::locale::{Lang, Words};
    use super::of;

    fn kzt(minor: i64) -> Money {
        Money::new(minor, Currency::parse("KZT").unwrap())
    }

    fn payment(state: PaymentState, credited: i64, remaining: i64) -> Payment {
        Payment {
            id: PaymentId::new("p").unwrap(),
            project_id: ProjectId::new(1),
            method: "kaspi".to_owned(),
            customer_id: CustomerId::new("7123456789").unwrap(),
            contract_id: None,
            amount: kzt(9_000),
            state,
            credited,
            remaining,
            flags: Vec::new(),
            created_at: Millis(0),
            changed_at: Millis(0),
            operations: Vec::new(),
        }
    }

    /// An alarm about an operation of this type and with this status.
    fn about((kind, operation, status): About, amount: i64) -> Alarm {
        let event = OperationEvent {
            project_id: ProjectId::new(1),
            payment_id: PaymentId::new("p").unwrap(),
            payment_type: None,
            payment_status: status.into(),
            operation_id: None,
            operation_type: Some(operation.into()),
            operation_status: Some(status.into()),
            amount: Some(kzt(amount)),
        };
        Alarm {
            seq: 1,
            kind,
            project_id: ProjectId::new(1),
            payment_id: None,
            operation_id: None,
            amount: None,
            reason: None,
            difference: None,
            delivery: None,
            time: Millis(0),
            event: Some(event),
            subject: None,
            other_payment: None,
            resolution: None,
        }
    }

    /// The kind of an alarm, the type of the operation, its status.
    type About = (AlarmKind, &'static str, &'static str);

    const HOUR: i64 = 3_600_000;
    const PAID: About = (AlarmKind::AmountDiffers, "sale", "success");

    /// A state, what was credited, what remains, the amounts of the open alarms, how old it is, and the sentence.
    type Row = (PaymentState, i64, i64, &'static [i64], i64, &'static str);

    #[rustfmt::skip]
    const ROWS: [Row; 14] = [
        (PaymentState::Pending, 0, 0, &[], 3 * HOUR + 125_000, "Announced 90.00 KZT 3 h 2 min ago, no result yet."),
        (PaymentState::Pending, 0, 0, &[], -5, "Announced 90.00 KZT 1 s ago, no result yet."),
        (PaymentState::Pending, 0, 0, &[], 90_000, "Announced 90.00 KZT 1 min ago, no result yet."),
        (PaymentState::Pending, 0, 0, &[1], 48 * HOUR, "Announced 90.00 KZT 2 days ago, no result yet. One alarm waits for a decision."),
        (PaymentState::Declined, 0, 0, &[], 0, "Announced 90.00 KZT, and the payment failed."),
        (PaymentState::Quarantined, 0, 0, &[9_000, 10_000], 0, "Paid 100.00 KZT, announced 90.00 KZT: waiting for a decision."),
        (PaymentState::Quarantined, 0, 0, &[9_000], 0, "Announced 90.00 KZT, and a callback does not fit: waiting for a decision."),
        (PaymentState::Quarantined, 0, 0, &[], 0, "Announced 90.00 KZT. A callback did not fit, and no money was credited."),
        (PaymentState::Credited, 9_000, 9_000, &[], 0, "Paid and credited 90.00 KZT."),
        (PaymentState::Credited, 9_000, 9_000, &[1, 2], 0, "Paid and credited 90.00 KZT. 2 alarms wait for a decision."),
        (PaymentState::Credited, 10_000, 10_000, &[], 0, "Announced 90.00 KZT, credited 100.00 KZT."),
        (PaymentState::PartiallyRefunded, 10_000, 6_000, &[], 0, "Credited 100.00 KZT, 40.00 KZT taken back, 60.00 KZT remains."),
        (PaymentState::Refunded, 9_000, 0, &[], 0, "Credited 90.00 KZT, and all of it was refunded."),
        (PaymentState::Reversed, 9_000, 0, &[], 0, "Credited 90.00 KZT, and all of it was taken back."),
    ];

    #[test]
    fn every_state_is_one_sentence_with_its_amounts_in_every_language() {
        for (state, credited, remaining, alarms, age, expected) in ROWS {
            let alarms: Vec<_> = alarms.iter().map(|amount| about(PAID, *amount)).collect();
            let open: Vec<_> = alarms.iter().collect();
            let payment = payment(state, credited, remaining);
            let say = |lang| of(Words(lang), &payment, &open, Millis(age));
            assert_eq!(say(Lang::English), expected);
            let amounts = expected.matches("KZT").count();
            for lang in [Lang::Russian, Lang::Kazakh] {
                let said = say(lang);
                assert_eq!(said.matches("KZT").count(), amounts, "{said}");
                assert!(!said.contains("payment-"), "{said}");
            }
        }
        let seen = |state: &PaymentState| ROWS.iter().any(|row| row.0 == *state);
        assert!(PaymentState::ALL.iter().all(seen));
    }

    #[test]
    fn only_a_sale_that_succeeded_with_another_amount_was_paid() {
        let quarantined = payment(PaymentState::Quarantined, 0, 0);
        let paid = [
            PAID,
            (AlarmKind::PartiallyPaid, "sale", "success"),
            (AlarmKind::CurrencyDiffers, "sale", "success"),
        ];
        let not_paid = [
            (AlarmKind::AmountDiffers, "sale", "decline"),
            (AlarmKind::AmountDiffers, "sale", "processing"),
            (AlarmKind::AmountDiffers, "refund", "success"),
            (AlarmKind::ProjectDiffers, "sale", "decline"),
            (AlarmKind::ProjectDiffers, "sale", "success"),
            (AlarmKind::PayoutForTopUp, "payout", "success"),
            (AlarmKind::UnknownOperation, "chargeback", "success"),
        ];
        let rows = paid.map(|row| (row, true)).into_iter();
        for (row, is_paid) in rows.chain(not_paid.map(|row| (row, false))) {
            let said = of(
                Words(Lang::English),
                &quarantined,
                &[&about(row, 8_000)],
                Millis(0),
            );
            assert_eq!(said.contains("Paid 80.00 KZT"), is_paid, "{row:?}: {said}");
            assert!(said.contains("waiting for a decision"), "{said}");
        }
    }
}
