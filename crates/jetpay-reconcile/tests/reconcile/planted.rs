//! Differences of every kind, planted among operations that agree: each is found and named once, and nothing else is.

use std::collections::BTreeMap;

use jetpay_core::report::ReportedOperation;
use jetpay_core::status::{OperationStatus, OperationType};
use jetpay_core::{Currency, Money};
use jetpay_reconcile::{BookedEntry, BookedKind, Facts, Kind, PlatformBooks, Report};
use jetpay_rules::EntryKind;
use proptest::prelude::*;

use super::plan::{Plan, TYPES};
use super::words::PROJECT;
use super::{FRESH_FROM, INTERVAL, Recorded, reconcile_in_order};

/// Ledger and books with everything planted, and what must be found.
#[derive(Default)]
struct World {
    rows: Vec<(usize, Option<ReportedOperation>)>,
    recorded: Recorded,
    expected: BTreeMap<String, u64>,
    ids: Vec<String>,
    /// By type and currency: ours, theirs.
    sums: BTreeMap<(String, Currency), (i128, i128)>,
}

/// The items in an order that looks like chance.
fn shuffled<T>(mut items: Vec<T>, seed: u64) -> Vec<T> {
    let mut state = seed;
    for place in (1..items.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let other = (state >> 33) % (place as u64 + 1);
        items.swap(place, usize::try_from(other).unwrap());
    }
    items
}

impl World {
    fn of(plans: &[Plan]) -> Self {
        let mut world = Self::default();
        for (number, plan) in (1..).zip(plans) {
            world.plant(number, *plan);
        }
        world
    }

    /// Adds an operation that agrees, changed so that it is of the kind.
    fn plant(&mut self, number: u64, plan: Plan) {
        let (_, booked, sign) = TYPES[plan.of].clone();
        let usd = Currency::parse("USD").unwrap();
        let success = plan.row(number, "success");
        let mut rows = vec![(1, success.clone())];
        let mut facts = plan.facts(number);
        let nothing = Facts::default();
        let declined = || vec![(1, plan.row(number, "decline"))];
        let mut named = plan.kind;
        match plan.kind {
            Kind::Matched => {}
            Kind::NotFinal => (rows[0].1.status, facts) = ("processing".into(), nothing),
            Kind::DeclinedBoth => (rows, facts) = (declined(), nothing),
            Kind::TooFresh => (rows[0].1.time, facts) = (Some(FRESH_FROM), nothing),
            Kind::Foreign => {
                facts = Facts {
                    is_foreign: true,
                    ..nothing
                }
            }
            Kind::Outside => rows[0].1.time = Some(INTERVAL.to),
            Kind::ChangedThere => rows.push((0, plan.row(number, "processing"))),
            Kind::NotCredited | Kind::TakenBackThere if sign < 0 => {
                (named, facts) = (Kind::TakenBackThere, nothing);
            }
            Kind::NotCredited => facts = nothing,
            Kind::NotThere => rows.clear(),
            Kind::AmountDiffers => rows[0].1.amount = Money::new(plan.amount + 1, Currency::KZT),
            Kind::CurrencyDiffers => rows[0].1.amount = Money::new(plan.amount, usd),
            Kind::PaymentDiffers => rows[0].1.payment_id = "other".into(),
            Kind::TypeDiffers => rows[0].1.kind = OperationType::Capture,
            Kind::TakenBackThere => rows = declined(),
            Kind::TakenBackHere if sign < 0 => rows = declined(),
            // Payouts have no corrections: a paid one that is declined there was taken back there.
            Kind::TakenBackHere if booked == BookedKind::Paid => {
                (named, rows) = (Kind::TakenBackThere, declined());
            }
            Kind::TakenBackHere => {
                let entry = &facts.entries[0];
                let kind = BookedKind::Entry(EntryKind::Correction);
                let amount = entry.amount.checked_neg().unwrap();
                facts.entries.push(BookedEntry {
                    kind,
                    amount,
                    ..entry.clone()
                });
            }
            Kind::TwiceThere => {
                let mut smaller = success;
                smaller.amount = Money::new(plan.amount - 1, Currency::KZT);
                rows.push((1, smaller));
            }
            Kind::TwiceHere => facts.entries.push(facts.entries[0].clone()),
            Kind::Unreadable => {
                (rows, facts) = (Vec::new(), nothing);
                self.rows.push((1, None));
            }
        }
        self.expect(number, named, &rows, &facts);
        let rows = rows.into_iter().map(|(source, row)| (source, Some(row)));
        self.rows.extend(rows);
        self.recorded.insert((PROJECT, number.into()), facts);
    }

