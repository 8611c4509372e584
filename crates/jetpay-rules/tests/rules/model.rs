//! A second opinion on the rules: what a payment must be after a history, computed anew from the whole of it, in
//! other terms than the rules are written in.

use std::collections::BTreeSet;

use jetpay_core::Money;
use jetpay_core::id::OperationId;
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, StatusClass};

use super::{AMOUNT, kzt};
use jetpay_rules::{OperationEvent, PaymentState};

/// Something that happens to a payment.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// A callback.
    Event(OperationEvent),
    /// An operator credits an operation.
    ManualCredit(u64, i64),
}

/// Money that is taken back, or history again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Taken {
    /// By a refund or a reversal; whether it is a reversal.
    Back(bool, i64),
    /// A refund that is taken back.
    Again(i64),
    /// All that is left.
    ManualChange,
}

/// What must hold after a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) credited: i64,
    pub(super) remaining: i64,
    pub(super) state: PaymentState,
}

/// What must hold after this history.
pub(super) fn after(history: &[Step]) -> Outcome {
    let mut model = Model::default();
    for step in history {
        match step {
            Step::ManualCredit(operation, amount) => model.credit_manually(*operation, *amount),
            Step::Event(event) => model.event(event),
        }
    }
    Outcome {
        credited: model.credited,
        remaining: model.remaining,
        state: model.state(),
    }
}

/// Whether an operator must see an event that did not wait, by its words. `credited`: the payment is credited after it.
pub(super) fn must_be_seen(event: &OperationEvent, credited: bool) -> bool {
    let known = |words: &[&str], word: &str| words.contains(&word);
    let payment = event.payment_status.as_str();
    let status = event.operation_status.as_ref().map(OperationStatus::as_str);
    let kind = event.operation_type.as_ref().map(OperationType::as_str);
    let taken_back = [
        "refunded",
        "partially refunded",
        "reversed",
        "partially reversed",
    ];
    let no_final_word = ["decline", "processing", "unknown"];
    let odd_operation = match status {
        Some("success") => kind.is_none_or(|kind| kind == "moon"),
        Some(word) if !known(&no_final_word, word) => {
            payment == "success" || known(&taken_back, payment)
        }
        _ => false,
    };
    let odd_payment = match payment {
        "chargeback" | "voided" => !known(&no_final_word[..2], status.unwrap_or_default()),
        word => known(&taken_back, word) && status.is_none(),
    };
    odd_operation || payment == "success" && !credited || odd_payment && credited
}

#[derive(Default)]
struct Model {
    seen: BTreeSet<(u64, Option<u64>, String, String)>,
    credited: i64,
    remaining: i64,
    /// By refunds, less what was returned.
    refunded: i64,
    /// The operation of the first credit.
    first: Option<u64>,
    credited_manually: BTreeSet<u64>,
    /// Operations and kinds that have been taken into account.
    used: BTreeSet<(u64, u8)>,
    waiting: Vec<((u64, u8), Taken)>,
    declined: bool,
    odd: bool,
    reversed: bool,
}

impl Model {
    fn state(&self) -> PaymentState {
        match (self.credited, self.remaining) {
            (0, _) if self.odd => PaymentState::Quarantined,
            (0, _) if self.declined => PaymentState::Declined,
            (0, _) => PaymentState::Pending,
            (credited, remaining) if credited == remaining => PaymentState::Credited,
            (_, 0) if self.reversed => PaymentState::Reversed,
            (_, 0) => PaymentState::Refunded,
            _ => PaymentState::PartiallyRefunded,
        }
    }

    fn credit_manually(&mut self, operation: u64, amount: i64) {
        let again = self.first == Some(operation) || self.credited_manually.contains(&operation);
        if amount > 0 && !again {
            self.credited_manually.insert(operation);
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
            Taken::ManualChange => 2,
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
            Taken::Again(amount) if amount <= self.refunded => amount,
            Taken::ManualChange if self.remaining > 0 => -self.remaining,
            _ => return false,
        };
        self.remaining += change;
        if matches!(taken, Taken::Back(false, _) | Taken::Again(_)) {
            self.refunded -= change;
        }
        self.reversed = matches!(taken, Taken::Back(true, _) | Taken::ManualChange);
        true
    }

    fn event(&mut self, event: &OperationEvent) {
        let identity = (
            event.project_id.number(),
            event.operation_id.map(OperationId::number),
            event
                .operation_status
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
            event.payment_status.as_str().to_owned(),
        );
        if !self.seen.insert(identity) {
            return;
        }
        let foreign = event.is_payout() || event.project_id.number() != 1234;
        if foreign || event.payment_status.class() == StatusClass::PartiallyPaid {
            self.odd = true;
            return;
        }
        let succeeded = event.operation_status == Some(OperationStatus::Success);
        let failed = event.payment_status.class() == StatusClass::Failed;
        match event.operation_type {
            None => self.declined |= failed,
            Some(OperationType::Sale) => self.sale(event, succeeded, failed),
            Some(_) if succeeded => self.compensate(event, failed),
            Some(ref kind) => self.declined |= failed && !kind.is_compensation(),
        }
    }

    fn sale(&mut self, event: &OperationEvent, succeeded: bool, failed: bool) {
        if failed && !succeeded {
            self.declined = true;
        } else if succeeded
            && event.payment_status == PaymentStatus::Success
            && self.first.is_none()
        {
            match (event.operation_id, event.amount) {
                (Some(operation), Some(amount)) if amount == kzt(AMOUNT) => {
                    self.credit(operation.number(), AMOUNT);
                }
                (Some(_), Some(_)) => self.odd = true,
                _ => {}
            }
        }
    }

    fn compensate(&mut self, event: &OperationEvent, failed: bool) {
        let (Some(operation), Some(minor)) = (event.operation_id, event.amount.map(Money::minor))
        else {
            return;
        };
        let (kind, taken) = match event.operation_type.as_ref().expect("a type") {
            OperationType::Refund => (1, Taken::Back(false, minor)),
            OperationType::Reversal => (2, Taken::Back(true, minor)),
            OperationType::RefundReverse => (3, Taken::Again(minor)),
            OperationType::ManualChange if failed => (4, Taken::ManualChange),
            _ => return,
        };
        let operation = (operation.number(), kind);
        if self.used.contains(&operation) {
            return;
        }
        let manual_change = taken == Taken::ManualChange;
        if !manual_change && minor <= 0 {
            self.odd = true;
        } else if self.first.is_some() {
            if self.take(taken) {
                self.used.insert(operation);
            } else {
                self.odd |= !manual_change;
            }
        } else if !manual_change && minor > AMOUNT {
            self.odd = true;
        } else {
            // It waits; whether it fits is seen with the credit.
            self.used.insert(operation);
            self.waiting.push((operation, taken));
        }
    }
}
