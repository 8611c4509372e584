//! Reads: of the last commit.

use jetpay_core::Money;
use jetpay_core::id::{CustomerId, OperationId, PaymentId, ProjectId};
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus};
use jetpay_rules::EventStatus;
use serde::Serialize;

use super::Ledger;
use crate::model::{
    Alarm, AlarmCount, AlarmFilter, Counts, Customer, Entry, Error, Millis, Payment, PaymentFilter,
    Resolution, Unmatched, digits, method_from_stored, operation_from_stored, word_from_stored,
};
use crate::port;
use crate::port::payouts::sql;
use crate::port::{Row, Value, Values, alarms, bounded, value};

/// All of them can give [`Error::Unavailable`].
impl Ledger {
    /// The customer with this id, as stored. One point read.
    ///
    /// # Errors
    /// [`Error::Damaged`]; [`Error::Unavailable`].
    pub async fn customer(&self, customer_id: &str) -> Result<Option<Customer>, Error> {
        self.store.customer(customer_id).await
    }

    /// The customer with this id, each debt less what came in on the contract since its `as_of_seq`: fit for `verify`. It
    /// reads only those entries. Sums that do not fit 64 bits are the largest or least number that does.
    ///
    /// # Errors
    /// [`Error::Damaged`]; [`Error::Unavailable`].
    pub async fn net_customer(&self, customer_id: &str) -> Result<Option<Customer>, Error> {
        self.store.net_customer(customer_id).await
    }

    /// The ids of customers in their order, those after `after`, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn customer_ids(
        &self,
        after: Option<&CustomerId>,
        limit: usize,
    ) -> Result<Vec<CustomerId>, Error> {
        let after = after.map_or(String::new(), |id| id.as_str().to_owned());
        let sql = "SELECT customer_id FROM customers WHERE customer_id > $1 ORDER BY customer_id LIMIT $2";
        let values = vec![Value::Text(after), port::limit(limit)];
        let rows = self.store.query(sql, values).await?;
        let ids = rows.iter().map(|row| {
            let id = row.first().and_then(Value::text);
            let id = id.and_then(|id| CustomerId::try_from(id).ok());
            id.ok_or_else(|| Error::Unavailable("a customer's id is damaged".into()))
        });
        ids.collect()
    }

    /// The `seq` of the last entry: the end of the feed. 0: there is none.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn last_entry(&self) -> Result<i64, Error> {
        let sql = "SELECT coalesce(max(seq), 0) FROM entries";
        Ok(sql::number(&self.store.query(sql, Vec::new()).await?))
    }

    /// The `seq` of the last step of a payout. 0: there is none.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn last_payout_step(&self) -> Result<i64, Error> {
        let sql = "SELECT coalesce(max(seq), 0) FROM payout_steps";
        Ok(sql::number(&self.store.query(sql, Vec::new()).await?))
    }

    /// Customers by id, those after `after`, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn customers(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Customer>, Error> {
        self.store.customers(after, limit).await
    }

    /// What the customer can spend, in minor units: the sum of the entries, less what payouts from the balance took. Of a
    /// customer with top-ups in several currencies it is the sum of unlike numbers: keep one currency a customer. The ledger
    /// quarantines a credit with which the entries alone, without payouts, would be more than 64 bits hold. An older version did
    /// not: such a balance is given as `i64::MAX`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn balance(&self, customer_id: &str) -> Result<i64, Error> {
        if CustomerId::new(customer_id).is_err() {
            return Ok(0);
        }
        let customer = vec![Value::Text(customer_id.to_owned())];
        let rows = self.store.query(sql::BALANCE, customer).await?;
        let balance = rows.first().map(|row| sql::balance(row));
        Ok(bounded(balance.unwrap_or_default()))
    }

    /// The payment with this id, and its operations.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn payment(&self, id: &str) -> Result<Option<Payment>, Error> {
        self.store.payment(id).await
    }

    /// The payments that the filter lets through, by id: with `UUIDv7` ids, that is by time.
    ///
    /// Customer, provider's id and rare states have an index; a filter by time alone looks at every payment from
    /// `after` on, so give an `after` that is near.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn payments(&self, filter: &PaymentFilter) -> Result<Vec<Payment>, Error> {
        self.store.payments(filter).await
    }

    /// Entries in the order of commit, those with a `seq` greater than `after` (0: from the first), at most `limit`.
    /// Reading on from the last `seq` misses none.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn entries(&self, after: i64, limit: usize) -> Result<Vec<Entry>, Error> {
        self.store.entries(after, limit).await
    }

    /// When callbacks last credited a payment of each method, by the entries after `after` up to `to`. It looks up the payment
    /// of each.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn last_credits(&self, after: i64, to: i64) -> Result<Vec<(String, Millis)>, Error> {
        // A subquery, because the plan of a join could read all payments.
        let sql = "SELECT method, max(time) FROM (
                SELECT (SELECT method FROM payments WHERE id = payment_id) AS method, time FROM entries
                WHERE seq > $1 AND seq <= $2 AND kind = 'credit'
            ) AS credits GROUP BY method";
        let values = vec![Value::Int(after), Value::Int(to)];
        let rows = self.store.query(sql, values).await?;
        let last = rows
            .into_iter()
            .filter_map(|row| match <[_; 2]>::try_from(row) {
                Ok([Value::Text(method), Value::Int(time)]) => {
                    Some((method_from_stored(method), Millis(time)))
                }
                _ => None,
            });
        Ok(last.collect())
    }

    /// The correction of the entry with this `seq`, if there is one.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn correction_of(&self, seq: i64) -> Result<Option<Entry>, Error> {
        let sql = "SELECT seq FROM entries WHERE corrects = $1";
        let rows = self.store.query(sql, vec![Value::Int(seq)]).await?;
        let Some(&[Value::Int(seq)]) = rows.first().map(|row| &row[..]) else {
            return Ok(None);
        };
        Ok(self.store.entries(seq - 1, 1).await?.pop())
    }

    /// Alarms, the newest first.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn alarms(&self, filter: AlarmFilter) -> Result<Vec<Alarm>, Error> {
        let (sql, values) = alarms::filtered(filter);
        alarms::all(&self.store.query(&sql, values).await?, alarms::alarm)
    }

    /// How many alarms the filter lets through, by kind, whatever its limit is. A kind without any is left out.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn count_alarms(&self, filter: AlarmFilter) -> Result<Vec<AlarmCount>, Error> {
        let (sql, values) = alarms::counted(filter);
        alarms::all(&self.store.query(&sql, values).await?, alarms::count)
    }

    /// The alarm with this number, and the bytes of the messages that it is about. They hold the payer's data.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn alarm(&self, seq: i64) -> Result<Option<(Alarm, Vec<Vec<u8>>)>, Error> {
        let seq = || vec![Value::Int(seq)];
        let rows = self.store.query(&alarms::by_seq(), seq()).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let alarm = alarms::alarm(row)?;
        let rows = self.store.query(alarms::BODIES, seq()).await?;
        let bodies = rows.iter().filter_map(|row| row.first()?.bytes());
        Ok(Some((alarm, bodies.map(<[u8]>::to_vec).collect())))
    }

    /// What operators decided, the newest first, those before `before`, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn resolutions(
        &self,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Resolution>, Error> {
        let values = vec![Value::Int(before.unwrap_or(i64::MAX)), port::limit(limit)];
        let rows = self.store.query(alarms::RESOLUTIONS, values).await?;
        alarms::all(&rows, alarms::resolution)
    }

    /// The callbacks without a payment, by payment id, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn inbox(&self, limit: usize) -> Result<Vec<Unmatched>, Error> {
        let rows = self.store.query(alarms::INBOX, vec![port::limit(limit)]);
        alarms::all(&rows.await?, alarms::unmatched)
    }

    /// How much waits, for metrics. Costs one small read, however much there is.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn counts(&self) -> Result<Counts, Error> {
        self.store.counts().await
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
const MOST: i64 = 1000;

