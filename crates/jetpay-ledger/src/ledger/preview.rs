//! What a decision would do to a payment, by the same rules: a person reads it before the decision is made.

use std::collections::{BTreeSet, HashMap};

use jetpay_core::id::{CustomerId, OperationId, PaymentId, ProjectId};
use jetpay_core::{Callback, Money};
use jetpay_rules::{
    Decision, EarlyCompensation, EffectKey, Effects, EntryKind, EventStatus, NewEntry,
    OperationEvent, PaymentSnapshot, correct, credit_manually, decide,
};

use super::Ledger;
use super::reads::MOST;
use crate::model::{AlarmKind, Entry, Error, ResolveError};
use crate::port::payouts::sql;
use crate::port::{StoredEvent, Value, Values, bounded, rows};

/// What the correction of an entry would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorrectionPreview {
    /// The entry that it undoes.
    pub entry: Entry,
    /// The amount of the new entry, in minor units: that of the entry with the other sign.
    pub amount: Money,
    /// What remains of the payment then, in minor units.
    pub remaining: Money,
}

/// What the platform's status answer would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfirmPreview {
    /// The money that it would move, in minor units, in this order.
    pub entries: Vec<(EntryKind, Money)>,
    /// The alarms that it would raise.
    pub alarms: Vec<AlarmKind>,
    /// How many of its operations change something.
    pub new: usize,
}

/// What a credit that an operator decides would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreditPreview {
    /// The money that it would move, in minor units, in this order: a compensation that waits takes money back at once.
    pub entries: Vec<(EntryKind, Money)>,
    /// The alarms that it would raise.
    pub alarms: Vec<AlarmKind>,
}

/// What decisions would do. Nothing is changed, and a callback that comes meanwhile may change what follows.
///
/// # Errors
/// Each can give [`Error::Unavailable`].
impl Ledger {
    /// What the correction of the entry with this `seq` would do.
    ///
    /// # Errors
    /// [`Error::Resolve`]: why it would be refused.
    pub async fn preview_correction(&self, seq: i64) -> Result<CorrectionPreview, Error> {
        let no_entry = || Error::from(ResolveError::NoSuchEntry);
        let found = self.entries(seq.saturating_sub(1), 1).await?;
        let entry = found.into_iter().find(|entry| entry.seq == seq);
        let entry = entry.ok_or_else(no_entry)?;
        let snapshot = self
            .snapshot(&entry.payment_id, entry.amount.minor())
            .await?;
        let (snapshot, topped_up) = snapshot.ok_or_else(no_entry)?;
        if self.correction_of(seq).await?.is_some() {
            return Err(ResolveError::AlreadyCorrected.into());
        }
        let undone = NewEntry {
            kind: entry.kind,
            amount: entry.amount.minor(),
            operation_id: entry.operation_id,
        };
        let decision = correct(&snapshot, &undone, topped_up).map_err(ResolveError::from)?;
        let currency = snapshot.amount.currency();
        let amount: i64 = decision.entries.iter().map(|entry| entry.amount).sum();
        Ok(CorrectionPreview {
            amount: Money::new(amount, currency),
            remaining: Money::new(decision.snapshot.remaining, currency),
            entry,
        })
    }

