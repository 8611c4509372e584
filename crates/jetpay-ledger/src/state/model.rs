//! A second opinion on the rules: what a payment's books must say after a history, computed anew from the whole of it, in
//! other terms than the rules are written in.

use std::collections::BTreeSet;

use jetpay_core::status::{OperationType, PaymentStatus, StatusClass};

use super::given::{AMOUNT, kzt};
use super::{Fact, State};

/// Something that happens to a payment.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// A callback tells of it.
    Told(Fact),
    /// A person credits an operation.
    Settled(u64, i64),
}

/// Money that is taken back, or given again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Taken {
    /// By a refund or a reversal; whether it is a reversal.
    Back(bool, i64),
    /// A refund that is taken back.
    Again(i64),
    /// All that is left.
    ByHand,
}

/// What the books say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Books {
    pub(super) credited: i64,
    pub(super) remaining: i64,
    pub(super) state: State,
}

/// The books after a history.
pub(super) fn after(history: &[Step]) -> Books {
    let mut model = Model::default();
    for step in history {
        match step {
            Step::Settled(operation, amount) => model.settle(*operation, *amount),
            Step::Told(fact) => model.tell(fact),
        }
    }
    Books {
        credited: model.credited,
        remaining: model.remaining,
        state: model.state(),
    }
}

#[derive(Default)]
struct Model {
    told: BTreeSet<(u64, u64, String, String)>,
    credited: i64,
    remaining: i64,
    /// The operation of the first credit.
    first: Option<u64>,
    settled: BTreeSet<u64>,
    /// Operations and kinds that have been taken into account.
    used: BTreeSet<(u64, u8)>,
    waiting: Vec<((u64, u8), Taken)>,
    declined: bool,
    odd: bool,
    reversed: bool,
}

impl Model {
    fn state(&self) -> State {
        match (self.credited, self.remaining) {
            (0, _) if self.odd => State::Quarantined,
            (0, _) if self.declined => State::Declined,
            (0, _) => State::Pending,
            (credited, remaining) if credited == remaining => State::Credited,
            (_, 0) if self.reversed => State::Reversed,
            (_, 0) => State::Refunded,
            _ => State::PartiallyRefunded,
        }
    }

    fn settle(&mut self, operation: u64, amount: i64) {
        let again = self.first == Some(operation) || self.settled.contains(&operation);
        if amount > 0 && !again {
            self.settled.insert(operation);
            self.credit(operation, amount);
        }
    }

    fn credit(&mut self, operation: u64, amount: i64) {
        self.first = self.first.or(Some(operation));
        self.credited += amount;
        self.remaining += amount;
        let mut waiting = std::mem::take(&mut self.waiting);
        // Stable: what takes first, in the order of arrival.
        waiting.sort_by_key(|(_, taken)| match taken {
            Taken::Back(..) => 0,
            Taken::Again(_) => 1,
            Taken::ByHand => 2,
        });
        for (operation, taken) in waiting {
            if !self.take(taken) {
                // It had no effect, so it may have one when it is told anew.
                self.used.remove(&operation);
            }
        }
    }

    /// Whether it fits.
    fn take(&mut self, taken: Taken) -> bool {
        let change = match taken {
            Taken::Back(_, amount) if amount <= self.remaining => -amount,
            Taken::Again(amount) if amount <= self.credited - self.remaining => amount,
            Taken::ByHand if self.remaining > 0 => -self.remaining,
            _ => return false,
        };
        self.remaining += change;
        self.reversed = matches!(taken, Taken::Back(true, _) | Taken::ByHand);
        true
    }

    fn tell(&mut self, fact: &Fact) {
        let identity = (
            fact.project_id.number(),
            fact.operation_id.number(),
            fact.operation_status.as_str().to_owned(),
            fact.payment_status.as_str().to_owned(),
        );
        if !self.told.insert(identity) {
            return;
        }
        let foreign = fact.is_payout() || fact.project_id.number() != 1234;
        if foreign || fact.payment_status.class() == StatusClass::PartiallyPaid {
            self.odd = true;
            return;
        }
        let succeeded = fact.operation_status.class() == StatusClass::Succeeded;
        let failed = fact.payment_status.class() == StatusClass::Failed;
        if fact.operation_type == OperationType::Sale {
            self.sale(fact, succeeded, failed);
        } else if succeeded {
            self.compensate(fact, failed);
        }
    }

    fn sale(&mut self, fact: &Fact, succeeded: bool, failed: bool) {
        let operation = fact.operation_id.number();
        if failed && !succeeded {
            self.declined = true;
        } else if succeeded && fact.payment_status == PaymentStatus::Success && self.first.is_none()
        {
            if fact.amount == kzt(AMOUNT) {
                self.credit(operation, AMOUNT);
            } else {
                self.odd = true;
            }
        }
    }

    fn compensate(&mut self, fact: &Fact, failed: bool) {
        let minor = fact.amount.minor();
        let (kind, taken) = match fact.operation_type {
            OperationType::Refund => (1, Taken::Back(false, minor)),
            OperationType::Reversal => (2, Taken::Back(true, minor)),
            OperationType::RefundReverse => (3, Taken::Again(minor)),
            OperationType::ManualChange if failed => (4, Taken::ByHand),
            _ => return,
        };
        let operation = (fact.operation_id.number(), kind);
        if self.used.contains(&operation) {
            return;
        }
        let by_hand = taken == Taken::ByHand;
        if !by_hand && minor <= 0 {
            self.odd = true;
        } else if self.first.is_some() {
            if self.take(taken) {
                self.used.insert(operation);
            } else {
                self.odd |= !by_hand;
            }
        } else if !by_hand && minor > AMOUNT {
            self.odd = true;
        } else {
            // It waits; whether it fits is seen with the credit.
            self.used.insert(operation);
            self.waiting.push((operation, taken));
        }
    }
}
