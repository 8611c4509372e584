//! `[lookup]`: who knows the customers: the store, or the merchant's own system, which is asked live.

use std::path::Path;
use std::time::Duration;

use jetpay_billing::amount;
use jetpay_billing::client::{BillingUrl, Login};
use jetpay_billing::dialect::Dialect;
use jetpay_billing::webhook::Secrets;
use jetpay_core::{Currency, Money};

use super::billing;
use super::table::Table;
use crate::lookup::over_http;

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
        /// Where the answer has what is owed; `None`: nowhere.
        owed: Option<OwedField>,
    },
}

/// The field of an answer that says what is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedField {
    /// `sum`, or the name of a field.
    pub name: String,
    /// Whether it is a balance, which is negative when money is owed; else it is a debt.
    pub is_balance: bool,
}

impl OwedField {
    /// The key of the configuration that names it.
    pub(crate) fn key(&self) -> &'static str {
        if self.is_balance {
            "balance_field"
        } else {
            "debt_field"
        }
    }
}

/// The words of `kind`.
#[derive(Clone, Copy)]
enum Kind {
    Store,
    Http,
    Dialect(Dialect),
}

/// The keys that do nothing with `kind = "store"`.
const OF_A_SYSTEM: [&str; 11] = [
    "url",
    "secret_env",
    "secret_file",
    "timeout_seconds",
    "max_in_flight",
    "cache_seconds",
    "unknown_cache_seconds",
    "stale_hours",
    "debt_field",
    "balance_field",
    "sum",
];

const HOUR: u64 = 60 * 60;

/// The settings; `None` with `kind = "store"`, and after a problem. A service also loads the certificates that it needs.
pub(super) fn read(
    lookup: &Table<'_>,
    folder: &Path,
    currency: Currency,
    serving: bool,
) -> Option<LookupConfig> {
    let words = [
        ("store", Kind::Store),
        ("http", Kind::Http),
        ("osmp", Kind::Dialect(Dialect::Osmp)),
        ("kaspi", Kind::Dialect(Dialect::Kaspi)),
    ];
    let kind = match lookup.get("kind") {
        None => Some(Kind::Store),
        Some(_) => lookup.word("kind", &words),
    };
    // Every key is read, so that each problem is reported at once.
    let timeout: Option<u64> = lookup.number("timeout_seconds", 1..=30);
    let max_in_flight = lookup.number("max_in_flight", 1..=10_000);
    let cache: Option<u64> = lookup.number("cache_seconds", 0..=3600);
    let unknown_cache: Option<u64> = lookup.number("unknown_cache_seconds", 0..=3600);
    let stale_hours: Option<u64> = lookup.number("stale_hours", 0..=8760);
    let sum = sum(lookup, currency);
    let owed = owed(lookup);
    let url = || billing::url(lookup);
    let (url, kind) = match kind {
        None | Some(Kind::Store) => {
            // What they name is not needed, but a wrong form is still a mistake.
            let _ = (lookup.text("url"), lookup.one_or_more("secret_env"));
            let _ = lookup.one_or_more("secret_file");
            if kind.is_some() {
                warn_of_unused(lookup);
            }
            return None;
        }
        Some(Kind::Http) => {
            for key in ["debt_field", "balance_field", "sum"] {
                if let Some(item) = lookup.get(key) {
                    item.problem(
                        "this is for kind = \"osmp\" and \"kaspi\": a web service answers with the contracts and their debts; \
                         remove it",
                    );
                }
            }
            (
                url(),
                billing::signing(lookup, folder).map(LookupKind::Http),
            )
        }
        Some(Kind::Dialect(dialect)) => {
            if serving && let Some(kind) = lookup.get("kind") {
                kind.warn(
                    "each question is a `check`, which must not book money: BGBilling with payOnCheck books at each verify; run \
                     `jetpay lookup probe CUSTOMER_ID` before you go live",
                );
            }
            let login = billing::login(lookup, folder);
            let kind = login.zip(sum).map(|(login, sum)| LookupKind::Dialect {
                dialect,
                login,
                sum,
                owed,
            });
            (url(), kind)
        }
    };
    let (place, url) = url?;
    let config = LookupConfig {
        kind: kind?,
        url,
        timeout: Duration::from_secs(timeout?),
        max_in_flight: max_in_flight?,
        cache: Duration::from_secs(cache?),
        unknown_cache: Duration::from_secs(unknown_cache?),
        stale: Duration::from_secs(stale_hours? * HOUR),
    };
    if serving && let Err(error) = over_http::billing(&config) {
        place.problem(&error.to_string());
    }
    Some(config)
}

/// Warns of the keys that do nothing because the store knows the customers.
fn warn_of_unused(lookup: &Table<'_>) {
    for key in OF_A_SYSTEM {
        if let Some(item) = lookup.get(key) {
            item.warn(
                "this does nothing, because the store knows the customers; write kind = \"http\", \"osmp\" or \"kaspi\", or \
                 remove it",
            );
        }
    }
}

