//! The money of a day, as entries say it.

use std::collections::BTreeMap;

use jetpay_core::Currency;
use jetpay_ledger::{EntryKind, Millis, Movement};

use super::span::Span;

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

/// The money of a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) money: BTreeMap<MoneyKey, Sum>,
    /// The entries of the day.
    pub(super) entries: u64,
    /// When the last credit of each method came.
    pub(super) last_credits: BTreeMap<String, Millis>,
}

impl Sums {
    /// Counts an entry, if it is one of this day.
    pub(super) fn add(&mut self, span: &Span, movement: &Movement) {
        let Movement { time, method, .. } = movement;
        if !span.has(*time) {
            return;
        }
        self.entries += 1;
        if movement.kind == EntryKind::Credit {
            let last = self.last_credits.entry(method.clone()).or_default();
            *last = (*last).max(*time);
        }
        let flow = Flow::of(movement.kind);
        let hour = span.hour(*time);
        let key = (movement.amount.currency(), flow, method.clone(), hour);
        let minor = movement.amount.minor().into();
        *self.money.entry(key).or_default() += Sum { count: 1, minor };
    }
}

#[cfg(test)]
mod tests {
    use jetpay_core::Money;

    use super::super::span::tests::{at, span};
    use super::*;

    #[test]
    fn entries_of_other_days_are_not_counted_whatever_their_order() {
        let span = span("2026-12-01T10:00:00Z", "UTC");
        let mut sums = Sums::default();
        for (seq, time) in [
            (1, "2026-11-30T23:59:59.999Z"),
            (2, "2026-12-01T00:00:00Z"),
            (3, "2026-11-30T23:00:00Z"),
            (4, "2026-12-01T23:59:59.999Z"),
            (5, "2026-12-02T00:00:00Z"),
        ] {
            let movement = Movement {
                seq,
                kind: EntryKind::Credit,
                method: "kaspi".into(),
                amount: Money::new(i64::MAX, Currency::KZT),
                time: at(time),
            };
            sums.add(&span, &movement);
        }
        let key = |hour| (Currency::KZT, Flow::In, "kaspi".to_owned(), hour);
        let one = Sum {
            count: 1,
            minor: i64::MAX.into(),
        };
        let money = BTreeMap::from([(key(0), one), (key(23), one)]);
        assert_eq!((sums.money, sums.entries), (money, 2));
    }
}
