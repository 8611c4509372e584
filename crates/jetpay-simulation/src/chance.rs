//! Chance, all of it from the seed.

use std::ops::RangeInclusive;

use fastrand::Rng;

/// A source of chance.
pub(crate) struct Chance(Rng);

impl Chance {
    pub(crate) fn of(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    /// A source of its own, so that more chance here changes nothing there.
    pub(crate) fn fork(&mut self) -> Self {
        Self(self.0.fork())
    }

    /// Whether something happens that happens so often in a thousand times.
    pub(crate) fn happens(&mut self, per_mille: u32) -> bool {
        self.0.u32(0..1000) < per_mille
    }

    pub(crate) fn between(&mut self, range: RangeInclusive<i64>) -> i64 {
        self.0.i64(range)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0.usize(0..end)
    }

    pub(crate) fn among<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    /// One of these, each as often as its weight says.
    pub(crate) fn weighed<T: Copy>(&mut self, values: &[(u32, T)]) -> T {
        let sum = values.iter().map(|(weight, _)| weight).sum();
        let mut at = self.0.u32(0..sum);
        for (weight, value) in values {
            if at < *weight {
                return *value;
            }
            at -= weight;
        }
        unreachable!("less than the sum of the weights")
    }
}
