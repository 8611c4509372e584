//! `jetpay ledger totals`: the sums of entries by day, method and project, for accountants.

mod days;
mod show;
mod sums;

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use jetpay_ledger::{Error, Ledger, Millis};
use jiff::civil::Date;

use crate::commands::store;
use crate::config::Config;
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
    #[arg(long, value_name = "DATE")]
    from: Date,
    /// The day after the last one: for November, write 2026-12-01
    #[arg(long, value_name = "DATE")]
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
            entries(ledger, &mut days, &mut sums).await?;
            payouts(ledger, &mut days, &mut sums).await?;
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

async fn entries(ledger: &Ledger, days: &mut Days, sums: &mut Sums) -> Result<(), Error> {
    let next = async |after| {
        let next = ledger.entries(after, 1).await?.pop();
        Ok(next.map(|entry| (entry.seq, entry.time)))
    };
    let last = ledger.last_entry().await?;
    let mut after = before(days.begin(), last, next).await?;
    loop {
        let page = ledger.entries(after, PAGE).await?;
        for entry in &page {
            if let Some(day) = days.day(entry.time) {
                sums.add_entry(day, entry);
            }
        }
        match page.last() {
            Some(last) if !is_behind(days, last.time) => after = last.seq,
            _ => return Ok(()),
        }
    }
}

/// As for entries.
async fn payouts(ledger: &Ledger, days: &mut Days, sums: &mut Sums) -> Result<(), Error> {
    let next = async |after| {
        let next = ledger.payout_moves(after, 1).await?.pop();
        Ok(next.map(|entry| (entry.seq, entry.time)))
    };
    let last = ledger.last_payout_step().await?;
    let mut after = before(days.begin(), last, next).await?;
    loop {
        let page = ledger.payout_moves(after, PAGE).await?;
        for entry in &page {
            if let Some(day) = days.day(entry.time) {
                sums.add_payout(day, entry);
            }
        }
        match page.last() {
            Some(last) if !is_behind(days, last.time) => after = last.seq,
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

/// Whether no entry behind one of this time is in the interval.
fn is_behind(days: &Days, time: Millis) -> bool {
    time.0 >= days.end().saturating_add(CLOCK_STEP)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use proptest::collection::vec;

    use super::*;

    proptest::proptest! {
        /// Numbers have gaps, and times grow but for steps back.
        #[test]
        fn no_entry_of_the_interval_is_skipped_whatever_steps_the_clock_made(
            steps in vec((1..4_i64, 0..CLOCK_STEP, 0..=CLOCK_STEP), 0..60),
            begin in 0..20 * CLOCK_STEP,
        ) {
            let (mut seq, mut clock) = (0, 0);
            let feed = steps.into_iter().map(|(gap, later, back)| {
                seq += gap;
                clock += later;
                (seq, Millis(clock - back))
            });
            let feed: Vec<_> = feed.collect();
            let next = async |after| Ok(feed.iter().find(|(seq, _)| *seq > after).copied());
            let found = before(begin, seq, next).now_or_never().unwrap().unwrap();
            let (skipped, read): (Vec<_>, Vec<_>) = feed.iter().partition(|(seq, _)| *seq <= found);
            assert!(skipped.iter().all(|(_, time)| time.0 < begin));
            // It does not simply read everything.
            let early = |(_, time): &&(i64, Millis)| time.0 < begin - 3 * CLOCK_STEP;
            assert_eq!(read.into_iter().filter(early).count(), 0);
        }
    }
}
