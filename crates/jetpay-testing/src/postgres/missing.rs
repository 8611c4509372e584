//! What a test does when there is no PostgreSQL.

use std::fmt;
use std::io::Write;
use std::thread;

/// Set to `1` where a test without PostgreSQL is a failure: in continuous integration.
pub const REQUIRED: &str = "JETPAY_REQUIRE_POSTGRES";

/// Why there is no database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unavailable {
    /// This machine has none; says what is needed.
    Missing(String),
    /// There is one, and it does not work: never a reason to skip a test.
    Broken(String),
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(why) => write!(f, "no PostgreSQL: {why}"),
            Self::Broken(why) => write!(f, "PostgreSQL does not work: {why}"),
        }
    }
}

impl std::error::Error for Unavailable {}

/// What was found, or none after a loud line on standard error that names the test that did not run.
///
/// # Panics
/// When PostgreSQL is there and does not work, and when it is missing but [`REQUIRED`].
pub fn require_or_skip<T>(found: Result<T, Unavailable>) -> Option<T> {
    let why = match found {
        Ok(found) => return Some(found),
        Err(why) => why,
    };
    let required = std::env::var(REQUIRED).is_ok_and(|value| value == "1");
    assert!(!is_failure(&why, required), "{why}");
    let thread = thread::current();
    let test = thread.name().unwrap_or("a test");
    // Not by a macro: what those print is hidden when the test passes.
    let _ = writeln!(std::io::stderr(), "\n!!! NOT RUN: {test}: {why}");
    None
}

fn is_failure(why: &Unavailable, required: bool) -> bool {
    match why {
        Unavailable::Missing(_) => required,
        Unavailable::Broken(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{Unavailable, is_failure};

    #[test]
    fn missing_postgres_skips_a_test_and_fails_one_that_is_required() {
        let missing = Unavailable::Missing("install it".into());
        assert!(!is_failure(&missing, false));
        assert!(is_failure(&missing, true));
    }

    #[test]
    fn broken_postgres_is_never_skipped() {
        assert!(is_failure(&Unavailable::Broken("no space".into()), false));
    }
}
