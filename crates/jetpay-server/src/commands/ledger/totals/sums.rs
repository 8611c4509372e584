//! The sums: entries added up by what the accountant asks for.

use std::collections::BTreeMap;
use std::fmt;

use clap::ValueEnum;
use jetpay_core::id::ProjectId;
use jetpay_core::{Currency, Money};
use jetpay_ledger::payout::{PayoutEntry, PayoutMove};
use jetpay_ledger::{Entry, EntryKind};
use jiff::civil::Date;
use serde::Serialize;

/// What the groups differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum By {
    /// The day on which the service booked it
    Day,
    /// The payment method
    Method,
    /// The project
    Project,
}

impl By {
    /// The name of its column.
    pub(super) const fn column(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Method => "method",
            Self::Project => "project_id",
        }
    }
}

/// What a group has in common, one for each [`By`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Day(Date),
    Method(String),
    Project(ProjectId),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Method(method) => method.fmt(f),
            Self::Project(project) => project.fmt(f),
        }
    }
}

/// How many, and their sum in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Sum {
    pub(super) count: u64,
    pub(super) amount: i128,
}

/// The sums of a group, in this order.
pub(super) const KINDS: [&str; 9] = [
    "credits",
    "manual_credits",
    "refunds",
    "refund_reverses",
    "reversals",
    "manual_changes",
    "corrections",
    "payouts_paid",
    "payouts_reversed",
];

/// The first of [`KINDS`] that is about payouts: those are not in the net.
const PAYOUTS: usize = 7;

const fn place_of(kind: EntryKind) -> usize {
    match kind {
        EntryKind::Credit => 0,
        EntryKind::ManualCredit => 1,
        EntryKind::Refund => 2,
        EntryKind::RefundReverse => 3,
        EntryKind::Reversal => 4,
        EntryKind::ManualChange => 5,
        EntryKind::Correction => 6,
    }
}

/// The sums of a group: one for each of [`KINDS`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) sums: [Sum; KINDS.len()],
}

impl Group {
    /// What the entries of the customers' balances add up to, in minor units.
    pub(super) fn net(&self) -> i128 {
        self.sums[..PAYOUTS].iter().map(|sum| sum.amount).sum()
    }

    fn add(&mut self, place: usize, count: u64, amount: i128) {
        self.sums[place].count += count;
        self.sums[place].amount += amount;
    }
}

/// All groups, in the order of their keys. A group has one currency.
pub(super) struct Sums {
    by: Vec<By>,
    groups: BTreeMap<(Vec<Key>, Currency), Group>,
}

impl Sums {
    pub(super) fn new(by: &[By]) -> Self {
        Self {
            by: by.to_vec(),
            groups: BTreeMap::new(),
        }
    }

    pub(super) fn add_entry(&mut self, day: Date, entry: &Entry) {
        let place = place_of(entry.kind);
        self.add(day, &entry.method, entry.project_id, entry.amount, place);
    }

    /// Adds what left and what came back; reserving and releasing moves nothing.
    pub(super) fn add_payout(&mut self, day: Date, entry: &PayoutMove) {
        let place = match entry.entry {
            PayoutEntry::Paid => PAYOUTS,
            PayoutEntry::Reversal => PAYOUTS + 1,
            PayoutEntry::Reserve | PayoutEntry::Release => return,
        };
        self.add(day, &entry.method, entry.project_id, entry.amount, place);
    }

    fn add(&mut self, day: Date, method: &str, project: ProjectId, amount: Money, place: usize) {
        let key = |by: &By| match by {
            By::Day => Key::Day(day),
            By::Method => Key::Method(method.to_owned()),
            By::Project => Key::Project(project),
        };
        let key = (self.by.iter().map(key).collect(), amount.currency());
        let group = self.groups.entry(key).or_default();
        group.add(place, 1, amount.minor().into());
    }

    pub(super) fn groups(&self) -> impl Iterator<Item = (&[Key], Currency, &Group)> {
        let groups = self.groups.iter();
        groups.map(|((keys, currency), group)| (&**keys, *currency, group))
    }

    /// One group for each currency, with everything of it.
    pub(super) fn all(&self) -> Vec<(Currency, Group)> {
        let mut all: BTreeMap<Currency, Group> = BTreeMap::new();
        for ((_, currency), group) in &self.groups {
            let sum = all.entry(*currency).or_default();
            for (place, one) in group.sums.iter().enumerate() {
                sum.add(place, one.count, one.amount);
            }
        }
        all.into_iter().collect()
    }
}
