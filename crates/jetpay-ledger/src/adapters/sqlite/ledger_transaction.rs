//! The ledger's transaction over `SQLite` rows.

use std::sync::LazyLock;

use jetpay_core::Callback;
use jetpay_core::id::{CustomerId, PaymentId, ProjectId};
use jetpay_rules::{
    EarlyCompensation, Effect, EffectKey, Effects, EventStatus, NewEntry, OperationEvent,
    PaymentSnapshot, ReleasedCompensation,
};

use super::rows::insert;
use super::transaction::{Transaction, write_counts};
use super::{customers, payouts};
use crate::model::{
    Alarm, AlarmCause, Counts, Customer, MAX_OPEN_UNUSABLE, Millis, NewPayment, Resolution,
    stored_kind,
};
use crate::port::tables::{ALARMS, ENTRIES, EVENTS, PAYMENTS, RESOLUTIONS};
use crate::port::{
    LedgerTransaction, StoredEntry, StoredEvent, TransactionError, Value, alarms, bounded, rows,
};

static PAYMENT: LazyLock<String> = LazyLock::new(|| {
    let snapshot = rows::SNAPSHOT;
    format!(
        "SELECT {snapshot}, early, (SELECT payment_id = ?1 FROM entries
            WHERE project_id = ?2 AND operation_id = ?3 AND (kind = ?4
                OR kind IN ('credit', 'settled_credit') AND ?4 = 'credit'))
        FROM payments WHERE id = ?1"
    )
});
static ADD_PAYMENT: LazyLock<String> =
    LazyLock::new(|| insert(&PAYMENTS) + " ON CONFLICT DO NOTHING");
const CHANGE_PAYMENT: &str =
    "UPDATE payments SET state = ?2, credited = ?3, remaining = ?4, credited_by = ?5, early = ?6,
    changed_at = ?7, refunded = ?8 WHERE id = ?1";
static ADD_EVENT: LazyLock<String> = LazyLock::new(|| insert(&EVENTS) + " ON CONFLICT DO NOTHING");
/// The columns of an event's key, in the order of [`rows::key_of_event`].
const HAS_KEY: &str =
    "payment_id = ?1 AND project_id = ?2 AND operation_id = ?3 AND operation_status = ?4
    AND payment_status = ?5";
static COMPLETE_EVENT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "UPDATE events SET code = coalesce(code, ?6), provider_payment_id = coalesce(provider_payment_id, ?7),
            payment_type = coalesce(payment_type, ?8)
        WHERE {HAS_KEY} AND (code IS NULL AND ?6 IS NOT NULL OR provider_payment_id IS NULL AND ?7 IS NOT NULL
            OR payment_type IS NULL AND ?8 IS NOT NULL)"
    )
});
static STORED_EVENT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {}, disposition FROM events WHERE {HAS_KEY}",
        rows::EVENT
    )
});
static WAITING_EVENT: LazyLock<String> = LazyLock::new(|| {
    let event = rows::EVENT;
    format!(
        "SELECT {event}, disposition FROM events WHERE payment_id = ?1 AND disposition IN ('unmatched', 'dismissed')
        ORDER BY seq LIMIT 1"
    )
});
static SET_EVENT_STATUS: LazyLock<String> =
    LazyLock::new(|| format!("UPDATE events SET disposition = ?6 WHERE {HAS_KEY}"));
static EVENTS_OF_PAYMENT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {} FROM events WHERE payment_id = ?1 ORDER BY seq",
        rows::EVENT
    )
});
/// An entry's kind is the operation's type in another spelling.
const EARLY: &str = "SELECT operation_id, replace(operation_type, ' ', '_') AS kind, amount,
        EXISTS (SELECT 1 FROM entries WHERE entries.project_id = events.project_id
            AND entries.operation_id = events.operation_id
            AND entries.kind = replace(operation_type, ' ', '_'))
    FROM events WHERE payment_id = ?1 AND disposition = 'early' ORDER BY seq";
const RELEASE: &str =
    "UPDATE events SET disposition = ?4 WHERE payment_id = ?1 AND operation_id = ?2
    AND replace(operation_type, ' ', '_') = ?3 AND disposition = 'early'";