impl Ledger {
    /// What happened to the payment: at most the first 1000 callbacks, entries, alarms and resolutions.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn payment_history(&self, id: &PaymentId) -> Result<PaymentHistory, Error> {
        let values = || vec![value::id(id), Value::Int(MOST)];
        let callbacks = "SELECT received_at, project_id, operation_id, operation_type, operation_status, amount, currency,
                payment_status, disposition
            FROM events WHERE payment_id = $1 ORDER BY seq LIMIT $2";
        let callbacks = self.store.query(callbacks, values()).await?;
        let callbacks: Result<_, Error> = callbacks.iter().map(recorded_callback).collect();
        // Entries have no index by payment: their operations lead to them.
        let seqs = "SELECT seq FROM entries WHERE payment_id = $1 AND (project_id, operation_id) IN (
                SELECT project_id, operation_id FROM events WHERE payment_id = $1
                UNION SELECT project_id, operation_id FROM settlements JOIN payments ON payments.id = payment_id
                    WHERE payment_id = $1 AND operation_id IS NOT NULL)
            ORDER BY seq LIMIT $2";
        let mut entries = Vec::new();
        for row in self.store.query(seqs, values()).await? {
            let seq = Values::of(&row).int()?;
            entries.extend(self.store.entries(seq - 1, 1).await?);
        }
        let alarms = self.store.query(&alarms::of_payment(), values()).await?;
        let resolutions = self.store.query(alarms::RESOLUTIONS_OF_PAYMENT, values());
        Ok(PaymentHistory {
            callbacks: callbacks?,
            entries,
            alarms: alarms::all(&alarms, alarms::alarm)?,
            resolutions: alarms::all(&resolutions.await?, alarms::resolution)?,
        })
    }
}

fn recorded_callback(row: &Row) -> Result<RecordedCallback, Error> {
    let mut row = Values::of(row);
    Ok(RecordedCallback {
        received_at: Millis(row.int()?),
        project_id: row.project()?,
        operation_id: operation_from_stored(row.int()?),
        operation_type: word_from_stored(row.text()?),
        operation_status: word_from_stored(row.text()?),
        amount: row.optional_money()?,
        payment_status: PaymentStatus::from(row.text()?),
        outcome: row.word()?,
    })
}
