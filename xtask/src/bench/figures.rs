//! Medians and percentiles.

/// The middle one; of an even number, the upper of the two.
pub(super) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The 99th percentile: all but one in a hundred are at most this.
pub(super) fn p99(mut figures: Vec<u32>) -> u32 {
    figures.sort_unstable();
    figures.get(figures.len() * 99 / 100).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{median, p99};

    #[test]
    fn median_and_percentile_of_a_hundred() {
        let hundred = (1..=100_u32).rev();
        assert_eq!(p99(hundred.clone().collect()), 100);
        assert_eq!(p99((1..=1_000).rev().collect()), 991);
        assert!((median(hundred.map(f64::from).collect()) - 51.0).abs() < f64::EPSILON);
        assert!(median(Vec::new()).is_nan());
    }
}
