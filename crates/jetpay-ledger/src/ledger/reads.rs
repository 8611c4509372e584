//! Reads: of the last commit.

use jetpay_core::Money;
use jetpay_core::id::{CustomerId, OperationId, PaymentId, ProjectId};
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus};
use jetpay_rules::EventStatus;
use serde::Serialize;

use super::Ledger;
use crate::model::{
    Alarm, AlarmCount, AlarmFilter, Counts, Customer, Entry, Error, Millis, Payment, PaymentFilter,
    Resolution, digits, method_from_stored,
};
use crate::port::payouts::sql;
use crate::port::{TransactionError, Value, Values, alarms, bounded, rows};

/// Reads.
///
/// # Errors
/// Each can give [`Error::Unavailable`].
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
impl Ledger {
    /// The customer with this id, as stored. One point read.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub async fn customer(&self, customer_id: &str) -> Result<Option<Customer>, Error> {
        // An id that no customer can have may not even be asked about: PostgreSQL takes no NUL.
        if CustomerId::new(customer_id).is_err() {
            return Ok(None);
        }
        let values = vec![customer_id.into()];
        let customers = self.read(rows::CUSTOMER, values, rows::customer);
        Ok(customers.await?.pop())
    }

    /// The customer with this id, each debt less what came in on the contract since its `as_of_seq`: fit for `verify`. It
    /// reads only those entries. Sums that do not fit 64 bits are the largest or least number that does.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub async fn net_customer(&self, customer_id: &str) -> Result<Option<Customer>, Error> {
        let seen = self.seen_customer(customer_id).await?;
        Ok(seen.map(|(customer, _)| customer))
    }

    /// The ids of customers in their order, those after `after`, at most `limit`.
    pub async fn customer_ids(
        &self,
        after: Option<&CustomerId>,
        limit: usize,
    ) -> Result<Vec<CustomerId>, Error> {
        let sql = "SELECT customer_id FROM customers WHERE customer_id > $1 ORDER BY customer_id LIMIT $2";
        let after = after.map_or("", CustomerId::as_str);
        self.read(sql, vec![after.into(), Value::limit(limit)], rows::id)
            .await
    }

    /// The `seq` of the last entry: the end of the feed. 0: there is none.
    pub async fn last_entry(&self) -> Result<i64, Error> {
        let sql = "SELECT coalesce(max(seq), 0) FROM entries";
        self.number(sql).await
    }

    /// The `seq` of the last alarm. 0: there is none.
    pub async fn last_alarm(&self) -> Result<i64, Error> {
        let sql = "SELECT coalesce(max(seq), 0) FROM alarms";
        self.number(sql).await
    }

    /// The `seq` of the last step of a payout. 0: there is none.
    pub async fn last_payout_step(&self) -> Result<i64, Error> {
        let sql = "SELECT coalesce(max(seq), 0) FROM payout_steps";
        self.number(sql).await
    }

    /// Customers by id, those after `after`, at most `limit`.
    pub async fn customers(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Customer>, Error> {
        // No id is empty, and none lies between a text and the same with a NUL behind it.
        let after = after
            .and_then(|id| id.split('\0').next())
            .unwrap_or_default();
        let values = vec![after.into(), Value::limit(limit)];
        self.read(rows::CUSTOMERS, values, rows::customer).await
    }

    /// What the customer can spend, in minor units: the sum of the entries, less what payouts from the balance took. Of a
    /// customer with top-ups in several currencies it is the sum of unlike numbers: keep one currency a customer. The ledger
    /// quarantines a credit with which the entries alone, without payouts, would be more than 64 bits hold. An older version did
    /// not: such a balance is given as `i64::MAX`.
    pub async fn balance(&self, customer_id: &str) -> Result<i64, Error> {
        if CustomerId::new(customer_id).is_err() {
            return Ok(0);
        }
        let balance = self.read(sql::BALANCE, vec![customer_id.into()], sql::balance);
        let balance = balance.await?.pop().unwrap_or_default();
        Ok(bounded(balance.available))
    }

    /// The same, if at most `most` payments and as many payouts make it: a page that many people open does not sum up all
    /// top-ups of a dealer.
    pub async fn balance_within(
        &self,
        customer_id: &str,
        most: usize,
    ) -> Result<Option<i64>, Error> {
        let values = vec![customer_id.into(), Value::limit(most)];
        let balance = self.read(sql::BALANCE_WITHIN, values, |row| {
            let balance = sql::balance(row)?;
            Ok((!row.truth()?).then(|| bounded(balance.available)))
        });
        Ok(balance.await?.pop().flatten())
    }

    /// The payment with this id, and its operations.
    pub async fn payment(&self, id: &str) -> Result<Option<Payment>, Error> {
        if PaymentId::new(id).is_err() {
            return Ok(None);
        }
        let sql = rows::payment_by_id();
        let rows = self.store.query(&sql, vec![id.into()]).await?;
        Ok(rows::payments(&rows)?.pop())
    }

    /// The payments that the filter lets through, by id: with `UUIDv7` ids, that is by time.
    ///
    /// Customer, provider's id and rare states have an index; a filter by time alone looks at every payment from
    /// `after` on, so give an `after` that is near.
    pub async fn payments(&self, filter: &PaymentFilter) -> Result<Vec<Payment>, Error> {
        let customer_id = filter.customer_id.as_deref();
        if customer_id.is_some_and(|id| CustomerId::new(id).is_err()) {
            return Ok(Vec::new());
        }
        let (sql, values) = rows::filtered_payments(filter);
        Ok(rows::payments(&self.store.query(&sql, values).await?)?)
    }

    /// Entries in the order of commit, those with a `seq` greater than `after` (0: from the first), at most `limit`.
    /// Reading on from the last `seq` misses none.
    pub async fn entries(&self, after: i64, limit: usize) -> Result<Vec<Entry>, Error> {
        let values = vec![after.into(), Value::limit(limit)];
        self.read(rows::ENTRIES, values, rows::entry).await
    }

    /// When callbacks last credited a payment of each method, by the entries after `after` up to `to`. It looks up the payment
    /// of each.
    pub async fn last_credits(&self, after: i64, to: i64) -> Result<Vec<(String, Millis)>, Error> {
        // A subquery, because the plan of a join could read all payments.
        let sql = "SELECT method, max(time) FROM (
                SELECT (SELECT method FROM payments WHERE id = payment_id) AS method, time FROM entries
                WHERE seq > $1 AND seq <= $2 AND kind = 'credit'
            ) AS credits GROUP BY method";
        self.read(sql, vec![after.into(), to.into()], |row| {
            Ok((method_from_stored(row.string()?), row.time()?))
        })
        .await
    }

    /// The correction of the entry with this `seq`, if there is one.
    pub async fn correction_of(&self, seq: i64) -> Result<Option<Entry>, Error> {
        let sql = "SELECT seq FROM entries WHERE corrects = $1";
        let seqs = self.read(sql, vec![seq.into()], rows::number).await?;
        let Some(seq) = seqs.first() else {
            return Ok(None);
        };
        Ok(self.entries(seq - 1, 1).await?.pop())
    }

    /// Alarms, the newest first.
    pub async fn alarms(&self, filter: AlarmFilter) -> Result<Vec<Alarm>, Error> {
        let (sql, values) = alarms::filtered(&filter);
        self.read(&sql, values, alarms::alarm).await
    }

    /// Alarms in the order in which they were raised, those with a `seq` greater than `after`, at most `limit`. Reading on
    /// from the last `seq` misses none.
    pub async fn alarms_after(&self, after: i64, limit: usize) -> Result<Vec<Alarm>, Error> {
        let values = vec![after.into(), Value::limit(limit)];
        self.read(&alarms::after(), values, alarms::alarm).await
    }

    /// The alarms with these numbers, the oldest first. A number that no alarm has is left out.
    pub async fn alarms_numbered(&self, seqs: &[i64]) -> Result<Vec<Alarm>, Error> {
        if seqs.is_empty() {
            return Ok(Vec::new());
        }
        let sql = alarms::by_numbers(seqs);
        let rows = self.store.query_once(&sql, Vec::new()).await?;
        let rows = rows
            .iter()
            .map(|row| Ok(alarms::alarm(&mut Values::of(row))?));
        rows.collect()
    }

    /// How many alarms the filter lets through, by kind, whatever its limit is. A kind without any is left out.
    pub async fn count_alarms(&self, filter: AlarmFilter) -> Result<Vec<AlarmCount>, Error> {
        let (sql, values) = alarms::counted(&filter);
        self.read(&sql, values, alarms::count).await
    }

    /// How many alarms of each kind are open: at most `most`, in as many steps.
    pub async fn count_open_alarms(&self, most: usize) -> Result<Vec<AlarmCount>, Error> {
        let (sql, values) = alarms::counted_open(most);
        self.read(&sql, values, alarms::count).await
    }

    /// The alarm with this number, and the bytes of the messages that it is about. They hold the payer's data.
    pub async fn alarm(&self, seq: i64) -> Result<Option<(Alarm, Vec<Vec<u8>>)>, Error> {
        let seq = || vec![seq.into()];
        let alarm = self.read(&alarms::by_seq(), seq(), alarms::alarm).await?;
        let Some(alarm) = alarm.into_iter().next() else {
            return Ok(None);
        };
        let bodies = self.read(alarms::BODIES, seq(), rows::bytes).await?;
        Ok(Some((alarm, bodies)))
    }

    /// What operators decided, the newest first, those before `before`, at most `limit`.
    pub async fn resolutions(
        &self,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Resolution>, Error> {
        let values = vec![before.unwrap_or(i64::MAX).into(), Value::limit(limit)];
        self.read(alarms::RESOLUTIONS, values, alarms::resolution)
            .await
    }

    /// How much waits, for metrics. Costs one small read, however much there is.
    pub async fn counts(&self) -> Result<Counts, Error> {
        let counts = self.read(rows::COUNTS, Vec::new(), rows::counts);
        let counts = counts.await?.pop();
        counts.ok_or_else(|| Error::Unavailable("the row of counts is gone".into()))
    }

    /// What happened to the payment: at most the first 1000 callbacks, entries, alarms and resolutions.
    pub async fn payment_history(&self, id: &PaymentId) -> Result<PaymentHistory, Error> {
        let values = vec![id.into(), Value::limit(MOST)];
        let callbacks = format!(
            "SELECT {CALLBACK_COLUMNS} FROM events WHERE payment_id = $1 ORDER BY seq LIMIT $2"
        );
        let callbacks = self.read(&callbacks, values, recorded_callback).await?;
        Ok(PaymentHistory {
            callbacks,
            ..self.payment_records(id).await?
        })
    }

    /// The same without the callbacks, of which there can be very many.
    pub async fn payment_records(&self, id: &PaymentId) -> Result<PaymentHistory, Error> {
        let values = || vec![id.into(), Value::limit(MOST)];
        let mut entries = Vec::new();
        for seq in self
            .read(&seqs_of_payment(), values(), rows::number)
            .await?
        {
            entries.extend(self.entries(seq - 1, 1).await?);
        }
        let resolutions = alarms::RESOLUTIONS_OF_PAYMENT;
        Ok(PaymentHistory {
            callbacks: Vec::new(),
            entries,
            alarms: self.alarms_of_payment(id).await?,
            resolutions: self.read(resolutions, values(), alarms::resolution).await?,
        })
    }

    /// The alarms of the payment, in the order in which they were raised: at most the first 1000.
    pub async fn alarms_of_payment(&self, id: &PaymentId) -> Result<Vec<Alarm>, Error> {
        let values = vec![id.into(), Value::limit(MOST)];
        self.read(&alarms::of_payment(), values, alarms::alarm)
            .await
    }
}

