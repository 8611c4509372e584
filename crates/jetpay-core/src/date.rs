//! A date as the platform writes it.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

/// A date of a callback: the text as received, such as `2022-03-25T11:08:45+0000`. It serializes as that text.
///
/// Reading a date cannot fail, because a bad date must never stop a credit. [`unix_seconds`](Self::unix_seconds) returns
/// the instant if the text has one. Two dates are equal if their texts are equal, although several texts can name one
/// instant.
///
/// ```
/// use jetpay_core::date::Date;
///
/// let date = Date::from("2022-03-25T11:08:45+0000");
/// assert_eq!(date.unix_seconds(), Some(1_648_206_525));
///
/// let bad = Date::from("soon");
/// assert_eq!(bad.unix_seconds(), None);
/// assert_eq!(bad.as_str(), "soon");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Date(Box<str>);

impl Date {
    /// The text as received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whole seconds since 1970-01-01 00:00 UTC, or `None` if the text is not a date and time with an offset.
    ///
    /// The offset can be `+0000`, `+00:00`, `Z` or any other. The function does not guess a missing offset. It drops the
    /// fraction of a second.
    #[must_use]
    pub fn unix_seconds(&self) -> Option<i64> {
        self.0.parse::<Timestamp>().ok().map(Timestamp::as_second)
    }
}

impl From<&str> for Date {
    /// Keeps the text as received, a date or not.
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seconds(text: &str) -> Option<i64> {
        Date::from(text).unix_seconds()
    }

    #[test]
    fn every_way_to_write_utc_is_the_same_instant() {
        for text in [
            "2022-03-25T11:08:45+0000",
            "2022-03-25T11:08:45+00:00",
            "2022-03-25T11:08:45Z",
        ] {
            assert_eq!(seconds(text), Some(1_648_206_525), "{text}");
        }
    }

    #[test]
    fn other_offsets_are_taken_into_account() {
        for text in [
            "2022-03-25T16:08:45+0500",
            "2022-03-25T16:08:45+05:00",
            "2022-03-25T07:38:45-0330",
        ] {
            assert_eq!(seconds(text), Some(1_648_206_525), "{text}");
        }
    }

    #[test]
    fn fraction_of_a_second_is_dropped() {
        assert_eq!(seconds("2022-03-25T11:08:45.999Z"), Some(1_648_206_525));
    }

    #[test]
    fn bad_date_gives_no_instant_and_no_error() {
        for text in [
            "",
            "soon",
            "0",
            "1648206525",
            "2022-03-25",
            "2022-02-30T11:08:45+0000",
            "2022-03-25T25:08:45+0000",
            "2022-03-25T11:08:45",
            "2022-03-25T11:08:45+9900",
            " 2022-03-25T11:08:45Z",
            "0000-00-00T00:00:00+0000",
        ] {
            assert_eq!(seconds(text), None, "{text:?}");
            assert_eq!(Date::from(text).as_str(), text);
        }
    }

    #[test]
    fn json_is_the_text_as_received() {
        let date = Date::from("25.03.2022");
        assert_eq!(serde_json::to_string(&date).unwrap(), r#""25.03.2022""#);
    }

    proptest! {
        #[test]
        fn no_text_makes_a_date_panic(
            any: String,
            like in "-?[0-9]{4,6}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?(Z|[-+][0-9]{2}:?[0-9]{2})?",
        ) {
            let _ = (seconds(&any), seconds(&like));
        }
    }
}
