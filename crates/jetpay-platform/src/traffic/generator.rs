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

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::time::Duration;

    use fastrand::Rng;
    use jetpay_core::{Currency, Money};

    use super::*;
    use crate::methods::METHODS;
    use crate::top_up::CallbackKind;
    use crate::traffic::{Action, MessageKind, Step};

    fn plans(faults: &str, count: usize) -> Vec<Plan> {
        let faults = faults.parse().unwrap();
        Generator::new(11, &METHODS, 4, Currency::KZT, faults)
            .take(count)
            .collect()
    }

    #[test]
    fn same_seed_gives_the_same_traffic_and_another_seed_another() {
        let of = |seed| {
            let all = "all".parse().unwrap();
            Generator::new(seed, &METHODS, 4, Currency::KZT, all)
                .take(200)
                .collect::<Vec<_>>()
        };
        assert_eq!(of(11), of(11));
        assert_ne!(of(11), of(12));
    }

    #[test]
    fn share_of_a_fault_does_not_change_who_pays_what() {
        let who = |plans: Vec<Plan>| -> Vec<_> {
            plans
                .into_iter()
                .map(|plan| (plan.route, plan.customer, plan.amount, plan.is_abandoned()))
                .collect()
        };
        assert_eq!(who(plans("none", 500)), who(plans("slow=500", 500)));
    }

    #[test]
    fn without_faults_everything_else_occurs() {
        let plans = plans("none", 5_000);
        assert!(plans.iter().all(|plan| plan.faults().next().is_none()));
        let kinds: BTreeSet<MessageKind> = plans
            .iter()
            .flat_map(|plan| plan.steps.iter().map(MessageKind::of))
            .collect();
        let expected = [
            MessageKind::Processing,
            MessageKind::Success,
            MessageKind::Decline,
            MessageKind::Refund,
            MessageKind::Reversal,
        ];
        assert!(kinds.iter().eq(&expected), "{kinds:?}");

        let share =
            |has: &dyn Fn(&Plan) -> bool| plans.iter().filter(|plan| has(plan)).count() / 50;
        let says = |kind| {
            move |plan: &Plan| {
                plan.steps
                    .iter()
                    .any(|it| it.action == Action::Deliver(kind))
            }
        };
        assert!((8..=12).contains(&share(&Plan::is_abandoned)));
        assert!((78..=84).contains(&share(&says(CallbackKind::Success))));
        assert!((7..=11).contains(&share(&says(CallbackKind::Decline))));
        assert!((15..=21).contains(&share(&says(CallbackKind::Processing))));
        assert!((27..=33).contains(&share(&|plan: &Plan| plan.verifies.len() > 1)));

        let routes: BTreeSet<_> = plans.iter().map(|plan| plan.route).collect();
        let customers: BTreeSet<_> = plans.iter().map(|plan| plan.customer).collect();
        assert_eq!((routes.len(), customers.len()), (METHODS.len(), 4));
        assert!(plans.iter().zip(1..).all(|(plan, n)| plan.number == n));
    }

    #[test]
    fn amounts_are_within_the_limits_of_the_method() {
        for plan in plans("all", 5_000) {
            let limits = METHODS[plan.route].limits;
            assert!(limits.is_none_or(|limits| limits.contain(plan.amount)));
        }
    }

    #[test]
    fn first_callback_comes_a_second_or_two_after_check_deposit() {
        for plan in plans("none", 1_000) {
            if let Some(first) = plan.steps.first() {
                assert!((1_000..2_000).contains(&first.after.as_millis()));
            }
            assert_eq!(plan.verifies[0], Duration::ZERO);
            assert!(plan.verifies.len() <= 3);
            assert!((500..=1500).contains(&plan.pause_per_mille));
        }
    }

    #[test]
    fn every_fault_occurs_as_often_as_its_share_says() {
        for fault in Fault::ALL {
            let name = format!("{fault}=200");
            let plans = plans(&name, 5_000);
            let paid = plans.iter().filter(|plan| !plan.is_abandoned());
            let among = match fault {
                Fault::UnknownCustomer => plans.len(),
                _ => paid.count(),
            };
            let with: Vec<Vec<Fault>> = plans
                .iter()
                .map(|plan| plan.faults().collect())
                .filter(|faults: &Vec<_>| !faults.is_empty())
                .collect();
            assert!(with.iter().all(|faults| *faults == [fault]), "{fault}");
            let per_mille = with.len() * 1000 / among;
            assert!((180..=220).contains(&per_mille), "{fault}: {per_mille}");
        }
    }

    #[test]
    fn with_all_faults_the_true_result_is_still_sent() {
        let mut seen: BTreeMap<Fault, u32> = BTreeMap::new();
        for plan in plans("all=500", 2_000) {
            plan.faults()
                .for_each(|fault| *seen.entry(fault).or_default() += 1);
            let tells = |step: &&Step| {
                let (Action::Deliver(kind) | Action::AtOnce(kind, _) | Action::Slowly(kind, _)) =
                    step.action
                else {
                    return false;
                };
                matches!(kind, CallbackKind::Success | CallbackKind::Decline)
            };
            assert!(plan.is_abandoned() || plan.steps.iter().any(|it| tells(&it)));
            let place = |expected: &dyn Fn(&Step) -> bool| plan.steps.iter().position(expected);
            let lie = place(&|it| matches!(it.action, Action::Tampered | Action::BadSignature));
            let truth = place(&|it| tells(&it));
            assert!(lie.is_none() || lie < truth, "{plan:?}");
        }
        assert_eq!(seen.len(), Fault::ALL.len(), "{seen:?}");
    }

    #[test]
    fn ten_thousand_amounts_are_within_the_limits_and_mostly_round() {
        for method in &METHODS {
            let mut chance = Rng::with_seed(5);
            let amounts: Vec<Money> = (0..10_000)
                .map(|_| amount(&mut chance, method.limits, Currency::KZT))
                .collect();
            assert!(amounts.iter().all(|amount| amount.is_positive()));
            if let Some(limits) = method.limits {
                assert!(amounts.iter().all(|amount| limits.contain(*amount)));
                assert!(amounts.contains(&limits.min) && amounts.contains(&limits.max));
            }
            let of = |unit: i64| amounts.iter().filter(|it| it.minor() % unit == 0).count();
            assert!(of(50_000) > 7_000, "multiples of 500 KZT: {}", of(50_000));
            assert!(of(100) > 9_000 && of(100) < 9_500, "whole: {}", of(100));
        }
    }

    #[test]
    fn other_currency_has_its_own_digits_and_no_limits() {
        let yen = Currency::parse("JPY").unwrap();
        let limits = METHODS.iter().find_map(|method| method.limits);
        let mut chance = Rng::with_seed(5);
        let amounts: Vec<Money> = (0..1000)
            .map(|_| amount(&mut chance, limits, yen))
            .collect();
        assert!(
        amounts
            .iter()
            .all(|amount| (100..=200_000).contains(&amount.minor()) && amount.currency() == yen)
    );
    }
}
