//! Random top-ups from a seed.

use std::time::Duration;

use fastrand::Rng;
use jetpay_core::method::Limits;
use jetpay_core::{Currency, Money};

use super::faults::{Fault, Faults};
use super::plan::{Plan, steps};
use crate::methods::MethodFacts;

/// Payers who only look, of 1000.
const LOOKERS: u16 = 100;

/// An endless sequence of plans. The same seed and arguments give the same plans.
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
    /// Top-ups of this many customers by the methods of these routes.
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

    /// The next plan. Each plan has its own random numbers, so one plan does not change the next.
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
            steps: if only_looks {
                Vec::new()
            } else {
                steps(chance, amount, &faults)
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

/// Mostly one `verify`. A payer who goes back and forth causes more.
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

/// Round amounts in whole units, the most frequent ones first: banknotes and typical bills.
const ROUND: [i64; 12] = [
    1_000, 2_000, 5_000, 10_000, 500, 3_000, 20_000, 1_500, 15_000, 50_000, 100_000, 200_000,
];
/// The largest uneven amount in whole units when the document has no limits.
const MOST_UNEVEN: i64 = 60_000;

/// An amount within the limits: mostly round, some uneven, few with a fraction, very few at a limit.
pub(super) fn amount(chance: &mut Rng, limits: Option<Limits>, currency: Currency) -> Money {
    let limits = limits.filter(|limits| limits.min.currency() == currency);
    let whole = 10_i64.pow(u32::from(currency.digits().unwrap_or(2)));
    let minor = match (chance.u8(0..100), limits) {
        (0, Some(limits)) => limits.min.minor(),
        (1, Some(limits)) => limits.max.minor(),
        (0..75, _) => {
            whole
                * ROUND[chance
                    .usize(0..ROUND.len())
                    .min(chance.usize(0..ROUND.len()))]
        }
        (75..92, _) => whole * 10 * chance.i64(10..MOST_UNEVEN / 10),
        _ => chance.i64(whole * 100..whole * MOST_UNEVEN),
    };
    let within = limits.map_or(minor, |limits| {
        minor.clamp(limits.min.minor(), limits.max.minor())
    });
    Money::new(within, currency)
}
