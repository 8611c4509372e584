//! What is new since a number, in small parts: for sums of a day. No index knows times, but numbers grow with them.

use jetpay_core::Money;
use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::{OperationStatus, OperationType};
use jetpay_rules::{EntryKind, EventStatus};

use super::Ledger;
use super::reconcile::Table;
use crate::model::{Error, Millis, method_from_stored};
use crate::port::{TransactionError, Value, Values};

/// An entry, as far as sums need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Its number.
    pub seq: i64,
    /// What moved the money.
    pub kind: EntryKind,
    /// The payment method's name.
    pub method: String,
    /// How much, signed.
    pub amount: Money,
    /// When it was stored.
    pub time: Millis,
}

/// A callback, as far as sums need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Its number.
    pub seq: i64,
    /// What the rules did with it.
    pub outcome: EventStatus,
    /// When it came first.
    pub received_at: Millis,
    /// The operation's type, if the callback says it; so are the next two.
    pub operation_type: Option<OperationType>,
    /// The operation's status.
    pub operation_status: Option<OperationStatus>,
    /// The operation's code.
    pub code: Option<OperationCode>,
    /// The method of the top-up, and when it was announced; none for a payout or an unknown payment.
    pub top_up: Option<(String, Millis)>,
}

const MOVEMENTS: &str = "SELECT seq, kind, method, entries.amount, currency, time
    FROM entries JOIN payments ON payments.id = payment_id WHERE seq > $1 ORDER BY seq LIMIT $2";

const ARRIVALS: &str = "SELECT seq, disposition, received_at, operation_type, operation_status, code, method, created_at
    FROM events LEFT JOIN payments ON payments.id = payment_id WHERE seq > $1 ORDER BY seq LIMIT $2";

/// The payments from the id `$1` on, before the id `$2`, that still wait for a result, among at most `$3`; and how many these are.
const NEWEST_PENDING: &str =
    "SELECT CAST(coalesce(sum(CASE state WHEN 'pending' THEN 1 ELSE 0 END), 0) AS BIGINT), count(*)
    FROM (SELECT state FROM payments WHERE id >= $1 AND id < $2 ORDER BY id LIMIT $3) AS newest";

/// The most payments that a count of the newest ones reads.
const MOST_PENDING: i64 = 10_000;

/// Reads.
///
/// # Errors
/// Each can give [`Error::Unavailable`].
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
impl Ledger {
    /// The number of an entry up to which all are older than this time, if times grow with the numbers, found by a binary search:
    /// it reads some twenty rows. Where a clock went back, it is one of several such numbers.
    pub async fn entries_before(&self, time: Millis) -> Result<i64, Error> {
        let last = self.last_entry().await?;
        let (older, _) = self.last_before(Table::Entries, time, last).await?;
        Ok(older)
    }

    /// The same of callbacks.
    pub async fn callbacks_before(&self, time: Millis) -> Result<i64, Error> {
        let last = "SELECT coalesce(max(seq), 0) FROM events";
        let last = self.number(last).await?;
        let (older, _) = self.last_before(Table::Events, time, last).await?;
        Ok(older)
    }

    /// Entries in the order of commit, those with a `seq` greater than `after`, at most `limit`. Reading on from the last `seq`
    /// misses none.
    pub async fn movements(&self, after: i64, limit: usize) -> Result<Vec<Movement>, Error> {
        let values = vec![after.into(), Value::limit(limit)];
        self.read(MOVEMENTS, values, movement).await
    }

    /// Callbacks, each event once, those with a `seq` greater than `after`, at most `limit`. In `PostgreSQL`, a callback of the
    /// last seconds may still appear before others.
    pub async fn arrivals(&self, after: i64, limit: usize) -> Result<Vec<Arrival>, Error> {
        let values = vec![after.into(), Value::limit(limit)];
        self.read(ARRIVALS, values, arrival).await
    }

    /// How many payments that were announced from one time to before another still wait for a result, if their ids are `UUIDv7`.
    /// Other ids, such as imported ones, are mostly outside. None: more than 10,000 were announced.
    pub async fn pending_between(&self, from: Millis, to: Millis) -> Result<Option<i64>, Error> {
        let values = vec![
            first_id(from).into(),
            first_id(to).into(),
            MOST_PENDING.into(),
        ];
        let read = self.read(NEWEST_PENDING, values, |row| Ok((row.int()?, row.int()?)));
        let (pending, of) = read.await?.pop().unwrap_or_default();
        Ok((of < MOST_PENDING).then_some(pending))
    }

