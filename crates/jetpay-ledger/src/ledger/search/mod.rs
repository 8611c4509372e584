//! Search: all that has a word, whether it is a receipt, an operation, a payment, a customer or a contract.

mod details;
mod hit;

pub use details::HitDetails;
pub use hit::{Hit, HitKind, MatchedWord, SearchPosition};

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;

use jetpay_core::id::{CustomerId, OperationId};
use jetpay_rules::PaymentState;

use super::Ledger;
use crate::model::{
    Error, LONGEST, Millis, method_from_stored, operation_from_stored, stored_operation,
};
use crate::port::rows::{self, IN_RARE_STATE, is_rare};
use crate::port::{TransactionError, Value, Values};

/// A number or second name that more customers share finds these customers, but not their payments.
const MOST_SHARED: usize = 10;

const WITH_RECEIPT: &str =
    "{key} IN (SELECT payment_id FROM events WHERE provider_payment_id = $1)";
const WITH_OPERATION: &str = "{key} IN (SELECT payment_id FROM events WHERE operation_id = $1
    UNION SELECT payment_id FROM settlements WHERE operation_id = $1
    UNION SELECT payment_id FROM alarms WHERE operation_id = $1
    UNION SELECT payment_id FROM payout_steps WHERE operation_id = $1)";
const OF_CUSTOMER: &str = "customer_id = $1";
/// The concatenation keeps the index of contracts out: one id may be that of contracts of all customers.
const OF_CONTRACT: &str =
    "customer_id = $1 AND contract_id || '' IN (SELECT contract_id FROM customer_words
    WHERE bucket = $2 AND word = $3 AND customer_id = $1)";

/// Where a word is looked for, which is `$1`; `{key}` is the column of a payment's or payout's id.
const PLACES: [(MatchedWord, HitKind, &str); 13] = [
    (MatchedWord::Receipt, HitKind::Payment, WITH_RECEIPT),
    (MatchedWord::Receipt, HitKind::Payout, WITH_RECEIPT),
    (
        MatchedWord::Receipt,
        HitKind::Inbox,
        "provider_payment_id = $1",
    ),
    (MatchedWord::Operation, HitKind::Payment, WITH_OPERATION),
    (MatchedWord::Operation, HitKind::Payout, WITH_OPERATION),
    (MatchedWord::Operation, HitKind::Inbox, "operation_id = $1"),
    (MatchedWord::Payment, HitKind::Payment, "id = $1"),
    (MatchedWord::Payment, HitKind::Payout, "payment_id = $1"),
    (MatchedWord::Payment, HitKind::Inbox, "payment_id = $1"),
    (MatchedWord::Account, HitKind::Inbox, "said_account = $1"),
    (MatchedWord::Customer, HitKind::Inbox, "said_customer = $1"),
    (MatchedWord::Customer, HitKind::Payment, OF_CUSTOMER),
    (MatchedWord::Customer, HitKind::Payout, OF_CUSTOMER),
];

/// The customer with the id `$1`, and a contract with the same word, an empty text, or none.
const CUSTOMER: &str =
    "SELECT customers.customer_id, max(contract_id) FROM customers LEFT JOIN customer_words
        ON customer_words.bucket = customers.bucket AND word = customers.customer_id
        AND customer_words.customer_id = customers.customer_id
    WHERE customers.customer_id = $1 GROUP BY customers.customer_id";

/// The buckets from `$1` on that have the word `$2`, at most `$3`. Only SQLite has more than one bucket.
const BUCKETS: &str = "WITH RECURSIVE buckets (bucket) AS (SELECT CAST($1 AS BIGINT)
        UNION ALL SELECT bucket + 1 FROM buckets WHERE bucket < (SELECT coalesce(max(bucket), 0) FROM customer_words))
    SELECT bucket FROM buckets WHERE (SELECT 1 FROM customer_words
        WHERE customer_words.bucket = buckets.bucket AND word = $2 LIMIT 1) IS NOT NULL ORDER BY bucket LIMIT $3";

/// The customers of the bucket `$1` behind `$3` with the word `$2`, and the first and last of the contracts with it.
const WORD_IN_BUCKET: &str = "SELECT customer_id, min(contract_id), max(contract_id) FROM customer_words
    WHERE bucket = $1 AND word = $2 AND customer_id > $3 GROUP BY customer_id ORDER BY customer_id LIMIT $4";

