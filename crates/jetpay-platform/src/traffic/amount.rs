//! Amounts as people pay them.

use fastrand::Rng;
use jetpay_core::method::Limits;
use jetpay_core::{Currency, Money};

/// Whole ones, most often the first: banknotes, and what bills come to.
const ROUND: [i64; 12] = [
    1_000, 2_000, 5_000, 10_000, 500, 3_000, 20_000, 1_500, 15_000, 50_000, 100_000, 200_000,
];
/// Where the document names no limits, uneven amounts are up to this, in whole ones.
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
    use super::*;
    use crate::methods::METHODS;

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
    fn another_currency_has_its_own_digits_and_no_limits_of_the_document() {
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
