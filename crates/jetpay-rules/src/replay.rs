//! A payment from its history.

use std::collections::HashSet;

use jetpay_core::id::OperationId;
use thiserror::Error;

use crate::decide::decide;
use crate::decision::Decision;
use crate::decision::NewEntry;
use crate::effects::{Effect, Effects};
use crate::event::{EffectKey, OperationEvent};
use crate::manual_credit::{CorrectionError, ManualCreditError, correct, credit_manually};
use crate::snapshot::PaymentSnapshot;

/// One stored row of a payment's history.
#[derive(Clone, Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a merchant makes one of each row; a kind of row that is left out would be lost silently"
)]
pub enum Record<'a> {
    /// An event. `elsewhere` says which operations had made their entry in another payment by then; entries in this payment
    /// are known from the replay.
    Event {
        /// What the callback said.
        event: &'a OperationEvent,
        /// [`Effects::default`] unless an operation appears in several payments.
        elsewhere: Effects,
    },
    /// An operator credited an operation.
    ManualCredit {
        /// The operation.
        operation_id: OperationId,
        /// How much, in minor units.
        amount: i64,
    },
    /// An operator corrected this entry.
    Correction(NewEntry),
}

/// The history holds an operator's decision that the rules refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// A credit.
    #[error(transparent)]
    ManualCredit(#[from] ManualCreditError),
    /// A correction.
    #[error(transparent)]
    Correction(#[from] CorrectionError),
}

impl<'a> From<&'a OperationEvent> for Record<'a> {
    fn from(event: &'a OperationEvent) -> Self {
        Self::Event {
            event,
            elsewhere: Effects::default(),
        }
    }
}

impl PaymentSnapshot {
    /// The payment after this history, in the order in which it was stored. Repeats change nothing.
    ///
    /// # Errors
    /// [`ReplayError`].
    pub fn replay<'a>(
        self,
        history: impl IntoIterator<Item = impl Into<Record<'a>>>,
    ) -> Result<Self, ReplayError> {
        let mut replay = Replay {
            snapshot: self,
            seen: HashSet::new(),
            made: HashSet::new(),
        };
        for record in history {
            match record.into() {
                Record::Event { event, elsewhere } => replay.event(event, elsewhere),
                Record::ManualCredit {
                    operation_id,
                    amount,
                } => replay.manual_credit(operation_id, amount)?,
                Record::Correction(entry) => replay.take(correct(&replay.snapshot, &entry, 0)?),
            }
        }
        Ok(replay.snapshot)
    }
}

struct Replay<'a> {
    snapshot: PaymentSnapshot,
    seen: HashSet<crate::event::EventKey<'a>>,
    made: HashSet<EffectKey>,
}

impl<'a> Replay<'a> {
    fn event(&mut self, event: &'a OperationEvent, mut effects: Effects) {
        if !self.seen.insert(event.key()) {
            return;
        }
        if event
            .effect_key()
            .is_some_and(|key| self.made.contains(&key))
        {
            effects.operation = Effect::Here;
        }
        self.take(decide(&self.snapshot, event, &effects));
    }

    fn manual_credit(
        &mut self,
        operation_id: OperationId,
        amount: i64,
    ) -> Result<(), ManualCreditError> {
        let kind = crate::words::EntryKind::ManualCredit;
        let key = EffectKey::new(self.snapshot.project_id, operation_id, kind);
        let effect = if self.made.contains(&key) {
            Effect::Here
        } else {
            Effect::None
        };
        self.take(credit_manually(
            &self.snapshot,
            operation_id,
            amount,
            &effect.into(),
        )?);
        Ok(())
    }

    fn take(&mut self, decision: Decision) {
        let project_id = decision.snapshot.project_id;
        let entries = decision.entries.iter();
        self.made.extend(
            entries.map(|entry| EffectKey::new(project_id, entry.operation_id, entry.kind)),
        );
        self.snapshot = decision.snapshot;
    }
}