/// How the hits of a kind are read: the columns and the table; the column of the time, and that of the key.
const fn source(kind: HitKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        HitKind::Payment => (
            "SELECT created_at, CAST(0 AS BIGINT), id, id, customer_id, contract_id, project_id, CAST(-1 AS BIGINT),
                CAST(NULL AS TEXT), amount, currency, state, method FROM payments WHERE",
            "created_at",
            "id",
        ),
        HitKind::Payout => (
            "SELECT created_at, CAST(0 AS BIGINT), payment_id, payment_id, customer_id, CAST(NULL AS TEXT), project_id,
                CAST(-1 AS BIGINT), CAST(NULL AS TEXT), amount, currency, state, method FROM payouts WHERE",
            "created_at",
            "payment_id",
        ),
        HitKind::Inbox | HitKind::Customer => (
            "SELECT received_at, seq, '', payment_id, CAST(NULL AS TEXT), CAST(NULL AS TEXT), project_id, operation_id,
                provider_payment_id, amount, currency, disposition, CAST(NULL AS TEXT) FROM events
                WHERE disposition IN ('unmatched', 'dismissed') AND",
            "received_at",
            "seq",
        ),
    }
}

/// The hits of a kind that fulfil a condition with so many values, the newest first: the next values are the [`bound`] and the
/// limit.
fn statement(kind: HitKind, condition: &str, values: usize) -> String {
    let (select, time, key) = source(kind);
    let condition = condition.replace("{key}", key);
    let [at, id, limit] = [values + 1, values + 2, values + 3];
    format!(
        "{select} {condition} AND ({time}, {key}) < (${at}, ${id}) ORDER BY {time} DESC, {key} DESC LIMIT ${limit}"
    )
}

/// The payments with an id below `$1`, the last one first, at most `$2`. An index has the ids of a rare state. Those in another
/// one are looked for down to the id `$2`, and at most `$3` are given.
fn newest(state: Option<PaymentState>) -> String {
    let (select, _, key) = source(HitKind::Payment);
    let below = format!("{key} < $1");
    let last_first = format!("ORDER BY {key} DESC LIMIT");
    match state {
        None => format!("{select} {below} {last_first} $2"),
        Some(state) if is_rare(state) => {
            format!("{select} state = '{state}' AND {IN_RARE_STATE} AND {below} {last_first} $2")
        }
        Some(state) => {
            format!("{select} {below} AND {key} >= $2 AND state = '{state}' {last_first} $3")
        }
    }
}

/// The payment behind the last `$2` ones with an id below `$1`.
const LAST_LOOKED_THROUGH: &str =
    "SELECT created_at, id FROM payments WHERE id < $1 ORDER BY id DESC LIMIT 1 OFFSET $2";

/// So many payments are looked through for each that is wanted, and at most so many for all.
const LOOKED_THROUGH: usize = 40;
const MOST_LOOKED_THROUGH: usize = 8_000;

/// Hits that are read by one query: the kind, the word, the condition, and the condition's values.
type Question<'w> = (HitKind, MatchedWord, &'static str, Vec<Value<'w>>);

