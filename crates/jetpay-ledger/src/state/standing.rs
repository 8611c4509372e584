//! A payment as it stands, as far as the rules need to know.

use jetpay_core::Money;
use jetpay_core::id::{OperationId, ProjectId};

use super::{Decision, Disposition, Fact, NewEntry, State};
use crate::entry::EntryKind;

/// A payment as it stands before a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The project that announced it.
    pub project_id: ProjectId,
    /// What was announced, in minor units.
    pub amount: Money,
    /// Where it stands.
    pub state: State,
    /// The operation that credited it.
    pub credited_by: Option<OperationId>,
    /// What was credited in all, in minor units: by a callback the amount, once; by a person what the person said.
    pub credited: i64,
    /// The sum of its entries, in minor units: between nothing and what was credited.
    pub remaining: i64,
    /// Compensations that wait for the credit, in the order of their arrival.
    pub early: Vec<Early>,
    /// Whether the operation in question has made its entry already.
    pub effect: Effect,
}

/// Whether an operation has made an entry of its kind: it makes one at most, in whatever payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// None yet.
    Free,
    /// In this payment.
    Here,
    /// In another payment.
    Elsewhere,
}

/// A compensation that came before the credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Early {
    /// Its operation.
    pub operation_id: OperationId,
    /// Its kind.
    pub kind: EntryKind,
    /// How much, in minor units of the payment's currency, positive. A manual change takes whatever remains.
    pub amount: i64,
    /// Whether its operation has made its entry in another payment meanwhile.
    pub elsewhere: bool,
}

impl Standing {
    /// A payment that was announced, and no more.
    #[must_use]
    pub const fn pending(project_id: ProjectId, amount: Money) -> Self {
        Self {
            project_id,
            amount,
            state: State::Pending,
            credited_by: None,
            credited: 0,
            remaining: 0,
            early: Vec::new(),
            effect: Effect::Free,
        }
    }

    /// The payment after `fact` was decided. The effect of the next fact's operation is for the caller to find out;
    /// here it is that of the same fact come again.
    #[must_use]
    pub fn after(&self, fact: &Fact, decision: &Decision) -> Self {
        let mut after = self.with(decision);
        let Some(kind) = fact.effect() else {
            return after;
        };
        if decision.disposition == Disposition::Early {
            after.early.push(Early {
                operation_id: fact.operation_id,
                kind,
                amount: fact.amount.minor(),
                elsewhere: false,
            });
        }
        let own = |entry: &NewEntry| (entry.operation_id, entry.kind) == (fact.operation_id, kind);
        if decision.entries.iter().any(own) {
            after.effect = Effect::Here;
        }
        after
    }

    /// The payment with what was decided, but for the fact itself.
    #[must_use]
    pub fn with(&self, decision: &Decision) -> Self {
        let mut after = Self {
            state: decision.state,
            ..self.clone()
        };
        after.early.retain(|waiting| {
            !decision
                .released
                .iter()
                .any(|released| released.is(waiting))
        });
        for entry in &decision.entries {
            after.remaining += entry.amount;
            if entry.kind.is_credit() {
                after.credited += entry.amount;
                after.credited_by = after.credited_by.or(Some(entry.operation_id));
            }
        }
        after
    }

    /// What was credited and taken back since, in minor units.
    pub(super) const fn taken_back(&self) -> i64 {
        self.credited - self.remaining
    }
}
