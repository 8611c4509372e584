//! The sums of a day. They are kept in memory and brought up to date by small reads of what is new: no index knows times, and a
//! day may have hundreds of thousands of rows.

use std::collections::{BTreeMap, VecDeque};

use jetpay_core::Currency;
use jetpay_core::status::{OperationStatus, OperationType, StatusClass};
use jetpay_ledger::{Arrival, EntryKind, Error, EventStatus, Ledger, Millis, Movement};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Rows of one read.
const PART: usize = 500;
/// A row that is stored so much later than one with a larger number is still found: clocks go back, and servers differ.
const MARGIN: i64 = 60 * 60 * 1000;
/// Callbacks of so many milliseconds are read again: in `PostgreSQL`, one that is being stored may still appear before them. One
/// whose transaction takes longer, or behind which more than a part came meanwhile, is counted after the next start only.
const UNSETTLED: i64 = 10_000;
/// The most callbacks of the inbox that are asked for again. Those above are counted after the next start.
const MOST_WAITING: usize = 1_000;
/// So many of them are asked for at a time.
const ASKED: usize = 20;
/// The most codes that are counted apart. They are the platform's, and an open set.
const MOST_CODES: usize = 500;

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

/// Which way money went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Flow {
    /// Credits, also those that a person decided.
    In,
    /// Refunds, reversals and what came back of them, and changes by the platform.
    Back,
    /// What persons undid.
    Corrected,
}

impl Flow {
    fn of(kind: EntryKind) -> Self {
        match kind {
            EntryKind::Credit | EntryKind::ManualCredit => Self::In,
            EntryKind::Refund
            | EntryKind::Reversal
            | EntryKind::RefundReverse
            | EntryKind::ManualChange => Self::Back,
            EntryKind::Correction => Self::Corrected,
        }
    }
}

/// How many entries, and their sum in minor units: no number of entries overflows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) count: u64,
    pub(super) minor: i128,
}

impl std::ops::AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.count += other.count;
        self.minor += other.minor;
    }
}

/// A currency, the direction, the method and the hour.
pub(super) type MoneyKey = (Currency, Flow, String, i64);

/// What callbacks of the day say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Results {
    /// The results of top-ups, by method and hour: how many succeeded, and how many did not.
    pub(super) ended: BTreeMap<(String, i64), (u64, u64)>,
    /// How often a top-up did not succeed for the reason with this code.
    pub(super) codes: BTreeMap<String, u64>,
    /// The times from an announcement to its result, in tenths of a second, by method.
    pub(super) lags: BTreeMap<String, BTreeMap<i64, u64>>,
    /// When the last callback of each method came, also before this day as far as callbacks are read.
    pub(super) last: BTreeMap<String, Millis>,
}

impl Results {
    fn add(&mut self, span: &Span, arrival: &Arrival) {
        let Some((method, announced)) = &arrival.top_up else {
            return;
        };
        // It does not fit the payment, or a person put it aside: it is no result.
        if !is_result(arrival.outcome) {
            return;
        }
        let at = arrival.received_at;
        let last = self.last.entry(method.clone()).or_default();
        *last = (*last).max(at);
        if !span.has(at) || arrival.operation_type != Some(OperationType::Sale) {
            return;
        }
        let class = arrival
            .operation_status
            .as_ref()
            .map(OperationStatus::class);
        let succeeded = match class {
            Some(StatusClass::Succeeded) => true,
            Some(StatusClass::Failed) => false,
            _ => return,
        };
        let hour = (method.clone(), span.hour(at));
        let ended = self.ended.entry(hour).or_default();
        if succeeded {
            ended.0 += 1;
        } else {
            ended.1 += 1;
            let code = arrival.code.as_ref().map_or("", |code| code.as_str());
            if self.codes.len() < MOST_CODES || self.codes.contains_key(code) {
                *self.codes.entry(code.to_owned()).or_default() += 1;
            }
        }
        let lag = (at.0 - announced.0).max(0) / 100;
        let lags = self.lags.entry(method.clone()).or_default();
        *lags.entry(lag).or_default() += 1;
    }