const DISMISS: &str = "UPDATE events SET disposition = 'dismissed' WHERE payment_id = ?1 AND disposition = 'unmatched'";
static ADD_ENTRY: LazyLock<String> = LazyLock::new(|| insert(&ENTRIES));
static ENTRY: LazyLock<String> =
    LazyLock::new(|| format!("SELECT {} FROM entries WHERE seq = ?1", rows::STORED_ENTRY));
static ADD_ALARM: LazyLock<String> = LazyLock::new(|| insert(&ALARMS));
static ALARM: LazyLock<String> = LazyLock::new(alarms::by_seq);
static ADD_RESOLUTION: LazyLock<String> = LazyLock::new(|| insert(&RESOLUTIONS));
const RESOLVE_ALARM: &str = "UPDATE alarms SET settled = 1 WHERE seq = ?1";
const HAS_ALARM: &str = "SELECT 1 FROM alarms WHERE signature = ?1 AND reason = ?2";
const HAS_DECLINE: &str = "SELECT 1 FROM alarms
    WHERE payment_id = ?1 AND kind = 'decline_after_credit' AND operation_id IS NULL LIMIT 1";
const OPEN_UNUSABLE: &str = "SELECT count(*) FROM (SELECT 1 FROM alarms
    WHERE project_id = ?1 AND kind = 'unusable' AND NOT settled LIMIT ?2)";

