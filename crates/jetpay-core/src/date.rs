//! A date as the platform writes it: [`Date`].
//!
//! The platform writes UTC, with an offset that has no colon. Kazakhstan has been at UTC+5 since March 2024.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

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
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Date(Box<str>);

impl Date {
    /// The text as received. Store it, so that nothing is lost.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whole seconds since 1970-01-01 00:00 UTC, or `None` if the text is not a date and time with an offset.
    ///
    /// The text is one of RFC 3339, such as `2022-03-25T11:08:45.5+05:00`; the colon of the offset may be missing, as the
    /// platform writes it. The function does not guess a missing offset. It drops the fraction of a second. A leap second
    /// counts as the second before it.
    #[must_use]
    pub fn unix_seconds(&self) -> Option<i64> {
        seconds(&self.0)
    }
}

/// Reads the fields of a date from left to right.
fn seconds(text: &str) -> Option<i64> {
    let mut rest = text.as_bytes();
    let year = number(&mut rest, 4)?;
    take(&mut rest, b"-")?;
    let month = number(&mut rest, 2)?;
    take(&mut rest, b"-")?;
    let day = number(&mut rest, 2)?;
    take(&mut rest, b"Tt ")?;
    let (hour, minute) = (number(&mut rest, 2)?, minutes(&mut rest, true)?);
    take(&mut rest, b":")?;
    let second = number(&mut rest, 2)?;
    if take(&mut rest, b".").is_some() {
        number(&mut rest, 1)?;
        while number(&mut rest, 1).is_some() {}
    }
    let offset = match take(&mut rest, b"Zz+-")? {
        b'+' => offset(&mut rest)?,
        b'-' => -offset(&mut rest)?,
        _ => 0,
    };
    let is_time = hour <= 23 && second <= 60;
    let is_date = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
    let time = (hour * 60 + minute) * 60 + second.min(59);
    (is_date && is_time && rest.is_empty())
        .then(|| days_since_1970(year, month, day) * 86_400 + time - offset)
}

/// The seconds of an offset from UTC, below one day.
fn offset(rest: &mut &[u8]) -> Option<i64> {
    let hours = number(rest, 2).filter(|hours| *hours <= 23)?;
    Some((hours * 60 + minutes(rest, false)?) * 60)
}

/// Two digits below 60, after a colon.
fn minutes(rest: &mut &[u8], needs_colon: bool) -> Option<i64> {
    if take(rest, b":").is_none() && needs_colon {
        return None;
    }
    number(rest, 2).filter(|minutes| *minutes <= 59)
}

/// Takes a number of exactly so many digits.
fn number(rest: &mut &[u8], digits: usize) -> Option<i64> {
    let (number, after) = rest.split_at_checked(digits)?;
    if !number.iter().all(u8::is_ascii_digit) {
        return None;
    }
    *rest = after;
    Some(
        number
            .iter()
            .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')),
    )
}

/// Takes a byte, if it is one of these.
fn take(rest: &mut &[u8], one_of: &[u8]) -> Option<u8> {
    let (first, after) = rest.split_first()?;
    if !one_of.contains(first) {
        return None;
    }
    *rest = after;
    Some(*first)
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. The year is counted from March, so that the day that a leap
/// year adds is its last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 719,468 days lie between 0000-03-01 and 1970-01-01. Five months, beginning with March, have 153 days.
    year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

impl From<&str> for Date {
    /// Keeps the text as received, a date or not.
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl FromStr for Date {
    type Err = Infallible;

    /// Keeps the text as received, a date or not.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::from(text))
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

    use super::Date;

    fn seconds(text: &str) -> Option<i64> {
        Date::from(text).unix_seconds()
    }

    #[test]
    fn every_way_to_write_an_instant_gives_it_without_its_fraction() {
        for text in [
            "2022-03-25T11:08:45+0000",
            "2022-03-25T11:08:45+00:00",
            "2022-03-25T11:08:45Z",
            "2022-03-25T16:08:45+0500",
            "2022-03-25T16:08:45+05:00",
            "2022-03-25T07:38:45-0330",
            "2022-03-25T11:08:45.999Z",
        ] {
            assert_eq!(seconds(text), Some(1_648_206_525), "{text}");
        }
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
            "2022-03-25T11:08:45+",
            "2022-03-25T11:08:45+05",
            "2022-03-25T11:08:45+05:0",
            "2022-03-25T11:08:45+0060",
            "2022-03-25T11:0845Z",
            "2022-03-25T11:60:45Z",
            "2022-03-25T11:08:61Z",
            "2022-03-25T11:08:45.Z",
            "2022-03-25T11:08:45,5Z",
            "2022-13-25T11:08:45Z",
            "+2022-03-25T11:08:45Z",
            "2022-03-25T11:08:45Z ",
            "2022-03-25T11:08:45+05:00[Asia/Almaty]",
            "٢٠22-03-25T11:08:45Z",
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

    #[test]
    fn date_is_read_back_from_its_json_and_its_text() {
        let date = Date::from("2022-03-25T11:08:45+0000");
        let json = serde_json::to_string(&date).unwrap();
        assert_eq!(serde_json::from_str::<Date>(&json).unwrap(), date);
        assert_eq!(date.to_string().parse(), Ok(date));
    }

    #[test]
    fn leap_second_is_the_second_before_it() {
        assert_eq!(
            seconds("2016-12-31T23:59:60Z"),
            seconds("2016-12-31T23:59:59Z")
        );
    }

    #[test]
    fn day_that_only_leap_years_have_is_a_date_in_them_alone() {
        for (year, leap) in [
            (1900, false),
            (2000, true),
            (2023, false),
            (2024, true),
            (2100, false),
        ] {
            let text = format!("{year}-02-29T00:00:00Z");
            assert_eq!(seconds(&text).is_some(), leap, "{text}");
        }
    }

    proptest! {
        #[test]
        fn instant_is_the_one_that_a_library_of_dates_reads(
            (year, month, day) in (1..=9_998_i64, 1..=12_u8, 1..=31_u8),
            (hour, minute, second) in (0..=24_u8, 0..=60_u8, 0..=60_u8),
            (sign, hours, minutes) in ("[-+]", 0..=23_u8, 0..=59_u8),
            colon in ":?",
            fraction in "(\\.[0-9]{1,9})?",
        ) {
            let local = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
            let offset = format!("{sign}{hours:02}{colon}{minutes:02}");
            let whole = format!("{local}{offset}");
            let expected = whole.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second);
            prop_assert_eq!(seconds(&whole), expected, "{}", whole);
            prop_assert_eq!(seconds(&format!("{local}{fraction}{offset}")), expected);
        }

        #[test]
        fn no_text_makes_a_date_panic(
            any: String,
            like in "-?[0-9]{4,6}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?(Z|[-+][0-9]{2}:?[0-9]{2})?",
        ) {
            let _ = (seconds(&any), seconds(&like));
        }
    }
}