    /// Adds what another part of the day says.
    fn merge(&mut self, other: &Self) {
        for (key, (succeeded, failed)) in &other.ended {
            let ended = self.ended.entry(key.clone()).or_default();
            ended.0 += succeeded;
            ended.1 += failed;
        }
        for (code, count) in &other.codes {
            *self.codes.entry(code.clone()).or_default() += count;
        }
        for (method, lags) in &other.lags {
            let ours = self.lags.entry(method.clone()).or_default();
            for (lag, count) in lags {
                *ours.entry(*lag).or_default() += count;
            }
        }
        for (method, at) in &other.last {
            let last = self.last.entry(method.clone()).or_default();
            *last = (*last).max(*at);
        }
    }
}

fn is_result(outcome: EventStatus) -> bool {
    matches!(
        outcome,
        EventStatus::Applied | EventStatus::Noted | EventStatus::Early
    )
}

/// What is counted of a day.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    pub(super) span: Span,
    pub(super) money: BTreeMap<MoneyKey, Sum>,
    pub(super) results: Results,
    /// The entries of the day.
    pub(super) entries: u64,
    /// When the last credit of each method came.
    pub(super) last_credits: BTreeMap<String, Millis>,
    /// The time of the last entry that was read; `None` when all are read.
    pub(super) up_to: Option<Millis>,
}

/// A day that is being counted.
pub(super) struct Day {
    pub(super) span: Span,
    money: BTreeMap<MoneyKey, Sum>,
    entries: u64,
    last_credits: BTreeMap<String, Millis>,
    settled: Results,
    tail: Results,
    /// The numbers of callbacks that had no payment when they were counted. It may be recorded later.
    waiting: VecDeque<i64>,
    /// Up to these numbers, all is counted.
    last_entry: i64,
    last_callback: i64,
    /// The time of the last entry that was read.
    read: Millis,
    is_behind: bool,
}

impl Day {
    /// Finds the first rows of a day. The last callbacks of the day before go on; without them, one part of it is read.
    pub(super) async fn begin(
        ledger: &Ledger,
        span: Span,
        before: Option<&Self>,
    ) -> Result<Self, Error> {
        let from = Millis(span.begins.0.saturating_sub(MARGIN));
        let last_callback = ledger.callbacks_before(from).await?;
        let mut settled = Results::default();
        if let Some(before) = before {
            settled.last = before.counted().results.last;
        } else {
            let part = i64::try_from(PART).unwrap_or(i64::MAX);
            let older = ledger.arrivals(last_callback.saturating_sub(part), PART);
            for arrival in older.await?.iter().filter(|it| it.seq <= last_callback) {
                settled.add(&span, arrival);
            }
        }
        Ok(Self {
            span,
            money: BTreeMap::new(),
            entries: 0,
            last_credits: BTreeMap::new(),
            settled,
            tail: Results::default(),
            waiting: VecDeque::new(),
            last_entry: ledger.entries_before(from).await?,
            last_callback,
            read: span.begins,
            is_behind: true,
        })
    }

    /// Reads a part of what is new. Whether there is more.
    pub(super) async fn step(&mut self, ledger: &Ledger, now: Millis) -> Result<bool, Error> {
        let movements = ledger.movements(self.last_entry, PART).await?;
        let arrivals = ledger.arrivals(self.last_callback, PART).await?;
        self.is_behind = movements.len() == PART || arrivals.len() == PART;
        for movement in &movements {
            self.move_money(movement);
        }
        self.ask_again(ledger).await?;
        self.count(&arrivals, now);
        Ok(self.is_behind)
    }

    /// Counts what was in the inbox and has a payment now. One that still waits is asked for again after the others.
    async fn ask_again(&mut self, ledger: &Ledger) -> Result<(), Error> {
        for _ in 0..self.waiting.len().min(ASKED) {
            let Some(seq) = self.waiting.front().copied() else {
                break;
            };
            let read = ledger.arrivals(seq - 1, 1).await?;
            self.waiting.pop_front();
            let read: Vec<_> = read.into_iter().filter(|it| it.seq == seq).collect();
            self.settle(&read);
        }
        Ok(())
    }

    /// Counts callbacks for good, except those that wait for a payment.
    fn settle(&mut self, arrivals: &[Arrival]) {
        for arrival in arrivals {
            self.settled.add(&self.span, arrival);
            let waits = arrival.outcome == EventStatus::Unmatched;
            if waits && self.span.has(arrival.received_at) && self.waiting.len() < MOST_WAITING {
                self.waiting.push_back(arrival.seq);
            }
        }
    }

