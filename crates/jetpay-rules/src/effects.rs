//! Which operations have moved money already, as the merchant's database knows it.

use jetpay_core::id::{OperationId, PaymentId};

use crate::event::{EffectKey, OperationEvent};
use crate::snapshot::PaymentSnapshot;
use crate::words::EntryKind;

/// Whether an operation has made its entry already. It makes one, in whichever payment. A correction does not undo that:
/// the operation does not make its entry again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "an entry is nowhere, here or elsewhere"
)]
pub enum Effect {
    /// Not yet.
    #[default]
    None,
    /// In this payment.
    Here,
    /// In another payment.
    Elsewhere,
}

/// What the merchant's database knows about the operations that a decision depends on. The default is: none of them has
/// made an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a merchant's database fills it in"
)]
pub struct Effects {
    /// The effect of the event's operation, or of the operation that an operator credits.
    pub operation: Effect,
    /// The early compensations whose operation has meanwhile made its entry in another payment.
    pub early_elsewhere: Vec<(OperationId, EntryKind)>,
    /// The balance of the payment's customer before the event, in minor units. An event that would make it larger than 64
    /// bits hold is quarantined. 0, the default, checks nothing: a database need not look it up as long as all amounts are
    /// small.
    pub balance: i64,
}

impl Effects {
    /// Looks up what a decision about `event` needs. `find` gives the payment whose entry has this key, if there is one.
    ///
    /// # Errors
    /// Those of `find`.
    pub fn look_up<E>(
        payment: (&PaymentId, &PaymentSnapshot),
        event: &OperationEvent,
        find: impl FnMut(EffectKey) -> Result<Option<PaymentId>, E>,
    ) -> Result<Self, E> {
        Self::of_key(payment, event.effect_key(), find)
    }

    /// Looks up what a decision about an operation with this key needs; without a key, only what waits in the payment.
    ///
    /// # Errors
    /// Those of `find`.
    pub fn of_key<E>(
        (payment_id, snapshot): (&PaymentId, &PaymentSnapshot),
        key: Option<EffectKey>,
        mut find: impl FnMut(EffectKey) -> Result<Option<PaymentId>, E>,
    ) -> Result<Self, E> {
        let mut effects = Self::default();
        if let Some(key) = key {
            effects.operation = match find(key)? {
                None => Effect::None,
                Some(found) if found == *payment_id => Effect::Here,
                Some(_) => Effect::Elsewhere,
            };
        }
        for early in &snapshot.early {
            let key = EffectKey::new(snapshot.project_id, early.operation_id, early.kind);
            if find(key)?.is_some() {
                effects
                    .early_elsewhere
                    .push((early.operation_id, early.kind));
            }
        }
        Ok(effects)
    }

    /// Whether an early compensation has made its entry elsewhere.
    pub(crate) fn is_elsewhere(&self, operation_id: OperationId, kind: EntryKind) -> bool {
        self.early_elsewhere.contains(&(operation_id, kind))
    }
}

impl From<Effect> for Effects {
    fn from(operation: Effect) -> Self {
        Self {
            operation,
            ..Self::default()
        }
    }
}
