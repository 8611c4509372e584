//! The days of a zone, and the interval from one day to another.

use anyhow::{Context, anyhow, bail};
use jetpay_ledger::Millis;
use jiff::civil::Date;
use jiff::tz::{self, TimeZone};
use jiff::{Timestamp, Zoned};

/// Whole days of a zone: from `from`, up to `to` without it.
pub(super) struct Days {
    zone: TimeZone,
    pub(super) name: String,
    pub(super) from: Zoned,
    pub(super) to: Zoned,
    /// The day that was found last, and its milliseconds.
    last: (i64, i64, Date),
}

impl Days {
    /// # Errors
    /// When the zone is not known, a date has no time in it, or no day is between the two.
    pub(super) fn new(from: Date, to: Date, name: &str) -> anyhow::Result<Self> {
        let zone = zone(name)?;
        if from >= to {
            bail!(
                "--from {from} is not before --to {to}; --to is not included: for one day, write the next day as --to"
            );
        }
        let begin = |option: &str, date: Date| {
            let begin = date.to_zoned(zone.clone());
            begin.with_context(|| format!("{option} {date}"))
        };
        Ok(Self {
            name: zone.iana_name().unwrap_or(name).to_owned(),
            from: begin("--from", from)?,
            to: begin("--to", to)?,
            last: (0, 0, from),
            zone,
        })
    }

    /// The beginning of the first day.
    pub(super) fn begin(&self) -> i64 {
        self.from.timestamp().as_millisecond()
    }

    /// The end of the last day: the first millisecond after it.
    pub(super) fn end(&self) -> i64 {
        self.to.timestamp().as_millisecond()
    }

    /// The day of a time of the ledger; none when it is outside.
    pub(super) fn day(&mut self, time: Millis) -> Option<Date> {
        if !(self.begin()..self.end()).contains(&time.0) {
            return None;
        }
        let (begin, end, day) = self.last;
        if (begin..end).contains(&time.0) {
            return Some(day);
        }
        let date = self
            .zone
            .to_datetime(Timestamp::from_millisecond(time.0).ok()?)
            .date();
        let at = |date: Date| {
            let begin = date.to_zoned(self.zone.clone()).ok()?;
            Some(begin.timestamp().as_millisecond())
        };
        // Clocks that go back at midnight show the end of a day twice; the days are then looked up one by one.
        if let (Some(begin), Some(end)) = (at(date), date.tomorrow().ok().and_then(at))
            && (begin..end).contains(&time.0)
        {
            self.last = (begin, end, date);
        }
        Some(date)
    }
}

/// The zone with this name in the time zone database of the machine.
fn zone(name: &str) -> anyhow::Result<TimeZone> {
    if name.eq_ignore_ascii_case("UTC") {
        return Ok(TimeZone::UTC);
    }
    TimeZone::get(name).map_err(|_| {
        if tz::db().is_definitively_empty() {
            anyhow!(
                "--zone {name}: this machine has no time zones: install the package tzdata, or write --zone UTC"
            )
        } else {
            anyhow!("--zone {name}: there is no such zone; write a name such as Asia/Almaty or UTC")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn day_begins_at_midnight_in_the_zone_also_where_its_clocks_changed() {
        let mut days = Days::new(date("2024-02-28"), date("2024-03-03"), "Asia/Almaty").unwrap();
        for (time, day) in [
            ("2024-02-27T17:59:59.999Z", None),
            ("2024-02-27T18:00:00Z", Some("2024-02-28")),
            ("2024-02-28T17:59:59.999Z", Some("2024-02-28")),
            ("2024-02-28T18:00:00Z", Some("2024-02-29")),
            // At midnight the clocks went back by an hour, so this day had 25 hours.
            ("2024-02-29T17:59:59.999Z", Some("2024-02-29")),
            ("2024-02-29T18:30:00Z", Some("2024-02-29")),
            ("2024-02-29T18:59:59.999Z", Some("2024-02-29")),
            ("2024-02-29T19:00:00Z", Some("2024-03-01")),
            ("2024-03-02T18:59:59.999Z", Some("2024-03-02")),
            ("2024-03-02T19:00:00Z", None),
            ("2024-02-28T18:00:00Z", Some("2024-02-29")),
        ] {
            let at: Timestamp = time.parse().unwrap();
            let found = days.day(Millis(at.as_millisecond()));
            assert_eq!(found, day.map(date), "{time}");
        }
    }

    #[test]
    fn wrong_days_and_unknown_zones_are_refused_with_what_to_write() {
        for (from, to, zone, part) in [
            (
                "2026-11-01",
                "2026-11-01",
                "UTC",
                "write the next day as --to",
            ),
            ("2026-11-02", "2026-11-01", "utc", "is not before --to"),
            (
                "2026-11-01",
                "2026-11-02",
                "Asia/Almata",
                "there is no such zone; write a name",
            ),
        ] {
            let error = Days::new(date(from), date(to), zone).err().unwrap();
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