    fn move_money(&mut self, movement: &Movement) {
        let Movement { time, method, .. } = movement;
        self.last_entry = movement.seq;
        if !self.span.has(*time) {
            return;
        }
        self.read = self.read.max(*time);
        self.entries += 1;
        let flow = Flow::of(movement.kind);
        if movement.kind == EntryKind::Credit {
            let last = self.last_credits.entry(method.clone()).or_default();
            *last = (*last).max(*time);
        }
        let hour = self.span.hour(*time);
        let key = (movement.amount.currency(), flow, method.clone(), hour);
        let minor = movement.amount.minor().into();
        *self.money.entry(key).or_default() += Sum { count: 1, minor };
    }

    /// Callbacks before the last seconds are counted for good; those of the last seconds are counted again next time.
    fn count(&mut self, arrivals: &[Arrival], now: Millis) {
        let edge = now.0 - UNSETTLED;
        let settled = arrivals.iter().take_while(|it| it.received_at.0 <= edge);
        // A part in which all is new would never come to an end.
        let settled = match settled.count() {
            0 if arrivals.len() == PART => PART,
            settled => settled,
        };
        let (settled, tail) = arrivals.split_at(settled);
        self.tail = Results::default();
        for arrival in tail {
            self.tail.add(&self.span, arrival);
        }
        self.settle(settled);
        if let Some(last) = settled.last() {
            self.last_callback = last.seq;
        }
    }

    /// What is counted so far.
    pub(super) fn counted(&self) -> Counted {
        let mut results = self.settled.clone();
        results.merge(&self.tail);
        Counted {
            span: self.span,
            money: self.money.clone(),
            results,
            entries: self.entries,
            last_credits: self.last_credits.clone(),
            up_to: self.is_behind.then_some(self.read),
        }
    }
}

/// The smallest value that so many thousandths of all values do not exceed.
pub(super) fn permille(values: &BTreeMap<i64, u64>, permille: u64) -> Option<i64> {
    let count: u64 = values.values().sum();
    let place = (count * permille).div_ceil(1_000).max(1);
    let mut seen = 0;
    values.iter().find_map(|(value, count)| {
        seen += count;
        (seen >= place).then_some(*value)
    })
}

#[cfg(test)]
mod tests {
    use jetpay_core::Money;
    use jiff::tz::TimeZone;

    use super::*;

    fn at(text: &str) -> Millis {
        let time: Timestamp = text.parse().unwrap();
        Millis(time.as_millisecond())
    }

    fn span(text: &str, zone: &str) -> Span {
        Span::of(at(text), &TimeZone::get(zone).unwrap()).unwrap()
    }

    fn day(span: Span) -> Day {
        Day {
            span,
            money: BTreeMap::new(),
            entries: 0,
            last_credits: BTreeMap::new(),
            settled: Results::default(),
            tail: Results::default(),
            waiting: VecDeque::new(),
            last_entry: 0,
            last_callback: 0,
            read: span.begins,
            is_behind: true,
        }
    }

