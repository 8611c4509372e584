//! The days of a zone, and the interval from one day to another.

use anyhow::{Context, anyhow, bail};
use jetpay_ledger::Millis;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::zone;

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
        let zone = zone::named(name).map_err(|why| anyhow!("--zone {name}: {why}"))?;
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
        let shown = Timestamp::from_millisecond(time.0).ok()?;
        let mut date = self.zone.to_datetime(shown).date();
        let begins = |date: Date| {
            let begins = date.to_zoned(self.zone.clone()).ok()?;
            Some(begins.timestamp().as_millisecond())
        };
        let mut next = date.tomorrow().ok()?;
        // Clocks that go back over midnight show a part of the day before again. It is in the day that began.
        if time.0 >= begins(next)? {
            (date, next) = (next, next.tomorrow().ok()?);
        }
        self.last = (begins(date)?, begins(next)?, date);
        Some(date)
    }
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
    fn day_that_clocks_show_in_two_parts_is_one_whatever_was_asked_before() {
        // Until 2011 the clocks of St. John's went back from 00:01 to 23:01.
        let times = [
            ("2010-11-07T02:29:59Z", "2010-11-06"),
            ("2010-11-07T02:30:00Z", "2010-11-07"),
            ("2010-11-07T02:45:00Z", "2010-11-07"),
            ("2010-11-07T03:30:00Z", "2010-11-07"),
        ];
        for first in times {
            for second in times {
                let zone = "America/St_Johns";
                let mut days = Days::new(date("2010-11-01"), date("2010-12-01"), zone).unwrap();
                for (time, day) in [first, second] {
                    let at: Timestamp = time.parse().unwrap();
                    let found = days.day(Millis(at.as_millisecond()));
                    assert_eq!(found, Some(date(day)), "{time} after {}", first.0);
                }
            }
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
