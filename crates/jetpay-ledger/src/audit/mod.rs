//! The audit: whether the ledger agrees with itself, and with what the platform signed.

mod bodies;
mod rules;

use jetpay_core::Keyring;

use crate::model::{Error, Totals};
use crate::port::{Store, totals};

/// The result of an audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// What was checked.
    pub totals: Totals,
    /// Callbacks whose signature is still good.
    pub verified: u64,
    /// Callbacks whose signature fits no secret of the keyring: the secret was rotated away, or the row was changed.
    pub unverified: u64,
    /// The number of the first of them.
    pub first_unverified: Option<i64>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// A rule that does not hold. It names ids and numbers of rows, never a payer.
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
pub(crate) async fn audit(store: &dyn Store, keyring: Option<&Keyring>) -> Result<Audit, Error> {
    let mut audit = Audit {
        totals: totals(store).await?,
        verified: 0,
        unverified: 0,
        first_unverified: None,
        findings: Vec::new(),
    };
    for rule in rules::RULES {
        let sql = format!("{} LIMIT {NAMED}", rule.sql);
        for row in store.query_once(&sql, Vec::new()).await? {
            audit.findings.push(Finding {
                rule: rule.says,
                place: rules::place(rule.of, &row),
            });
        }
    }
    bodies::check(store, keyring, &mut audit).await?;
    Ok(audit)
}
