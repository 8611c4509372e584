//! A top-up as the platform goes through it.

use std::sync::Arc;

use crate::chance::Chance;
use crate::clock::{DAY, MINUTE, START};
use crate::setting::{CUSTOMERS, PROJECTS};
use crate::story::{PLOTS, Plot};
use jetpay_platform::{METHODS, MethodFacts};

/// How many begin on a day, on average.
const A_DAY: usize = 10;

/// A payer, and what becomes of the payment.
pub(crate) struct TopUp {
    pub(crate) begins: i64,
    pub(crate) method: &'static MethodFacts,
    pub(crate) project: usize,
    /// The number of a customer; one too many is nobody's.
    pub(crate) customer: usize,
    pub(crate) amount: i64,
    pub(crate) plot: Plot,
    pub(crate) origin: Origin,
    /// The merchant's id, once the platform has it.
    pub(crate) payment: Option<Arc<str>>,
    /// How often `verify` and `check_deposit` were sent.
    pub(crate) asked: u32,
    pub(crate) verified: bool,
}

/// Where the payment id comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// From this merchant's answer to `check_deposit`.
    Ours,
    /// From elsewhere, for ever.
    Foreign,
    /// From an older system, which is taken over so much later.
    Imported(i64),
    /// From elsewhere, which a person says so much later.
    Dismissed(i64),
    /// From an older system, and dismissed by mistake before it is taken over.
    DismissedThenImported(i64),
}

/// The top-ups of a run, some of them at the same moment as another.
pub(crate) fn planned(chance: &mut Chance, days: u32) -> Vec<TopUp> {
    let count = usize::try_from(days)
        .unwrap_or(usize::MAX)
        .saturating_mul(A_DAY);
    let last = START + i64::from(days) * DAY;
    let mut begins = START;
    let plan = (0..count).map(|_| {
        if chance.happens(700) {
            begins = chance.between(START..=last);
        }
        TopUp {
            begins,
            method: chance.among(&METHODS.each_ref()),
            project: usize::from(chance.happens(200)),
            customer: chance.below(CUSTOMERS + 1),
            amount: chance.between(2..=1_000_000),
            plot: chance.weighed(PLOTS),
            origin: origin(chance),
            payment: None,
            asked: 0,
            verified: false,
        }
    });
    plan.collect()
}

fn origin(chance: &mut Chance) -> Origin {
    if !chance.happens(20) {
        return Origin::Ours;
    }
    let after = chance.between(MINUTE..=9 * DAY);
    chance.among(&[
        Origin::Foreign,
        Origin::Imported(after),
        Origin::Imported(after),
        Origin::Dismissed(after),
        Origin::DismissedThenImported(after),
    ])
}

impl TopUp {
    /// The project that asks, and the other one.
    pub(crate) fn projects(&self) -> [u64; 2] {
        [PROJECTS[self.project], PROJECTS[1 - self.project]]
    }
}
