//! A signed status answer moves the same money as the callbacks of the payment, whichever of them were lost.

use jetpay_core::message::Received;
use jetpay_core::signature::{Key, sign};
use jetpay_core::status::{OperationStatus, OperationType};
use jetpay_core::{Keyring, Project};
use jetpay_rules::{AlarmKind, OperationEvent};

use super::{AMOUNT, History, event};

/// A payment at the platform: its callbacks, and what a status answer lists.
#[derive(Clone, Default)]
struct Platform {
    callbacks: Vec<OperationEvent>,
    remaining: i64,
    refunded: i64,
    is_paid: bool,
}

/// What can happen to a payment at the platform.
#[derive(Clone, Copy, Debug)]
enum Step {
    FailedAttempt,
    Sale,
    Refund(i64),
    FailedRefund,
    RefundReverse(i64),
    Reversal,
}

use Step::{FailedAttempt, FailedRefund, Refund, RefundReverse, Reversal, Sale};

impl Platform {
    /// Whether the step was possible.
    fn take(&mut self, step: Step) -> bool {
        let (kind, status, amount, change) = match step {
            FailedAttempt if !self.is_paid => ("sale", "decline", AMOUNT, 0),
            Sale if !self.is_paid => ("sale", "success", AMOUNT, AMOUNT),
            Refund(part) if part <= self.remaining => ("refund", "success", part, -part),
            FailedRefund if self.is_paid => ("refund", "decline", 1, 0),
            RefundReverse(part) if part <= self.refunded => {
                ("refund reverse", "success", part, part)
            }
            Reversal if self.remaining > 0 => {
                ("reversal", "success", self.remaining, -self.remaining)
            }
            _ => return false,
        };
        self.is_paid |= matches!(step, Sale);
        self.remaining += change;
        if matches!(step, Refund(_) | RefundReverse(_)) {
            self.refunded -= change;
        }
        let payment = match step {
            _ if !self.is_paid => "decline",
            Reversal => "reversed",
            _ if self.remaining == AMOUNT => "success",
            _ if self.remaining > 0 => "partially refunded",
            _ if self.refunded == 0 => "reversed",
            _ => "refunded",
        };
        let id = self.callbacks.len() as u64 + 1;
        self.callbacks
            .push(event(id, [kind, status, payment], amount));
        true
    }

    /// The events of the signed status answer.
    fn answer(&self) -> Vec<OperationEvent> {
        let operations = self.callbacks.iter().map(|callback| {
            let word = |word: Option<&str>| word.unwrap_or_default().to_owned();
            format!(
                r#"{{"id": {}, "type": "{}", "status": "{}", "sum_initial": {{"amount": {}, "currency": "KZT"}}}}"#,
                callback.operation_id.unwrap().number(),
                word(callback.operation_type.as_ref().map(OperationType::as_str)),
                word(callback.operation_status.as_ref().map(OperationStatus::as_str)),
                callback.amount.unwrap().minor(),
            )
        });
        let body = format!(
            r#"{{"project_id": 1234, "payment": {{"id": "payment_47", "type": "purchase", "status": "{}"}},
            "operations": [{}]}}"#,
            self.callbacks.last().unwrap().payment_status,
            operations.collect::<Vec<_>>().join(",")
        );
        let signed = sign(body.as_bytes(), &Key::new("secret").unwrap()).unwrap();
        let keyring = Keyring::from(Project::new(1234, "secret").unwrap());
        let message = Received::parse(&signed).unwrap().authenticate(&keyring);
        let callbacks = message.unwrap().status_answer().unwrap();
        callbacks.iter().map(OperationEvent::from).collect()
    }
}