    fn arrival(seq: i64, received_at: Millis, lag: i64) -> Arrival {
        Arrival {
            seq,
            outcome: EventStatus::Noted,
            received_at,
            operation_type: Some(OperationType::Sale),
            operation_status: Some("decline".into()),
            code: Some("20105".into()),
            top_up: Some(("kaspi".into(), Millis(received_at.0 - lag))),
        }
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

    #[test]
    fn entries_of_other_days_are_not_counted_whatever_their_order() {
        let mut day = day(span("2026-12-01T10:00:00Z", "UTC"));
        for (seq, time) in [
            (1, "2026-11-30T23:59:59.999Z"),
            (2, "2026-12-01T00:00:00Z"),
            (3, "2026-11-30T23:00:00Z"),
            (4, "2026-12-01T23:59:59.999Z"),
            (5, "2026-12-02T00:00:00Z"),
        ] {
            day.move_money(&Movement {
                seq,
                kind: EntryKind::Credit,
                method: "kaspi".into(),
                amount: Money::new(i64::MAX, Currency::KZT),
                time: at(time),
            });
        }
        let key = |hour| (Currency::KZT, Flow::In, "kaspi".to_owned(), hour);
        let one = Sum {
            count: 1,
            minor: i64::MAX.into(),
        };
        let counted = day.counted();
        assert_eq!(
            counted.money,
            BTreeMap::from([(key(0), one), (key(23), one)])
        );
        assert_eq!(counted.entries, 2);
    }

    #[test]
    fn callback_of_the_day_before_is_the_last_one_of_its_method_and_no_result_of_this_day() {
        let span = span("2026-12-01T10:00:00Z", "UTC");
        let mut day = day(span);
        let time = Millis(span.begins.0 - 1);
        day.count(&[arrival(1, time, 0)], span.begins);
        let results = day.counted().results;
        assert_eq!(results.last["kaspi"], time);
        assert!(results.ended.is_empty() && results.codes.is_empty());
    }

    #[test]
    fn callback_that_does_not_fit_its_payment_is_no_decline() {
        let span = span("2026-12-01T10:00:00Z", "UTC");
        let mut day = day(span);
        let mut odd = arrival(1, span.begins, 0);
        odd.outcome = EventStatus::Quarantined;
        day.count(&[odd], Millis(span.begins.0 + 60_000));
        assert_eq!(day.counted().results, Results::default());
    }

    #[test]
    fn callback_of_the_inbox_is_kept_to_be_asked_for_again_and_is_no_result_yet() {
        let span = span("2026-12-01T10:00:00Z", "UTC");
        let mut day = day(span);
        let mut lost = arrival(1, span.begins, 0);
        lost.outcome = EventStatus::Unmatched;
        lost.top_up = None;
        day.count(&[lost], Millis(span.begins.0 + 60_000));
        assert_eq!(day.counted().results, Results::default());
        assert_eq!(day.waiting, [1]);
    }

    #[test]
    fn callback_that_appears_late_with_a_smaller_number_is_counted_and_none_is_counted_twice() {
        let span = span("2026-12-01T10:00:00Z", "UTC");
        let now = at("2026-12-01T10:00:00Z");
        let mut day = day(span);
        let [old, new, late] = [(1, -60_000), (3, -2_000), (2, -3_000)]
            .map(|(seq, ago)| arrival(seq, Millis(now.0 + ago), 5_000));
        day.count(&[old, new.clone()], now);
        assert_eq!(day.last_callback, 1);
        assert_eq!(day.counted().results.codes["20105"], 2);
        day.count(&[late.clone(), new.clone()], now);
        assert_eq!(day.counted().results.codes["20105"], 3);
        day.count(&[late, new], Millis(now.0 + 60_000));
        assert_eq!(day.last_callback, 3);
        day.count(&[], Millis(now.0 + 60_000));
        let counted = day.counted().results;
        assert_eq!(counted.codes["20105"], 3);
        assert_eq!(counted.ended[&("kaspi".to_owned(), 9)], (0, 3));
        assert_eq!(counted.lags["kaspi"], BTreeMap::from([(50, 3)]));
    }

    #[test]
    fn clock_that_goes_back_does_not_stop_the_count() {
        let span = span("2026-12-01T10:00:00Z", "UTC");
        let (then, now) = (at("2026-12-01T10:00:00Z"), at("2026-12-01T09:00:00Z"));
        let mut day = day(span);
        let last = i64::try_from(PART).unwrap();
        let part = u64::try_from(PART).unwrap();
        let many: Vec<_> = (1..=last).map(|seq| arrival(seq, then, 0)).collect();
        day.count(&many, now);
        assert_eq!(day.last_callback, last);
        assert_eq!(day.counted().results.codes["20105"], part);
        let early = arrival(last + 1, Millis(then.0 + 1), -5_000);
        day.count(&[early], Millis(then.0 + 60_000));
        assert_eq!(day.counted().results.lags["kaspi"][&0], part + 1);
    }

    #[test]
    fn median_and_others_are_values_that_occur() {
        let values = BTreeMap::from([(1, 50), (2, 45), (9, 5)]);
        let of = |at| permille(&values, at);
        assert_eq!(
            (of(500), of(501), of(950), of(951)),
            (Some(1), Some(2), Some(2), Some(9))
        );
        assert_eq!(permille(&BTreeMap::new(), 500), None);
        assert_eq!(permille(&BTreeMap::from([(7, 1)]), 1), Some(7));
    }
}