    /// What must be found, by the plan alone; and the sums, naively.
    fn expect(
        &mut self,
        number: u64,
        named: Kind,
        rows: &[(usize, ReportedOperation)],
        facts: &Facts,
    ) {
        *self.expected.entry(named.to_string()).or_default() += 1;
        if matches!(named, Kind::TwiceThere | Kind::ChangedThere) {
            *self.expected.entry(Kind::Matched.to_string()).or_default() += 1;
        }
        if !named.is_only_counted() && named != Kind::Unreadable {
            self.ids.push(format!("{PROJECT}-{number}-{named}"));
        }
        if named == Kind::Outside {
            return;
        }
        if let Some((_, row)) = rows
            .first()
            .filter(|(_, row)| row.status == OperationStatus::Success)
        {
            let takes_back = matches!(
                row.kind,
                OperationType::Refund | OperationType::PayoutReversal
            );
            let sign = if takes_back { -1 } else { 1 };
            let key = (row.kind.to_string(), row.amount.currency());
            self.sums.entry(key).or_default().1 += i128::from(row.amount.minor()) * sign;
        }
        for entry in &facts.entries {
            let word = TYPES.iter().find(|(_, booked, _)| *booked == entry.kind);
            // The plants correct nothing but credits and reversed refunds.
            let word = word.map(|it| it.0.to_string());
            let word = word.unwrap_or_else(|| {
                let corrected = TYPES
                    .iter()
                    .find(|it| it.1 == facts.entries[0].kind)
                    .unwrap();
                corrected.0.to_string()
            });
            let sign = if entry.kind == BookedKind::PayoutReversed {
                -1
            } else {
                1
            };
            let key = (word, entry.amount.currency());
            self.sums.entry(key).or_default().0 += i128::from(entry.amount.minor()) * sign;
        }
    }

    fn reconcile(&self, seed: u64) -> Report {
        let mut books = PlatformBooks::new();
        let sources = ["october.csv", "november.csv"].map(|name| books.begin_source(name));
        let mut unreadable = 0;
        for (source, row) in shuffled(self.rows.iter().collect(), seed) {
            if let Some(row) = row {
                books.add(sources[*source], None, row);
            } else {
                unreadable += 1;
                books.add_unreadable(sources[*source], unreadable, "amount", "no amount", None);
            }
        }
        let facts = self.recorded.values();
        let events = facts.clone().flat_map(|facts| &facts.events).collect();
        let entries = facts.flat_map(|facts| &facts.entries).collect();
        let given = (shuffled(events, seed), shuffled(entries, !seed));
        reconcile_in_order(&books, &self.recorded, &[PROJECT], given)
    }

    /// Each planted difference is found and named once, nothing else is, and the sums are the naive ones.
    fn check(&self, report: &Report) {
        let found = report
            .results
            .iter()
            .filter(|it| it.kind != Kind::Unreadable);
        let found: Vec<&str> = found.map(|it| it.id.as_str()).collect();
        assert_eq!(found, self.ids);
        assert_eq!(report.counts, self.expected);
        let sums = report.sums.iter().map(|sum| {
            let key = (sum.kind.to_string(), sum.currency);
            (key, (sum.ours, sum.theirs))
        });
        let mut expected = self.sums.clone();
        expected.retain(|_, sums| *sums != (0, 0));
        assert_eq!(sums.collect::<BTreeMap<_, _>>(), expected);
    }
}

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let plan = (0..Kind::ALL.len(), 0..TYPES.len(), 2..1_000_000_000_i64);
    let plan = plan.prop_map(|(kind, of, amount)| Plan {
        kind: Kind::ALL[kind],
        of,
        amount,
    });
    proptest::collection::vec(plan, 0..60)
}

proptest! {
    #[test]
    fn planted_differences_are_found_once_and_the_order_of_feeding_changes_no_byte(
        plans in plans(), seed: u64, other: u64
    ) {
        let world = World::of(&plans);
        let report = world.reconcile(seed);
        world.check(&report);
        let again = world.reconcile(other);
        prop_assert_eq!(
            serde_json::to_string(&report).unwrap(),
            serde_json::to_string(&again).unwrap()
        );
    }
}

#[test]
fn among_a_hundred_thousand_operations_every_planted_difference_is_found_once() {
    let kinds = Kind::ALL.len();
    let plans: Vec<Plan> = (0..100_000)
        .map(|number| Plan {
            // Every fourth operation has a plant.
            kind: if number % 4 == 0 {
                Kind::ALL[number / 4 % kinds]
            } else {
                Kind::Matched
            },
            of: number / 7 % TYPES.len(),
            amount: 2 + i64::try_from(number).unwrap() * 7919 % 1_000_000,
        })
        .collect();
    let world = World::of(&plans);
    let report = world.reconcile(1);
    world.check(&report);
    for kind in Kind::ALL {
        assert!(report.counts[kind.as_str()] > 500, "{kind}");
    }
    assert!(report.differences() > 15_000);
}
