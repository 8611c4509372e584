//! The audit: whether the books agree with themselves, and with what the platform signed.

mod bodies;
mod rules;
pub(crate) mod totals;

pub use totals::Totals;

use jetpay_core::Keyring;

use crate::error::Error;
use crate::ledger::Ledger;

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// How much was looked at.
    pub totals: Totals,
    /// Callbacks whose signature was verified again.
    pub verified: u64,
    /// Callbacks whose signature fits no secret of the keyring: signed with one that was rotated away, or changed.
    pub unverified: u64,
    /// The number of the first of them.
    pub first_unverified: Option<i64>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// Something that should not be. It names ids and numbers of rows, and no payer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that does not hold.
    pub rule: &'static str,
    /// Where.
    pub place: String,
}

/// So many places are named for each rule.
const NAMED: usize = 20;

impl Ledger {
    /// Proves that the books agree: entries with payments, with the stored callbacks and the settlements, and those with
    /// the bytes that were signed; with a keyring, their signatures, too. Reads everything, while others may go on.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn audit(&self, keyring: Option<&Keyring>) -> Result<Audit, Error> {
        let mut audit = Audit {
            totals: self.totals().await?,
            verified: 0,
            unverified: 0,
            first_unverified: None,
            findings: Vec::new(),
        };
        for rule in rules::RULES {
            let sql = format!("{} LIMIT {NAMED}", rule.sql);
            for row in self.store().ask(&sql, Vec::new()).await? {
                audit.findings.push(Finding {
                    rule: rule.says,
                    place: rules::place(rule.of, &row),
                });
            }
        }
        bodies::check(self, keyring, &mut audit).await?;
        Ok(audit)
    }
}