/// All that happened to one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentHistory {
    /// The callbacks, each event once, in the order of their arrival.
    pub callbacks: Vec<RecordedCallback>,
    /// The entries, in the order of commit.
    pub entries: Vec<Entry>,
    /// The alarms, in the order in which they were raised.
    pub alarms: Vec<Alarm>,
    /// What operators decided, in their order.
    pub resolutions: Vec<Resolution>,
}

/// A callback as the ledger recorded it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordedCallback {
    /// When it came first.
    pub received_at: Millis,
    /// The project that signed it.
    pub project_id: ProjectId,
    /// The operation, if the callback says it; so are the next three.
    #[serde(serialize_with = "digits")]
    pub operation_id: Option<OperationId>,
    /// Sale, refund and so on.
    pub operation_type: Option<OperationType>,
    /// The operation's status.
    pub operation_status: Option<OperationStatus>,
    /// The operation's amount, in minor units.
    #[serde(flatten)]
    pub amount: Option<Money>,
    /// The payment's status.
    pub payment_status: PaymentStatus,
    /// What the ledger did with it.
    pub outcome: EventStatus,
}

/// The most rows of each kind in a history.
pub(super) const MOST: usize = 1000;

/// What [`recorded_callback`] reads.
pub(super) const CALLBACK_COLUMNS: &str =
    "received_at, project_id, operation_id, operation_type, operation_status, amount,
    currency, payment_status, disposition";

