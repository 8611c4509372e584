//! Every short history, and long random ones, against the model.

use proptest::prelude::*;

use super::history::{
    AMOUNT, History, bare, decline, event, manually_declined, refund, refund_reverse, reversal,
    sale, without_id,
};
use super::model::{self, Outcome, Step};
use jetpay_rules::{EffectKey, EntryKind, OperationEvent, credit_manually};

impl History {
    /// What the rules make of a step.
    fn take(&mut self, step: &Step) {
        match step {
            Step::Event(event) => drop(self.happen(event)),
            Step::ManualCredit(operation, amount) => self.credit_manually(*operation, *amount),
        }
    }

    fn credit_manually(&mut self, operation: u64, amount: i64) {
        let key = EffectKey::new(1234.into(), operation.into(), EntryKind::ManualCredit);
        let effects = self.effects(Some(key));
        if let Ok(decision) = credit_manually(&self.snapshot, operation.into(), amount, &effects) {
            self.add(&decision);
        }
    }

    fn outcome_of_all(&self) -> Outcome {
        Outcome {
            credited: self.snapshot.credited,
            remaining: self.snapshot.remaining,
            state: self.snapshot.state,
        }
    }
}

fn amount(mut event: OperationEvent, minor: i64) -> OperationEvent {
    event.amount = Some(super::history::kzt(minor));
    event
}

fn foreign(mut event: OperationEvent) -> OperationEvent {
    event.project_id = 4321.into();
    event
}

/// One of each kind of thing that can happen.
fn alphabet() -> Vec<Step> {
    let events = [
        sale(1),
        sale(2),
        amount(sale(3), AMOUNT - 1),
        foreign(sale(4)),
        decline(1),
        decline(5),
        event(1, ["sale", "processing", "processing"], AMOUNT),
        event(6, ["sale", "success", "partially paid"], AMOUNT),
        event(7, ["sale", "success", "processing"], AMOUNT),
        refund(10, 60_000),
        refund(11, 60_000),
        refund(12, AMOUNT + 1),
        refund(13, 0),
        event(10, ["refund", "success", "refunded"], 60_000),
        refund_reverse(10, 60_000),
        reversal(14, AMOUNT),
        manually_declined(15),
        event(16, ["manual change", "success", "success"], AMOUNT),
        event(17, ["payout", "success", "success"], AMOUNT),
        event(18, ["capture", "success", "success"], AMOUNT),
        event(19, ["chargeback", "success", "success"], AMOUNT),
        event(20, ["sale", "approved", "success"], AMOUNT),
        event(10, ["refund", "decline", "success"], 60_000),
        without_id(decline(1)),
        without_id(refund(10, 60_000)),
        bare("decline"),
        bare("success"),
        bare("processing"),
    ];
    let manual_credits = [
        Step::ManualCredit(3, 90_000),
        Step::ManualCredit(2, AMOUNT),
        Step::ManualCredit(9, -5),
    ];
    events
        .into_iter()
        .map(Step::Event)
        .chain(manual_credits)
        .collect()
}

/// Walks all histories of at most so many more steps, and compares after each step.
fn walk(history: &History, steps: &mut Vec<Step>, alphabet: &[Step], more: usize) -> u64 {
    let mut walked = 0;
    for step in alphabet {
        let mut next = history.clone();
        next.take(step);
        steps.push(step.clone());
        assert_eq!(next.outcome_of_all(), model::after(steps), "{steps:#?}");
        walked += 1;
        if more > 1 {
            walked += walk(&next, steps, alphabet, more - 1);
        }
        steps.pop();
    }
    walked
}

#[test]
fn every_history_of_four_steps_ends_as_the_model_says() {
    let alphabet = alphabet();
    let walked = walk(&History::new(), &mut Vec::new(), &alphabet, 4);
    let letters = alphabet.len() as u64;
    assert_eq!(
        walked,
        (1..=4).map(|length| letters.pow(length)).sum::<u64>()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn long_history_ends_as_the_model_says(
        steps in prop::collection::vec(proptest::sample::select(alphabet()), 1..30),
    ) {
        let mut history = History::new();
        for step in &steps {
            history.take(step);
        }
        prop_assert_eq!(history.outcome_of_all(), model::after(&steps));
        prop_assert_eq!(history.total(), history.snapshot.remaining);
    }
}
