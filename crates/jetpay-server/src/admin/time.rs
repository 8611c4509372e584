//! Instants as text: RFC 3339 in UTC.

use std::fmt;

use jetpay_ledger::Millis;
use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::error::AdminError;

/// An instant that serializes as RFC 3339 in UTC.
pub(crate) struct Rfc3339(pub(crate) Millis);

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = Timestamp::from_millisecond(self.0.0).map_err(|_| fmt::Error)?;
        write!(f, "{time:.3}")
    }
}

impl Serialize for Rfc3339 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match Timestamp::from_millisecond(self.0.0) {
            Ok(time) => serializer.collect_str(&format_args!("{time:.3}")),
            Err(error) => Err(serde::ser::Error::custom(error)),
        }
    }
}

/// Reads one from a query parameter.
pub(super) fn parse(field: &'static str, text: &str) -> Result<Millis, AdminError> {
    let time: Result<Timestamp, _> = text.parse();
    time.map(|time| Millis(time.as_millisecond())).map_err(|_| {
        AdminError::invalid(
            field,
            "write an instant as 2026-11-21T08:00:00Z (a `+` in a query is %2B)",
        )
    })
}