/// Reads: of the last commit.
impl Ledger {
    /// What has exactly this word, white space at its ends aside: first the customers, then the newest. At most `limit` hits
    /// behind `before`, and the place of the last one if there are more. A payment that has the word in several ways is one
    /// hit.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn search(
        &self,
        word: &str,
        before: Option<&SearchPosition>,
        limit: usize,
    ) -> Result<(Vec<Hit>, Option<SearchPosition>), Error> {
        self.search_kind(word, None, before, limit).await
    }

    /// The same of one kind alone.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn search_kind(
        &self,
        word: &str,
        kind: Option<HitKind>,
        before: Option<&SearchPosition>,
        limit: usize,
    ) -> Result<(Vec<Hit>, Option<SearchPosition>), Error> {
        let word = word.trim();
        if word.is_empty() || word.len() > LONGEST {
            return Ok((Vec::new(), None));
        }
        let mut hits = Vec::new();
        let of_customers = kind.is_none_or(|kind| kind == HitKind::Customer);
        if of_customers && before.is_none_or(|before| before.kind == HitKind::Customer) {
            hits = self.customer_hits(word, before, limit + 1).await?;
        }
        if hits.len() <= limit && kind != Some(HitKind::Customer) {
            let before = before.filter(|before| before.kind != HitKind::Customer);
            let wanted = limit + 1 - hits.len();
            hits.extend(self.timed_hits(word, kind, before, wanted).await?);
        }
        Ok(page(hits, limit))
    }

    /// The payments with an id below `before`, the last one first: with `UUIDv7` ids, the newest first. At most `limit`, and
    /// the place of the last one if there are more.
    ///
    /// Only those in the given state. Among millions, the next pending or credited one can be far: after some thousands that are
    /// in another state, the place is given to look further from, with fewer hits or none.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn newest_payments(
        &self,
        before: &str,
        state: Option<PaymentState>,
        limit: usize,
    ) -> Result<(Vec<Hit>, Option<SearchPosition>), Error> {
        let mut values = vec![before.into()];
        let mut last = None;
        if state.is_some_and(|state| !is_rare(state)) {
            let depth = (limit * LOOKED_THROUGH).min(MOST_LOOKED_THROUGH);
            last = self.payment_behind(before, depth).await?;
            let id = last.as_ref().map_or("", |last| &last.id);
            values.push(id.to_owned().into());
        }
        values.push(Value::limit(limit + 1));
        let sql = newest(state);
        let hits = self.read(&sql, values, |row| {
            let mut hit = timed_hit(HitKind::Payment, MatchedWord::Payment, row)?;
            hit.matched.clear();
            Ok(hit)
        });
        let (hits, next) = page(hits.await?, limit);
        Ok((hits, next.or(last)))
    }

    /// The last one of so many payments with an id below `before`, if there are so many.
    async fn payment_behind(
        &self,
        before: &str,
        depth: usize,
    ) -> Result<Option<SearchPosition>, Error> {
        let values = vec![before.into(), Value::limit(depth.saturating_sub(1))];
        let last = self.read(LAST_LOOKED_THROUGH, values, |row| {
            Ok(SearchPosition {
                kind: HitKind::Payment,
                time: row.int()?,
                number: 0,
                id: row.string()?,
            })
        });
        Ok(last.await?.pop())
    }

    async fn customer_hits(
        &self,
        word: &str,
        after: Option<&SearchPosition>,
        wanted: usize,
    ) -> Result<Vec<Hit>, Error> {
        let mut hits = Vec::new();
        if after.is_none() {
            hits = self
                .read(CUSTOMER, vec![word.into()], |row| {
                    let customer = row.id()?;
                    let contract = row.optional_text().is_some_and(|id| !id.is_empty());
                    Ok(customer_hit(-1, customer, true, contract))
                })
                .await?;
        }
        // One more, in the place of the customer who came first.
        let words = self.words_of_customers(word, after, wanted + 1).await?;
        hits.extend(words.into_iter().filter(|hit| hit.position.id != word));
        Ok(hits)
    }

    /// The customers behind `after` that have the word as a second name, or as the id or number of a contract.
    async fn words_of_customers(
        &self,
        word: &str,
        after: Option<&SearchPosition>,
        wanted: usize,
    ) -> Result<Vec<Hit>, Error> {
        let first = after.map_or(0, |after| after.number.max(0));
        let after = after.filter(|after| after.number >= 0);
        let values = vec![first.into(), word.into(), Value::limit(wanted + 1)];
        let mut found = Vec::new();
        for bucket in self.read(BUCKETS, values, rows::number).await? {
            let id = after.filter(|after| after.number == bucket);
            let id = id.map_or("", |after| &after.id);
            let left = Value::limit(wanted - found.len());
            let values = vec![bucket.into(), word.into(), id.into(), left];
            let words = self.read(WORD_IN_BUCKET, values, |row| {
                let (customer, first_id, last_id) = (row.id()?, row.text()?, row.text()?);
                let (by_name, by_contract) = (first_id.is_empty(), !last_id.is_empty());
                Ok(customer_hit(bucket, customer, by_name, by_contract))
            });
            found.extend(words.await?);
            if found.len() >= wanted {
                break;
            }
        }
        Ok(found)
    }

    /// Hits that have a time, the newest first, those behind `before`.
    async fn timed_hits(
        &self,
        word: &str,
        only: Option<HitKind>,
        before: Option<&SearchPosition>,
        wanted: usize,
    ) -> Result<Vec<Hit>, Error> {
        let mut hits: BTreeMap<_, Hit> = BTreeMap::new();
        for (kind, matched, condition, mut values) in self.questions(word).await? {
            if only.is_some_and(|only| only != kind) {
                continue;
            }
            let sql = statement(kind, condition, values.len());
            values.extend(bound(kind, before));
            values.push(Value::limit(wanted));
            let found = self.read(&sql, values, |row| timed_hit(kind, matched, row));
            for hit in found.await? {
                let at = &hit.position;
                match hits.entry((at.time, kind as u8, at.number, at.id.clone())) {
                    Slot::Vacant(slot) => drop(slot.insert(hit)),
                    Slot::Occupied(slot) => slot.into_mut().matched.push(matched),
                }
            }
        }
        let mut hits: Vec<Hit> = hits.into_values().rev().take(wanted).collect();
        for hit in &mut hits {
            hit.matched.dedup();
        }
        Ok(hits)
    }

    /// What is to be read for a word. The questions about one word of a hit follow each other.
    async fn questions<'w>(&self, word: &'w str) -> Result<Vec<Question<'w>>, Error> {
        let operation = word.parse::<OperationId>().ok();
        let operation = operation.filter(|id| id.to_string() == word);
        // A number so large that it is stored as the absence of one is not searched for.
        let operation = operation.map(|id| stored_operation(Some(id)));
        let operation = operation.filter(|stored| operation_from_stored(*stored).is_some());
        let mut questions = Vec::new();
        for (matched, kind, condition) in PLACES {
            let value = match matched {
                MatchedWord::Operation => operation.map(Value::from),
                _ => Some(word.into()),
            };
            questions.extend(value.map(|value| (kind, matched, condition, vec![value])));
        }
        let mut words = self.words_of_customers(word, None, MOST_SHARED + 1).await?;
        if words.len() > MOST_SHARED {
            words.clear();
        }
        let with = |word| words.iter().filter(move |hit| hit.matched.contains(&word));
        let customer = |hit: &Hit| Value::from(hit.position.id.clone());
        for hit in with(MatchedWord::Customer) {
            for kind in [HitKind::Payment, HitKind::Payout] {
                let values = vec![customer(hit)];
                questions.push((kind, MatchedWord::Customer, OF_CUSTOMER, values));
            }
        }
        let mut of_contract = |condition, values| {
            questions.push((HitKind::Payment, MatchedWord::Contract, condition, values));
        };
        of_contract("contract_id = $1", vec![word.into()]);
        for hit in with(MatchedWord::Contract) {
            let bucket = hit.position.number.into();
            of_contract(OF_CONTRACT, vec![customer(hit), bucket, word.into()]);
        }
        Ok(questions)
    }
}

