//! Every short history, and long random ones, against the model.

use proptest::prelude::*;

use super::given::{
    AMOUNT, History, decline, declined_by_hand, fact, refund, refund_reverse, reversal, sale,
};
use super::model::{self, Books, Step};
use super::{Fact, credit_by_hand};

impl History {
    /// What the rules make of a step.
    fn take(&mut self, step: &Step) {
        match step {
            Step::Told(fact) => drop(self.happen(fact)),
            Step::Settled(operation, amount) => self.settle(*operation, *amount),
        }
    }

    fn settle(&mut self, operation: u64, amount: i64) {
        let mut standing = self.standing.clone();
        standing.effect = self.settled_effect(operation);
        if let Ok(decision) = credit_by_hand(&standing, operation.into(), amount) {
            self.add(&decision);
            self.standing = standing.with(&decision);
        }
    }

    fn books(&self) -> Books {
        Books {
            credited: self.standing.credited,
            remaining: self.standing.remaining,
            state: self.standing.state,
        }
    }
}

fn amount(mut fact: Fact, minor: i64) -> Fact {
    fact.amount = super::given::kzt(minor);
    fact
}

fn foreign(mut fact: Fact) -> Fact {
    fact.project_id = 4321.into();
    fact
}

/// One of each kind of thing that can happen.
fn alphabet() -> Vec<Step> {
    let facts = [
        sale(1),
        sale(2),
        amount(sale(3), AMOUNT - 1),
        foreign(sale(4)),
        decline(1),
        decline(5),
        fact(1, ["sale", "processing", "processing"], AMOUNT),
        fact(6, ["sale", "success", "partially paid"], AMOUNT),
        fact(7, ["sale", "success", "processing"], AMOUNT),
        refund(10, 60_000),
        refund(11, 60_000),
        refund(12, AMOUNT + 1),
        refund(13, 0),
        fact(10, ["refund", "success", "refunded"], 60_000),
        refund_reverse(10, 60_000),
        reversal(14, AMOUNT),
        declined_by_hand(15),
        fact(16, ["manual change", "success", "success"], AMOUNT),
        fact(17, ["payout", "success", "success"], AMOUNT),
        fact(18, ["capture", "success", "success"], AMOUNT),
    ];
    let settled = [
        Step::Settled(3, 90_000),
        Step::Settled(2, AMOUNT),
        Step::Settled(9, -5),
    ];
    facts.into_iter().map(Step::Told).chain(settled).collect()
}

/// Walks all histories of at most so many more steps, and compares after each step.
fn walk(history: &History, steps: &mut Vec<Step>, alphabet: &[Step], more: usize) -> u64 {
    let mut walked = 0;
    for step in alphabet {
        let mut next = history.clone();
        next.take(step);
        steps.push(step.clone());
        assert_eq!(next.books(), model::after(steps), "{steps:#?}");
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
        prop_assert_eq!(history.books(), model::after(&steps));
        prop_assert_eq!(history.total(), history.standing.remaining);
    }
}
