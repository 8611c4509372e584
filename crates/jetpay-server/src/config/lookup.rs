//! `[lookup]`: who knows the customers: the store, or the merchant's own system, which is asked live.

use std::path::Path;
use std::time::Duration;

use jetpay_billing::client::{BillingUrl, Login};
use jetpay_billing::dialect::Dialect;
use jetpay_billing::webhook::Secrets;
use jetpay_core::Money;

use super::table::Table;

/// The merchant's own system, which `verify` asks.
pub struct LookupConfig {
    /// How it is asked.
    pub kind: LookupKind,
    /// Its address.
    pub url: BillingUrl,
    /// The time for a question in all, waiting for its turn included.
    pub timeout: Duration,
    /// Questions in flight at a time.
    pub max_in_flight: usize,
    /// How long an answer is good without asking again.
    pub cache: Duration,
    /// The same for "unknown".
    pub unknown_cache: Duration,
    /// How old the last answer may be when the system does not answer.
    pub stale: Duration,
}

/// How the merchant's system is asked.
pub enum LookupKind {
    /// Signed JSON to the merchant's own web service.
    Http(Secrets),
    /// A `check` in a dialect.
    Dialect {
        /// The dialect.
        dialect: Dialect,
        /// The login of HTTP Basic, if the billing wants one.
        login: Option<Login>,
        /// `sum` of each question.
        sum: Money,
        /// The field of the answer with the debt, `sum` or the name of a field; `None`: the answer has no debt.
        debt_field: Option<String>,
    },
}

/// The settings; `None` with `kind = "store"`, and after a problem.
pub(super) fn read(_lookup: &Table<'_>, _folder: &Path, _serving: bool) -> Option<LookupConfig> {
    None
}