/// The field with what is owed, which one of two keys names.
fn owed(lookup: &Table<'_>) -> Option<OwedField> {
    let [debt, balance] = ["debt_field", "balance_field"].map(|key| lookup.text(key));
    for name in [debt, balance].into_iter().flatten() {
        if name.text.trim().is_empty() {
            name.problem("it is empty; write \"sum\" or the name of a field of the answer");
        }
    }
    if let (Some(_), Some(balance)) = (debt, balance) {
        balance.problem("debt_field is set too; keep the one that says how your billing writes it");
    }
    let is_balance = balance.is_some();
    let name = debt.or(balance)?.text.to_owned();
    Some(OwedField { name, is_balance })
}

/// The sum of each question; by default, one whole unit of the currency.
fn sum(lookup: &Table<'_>, currency: Currency) -> Option<Money> {
    let Some(text) = lookup.text("sum") else {
        let digits = currency.digits().unwrap_or_default();
        return Some(Money::new(10_i64.pow(digits.into()), currency));
    };
    let sum = amount::from_text(text.text, currency).ok();
    let sum = sum.filter(|minor| *minor > 0);
    if sum.is_none() {
        text.problem(&format!(
            "this is no amount above 0 in {currency}; write {}",
            text.example()
        ));
    }
    sum.map(|minor| Money::new(minor, currency))
}

#[cfg(test)]
mod tests {
    use jetpay_billing::webhook::Secrets;

    use super::*;
    use crate::config::tests::{HEAD, PROJECT, SIGNING, SIGNING_TOO, assert_refused, read};

    fn lookup(lines: &str) -> Option<LookupConfig> {
        let config = read(&format!("{HEAD}{PROJECT}[lookup]\n{lines}")).unwrap();
        let does_nothing = |warning: &String| warning.contains("does nothing");
        assert!(!config.warnings.iter().any(does_nothing));
        config.lookup
    }

    #[test]
    fn store_knows_the_customers_without_the_table_and_by_default() {
        let without = read(&format!("{HEAD}{PROJECT}")).unwrap();
        assert!(without.lookup.is_none());
        for lines in ["", "kind = \"store\""] {
            assert!(lookup(lines).is_none(), "{lines}");
        }
    }

    #[test]
    fn key_that_does_nothing_because_the_store_knows_the_customers_is_warned_of() {
        let lines = "url = \"https://billing.example/check\"\nstale_hours = 12\n";
        let config = read(&format!("{HEAD}{PROJECT}[lookup]\n{lines}")).unwrap();
        let warnings = config.warnings.join("\n");
        for place in [
            "10: lookup.url: this does nothing",
            "11: lookup.stale_hours: this does nothing",
        ] {
            assert!(warnings.contains(place), "{warnings}");
        }
    }

    #[test]
    fn every_key_of_a_web_service_is_used() {
        let lookup = lookup(
            "kind = \"http\"\nurl = \"https://shop.example/customers?key=1\"\nsecret_file = [\"signing\", \"signing too\"]\n\
             timeout_seconds = 2\nmax_in_flight = 7\ncache_seconds = 10\nunknown_cache_seconds = 1\nstale_hours = 48\n",
        );
        let lookup = lookup.unwrap();
        let LookupKind::Http(secrets) = &lookup.kind else {
            panic!("it is a web service");
        };
        let both = Secrets::parse([SIGNING, SIGNING_TOO]).unwrap();
        assert_eq!(secrets.sign("id", 1, b"x"), both.sign("id", 1, b"x"));
        assert_eq!(lookup.url.to_string(), "https://shop.example/customers");
        assert_eq!(lookup.timeout.as_secs(), 2);
        assert_eq!(lookup.max_in_flight, 7);
        assert_eq!(
            (lookup.cache.as_secs(), lookup.unknown_cache.as_secs()),
            (10, 1)
        );
        assert_eq!(lookup.stale.as_secs(), 48 * HOUR);
    }

    #[test]
    fn every_key_of_a_dialect_is_used() {
        for (kind, is) in [("osmp", Dialect::Osmp), ("kaspi", Dialect::Kaspi)] {
            let url = format!("kind = \"{kind}\"\nurl = \"http://127.0.0.1:9000/pay\"\n");
            let plain = lookup(&url).unwrap();
            let LookupKind::Dialect {
                login: None,
                sum,
                owed: None,
                ..
            } = plain.kind
            else {
                panic!("nothing is set");
            };
            assert_eq!(sum, Money::new(100, Currency::KZT));
            for key in ["debt_field", "balance_field"] {
                let keys = format!("secret_file = \"login\"\n{key} = \"deposit\"\nsum = \"10\"\n");
                let full = lookup(&format!("{url}{keys}")).unwrap();
                let LookupKind::Dialect {
                    dialect,
                    login: Some(_),
                    sum,
                    owed: Some(owed),
                } = full.kind
                else {
                    panic!("there is a login");
                };
                assert_eq!((dialect, sum), (is, Money::new(1000, Currency::KZT)));
                assert_eq!((owed.key(), &*owed.name), (key, "deposit"));
            }
        }
    }

