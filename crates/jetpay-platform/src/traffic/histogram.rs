//! How long answers take, in little memory.

use std::collections::BTreeMap;
use std::time::Duration;

/// Counts times by their first six bits: to within a thirtieth, however many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram(BTreeMap<u64, u64>);

/// The bits of a number of microseconds that are kept.
const KEPT: u32 = 6;

impl Histogram {
    /// Counts one.
    pub(super) fn add(&mut self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let dropped = (u64::BITS - micros.leading_zeros()).saturating_sub(KEPT);
        *self.0.entry(micros >> dropped << dropped).or_default() += 1;
    }

    /// Counts what another has counted.
    pub(super) fn merge(&mut self, other: &Self) {
        for (micros, count) in &other.0 {
            *self.0.entry(*micros).or_default() += count;
        }
    }

    /// The time that so many of a thousand did not exceed, in microseconds; none when there are none.
    #[must_use]
    pub fn percentile(&self, per_mille: u64) -> Option<u64> {
        let all: u64 = self.0.values().sum();
        let rank = (all * per_mille).div_ceil(1000).max(1);
        let mut seen = 0;
        for (micros, count) in &self.0 {
            seen += count;
            if seen >= rank {
                return Some(*micros);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_right_to_a_thirtieth() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.percentile(500), None);
        for micros in 1..=100_000 {
            histogram.add(Duration::from_micros(micros));
        }
        for (per_mille, exact) in [(1, 100), (500, 50_000), (990, 99_000), (1000, 100_000)] {
            let found = histogram.percentile(per_mille).unwrap();
            assert!(
                found <= exact && exact - found <= exact / 30,
                "{per_mille}: {found} for {exact}"
            );
        }
        let mut twice = histogram.clone();
        twice.merge(&histogram);
        assert_eq!(twice.percentile(990), histogram.percentile(990));
    }

    #[test]
    fn extremes_are_counted() {
        let mut histogram = Histogram::default();
        histogram.add(Duration::ZERO);
        assert_eq!(histogram.percentile(990), Some(0));
        histogram.add(Duration::MAX);
        assert!(histogram.percentile(990).unwrap() > u64::MAX / 2);
    }
}
