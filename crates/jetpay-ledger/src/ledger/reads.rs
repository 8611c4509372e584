//! Reads: of the last commit.

use jetpay_core::Money;
use jetpay_core::id::{CustomerId, OperationId, PaymentId, ProjectId};
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus};
use jetpay_rules::EventStatus;

use super::Ledger;
use crate::model::{
    Alarm, AlarmFilter, Counts, Customer, Entry, Error, Millis, Payment, PaymentFilter, Resolution,
    Unmatched, operation_from_stored, word_from_stored,
};
use crate::port::payouts::{Values, sql};
use crate::port::{Row, Value, bounded};

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
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = "SELECT customer_id FROM customers WHERE customer_id > $1 ORDER BY customer_id LIMIT $2";
        let values = vec![Value::Text(after), Value::Int(limit)];
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
        self.store.alarms(filter).await
    }

    /// The alarm with this number, and the bytes of the messages that it is about. They hold the payer's data.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn alarm(&self, seq: i64) -> Result<Option<(Alarm, Vec<Vec<u8>>)>, Error> {
        self.store.alarm(seq).await
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
        self.store.resolutions(before, limit).await
    }

    /// The callbacks without a payment, by payment id, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn inbox(&self, limit: usize) -> Result<Vec<Unmatched>, Error> {
        self.store.inbox(limit).await
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedCallback {
    /// When it came first.
    pub received_at: Millis,
    /// The project that signed it.
    pub project_id: ProjectId,
    /// The operation, if the callback says it; so are the next three.
    pub operation_id: Option<OperationId>,
    /// Sale, refund and so on.
    pub operation_type: Option<OperationType>,
    /// The operation's status.
    pub operation_status: Option<OperationStatus>,
    /// The operation's amount, in minor units.
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
        let sql = "SELECT received_at, project_id, operation_id, operation_type, operation_status, amount, currency,
                payment_status, disposition
            FROM events WHERE payment_id = $1 ORDER BY seq LIMIT $2";
        let values = vec![Value::Text(id.as_str().to_owned()), Value::Int(MOST)];
        let rows = self.store.query(sql, values).await?;
        let callbacks: Result<_, Error> = rows.iter().map(recorded_callback).collect();
        // Entries have no index by payment: their operations lead to them.
        let entries = "SELECT seq FROM entries WHERE payment_id = $1 AND (project_id, operation_id) IN (
                SELECT project_id, operation_id FROM events WHERE payment_id = $1
                UNION SELECT project_id, operation_id FROM settlements JOIN payments ON payments.id = payment_id
                    WHERE payment_id = $1 AND operation_id IS NOT NULL)
            ORDER BY seq LIMIT $2";
        let mut history = PaymentHistory {
            callbacks: callbacks?,
            entries: Vec::new(),
            alarms: Vec::new(),
            resolutions: Vec::new(),
        };
        for seq in self.numbers(entries, id).await? {
            history
                .entries
                .extend(self.store.entries(seq - 1, 1).await?);
        }
        let alarms = "SELECT seq FROM alarms WHERE payment_id = $1 ORDER BY seq LIMIT $2";
        for seq in self.numbers(alarms, id).await? {
            let alarm = self.store.alarm(seq).await?;
            history.alarms.extend(alarm.map(|(alarm, _)| alarm));
        }
        let resolutions = "SELECT seq FROM settlements WHERE payment_id = $1 ORDER BY seq LIMIT $2";
        for seq in self.numbers(resolutions, id).await? {
            let resolution = self.store.resolutions(Some(seq + 1), 1).await?;
            history.resolutions.extend(resolution);
        }
        Ok(history)
    }

    async fn numbers(&self, sql: &str, id: &PaymentId) -> Result<Vec<i64>, Error> {
        let values = vec![Value::Text(id.as_str().to_owned()), Value::Int(MOST)];
        let rows = self.store.query(sql, values).await?;
        Ok(rows.iter().filter_map(|row| row.first()?.int()).collect())
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
        amount: row.event_amount()?,
        payment_status: PaymentStatus::from(row.text()?),
        outcome: row.word()?,
    })
}
