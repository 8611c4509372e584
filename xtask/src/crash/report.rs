//! What a run has shown.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::fleet::Fleet;
use super::payouts;
use super::world::World;
use crate::steps::time;

/// More violations than these say nothing new.
const SHOWN: usize = 20;

pub(super) struct Report {
    rows: Vec<(&'static str, usize)>,
    violations: Vec<String>,
    took: Duration,
}

impl Report {
    pub(super) fn of(world: &World, fleet: &Fleet, took: Duration) -> Self {
        let (book, feed) = (world.book(), world.feed());
        let count = |number: &AtomicUsize| number.load(Ordering::Relaxed);
        let of_kind = |kind: &str| feed.entries.iter().filter(|it| it.kind == kind).count();
        let mut rows = vec![
            ("kills", fleet.kills),
            ("  while starting", fleet.kills_while_starting),
            ("crashes of the database", fleet.database_crashes),
            ("payments issued", book.payments.len()),
            ("callbacks", book.facts.len()),
            ("deliveries", count(&world.deliveries)),
            ("  answered with 503", count(&world.unavailable)),
            ("  without an answer", count(&world.unanswered)),
            ("acknowledged callbacks", book.acknowledged()),
            ("credited", of_kind("credit")),
            ("refunded", of_kind("refund")),
        ];
        rows.extend(payouts::rows(world, &fleet.struck_at));
        Self {
            rows,
            violations: world.violations(),
            took,
        }
    }

    pub(super) fn is_violated(&self) -> bool {
        !self.violations.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, number) in &self.rows {
            writeln!(f, "  {name:<24} {number:>8}")?;
        }
        for violation in self.violations.iter().take(SHOWN) {
            writeln!(f, "✗ {violation}")?;
        }
        let (count, took) = (self.violations.len(), time(self.took));
        if count == 0 {
            writeln!(f, "✓ every book agrees, {took}")
        } else {
            writeln!(f, "✗ {count} violations, {took}")
        }
    }
}
