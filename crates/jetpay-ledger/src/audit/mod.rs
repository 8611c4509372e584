//! The audit: whether the ledger agrees with itself, and with what the platform signed.

mod bodies;
mod rules;

use jetpay_core::Keyring;

use crate::model::{Contract, Error, Totals};
use crate::port::{Row, Store};

/// The result of an audit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// What was checked.
    pub totals: Totals,
    /// Callbacks whose signature is still good, and whose bytes would be accepted today.
    pub verified: u64,
    /// Callbacks whose signature fits no secret of the keyring: the secret was rotated away, or the row was changed, also
    /// to bytes that were cut out of another message.
    pub unverified: u64,
    /// The number of the first of them.
    pub first_unverified: Option<i64>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// A rule that does not hold. It names ids and numbers of rows, nothing else of a payer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that does not hold.
    pub rule: &'static str,
    /// Where.
    pub place: String,
}

/// At most this many places are named for each rule.
const NAMED: usize = 20;

/// Checks the whole ledger of a store.
pub(crate) async fn audit(
    store: &dyn Store,
    totals: Totals,
    keyring: Option<&Keyring>,
) -> Result<Audit, Error> {
    let mut audit = Audit {
        totals,
        ..Audit::default()
    };
    for rule in rules::RULES {
        let sql = format!("{} LIMIT {NAMED}", rule.sql);
        for row in store.query_once(&sql, Vec::new()).await? {
            audit.note(rule.says, rule.of, &row);
        }
    }
    let damaged = check_contracts(store, &mut audit).await?;
    check_words(store, &damaged, &mut audit).await?;
    bodies::check(store, keyring, &mut audit).await?;
    Ok(audit)
}

const CONTRACTS: &str =
    "SELECT customer_id, contracts FROM customers WHERE customer_id > $1 AND contracts IS NOT NULL
    ORDER BY customer_id LIMIT 1000";

/// `verify` and `check_deposit` of a customer whose contracts cannot be read fail. Gives the rows of these customers.
async fn check_contracts(store: &dyn Store, audit: &mut Audit) -> Result<Vec<Row>, Error> {
    let mut damaged = Vec::new();
    // No id is empty.
    let mut after = "".into();
    loop {
        let rows = store.query_once(CONTRACTS, vec![after]).await?;
        let Some(last) = rows.last() else {
            return Ok(damaged);
        };
        after = last[0].clone();
        for row in rows {
            let contracts = row[1].text().unwrap_or_default();
            if serde_json::from_str::<Vec<Contract>>(contracts).is_err() {
                audit.note("the contracts of a customer can be read", "customer", &row);
                damaged.push(row);
            }
        }
    }
}

const WORDS: &str =
    "SELECT customer_id FROM (SELECT customer_id, word, contract_id, bucket FROM words_of_customers
        EXCEPT SELECT customer_id, word, contract_id, bucket FROM customer_words) AS missing
    UNION SELECT customer_id FROM (SELECT customer_id, word, contract_id, bucket FROM customer_words
        EXCEPT SELECT customer_id, word, contract_id, bucket FROM words_of_customers) AS left_over";

/// A search finds a customer by words that lie in the contracts. Those of contracts that cannot be read count for nothing.
async fn check_words(store: &dyn Store, damaged: &[Row], audit: &mut Audit) -> Result<(), Error> {
    let sql = format!("{WORDS} LIMIT {}", NAMED + damaged.len());
    for row in store.query_once(&sql, Vec::new()).await? {
        if !damaged.iter().any(|other| other[0] == row[0]) {
            let rule = "a search finds a customer by the second name, and by the ids and numbers of the contracts";
            audit.note(rule, "customer", &row);
        }
    }
    Ok(())
}

impl Audit {
    /// Adds a finding, unless enough places are named for its rule. The first column says where.
    fn note(&mut self, rule: &'static str, of: &str, row: &Row) {
        let known = self.findings.iter().filter(|finding| finding.rule == rule);
        if known.count() < NAMED {
            let place = rules::place(of, row);
            self.findings.push(Finding { rule, place });
        }
    }
}
