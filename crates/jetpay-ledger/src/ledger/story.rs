//! The story of one payment: its callbacks with their bytes, and how each endpoint of the merchant's stands with its entries.

use jetpay_core::id::PaymentId;
use jetpay_core::operation_code::OperationCode;

use super::Ledger;
use super::reads::{CALLBACK_COLUMNS, ENTRIES_OF_PAYMENT, MOST, OF_PAYMENT, recorded_callback};
use crate::model::{EntryDelivery, Error};
use crate::port::{TransactionError, Value, Values, deliveries, rows};

/// A callback of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentCallback {
    /// Its number among all callbacks.
    pub seq: i64,
    /// What the ledger recorded of it.
    pub recorded: super::RecordedCallback,
    /// Why the operation ended with its status, if the callback says so.
    pub code: Option<OperationCode>,
    /// The provider's id, which the receipt shows.
    pub provider_payment_id: Option<String>,
    /// How many bytes the message has.
    pub size: usize,
}

/// The callbacks of the payment `$1`, at most `$2`.
fn callbacks() -> String {
    format!(
        "SELECT {CALLBACK_COLUMNS}, seq, code, provider_payment_id, CAST(length(body) AS BIGINT)
        FROM events WHERE payment_id = $1 ORDER BY seq LIMIT $2"
    )
}

/// The bytes of a callback: the number leads to the row, and the payment must be the one that is shown.
const BODY: &str = "SELECT body FROM events WHERE seq = $1 AND payment_id = $2";

/// How each stream stands with the entries of the payment `$1`, at most `$2` rows.
fn entry_deliveries() -> String {
    let (columns, joins) = (deliveries::COLUMNS_OF_ENTRY, deliveries::OF_ENTRY);
    format!(
        "SELECT {columns} FROM {ENTRIES_OF_PAYMENT} {joins}
        WHERE {OF_PAYMENT} AND streams.feed = 'entries' ORDER BY entries.seq, streams.name LIMIT $2"
    )
}

/// The story of a payment.
///
/// # Errors
/// Each can give [`Error::Unavailable`].
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
impl Ledger {
    /// The callbacks of a payment, each event once, in the order of their arrival: at most the first 1000.
    pub async fn payment_callbacks(&self, id: &PaymentId) -> Result<Vec<PaymentCallback>, Error> {
        let values = vec![id.into(), Value::limit(MOST)];
        self.read(&callbacks(), values, payment_callback).await
    }

    /// The bytes of a callback of a payment as they were first received, or of the status answer that stood for it. They hold
    /// the payer's data.
    pub async fn callback_body(&self, id: &PaymentId, seq: i64) -> Result<Option<Vec<u8>>, Error> {
        let bodies = self.read(BODY, vec![seq.into(), id.into()], rows::bytes);
        Ok(bodies.await?.pop())
    }

    /// How each endpoint that gets entries stands with those of a payment, in the order of the entries: at most 1000.
    pub async fn entry_deliveries(&self, id: &PaymentId) -> Result<Vec<EntryDelivery>, Error> {
        let values = vec![id.into(), Value::limit(MOST)];
        self.read(&entry_deliveries(), values, deliveries::entry_delivery)
            .await
    }
}

fn payment_callback(row: &mut Values<'_>) -> Result<PaymentCallback, TransactionError> {
    let recorded = recorded_callback(row)?;
    Ok(PaymentCallback {
        recorded,
        seq: row.int()?,
        code: row.optional_text().map(OperationCode::from),
        provider_payment_id: row.optional_string(),
        size: usize::try_from(row.int()?).unwrap_or_default(),
    })
}

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use super::super::reads::seqs_of_payment;
    use super::*;

    fn statements() -> [(String, usize); 4] {
        [
            (seqs_of_payment(), 2),
            (callbacks(), 2),
            (BODY.to_owned(), 2),
            (entry_deliveries(), 2),
        ]
    }

    #[tokio::test]
    async fn no_part_of_the_story_in_sqlite_reads_a_whole_table() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        for (sql, values) in statements() {
            let plan = format!("EXPLAIN QUERY PLAN {sql}");
            let plan = ledger
                .store
                .query_once(&plan, vec![Value::Null; values])
                .await;
            for step in plan.unwrap() {
                let step = step[3].text().unwrap();
                let scanned = step.strip_prefix("SCAN ").unwrap_or_default();
                let scanned = scanned.split(' ').next().unwrap_or_default();
                let tables = "payments events entries settlements skips receipts waiting";
                let of_table = tables.split(' ').any(|table| table == scanned);
                assert!(!of_table, "{step} in {sql}");
            }
        }
    }

    #[cfg(feature = "postgres")]
    #[tokio::test]
    async fn no_part_of_the_story_in_postgres_reads_a_whole_table() {
        use jetpay_testing::postgres;
        let Some(database) = postgres::require_or_skip(postgres::database()) else {
            return;
        };
        let _ledger = Ledger::connect(database.url(), None).await.unwrap();
        for (sql, values) in statements() {
            let nothing = ["NULL"; 2][..values].join(", ");
            let plan = format!(
                "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; SET enable_hashjoin = off;
                 SET enable_mergejoin = off; PREPARE story AS {sql}; EXPLAIN EXECUTE story({nothing})"
            );
            let plan = database.run(&plan).unwrap();
            let scans = plan
                .lines()
                .filter(|line| line.contains("Seq Scan") && !line.contains("delivery_streams"));
            assert_eq!(scans.count(), 0, "{plan} of {sql}");
            assert!(plan.contains("Index Cond"), "{plan} of {sql}");
        }
    }
}
