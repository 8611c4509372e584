//! The time zones of this machine, and the dates that people write.

use jiff::civil::Date;
use jiff::tz::{self, TimeZone};

/// The zone with this name in the time zone database of the IANA.
///
/// # Errors
/// What to write or to install.
pub(crate) fn named(name: &str) -> Result<TimeZone, &'static str> {
    if name.eq_ignore_ascii_case("UTC") {
        return Ok(TimeZone::UTC);
    }
    TimeZone::get(name).map_err(|_| {
        if tz::db().is_definitively_empty() {
            "this machine has no time zones: install the package tzdata, or write UTC"
        } else {
            "there is no such zone; write a name such as UTC or Asia/Almaty"
        }
    })
}

/// Reads a date as people write it on the command line. Each of its days has a beginning in every zone.
///
/// # Errors
/// What to write.
pub(crate) fn date(text: &str) -> Result<Date, &'static str> {
    let date: Option<Date> = text.parse().ok();
    let date = date.filter(|_| text.len() == "2026-11-01".len());
    let date = date.ok_or("write a date as 2026-11-01")?;
    if (1970..=9998).contains(&date.year()) {
        Ok(date)
    } else {
        Err("write a date of the years 1970 to 9998")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_is_a_day_of_a_calendar_and_all_else_is_refused_with_what_to_write() {
        assert_eq!(date("2026-11-01").unwrap().to_string(), "2026-11-01");
        for (text, expected) in [
            ("01.12.2026", "write a date as 2026-11-01"),
            ("2026-02-30", "write a date as 2026-11-01"),
            ("20261101", "write a date as 2026-11-01"),
            ("", "write a date as 2026-11-01"),
            ("9999-12-31", "write a date of the years 1970 to 9998"),
            ("0001-01-01", "write a date of the years 1970 to 9998"),
        ] {
            assert_eq!(date(text), Err(expected), "{text}");
        }
    }
}
