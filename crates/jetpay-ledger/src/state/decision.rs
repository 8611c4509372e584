//! What follows from a fact.

use jetpay_core::id::OperationId;

use super::{Early, Standing, State};
use crate::alarm::AlarmKind;
use crate::entry::EntryKind;
use crate::words::closed_words;

closed_words! {
    /// What became of a fact.
    Disposition {
        /// It moved money or changed the state.
        Applied = "applied",
        /// It changed nothing.
        Noted = "noted",
        /// A compensation that waits for its credit.
        Early = "early",
        /// It does not fit the payment.
        Quarantined = "quarantined",
    }
}

/// What follows from a fact, all of it to be stored in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Where the payment stands now.
    pub state: State,
    /// The money that moves, in this order.
    pub entries: Vec<NewEntry>,
    /// What a person must look at.
    pub alarms: Vec<NewAlarm>,
    /// What became of the fact itself.
    pub disposition: Disposition,
    /// What became of compensations that waited for this fact.
    pub released: Vec<Released>,
}

/// An entry to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// What moved the money.
    pub kind: EntryKind,
    /// How much, in minor units of the payment's currency, signed.
    pub amount: i64,
    /// The operation that did.
    pub operation_id: OperationId,
}

/// An alarm to be raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewAlarm {
    /// Why.
    pub kind: AlarmKind,
    /// Because of which operation.
    pub operation_id: OperationId,
}

/// A compensation that waits no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Released {
    /// Its operation.
    pub operation_id: OperationId,
    /// Its kind.
    pub kind: EntryKind,
    /// Applied or quarantined.
    pub disposition: Disposition,
}

impl Decision {
    /// The fact is stored; all stays as it is.
    pub(super) const fn noted(standing: &Standing) -> Self {
        Self {
            state: standing.state,
            entries: Vec::new(),
            alarms: Vec::new(),
            disposition: Disposition::Noted,
            released: Vec::new(),
        }
    }

    /// The fact does not fit. Money that was credited stays credited.
    pub(super) fn quarantined(
        standing: &Standing,
        operation_id: OperationId,
        why: AlarmKind,
    ) -> Self {
        let state = if standing.state.was_credited() {
            standing.state
        } else {
            State::Quarantined
        };
        let noted = Self {
            state,
            disposition: Disposition::Quarantined,
            ..Self::noted(standing)
        };
        noted.with_alarm(operation_id, why)
    }

    pub(super) fn with_alarm(mut self, operation_id: OperationId, kind: AlarmKind) -> Self {
        self.alarms.push(NewAlarm { kind, operation_id });
        self
    }
}

impl Released {
    /// Whether it is this one that waited.
    pub(super) fn is(&self, waiting: &Early) -> bool {
        (self.operation_id, self.kind) == (waiting.operation_id, waiting.kind)
    }
}
