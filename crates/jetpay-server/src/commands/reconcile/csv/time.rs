//! Times of a report: from the text to whole seconds since 1970-01-01 00:00 UTC.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;

use super::amount::shape;

/// Checks a form of times: it must say the day.
pub(super) fn check_format(format: &str) -> Result<(), String> {
    let sample = Timestamp::from_second(981_173_106).unwrap_or_default();
    let sample = sample.to_zoned(TimeZone::UTC);
    let wrong = |why: &str| {
        format!(
            "{why}; write %d, %m, %Y, %H, %M and %S for the parts, such as \"%d.%m.%Y %H:%M:%S\""
        )
    };
    let written = strtime::format(format, &sample).map_err(|error| wrong(&error.to_string()))?;
    let read = moment(format, &written, &TimeZone::UTC).ok();
    let day = read.map(|it| it.to_zoned(TimeZone::UTC).date());
    if day != Some(sample.date()) {
        return Err(wrong(&format!(
            "{format:?} does not say day, month and year"
        )));
    }
    Ok(())
}

/// Reads the time in a cell. The error does not show the text.
pub(super) fn seconds(text: &str, formats: &[String], zone: &TimeZone) -> Result<i64, String> {
    let time = if formats.is_empty() {
        data_api(text, zone)
    } else {
        let mut read = Err(String::new());
        for format in formats {
            read = read.or_else(|_| moment(format, text, zone));
        }
        read.map_err(|why| {
            if why.starts_with("is ") {
                return why;
            }
            format!(
                "is in none of the forms {}: it looks like `{}`",
                formats.join(", "),
                shape(text)
            )
        })
    }?;
    // `%Y` also reads the year 26.
    if time.as_second() < 946_684_800 {
        return Err("is before the year 2000; in a form, %y is a year of two digits".to_owned());
    }
    Ok(time.as_second())
}

/// A time as the Data API writes it: with an offset, or `YYYY-MM-DD hh:mm:ss`.
fn data_api(text: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let plain: Option<DateTime> = text.parse().ok().filter(|_| text.contains(':'));
    let plain = plain.ok_or_else(|| {
        format!(
            "is no time such as 2026-11-21 08:00:00 or 2026-11-21T08:00:00+00:00: it looks like `{}`; write the form of \
             the report's times in the map: dates = [\"%d.%m.%Y %H:%M:%S\"]",
            shape(text)
        )
    })?;
    in_zone(plain, zone)
}

fn moment(format: &str, text: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    let error = |error: jiff::Error| error.to_string();
    let parts = BrokenDownTime::parse(format, text).map_err(error)?;
    if parts.offset().is_some() || parts.timestamp().is_some() {
        return parts.to_timestamp().map_err(error);
    }
    in_zone(parts.to_datetime().map_err(error)?, zone)
}

/// A clock that goes back shows an hour twice.
fn in_zone(time: DateTime, zone: &TimeZone) -> Result<Timestamp, String> {
    let time = zone.to_ambiguous_timestamp(time).unambiguous();
    time.map_err(|_| {
        let name = zone.iana_name().unwrap_or("UTC");
        format!("is a time that {name} has twice or not at all, because its clock was changed")
    })
}