impl LedgerTransaction for Transaction<'_> {
    fn payment(
        &mut self,
        id: &PaymentId,
        key: Option<EffectKey>,
    ) -> Result<Option<(PaymentSnapshot, Effects)>, TransactionError> {
        let values = [
            id.into(),
            key.map(|key| key.project_id).into(),
            key.map(|key| key.operation_id).into(),
            key.map(|key| stored_kind(key.kind)).into(),
        ];
        let found = self.row(&PAYMENT, &values, |row| {
            let (snapshot, customer_id) = (rows::snapshot(row)?, row.text()?);
            // Only then can the balance overflow.
            let spender = row.truth()?.then(|| customer_id.to_owned());
            let has_early = row.int()? > 0;
            let effects = Effects::from(match row.optional_int() {
                None => Effect::None,
                Some(0) => Effect::Elsewhere,
                Some(_) => Effect::Here,
            });
            Ok((snapshot, effects, spender, has_early))
        })?;
        let Some((mut snapshot, mut effects, spender, has_early)) = found else {
            return Ok(None);
        };
        if let Some(customer_id) = spender {
            effects.balance = bounded(payouts::balance(self, &customer_id)?.topped_up);
        }
        if has_early {
            let early = self.rows(EARLY, &[id.into()], |row| {
                let compensation = EarlyCompensation {
                    operation_id: row.operation()?,
                    kind: row.kind()?,
                    amount: row.int()?,
                };
                Ok((compensation, row.truth()?))
            })?;
            for (compensation, elsewhere) in early {
                let operation = (compensation.operation_id, compensation.kind);
                effects
                    .early_elsewhere
                    .extend(elsewhere.then_some(operation));
                snapshot.early.push(compensation);
            }
        }
        Ok(Some((snapshot, effects)))
    }

    fn add_payment(&mut self, payment: &NewPayment) -> Result<bool, TransactionError> {
        let snapshot = PaymentSnapshot::announced(payment.project_id, payment.amount);
        let row = rows::of_payment(payment, &snapshot, payment.created_at)?;
        Ok(self.execute(&ADD_PAYMENT, &row)? > 0)
    }

    fn change_payment(
        &mut self,
        id: &PaymentId,
        after: &PaymentSnapshot,
        now: Millis,
    ) -> Result<(), TransactionError> {
        let mut row = vec![id.into()];
        row.extend(rows::of_snapshot(after, now));
        self.execute(CHANGE_PAYMENT, &row).map(drop)
    }

    fn add_event(
        &mut self,
        callback: &Callback,
        status: EventStatus,
        now: Millis,
    ) -> Result<bool, TransactionError> {
        let row = rows::of_event(callback, status, now);
        Ok(self.execute(&ADD_EVENT, &row)? > 0)
    }

    fn complete_event(&mut self, repeat: &Callback) -> Result<(), TransactionError> {
        let mut values = rows::key_of_callback(repeat).to_vec();
        values.extend(rows::completion(repeat));
        self.execute(&COMPLETE_EVENT, &values).map(drop)
    }

    fn stored_event(&mut self, event: &OperationEvent) -> Result<StoredEvent, TransactionError> {
        let stored = self.row(
            &STORED_EVENT,
            &rows::key_of_event(event),
            rows::stored_event,
        )?;
        stored.ok_or_else(|| TransactionError::Store("an event vanished".into()))
    }

    fn waiting_event(
        &mut self,
        payment_id: &PaymentId,
    ) -> Result<Option<StoredEvent>, TransactionError> {
        self.row(&WAITING_EVENT, &[payment_id.into()], rows::stored_event)
    }

    fn set_event_status(
        &mut self,
        event: &OperationEvent,
        status: EventStatus,
    ) -> Result<(), TransactionError> {
        let mut values = rows::key_of_event(event).to_vec();
        values.push(status.as_str().into());
        self.execute(&SET_EVENT_STATUS, &values).map(drop)
    }

    fn release(
        &mut self,
        payment_id: &PaymentId,
        released: &ReleasedCompensation,
    ) -> Result<(), TransactionError> {
        let values = [
            payment_id.into(),
            released.operation_id.into(),
            stored_kind(released.kind).into(),
            released.status.as_str().into(),
        ];
        self.execute(RELEASE, &values).map(drop)
    }

    fn dismiss_events(&mut self, payment_id: &PaymentId) -> Result<usize, TransactionError> {
        self.execute(DISMISS, &[payment_id.into()])
    }

    fn events(&mut self, payment_id: &PaymentId) -> Result<Vec<OperationEvent>, TransactionError> {
        self.rows(&EVENTS_OF_PAYMENT, &[payment_id.into()], rows::event)
    }

    fn add_entry(
        &mut self,
        payment_id: &PaymentId,
        project_id: ProjectId,
        entry: &NewEntry,
        corrects: Option<i64>,
        now: Millis,
    ) -> Result<(), TransactionError> {
        let row = rows::of_entry(payment_id, project_id, entry, corrects, now);
        self.execute(&ADD_ENTRY, &row).map(drop)
    }

    fn entry(&mut self, seq: i64) -> Result<Option<StoredEntry>, TransactionError> {
        self.row(&ENTRY, &[seq.into()], rows::stored_entry)
    }

    fn add_alarm(&mut self, cause: &AlarmCause<'_>, now: Millis) -> Result<(), TransactionError> {
        let row = alarms::of_alarm(cause, now);
        self.execute(&ADD_ALARM, &row).map(drop)
    }

    fn has_alarm(&mut self, signature: &str, reason: &str) -> Result<bool, TransactionError> {
        self.is_there(HAS_ALARM, &[signature.into(), reason.into()])
    }

    fn has_decline_alarm(&mut self, payment_id: &PaymentId) -> Result<bool, TransactionError> {
        self.is_there(HAS_DECLINE, &[payment_id.into()])
    }

    fn open_unusable(&mut self, project_id: ProjectId) -> Result<usize, TransactionError> {
        let values = [project_id.into(), Value::limit(MAX_OPEN_UNUSABLE)];
        let open = self.row(OPEN_UNUSABLE, &values, rows::number)?;
        Ok(usize::try_from(open.unwrap_or_default()).unwrap_or(usize::MAX))
    }

    fn alarm(&mut self, seq: i64) -> Result<Option<Alarm>, TransactionError> {
        self.row(&ALARM, &[seq.into()], alarms::alarm)
    }

    fn add_resolution(&mut self, resolution: &Resolution) -> Result<(), TransactionError> {
        self.execute(&ADD_RESOLUTION, &alarms::of_resolution(resolution))?;
        if let Some(seq) = resolution.alarm_seq {
            self.execute(RESOLVE_ALARM, &[seq.into()])?;
        }
        Ok(())
    }

    fn customer(&mut self, customer_id: &CustomerId) -> Result<Option<Customer>, TransactionError> {
        let id = [customer_id.as_str().into()];
        self.row(rows::CUSTOMER, &id, rows::customer)
    }

    fn put_customer(
        &mut self,
        customer: &Customer,
        seen: Option<Millis>,
    ) -> Result<bool, TransactionError> {
        customers::put(self, customer, seen)
    }

    fn delete_customer(&mut self, customer_id: &CustomerId) -> Result<bool, TransactionError> {
        customers::delete(self, customer_id.as_str())
    }

    fn probe(&mut self) -> Result<(), TransactionError> {
        Ok(write_counts(self.connection, &self.counts)?)
    }

    fn counts(&mut self) -> &mut Counts {
        &mut self.counts
    }
}
