//! `jetpay ledger totals`: the sums of entries by day, method and project, for accountants.

mod days;
mod show;
mod sums;

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use jetpay_ledger::payout::PayoutMove;
use jetpay_ledger::{Entry, Error, Millis};
use jiff::civil::Date;

use crate::commands::store;
use crate::config::Config;
use crate::zone;
use days::Days;
use sums::{By, Sums};

/// Entries that one read fetches.
const PAGE: usize = 5_000;

/// How far the times of entries may go back while their numbers grow, in milliseconds: the clocks of servers differ a
/// little, and a clock that was wrong is set right.
const CLOCK_STEP: i64 = 2 * 24 * 60 * 60 * 1000;

#[derive(Args)]
pub(in crate::commands) struct Totals {
    /// What makes a row, in this order
    #[arg(long, value_delimiter = ',', default_value = "day")]
    by: Vec<By>,
    /// The first day, such as 2026-11-01
    #[arg(long, value_name = "DATE", value_parser = zone::date)]
    from: Date,
    /// The day after the last one: for November, write 2026-12-01
    #[arg(long, value_name = "DATE", value_parser = zone::date)]
    to: Date,
    /// The time zone of the days, such as Asia/Almaty
    #[arg(long, value_name = "NAME", default_value = "UTC")]
    zone: String,
    /// Print JSON, for programs; amounts in minor units
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print CSV; amounts in minor units
    #[arg(long)]
    csv: bool,
    /// The configuration, which names the store
    #[arg(long, value_name = "FILE", default_value = "jetpay.toml")]
    config: PathBuf,
}

impl Totals {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        for (place, by) in self.by.iter().enumerate() {
            if self.by[..place].contains(by) {
                bail!("--by names {} twice", by.column());
            }
        }
        let mut days = Days::new(self.from, self.to, &self.zone)?;
        let config = Config::read(&self.config)?;
        let mut sums = Sums::new(&self.by);
        store::read(&config.store, async |ledger| {
            let last = ledger.last_entry().await?;
            let page = async |after, limit| ledger.entries(after, limit).await;
            let place = |entry: &Entry| (entry.seq, entry.time);
            read(&mut days, last, PAGE, page, place, |day, entry| {
                sums.add_entry(day, entry);
            })
            .await?;
            let last = ledger.last_payout_step().await?;
            let page = async |after, limit| ledger.payout_moves(after, limit).await;
            let place = |entry: &PayoutMove| (entry.seq, entry.time);
            read(&mut days, last, PAGE, page, place, |day, entry| {
                sums.add_payout(day, entry);
            })
            .await?;
            Ok(())
        })?;
        if self.json {
            show::json(&self.by, &days, &sums)
        } else if self.csv {
            show::csv(&self.by, &sums)
        } else {
            show::table(&self.by, &days, &sums)
        }
    }
}

/// Reads what is in the interval of a feed, whose last number is `last`. `page` gives at most so many entries after a number, and
/// `place` the number and the time of one.
async fn read<T>(
    days: &mut Days,
    last: i64,
    page_size: usize,
    page: impl AsyncFn(i64, usize) -> Result<Vec<T>, Error>,
    place: impl Fn(&T) -> (i64, Millis),
    mut add: impl FnMut(Date, &T),
) -> Result<(), Error> {
    let next = async |after| Ok(page(after, 1).await?.first().map(&place));
    let mut after = before(days.begin(), last, next).await?;
    loop {
        let entries = page(after, page_size).await?;
        for entry in &entries {
            if let Some(day) = days.day(place(entry).1) {
                add(day, entry);
            }
        }
        match entries.last().map(&place) {
            // No entry behind one of a later time is in the interval.
            Some((seq, time)) if time.0 < days.end().saturating_add(CLOCK_STEP) => after = seq,
            _ => return Ok(()),
        }
    }
}

/// A number with no entry of the time `begin` or later up to it: found by halves, as the times grow with the numbers but for
/// steps of a clock. `next` gives the number and the time of the first entry after a number, and `last` is the last number.
async fn before(
    begin: i64,
    last: i64,
    next: impl AsyncFn(i64) -> Result<Option<(i64, Millis)>, Error>,
) -> Result<i64, Error> {
    let (mut early, mut late) = (0, last);
    while early < late {
        let middle = early + (late - early) / 2;
        match next(middle).await? {
            Some((seq, time)) if time.0 < begin.saturating_sub(CLOCK_STEP) => early = seq,
            _ => late = middle,
        }
    }
    Ok(early)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::FutureExt;
    use proptest::collection::vec;

    use super::*;

    const DAY: i64 = 24 * 60 * 60 * 1000;

    proptest::proptest! {
        /// Numbers have gaps, and times grow but for steps back.
        #[test]
        fn entries_of_the_interval_are_read_once_whatever_steps_the_clock_made_and_few_others(
            steps in vec((1..4_i64, 0..CLOCK_STEP, 0..=CLOCK_STEP), 0..80),
            (from, length) in (0..60_i64, 1..20_i64),
        ) {
            let date = |day: i64| Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(day));
            let mut days = Days::new(date(from), date(from + length), "UTC").unwrap();
            let (mut seq, mut clock) = (0, 0);
            let feed = steps.into_iter().map(|(gap, later, back)| {
                seq += gap;
                clock += later;
                (seq, Millis(clock - back))
            });
            let feed: Vec<_> = feed.collect();
            let given = Cell::new(0);
            let page = async |after, limit| {
                let behind = feed.iter().filter(|(seq, _)| *seq > after);
                let page: Vec<_> = behind.take(limit).copied().collect();
                given.set(given.get() + if limit == 1 { 0 } else { page.len() });
                Ok(page)
            };
            let mut found = Vec::new();
            let add = |_, entry: &(i64, Millis)| found.push(*entry);
            read(&mut days, seq, 3, page, |entry| *entry, add).now_or_never().unwrap().unwrap();
            let inside = |margin: i64| {
                let times = from * DAY - margin..(from + length) * DAY + margin;
                feed.iter().filter(move |(_, time)| times.contains(&time.0)).copied()
            };
            assert_eq!(found, inside(0).collect::<Vec<_>>());
            assert!(given.get() <= inside(3 * CLOCK_STEP).count() + 3);
        }
    }
}
