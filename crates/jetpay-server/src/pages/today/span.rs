//! A day in the zone of the pages, and its hours.

use jetpay_ledger::Millis;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub(super) const HOUR: i64 = 60 * 60 * 1000;

/// A day in the zone of the pages. It has 23 or 25 hours where clocks are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) date: Date,
    pub(super) begins: Millis,
    pub(super) ends: Millis,
}

impl Span {
    /// The day of an instant.
    pub(super) fn of(time: Millis, zone: &TimeZone) -> Option<Self> {
        let now = Timestamp::from_millisecond(time.0).ok()?;
        let day = now.to_zoned(zone.clone()).start_of_day().ok()?;
        let next = day.tomorrow().ok()?.start_of_day().ok()?;
        Some(Self {
            date: day.date(),
            begins: Millis(day.timestamp().as_millisecond()),
            ends: Millis(next.timestamp().as_millisecond()),
        })
    }

    pub(super) fn has(&self, time: Millis) -> bool {
        (self.begins..self.ends).contains(&time)
    }

    /// Which of its hours an instant is in, from 0.
    pub(super) fn hour(&self, time: Millis) -> i64 {
        (time.0 - self.begins.0) / HOUR
    }

    pub(super) fn hours(&self) -> i64 {
        (self.ends.0 - self.begins.0 + HOUR - 1) / HOUR
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn at(text: &str) -> Millis {
        let time: Timestamp = text.parse().unwrap();
        Millis(time.as_millisecond())
    }

    pub(in super::super) fn span(text: &str, zone: &str) -> Span {
        Span::of(at(text), &TimeZone::get(zone).unwrap()).unwrap()
    }

    #[test]
    fn day_begins_at_midnight_of_the_zone_and_the_last_millisecond_is_in_it() {
        let span = span("2026-12-01T10:00:00Z", "Asia/Almaty");
        assert_eq!(span.begins, at("2026-11-30T19:00:00Z"));
        assert_eq!(
            (span.hours(), span.date.to_string()),
            (24, "2026-12-01".into())
        );
        assert!(span.has(span.begins) && !span.has(span.ends));
        let last = Millis(span.ends.0 - 1);
        assert!(span.has(last));
        assert_eq!(span.hour(last), 23);
    }

    #[test]
    fn day_on_which_clocks_change_has_23_or_25_hours() {
        assert_eq!(span("2026-03-29T10:00:00Z", "Europe/Berlin").hours(), 23);
        let long = span("2026-10-25T10:00:00Z", "Europe/Berlin");
        assert_eq!(long.hours(), 25);
        assert_eq!(long.hour(Millis(long.ends.0 - 1)), 24);
        // Half an hour is an hour of its own.
        assert_eq!(
            span("2026-04-05T00:00:00Z", "Australia/Lord_Howe").hours(),
            25
        );
    }
}