/// A page of at most `limit` of these hits, which are one more if there are more.
fn page(mut hits: Vec<Hit>, limit: usize) -> (Vec<Hit>, Option<SearchPosition>) {
    let more = hits.len() > limit;
    hits.truncate(limit);
    let last = hits.last().filter(|_| more);
    let next = last.map(|hit| hit.position.clone());
    (hits, next)
}

/// The time and the key that hits of this kind behind `before` are below.
fn bound(kind: HitKind, before: Option<&SearchPosition>) -> [Value<'static>; 2] {
    let has_number = kind == HitKind::Inbox;
    let key = |number: i64, id: String| {
        if has_number { number.into() } else { id.into() }
    };
    // Longer than an id can be, and behind all of them.
    let every = key(i64::MAX, "\u{10ffff}".repeat(LONGEST));
    let Some(before) = before else {
        return [i64::MAX.into(), every];
    };
    let key = match (kind as u8).cmp(&(before.kind as u8)) {
        Ordering::Less => every,
        Ordering::Equal => key(before.number, before.id.clone()),
        Ordering::Greater => key(i64::MIN, String::new()),
    };
    [before.time.into(), key]
}

fn timed_hit(
    kind: HitKind,
    matched: MatchedWord,
    row: &mut Values<'_>,
) -> Result<Hit, TransactionError> {
    let position = SearchPosition {
        kind,
        time: row.int()?,
        number: row.int()?,
        id: row.string()?,
    };
    Ok(Hit {
        kind,
        matched: vec![matched],
        time: Some(Millis(position.time)),
        position,
        payment_id: row.optional_id()?,
        customer_id: row.optional_id()?,
        contract_id: row.optional_id()?,
        project_id: Some(row.project()?),
        operation_id: row.event_operation()?,
        provider_payment_id: row.optional_string(),
        amount: row.optional_money()?,
        state: row.optional_string(),
        method: row.optional_string().map(method_from_stored),
    })
}

