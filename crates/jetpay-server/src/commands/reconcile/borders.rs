//! The interval of a comparison, and the zone in which people write and read times.

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use jetpay_reconcile::Interval;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::reconcile::{SETTLED, seconds};
use crate::zone;

/// A time zone, and its name.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    pub(super) name: String,
    zone: TimeZone,
}

impl Zone {
    /// The zone with this name, such as `Asia/Almaty`.
    pub(super) fn named(name: &str) -> anyhow::Result<Self> {
        let zone = zone::named(name).map_err(|why| anyhow!("--zone {name}: {why}"))?;
        let name = zone.iana_name().unwrap_or(name).to_owned();
        Ok(Self { name, zone })
    }

    pub(super) fn utc() -> Self {
        Self {
            name: "UTC".to_owned(),
            zone: TimeZone::UTC,
        }
    }

    pub(super) fn is_utc(&self) -> bool {
        self.name == "UTC"
    }

    /// The instant as clocks of the zone show it. An instant that no clock can show is a number.
    pub(super) fn show(&self, seconds: i64) -> String {
        let Ok(time) = Timestamp::from_second(seconds) else {
            return format!("{seconds} s since 1970");
        };
        let time = self.zone.to_datetime(time);
        time.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// A date, which is its first instant in the zone, or an instant, in whole seconds since 1970-01-01 00:00 UTC.
    fn instant(&self, option: &str, text: &str) -> anyhow::Result<i64> {
        match zone::date(text) {
            Ok(date) => {
                let first = date.to_zoned(self.zone.clone());
                let first = first.with_context(|| format!("{option} {text}"))?;
                Ok(first.timestamp().as_second())
            }
            Err(why) => {
                let instant: Result<Timestamp, _> = text.parse();
                let instant = instant.map_err(|_| {
                    anyhow!("{option} {text}: {why}, or an instant as 2026-11-01T00:00:00+05:00")
                })?;
                Ok(instant.as_second())
            }
        }
    }

    /// The interval from `from` up to, and not including, `to`.
    pub(super) fn interval(&self, from: &str, to: &str) -> anyhow::Result<Interval> {
        let (first, end) = (self.instant("--from", from)?, self.instant("--to", to)?);
        if first >= end {
            bail!(
                "--from {from} is not before --to {to}; --to is not included: for one day, write the next day as --to"
            );
        }
        Ok(Interval {
            from: first,
            to: end,
        })
    }
}

/// Why an interval ends too late for the platform's lists, which lag behind by minutes. `now` in whole seconds since 1970.
pub(super) fn too_late(interval: Interval, zone: &Zone, now: i64) -> Option<String> {
    let latest = now.saturating_sub(seconds(SETTLED));
    (interval.to > latest).then(|| {
        format!(
            "--to is less than an hour ago, and the platform's lists may not be complete yet: the latest good end is {} ({})",
            zone.show(latest),
            zone.name
        )
    })
}

/// Reads a duration such as `48h`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let duration: Result<SignedDuration, _> = text.parse();
    let duration = duration.ok().and_then(|it| Duration::try_from(it).ok());
    duration.ok_or_else(|| "write hours or minutes, such as 48h or 90m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_is_its_first_instant_in_the_zone_and_an_instant_is_itself() {
        for (zone, text, expected) in [
            ("UTC", "2026-11-01", "2026-11-01T00:00:00Z"),
            ("Asia/Almaty", "2026-11-01", "2026-10-31T19:00:00Z"),
            // Until 2024-03-01 Almaty's clocks were an hour further ahead.
            ("Asia/Almaty", "2024-02-29", "2024-02-28T18:00:00Z"),
            ("Asia/Almaty", "2024-03-02", "2024-03-01T19:00:00Z"),
            // At midnight of this day Cairo's clocks went on to one o'clock.
            ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z"),
            ("UTC", "2026-11-01T05:00:00+05:00", "2026-11-01T00:00:00Z"),
            (
                "Asia/Almaty",
                "2026-11-01T00:00:00Z",
                "2026-11-01T00:00:00Z",
            ),
        ] {
            let expected: Timestamp = expected.parse().unwrap();
            let read = Zone::named(zone).unwrap().instant("--from", text).unwrap();
            assert_eq!(read, expected.as_second(), "{zone} {text}");
        }
    }

    #[test]
    fn wrong_borders_are_refused_with_what_to_write() {
        for (zone, from, to, expected) in [
            (
                "UTC",
                "2026-11-01",
                "2026-11-01",
                "for one day, write the next day as --to",
            ),
            ("UTC", "2026-11-02", "2026-11-01", "is not before --to"),
            (
                "UTC",
                "01.11.2026",
                "2026-11-01",
                "--from 01.11.2026: write a date as",
            ),
            (
                "UTC",
                "2026-11-01",
                "2026-11-31",
                "--to 2026-11-31: write a date as",
            ),
            (
                "UTC",
                "2026-11-01 10:00",
                "2026-11-02",
                "--from 2026-11-01 10:00: write",
            ),
            ("UTC", "20261101", "2026-11-02", "--from 20261101: write"),
            (
                "UTC",
                "2026-11-01",
                "9999-12-31",
                "--to 9999-12-31: write a date of the years 1970 to 9998",
            ),
            (
                "Asia/Almata",
                "2026-11-01",
                "2026-11-02",
                "--zone Asia/Almata: there is no such zone",
            ),
        ] {
            let read = Zone::named(zone).and_then(|zone| zone.interval(from, to));
            let error = read.unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn end_of_less_than_an_hour_ago_is_too_late_and_the_latest_good_one_is_named() {
        let zone = Zone::named("Asia/Almaty").unwrap();
        let until = |to| too_late(Interval { from: 0, to }, &zone, 1_700_003_600);
        assert_eq!(until(1_700_000_000), None);
        let error = until(1_700_000_001).unwrap();
        assert!(
            error.ends_with("2023-11-15 04:13:20 (Asia/Almaty)"),
            "{error}"
        );
    }

    #[test]
    fn duration_has_hours_and_minutes() {
        assert_eq!(duration("48h").unwrap().as_secs(), 48 * 60 * 60);
        assert_eq!(duration("90m").unwrap().as_secs(), 90 * 60);
        for wrong in ["", "48", "-1h", "2 days ago", "x"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
