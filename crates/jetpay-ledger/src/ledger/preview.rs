//! What a decision would do to a payment, by the same rules: a person reads it before the decision is made.

use std::collections::HashMap;

use jetpay_core::id::{OperationId, PaymentId, ProjectId};
use jetpay_core::{Callback, Money};
use jetpay_rules::{
    EarlyCompensation, EffectKey, Effects, EntryKind, EventStatus, NewEntry, OperationEvent,
    PaymentSnapshot, correct, decide,
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
    /// What the customer can spend then, in minor units.
    pub balance: i64,
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
        let snapshot = self.snapshot(&entry.payment_id).await?;
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
        let balance = self.balance(entry.customer_id.as_str()).await?;
        Ok(CorrectionPreview {
            amount: Money::new(amount, currency),
            remaining: Money::new(decision.snapshot.remaining, currency),
            balance: balance.saturating_add(amount),
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
        let Some((mut snapshot, balance)) = self.snapshot(id).await? else {
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
            let currency = snapshot.amount.currency();
            let moved = decision.entries.iter();
            let moved = moved.map(|entry| (entry.kind, Money::new(entry.amount, currency)));
            preview.entries.extend(moved);
            let alarms = decision.alarms.iter();
            preview
                .alarms
                .extend(alarms.map(|alarm| AlarmKind::from(alarm.kind)));
            snapshot = decision.snapshot;
        }
        Ok(preview)
    }

    /// The payment as the rules see it, without early compensations; and the sum of its customer's entries.
    async fn snapshot(&self, id: &PaymentId) -> Result<Option<(PaymentSnapshot, i64)>, Error> {
        let sql = format!("SELECT {} FROM payments WHERE id = $1", rows::SNAPSHOT);
        let found = self.read(&sql, vec![id.into()], |row| {
            Ok((rows::snapshot(row)?, row.string()?))
        });
        let Some((snapshot, customer_id)) = found.await?.pop() else {
            return Ok(None);
        };
        let balance = self.read(sql::BALANCE, vec![customer_id.into()], sql::balance);
        let balance = balance.await?.pop().unwrap_or_default();
        Ok(Some((snapshot, bounded(balance.topped_up))))
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

/// A compensation that waits for the credit.
fn early(stored: &StoredEvent) -> Option<EarlyCompensation> {
    let event = Some(&stored.event).filter(|_| stored.status == EventStatus::Early)?;
    Some(EarlyCompensation {
        operation_id: event.operation_id?,
        kind: event.entry_kind()?,
        amount: event.amount.map_or(0, Money::minor),
    })
}