fn customer_hit(bucket: i64, id: CustomerId, by_name: bool, by_contract: bool) -> Hit {
    let words = [
        (by_name, MatchedWord::Customer),
        (by_contract, MatchedWord::Contract),
    ];
    Hit {
        kind: HitKind::Customer,
        matched: words
            .into_iter()
            .filter_map(|(by, word)| by.then_some(word))
            .collect(),
        position: SearchPosition {
            kind: HitKind::Customer,
            time: 0,
            number: bucket,
            id: id.as_str().to_owned(),
        },
        time: None,
        payment_id: None,
        customer_id: Some(id),
        contract_id: None,
        project_id: None,
        operation_id: None,
        provider_payment_id: None,
        amount: None,
        state: None,
        method: None,
    }
}

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use super::details::{CONTRACTS, RECEIPTS};
    use super::*;
    use crate::ledger::listed::{BATCH, listed};

    /// A customer with the word `1` in both ways, so that every question is asked.
    async fn with_words(ledger: &Ledger) -> Vec<(String, usize)> {
        let customer = r#"{"customer_id": "7123456789", "additional_customer_id": "1",
            "contracts": [{"id": "7", "number": "1"}]}"#;
        let customer = serde_json::from_str(customer).unwrap();
        ledger.put_customer(customer).await.unwrap();
        let questions = ledger.questions("1").await.unwrap();
        assert_eq!(questions.len(), 3 + 3 + 3 + 1 + 3 + 2 + 1 + 1);
        let statements = questions.iter().map(|(kind, _, condition, values)| {
            (statement(*kind, condition, values.len()), values.len() + 3)
        });
        let of_customers = [(CUSTOMER, 1), (BUCKETS, 3), (WORD_IN_BUCKET, 4)];
        let of_customers = of_customers.map(|(sql, values)| (sql.to_owned(), values));
        let (rare, common) = (PaymentState::Quarantined, PaymentState::Pending);
        let states = [(None, 2), (Some(rare), 2), (Some(common), 3)];
        let newest = states.map(|(state, values)| (newest(state), values));
        let last = [(LAST_LOOKED_THROUGH.to_owned(), 2)];
        let details = [RECEIPTS, CONTRACTS].map(|sql| (listed(sql, 1), BATCH));
        let statements = statements.chain(of_customers).chain(newest).chain(last);
        statements.chain(details).collect()
    }

    #[tokio::test]
    async fn no_search_in_sqlite_reads_a_whole_table() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        for (sql, values) in with_words(&ledger).await {
            let values = vec![Value::Null; values];
            let plan = ledger
                .store
                .query_once(&format!("EXPLAIN QUERY PLAN {sql}"), values)
                .await;
            for step in plan.unwrap() {
                let step = step[3].text().unwrap();
                let scanned = step.strip_prefix("SCAN ").unwrap_or_default();
                let scanned = scanned.split(' ').next().unwrap_or_default();
                let tables = "payments payouts events customers customer_words";
                let of_table = tables.split(' ').any(|table| table == scanned);
                assert!(!of_table, "{step} in {sql}");
            }
        }
    }

    #[cfg(feature = "postgres")]
    #[tokio::test]
    async fn no_search_in_postgres_reads_a_whole_table() {
        use jetpay_testing::postgres;
        let Some(database) = postgres::require_or_skip(postgres::database()) else {
            return;
        };
        let ledger = Ledger::connect(database.url(), None).await.unwrap();
        for (sql, values) in with_words(&ledger).await {
            let nothing = vec!["NULL"; values].join(", ");
            let plan = format!(
                "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; SET enable_hashjoin = off;
                 SET enable_mergejoin = off; PREPARE search AS {sql}; EXPLAIN EXECUTE search({nothing})"
            );
            let plan = database.run(&plan).unwrap();
            let count = |what| plan.matches(what).count();
            assert_eq!(count("Seq Scan"), 0, "{plan} of {sql}");
            assert!(count("Index Cond") > 0, "{plan} of {sql}");
            let scans = count("Index Scan") + count("Index Only Scan");
            assert_eq!(scans, count("Index Cond"), "{plan} of {sql}");
        }
    }
}