    /// The size of a `PostgreSQL` database, in bytes. A role that may not ask gets an error, as does another store.
    pub async fn database_size(&self) -> Result<i64, Error> {
        self.number("SELECT pg_database_size(current_database())")
            .await
    }
}

/// What the UUIDs of version 7 of this millisecond begin with.
#[must_use]
pub fn first_id(time: Millis) -> String {
    let time = time.0.clamp(0, (1 << 48) - 1);
    format!("{:08x}-{:04x}", time >> 16, time & 0xffff)
}

fn movement(row: &mut Values<'_>) -> Result<Movement, TransactionError> {
    Ok(Movement {
        seq: row.int()?,
        kind: row.kind()?,
        method: method_from_stored(row.string()?),
        amount: row.money()?,
        time: row.time()?,
    })
}

fn arrival(row: &mut Values<'_>) -> Result<Arrival, TransactionError> {
    Ok(Arrival {
        seq: row.int()?,
        outcome: row.word()?,
        received_at: row.time()?,
        operation_type: row.event_word(),
        operation_status: row.event_word(),
        code: row.optional_text().map(OperationCode::from),
        top_up: {
            let method = row.optional_string().map(method_from_stored);
            method.zip(row.optional_int().map(Millis))
        },
    })
}

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use super::*;
    use crate::port::payouts::sql;

    /// What the page of today reads, with the number of its values.
    const READS: [(&str, usize); 4] = [
        (MOVEMENTS, 2),
        (ARRIVALS, 2),
        (NEWEST_PENDING, 3),
        (sql::OPEN, 0),
    ];

    #[tokio::test]
    async fn no_read_of_a_day_in_sqlite_reads_a_whole_table() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        for (sql, values) in READS {
            let plan = format!("EXPLAIN QUERY PLAN {sql}");
            let values = vec![Value::Null; values];
            let plan = ledger.store.query_once(&plan, values).await.unwrap();
            for step in &plan {
                let step = step[3].text().unwrap();
                let tables = [
                    "SCAN entries",
                    "SCAN events",
                    "SCAN payments",
                    "SCAN payouts",
                ];
                assert!(
                    !tables.iter().any(|scan| step.starts_with(scan)),
                    "{step} in {sql}"
                );
            }
        }
    }

    #[tokio::test]
    async fn imported_ids_behind_all_uuids_of_now_are_not_counted_as_new() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        let now = Millis(1_733_000_000_000);
        let own = format!("{}-7000-8000-000000000000", first_id(now));
        let payments = [own.as_str(), "order-1", "99999"].map(|id| crate::NewPayment {
            id: id.try_into().unwrap(),
            project_id: 1.into(),
            method: "kaspi".into(),
            customer_id: "7123456789".try_into().unwrap(),
            contract_id: None,
            amount: Money::new(1, jetpay_core::Currency::KZT),
            flags: Vec::new(),
            created_at: now,
        });
        ledger.import_payments(payments.into(), now).await.unwrap();
        let pending = ledger.pending_between(now, Millis(now.0 + 1));
        assert_eq!(pending.await.unwrap(), Some(1));
    }

    #[cfg(feature = "postgres")]
    #[tokio::test]
    async fn no_read_of_a_day_in_postgres_reads_a_whole_table() {
        use jetpay_testing::postgres;
        let Some(database) = postgres::require_or_skip(postgres::database()) else {
            return;
        };
        let ledger = Ledger::connect(database.url(), None).await.unwrap();
        assert!(ledger.database_size().await.unwrap() > 0);
        for (sql, values) in READS {
            let values = ["", "", "(NULL, NULL)", "(NULL, NULL, NULL)"][values];
            let plan = format!(
                "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; SET enable_hashjoin = off;
                 SET enable_mergejoin = off; PREPARE day AS {sql}; EXPLAIN EXECUTE day{values}"
            );
            let plan = database.run(&plan).unwrap();
            assert!(
                !plan.contains("Seq Scan") && plan.contains("Index Cond"),
                "{plan} of {sql}"
            );
        }
    }
}
