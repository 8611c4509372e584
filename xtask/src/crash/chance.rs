//! Random choices that a seed decides.

use std::time::Duration;

/// `SplitMix64`: small, and good enough to choose moments by.
#[derive(Clone)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Another one, which this one decides.
    pub(super) fn fork(&mut self) -> Self {
        Self(self.next())
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Less than `end`, which is not 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % end).unwrap_or_default()
    }

    /// From 1 to `most`, an amount in minor units.
    pub(super) fn amount(&mut self, most: i64) -> i64 {
        1 + i64::try_from(self.next() >> 2).unwrap_or_default() % most.max(1)
    }

    /// Whether something that happens in so many of a hundred cases does.
    pub(super) fn of(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(super) fn millis(&mut self, from: usize, to: usize) -> Duration {
        let micros = from * 1000 + self.below((to - from) * 1000);
        Duration::from_micros(u64::try_from(micros).unwrap_or_default())
    }

    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn same_seed_chooses_alike_and_within_bounds() {
        let chosen = |seed| -> Vec<usize> {
            let mut chance = Chance::new(seed);
            (0..50).map(|_| chance.below(10)).collect()
        };
        assert_eq!(chosen(7), chosen(7));
        assert_ne!(chosen(7), chosen(8));
        assert!(chosen(7).iter().all(|&number| number < 10));
        let amounts: Vec<i64> = (0..50).map(|_| Chance::new(7).amount(3)).collect();
        assert!(amounts.iter().all(|amount| (1..=3).contains(amount)));
    }
}
