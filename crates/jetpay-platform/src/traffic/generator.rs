//! What happens next, from a seed.

use std::time::Duration;

use fastrand::Rng;
use jetpay_core::Currency;
use jetpay_core::method::Limits;

use super::amount::amount;
use super::fault::Fault;
use super::faults::Faults;
use super::plan::Plan;
use super::story;
use crate::methods::MethodFacts;

/// Of a thousand payers, those who only look.
const LOOKERS: u16 = 100;

/// Plans without end. The same seed and the same things to choose among are the same plans.
///
/// ```
/// use jetpay_core::Currency;
/// use jetpay_platform::traffic::{Faults, Generator};
/// use jetpay_platform::{KASPI, QIWI_KZ};
///
/// let of = |seed| Generator::new(seed, [&KASPI, &QIWI_KZ], 3, Currency::KZT, Faults::default());
/// assert!(of(7).take(10).eq(of(7).take(10)));
/// assert!(of(7).take(10).ne(of(8).take(10)));
/// ```
#[derive(Debug, Clone)]
pub struct Generator {
    chance: Rng,
    number: u64,
    limits: Vec<Option<Limits>>,
    customers: usize,
    currency: Currency,
    faults: Faults,
}

impl Generator {
    /// Top-ups of so many customers by the methods of these routes.
    ///
    /// # Panics
    /// Without a route or a customer.
    #[must_use]
    pub fn new<'m>(
        seed: u64,
        routes: impl IntoIterator<Item = &'m MethodFacts>,
        customers: usize,
        currency: Currency,
        faults: Faults,
    ) -> Self {
        let limits: Vec<_> = routes.into_iter().map(|method| method.limits).collect();
        assert!(!limits.is_empty(), "there is a route");
        assert!(customers > 0, "there is a customer");
        Self {
            chance: Rng::with_seed(seed),
            number: 0,
            limits,
            customers,
            currency,
            faults,
        }
    }

    /// The next plan. Each draws from a chance of its own: what one plan needs leaves the next as it was.
    fn plan(&mut self) -> Plan {
        self.number += 1;
        let chance = &mut self.chance.fork();
        let route = chance.usize(0..self.limits.len());
        let amount = amount(chance, self.limits[route], self.currency);
        let faults = self.faults.chosen(chance);
        let only_looks = chance.u16(0..1000) < LOOKERS;
        Plan {
            number: self.number,
            pause_per_mille: chance.u32(500..=1500),
            route,
            customer: chance.usize(0..self.customers),
            amount,
            mistyped: faults
                .contains(&Fault::UnknownCustomer)
                .then(|| chance.u32(..)),
            verifies: verifies(chance),
            account: chance.u32(..),
            tellings: if only_looks {
                Vec::new()
            } else {
                story::tellings(chance, amount, &faults)
            },
        }
    }
}

impl Iterator for Generator {
    type Item = Plan;

    fn next(&mut self) -> Option<Plan> {
        Some(self.plan())
    }
}

/// One `verify` mostly; a payer who goes back and forth causes more.
fn verifies(chance: &mut Rng) -> Vec<Duration> {
    let more = match chance.u8(0..10) {
        0..7 => 0,
        7 | 8 => 1,
        _ => 2,
    };
    let pause = |_| Duration::from_millis(chance.u64(500..8_000));
    std::iter::once(Duration::ZERO)
        .chain((0..more).map(pause))
        .collect()
}

#[cfg(test)]
#[path = "generator_tests.rs"]
mod tests;