/// All histories of at most this many steps.
fn platforms(steps: usize) -> Vec<Platform> {
    const STEPS: [Step; 8] = [
        FailedAttempt,
        Sale,
        Refund(30_000),
        Refund(AMOUNT),
        FailedRefund,
        RefundReverse(30_000),
        RefundReverse(AMOUNT),
        Reversal,
    ];
    let mut all = vec![Platform::default()];
    let mut last = all.clone();
    for _ in 0..steps {
        let longer = last.iter().flat_map(|platform| {
            STEPS.iter().filter_map(|step| {
                let mut platform = platform.clone();
                platform.take(*step).then_some(platform)
            })
        });
        last = longer.collect();
        all.extend(last.iter().cloned());
    }
    all.retain(|platform| !platform.callbacks.is_empty());
    all
}

/// Whether a compensation arrived, and not what succeeded before it.
fn has_gap(platform: &Platform, arrived: u32) -> bool {
    let succeeded = |at: usize| {
        let status = platform.callbacks[at].operation_status.as_ref();
        status.is_some_and(|status| status.as_str() == "success")
    };
    let came = |at: usize| arrived >> at & 1 == 1;
    (0..platform.callbacks.len()).any(|at| {
        came(at) && succeeded(at) && (0..at).any(|before| !came(before) && succeeded(before))
    })
}

fn money(history: &History) -> [i64; 3] {
    let snapshot = &history.snapshot;
    [snapshot.credited, snapshot.remaining, snapshot.refunded]
}

#[test]
fn status_answer_gives_the_money_of_the_callbacks_whichever_of_them_were_lost() {
    let platforms = platforms(5);
    let (mut credited, mut lost, mut misfits) = (0, 0, 0);
    for platform in &platforms {
        let whole = History::of(platform.callbacks.iter().cloned());
        assert_eq!(whole.snapshot.remaining, platform.remaining);
        let answer = platform.answer();
        for arrived in 0..1 << platform.callbacks.len() {
            let callbacks = platform.callbacks.iter().enumerate();
            let callbacks = callbacks.filter(|(at, _)| arrived >> at & 1 == 1);
            let mut history = History::of(callbacks.map(|(_, callback)| callback.clone()));
            let alarms = history.alarms.len();
            for event in &answer {
                history.happen(event);
            }
            let context = format!("{:?}, of which came {arrived:b}", platform.callbacks);
            if history.alarms.contains(&AlarmKind::CompensationTooLarge) {
                // A compensation came before what it depends on. It was quarantined, or did not fit the credit, as without
                // an answer: an operator decides about it.
                assert!(has_gap(platform, arrived), "{context}");
                misfits += 1;
                continue;
            }
            assert_eq!(money(&history), money(&whole), "{context}");
            assert_eq!(history.alarms.len(), alarms, "a new alarm: {context}");
            // In another order, what took the last of the money may have another name.
            if !has_gap(platform, arrived) {
                assert_eq!(history.snapshot.state, whole.snapshot.state, "{context}");
            }
            lost += usize::from(history.snapshot.credited > 0 && arrived & 1 == 0);
            // The callbacks that come late, and the answer again, move nothing.
            for event in platform.callbacks.iter().chain(&answer) {
                history.happen(event);
            }
            assert_eq!(money(&history), money(&whole), "{context}");
        }
        credited += usize::from(whole.snapshot.credited > 0);
    }
    let counts = format!("{credited} credited, {lost} lost, {misfits} misfits");
    assert!(credited > 200 && lost > 1_000 && misfits < lost, "{counts}");
}

#[test]
fn manual_change_to_a_failure_leaves_the_same_balance_and_an_alarm() {
    let callbacks = [
        event(1, ["sale", "success", "success"], AMOUNT),
        event(2, ["manual change", "success", "decline"], AMOUNT),
    ];
    let platform = Platform {
        callbacks: callbacks.to_vec(),
        ..Platform::default()
    };
    for arrived in 0..2 {
        let mut history = History::of(callbacks[..arrived].iter().cloned());
        for event in platform.answer() {
            history.happen(&event);
        }
        assert_eq!(history.total(), 0, "{arrived}");
        assert!(
            history.alarms.contains(&AlarmKind::ManualChange),
            "{arrived}"
        );
    }
}