/// The entries of the payment `$1`. They have no index by payment: their operations lead to them, and `CROSS JOIN` makes `SQLite`
/// begin with these.
pub(super) const ENTRIES_OF_PAYMENT: &str = "(SELECT project_id, operation_id FROM events WHERE payment_id = $1
        UNION SELECT project_id, operation_id FROM settlements JOIN payments ON payments.id = payment_id
            WHERE payment_id = $1 AND operation_id IS NOT NULL) AS made
    CROSS JOIN entries";

/// The condition on [`ENTRIES_OF_PAYMENT`].
pub(super) const OF_PAYMENT: &str =
    "entries.project_id = made.project_id AND entries.operation_id = made.operation_id
    AND entries.payment_id = $1";

/// The numbers of the entries of the payment `$1`, at most `$2`.
pub(super) fn seqs_of_payment() -> String {
    format!(
        "SELECT entries.seq FROM {ENTRIES_OF_PAYMENT} WHERE {OF_PAYMENT} ORDER BY entries.seq LIMIT $2"
    )
}

pub(super) fn recorded_callback(
    row: &mut Values<'_>,
) -> Result<RecordedCallback, TransactionError> {
    Ok(RecordedCallback {
        received_at: row.time()?,
        project_id: row.project()?,
        operation_id: row.event_operation()?,
        operation_type: row.event_word(),
        operation_status: row.event_word(),
        amount: row.optional_money()?,
        payment_status: row.text()?.into(),
        outcome: row.word()?,
    })
}