    /// What the callbacks that a status answer stands for would do to their payment.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn preview_confirm(
        &self,
        id: &PaymentId,
        callbacks: &[Callback],
    ) -> Result<ConfirmPreview, Error> {
        let mut preview = ConfirmPreview::default();
        let amounts = callbacks
            .iter()
            .filter_map(|it| OperationEvent::from(it).amount);
        let largest = amounts.map(Money::minor).max().unwrap_or_default();
        let Some((mut snapshot, balance)) = self.snapshot(id, largest).await? else {
            return Ok(preview);
        };
        let stored = self.stored_events(id).await?;
        snapshot.early = stored.iter().filter_map(early).collect();
        let early: Vec<_> = snapshot.early.iter().map(|it| it.operation_id).collect();
        for callback in callbacks {
            let event = OperationEvent::from(callback);
            if let Some(known) = stored.iter().find(|known| event.repeats(&known.event)) {
                if event.contradicts(&known.event) {
                    preview.alarms.push(AlarmKind::ContradictoryRepeat);
                    preview.new += 1;
                }
                continue;
            }
            let operations = early.iter().copied().chain(event.operation_id);
            let made = self.made(snapshot.project_id, operations).await?;
            let find = |key| Ok::<_, Error>(made.get(&key).cloned());
            let mut effects = Effects::look_up((id, &snapshot), &event, find)?;
            effects.balance = balance;
            let decision = decide(&snapshot, &event, &effects);
            let is_old = decision.outcome == EventStatus::Noted
                && decision.alarms.is_empty()
                && decision.snapshot == snapshot;
            preview.new += usize::from(!is_old);
            preview.entries.extend(moved(&decision));
            preview.alarms.extend(raised(&decision));
            snapshot = decision.snapshot;
        }
        Ok(preview)
    }

    /// What the credit of this payment by an operator's decision would do. `operation_id`: the operation to credit, where it is
    /// known.
    ///
    /// # Errors
    /// [`Error::Resolve`]: why the rules would refuse it. Whether the callbacks say this amount is not looked at.
    pub async fn preview_credit(
        &self,
        id: &PaymentId,
        operation_id: Option<OperationId>,
        amount: Money,
    ) -> Result<CreditPreview, Error> {
        let found = self.snapshot(id, amount.minor()).await?;
        let (mut snapshot, balance) = found.ok_or(ResolveError::NothingToCredit)?;
        if amount.currency() != snapshot.amount.currency() {
            return Err(ResolveError::OtherCurrency.into());
        }
        let stored = self.stored_events(id).await?;
        snapshot.early = stored.iter().filter_map(early).collect();
        let early = snapshot.early.iter().map(|it| it.operation_id);
        let operations: Vec<_> = early.chain(operation_id).collect();
        let made = self.made(snapshot.project_id, operations).await?;
        let find = |key| Ok::<_, Error>(made.get(&key).cloned());
        let project_id = snapshot.project_id;
        let key = |id| EffectKey::new(project_id, id, EntryKind::ManualCredit);
        let mut effects = Effects::of_key((id, &snapshot), operation_id.map(key), find)?;
        effects.balance = balance;
        // Nothing but its key depends on the operation.
        let operation_id = operation_id.unwrap_or_else(|| OperationId::new(u64::MAX));
        let decision = credit_manually(&snapshot, operation_id, amount.minor(), &effects)
            .map_err(ResolveError::from)?;
        Ok(CreditPreview {
            entries: moved(&decision).collect(),
            alarms: raised(&decision).collect(),
        })
    }

    /// What the callbacks that wait for this payment would do, if an operator recorded it for this customer with this amount.
    ///
    /// # Errors
    /// [`Error::Resolve`]: none waits.
    pub async fn preview_unmatched(
        &self,
        id: &PaymentId,
        customer_id: &CustomerId,
        amount: Money,
    ) -> Result<CreditPreview, Error> {
        let mut waiting = self.stored_events(id).await?;
        waiting.retain(|it| matches!(it.status, EventStatus::Unmatched | EventStatus::Dismissed));
        let first = waiting.first().ok_or(ResolveError::NothingWaits)?;
        let project_id = first.event.project_id;
        let mut snapshot = PaymentSnapshot::announced(project_id, amount);
        let payer = customer_id.as_str();
        let large = self.read(rows::HAS_LARGE, vec![payer.into()], rows::number);
        let has_large = !large.await?.is_empty();
        let balance = self.balance_beside(payer, has_large, amount.minor());
        let mut balance = balance.await?;
        let operations = waiting.iter().filter_map(|it| it.event.operation_id);
        let operations: BTreeSet<_> = operations.collect();
        let mut made = self.made(project_id, operations).await?;
        let mut preview = CreditPreview::default();
        for StoredEvent { event, .. } in &waiting {
            let find = |key| Ok::<_, Error>(made.get(&key).cloned());
            let mut effects = Effects::look_up((id, &snapshot), event, find)?;
            effects.balance = balance;
            let decision = decide(&snapshot, event, &effects);
            for entry in &decision.entries {
                let key = EffectKey::new(project_id, entry.operation_id, entry.kind);
                made.insert(key, id.clone());
                balance = balance.saturating_add(entry.amount);
            }
            preview.entries.extend(moved(&decision));
            preview.alarms.extend(raised(&decision));
            snapshot = decision.snapshot;
        }
        Ok(preview)
    }

    /// The payment as the rules see it, without early compensations; and the sum of its customer's entries, if an entry of this
    /// amount can make it overflow.
    async fn snapshot(
        &self,
        id: &PaymentId,
        amount: i64,
    ) -> Result<Option<(PaymentSnapshot, i64)>, Error> {
        let sql = format!("SELECT {} FROM payments WHERE id = $1", rows::SNAPSHOT);
        let found = self.read(&sql, vec![id.into()], |row| {
            Ok((rows::snapshot(row)?, row.string()?, row.truth()?))
        });
        let Some((snapshot, customer_id, has_large)) = found.await?.pop() else {
            return Ok(None);
        };
        let balance = self.balance_beside(&customer_id, has_large, amount).await?;
        Ok(Some((snapshot, balance)))
    }

    /// The sum of a customer's entries, as the rules take it. It is 0 where it does not matter: beside small amounts alone, no sum
    /// overflows, and a customer can have many payments.
    async fn balance_beside(
        &self,
        customer_id: &str,
        has_large: bool,
        amount: i64,
    ) -> Result<i64, Error> {
        let is_large = amount.unsigned_abs() > rows::LARGE.unsigned_abs();
        if !is_large && !has_large {
            return Ok(0);
        }
        let balance = self.read(sql::BALANCE, vec![customer_id.into()], sql::balance);
        let balance = balance.await?.pop().unwrap_or_default();
        Ok(bounded(balance.topped_up))
    }

    async fn stored_events(&self, id: &PaymentId) -> Result<Vec<StoredEvent>, Error> {
        let sql = format!(
            "SELECT {}, disposition FROM events WHERE payment_id = $1 ORDER BY seq LIMIT $2",
            rows::EVENT
        );
        self.read(
            &sql,
            vec![id.into(), Value::limit(MOST)],
            rows::stored_event,
        )
        .await
    }

    /// The entries that these operations have made, with the payments that have them.
    async fn made(
        &self,
        project_id: ProjectId,
        operations: impl IntoIterator<Item = OperationId>,
    ) -> Result<HashMap<EffectKey, PaymentId>, Error> {
        let mut made = HashMap::new();
        for id in operations {
            let read = |row: &mut Values<'_>| {
                let key = EffectKey::new(project_id, id, row.kind()?);
                Ok((key, row.id()?))
            };
            let values = vec![project_id.into(), id.into()];
            made.extend(self.read(MADE, values, read).await?);
        }
        Ok(made)
    }
}

const MADE: &str =
    "SELECT kind, payment_id FROM entries WHERE project_id = $1 AND operation_id = $2";

/// The money that a decision moves.
fn moved(decision: &Decision) -> impl Iterator<Item = (EntryKind, Money)> {
    let currency = decision.snapshot.amount.currency();
    let entries = decision.entries.iter();
    entries.map(move |entry| (entry.kind, Money::new(entry.amount, currency)))
}

/// The alarms that a decision raises.
fn raised(decision: &Decision) -> impl Iterator<Item = AlarmKind> {
    decision.alarms.iter().map(|alarm| alarm.kind.into())
}

/// A compensation that waits for the credit.
fn early(stored: &StoredEvent) -> Option<EarlyCompensation> {
    let event = Some(&stored.event).filter(|_| stored.status == EventStatus::Early)?;
    Some(EarlyCompensation {
        operation_id: event.operation_id?,
        kind: event.entry_kind()?,
        amount: event.amount.map_or(0, Money::minor),
    })
}