    #[test]
    fn invalid_lookup_is_refused_with_its_line_and_what_to_write() {
        let rows = r#"
kind = "1c"                                => 11: lookup.kind: there is no such word; write one of "store", "http", "osmp", "kaspi"
HTTP | SIGNING                             => 10: lookup.url: it is missing; it is the address of your own system; write url =
HTTP | URL                                 => 10: lookup.secret_env: it is missing, and secret_file is too: your system
HTTP | URL | secret_env = []               => 10: lookup.secret_env: it is missing, and secret_file is too
HTTP | SIGNING | url = "billing.example"   => 13: lookup.url: write a whole URL, such as https://
HTTP | SIGNING | url = "http://billing.example" => 13: lookup.url: write https://, because requests have payers' data
HTTP | SIGNING | url = "https://a:pass@billing.example" => 13: lookup.url: leave user and password out of the URL
HTTP | SIGNING | url = "https://billing.example " => 13: lookup.url: a URL has no white space
HTTP | URL | secret_file = "token"         => 13: lookup.secret_file: this is no secret of a signature: write whsec_ and the base64
HTTP | URL | secret_file = "login"         => 13: lookup.secret_file: this is no secret of a signature
HTTP | URL | secret_file = ["signing", "token"]   => 13: lookup.secret_file: this is no secret of a signature
HTTP | URL | secret_file = ["signing", "signing"] => 13: lookup.secret_file: this is the same secret as another one
HTTP | URL | secret_file = ["signing", "signing too", "signing 3"] => 13: lookup.secret_file: write one secret, or two
HTTP | URL | secret_file = "none"          => 13: lookup.secret_file: there is no such file
HTTP | URL | secret_env = ["JETPAY_NO"]    => 13: lookup.secret_env: the environment variable JETPAY_NO is not set
HTTP | URL | SIGNING | secret_env = "JETPAY_NO" => 13: lookup.secret_file: secret_env is set too; keep one of them
HTTP | URL | SIGNING | debt_field = "sum"  => 14: lookup.debt_field: this is for kind = "osmp" and "kaspi"
HTTP | URL | SIGNING | balance_field = "x" => 14: lookup.balance_field: this is for kind = "osmp" and "kaspi"
HTTP | URL | SIGNING | sum = "1.00"        => 14: lookup.sum: this is for kind = "osmp" and "kaspi"
OSMP | URL | secret_file = "token"         => 13: lookup.secret_file: this is no login of HTTP Basic; write USER:PASSWORD there
OSMP | URL | secret_file = ["login", "signing"] => 13: lookup.secret_file: a billing has one login; write one
OSMP | URL | debt_field = ""               => 13: lookup.debt_field: it is empty; write "sum" or the name of a field
OSMP | URL | balance_field = " "           => 13: lookup.balance_field: it is empty; write "sum" or the name of a field
OSMP | URL | debt_field = "sum" | balance_field = "b" => 14: lookup.balance_field: debt_field is set too; keep the one
OSMP | URL | sum = "0.00"                  => 13: lookup.sum: this is no amount above 0 in KZT; write sum = "1.00"
OSMP | URL | sum = "1.001"                 => 13: lookup.sum: this is no amount above 0 in KZT
OSMP | URL | sum = 1                       => 13: lookup.sum: this is a number; write sum = "1.00"
OSMP | URL | timeout_seconds = 0           => 13: lookup.timeout_seconds: write a whole number from 1 to 30
OSMP | URL | timeout_seconds = "3s"        => 13: lookup.timeout_seconds: write a whole number from 1 to 30
OSMP | URL | max_in_flight = 0             => 13: lookup.max_in_flight: write a whole number from 1 to 10000
OSMP | URL | cache_seconds = -1            => 13: lookup.cache_seconds: write a whole number from 0 to 3600
OSMP | URL | unknown_cache_seconds = 3601  => 13: lookup.unknown_cache_seconds: write a whole number from 0 to 3600
OSMP | URL | stale_hours = 9000            => 13: lookup.stale_hours: write a whole number from 0 to 8760
OSMP | URL | uri = "x"                     => 13: lookup.uri: there is no such key; did you mean `url`?
"#;
        let rows = rows
            .replace("HTTP |", "kind = \"http\" |")
            .replace("OSMP |", "kind = \"osmp\" |")
            .replace("| URL", "| url = \"https://billing.example\"")
            .replace("| SIGNING", "| secret_file = \"signing\"");
        assert_refused("[lookup]", &rows);
    }
}
