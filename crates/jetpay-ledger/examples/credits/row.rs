//! A row for the table of `cargo xtask bench`.

use std::time::Duration;

/// Medians of both sides, and of the rounds' ratios.
pub(crate) fn print(name: &str, ours: &[Took], bare: &[Took]) {
    let ratio = median(
        ours.iter()
            .zip(bare)
            .map(|(ours, bare)| ours.rate / bare.rate),
    );
    let words = |side: &[Took]| {
        let rate = median(side.iter().map(|took| took.rate));
        let p99 = median(side.iter().map(|took| took.p99.as_secs_f64() * 1e3));
        format!("{rate:.0}/s, p99 {p99:.1} ms")
    };
    line(name, "at_least", 0.5, ratio, &words(ours), &words(bare));
}

pub(crate) fn line(name: &str, kind: &str, target: f64, ratio: f64, ours: &str, bare: &str) {
    let row = serde_json::json!({
        "name": name, kind: target, "ratio": ratio, "ours": ours, "bare": bare,
    });
    println!("{row}");
}

pub(crate) fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// What a round took.
pub(crate) struct Took {
    /// Credits a second.
    pub(crate) rate: f64,
    pub(crate) p99: Duration,
}

/// The time that all but one in a hundred kept.
pub(crate) fn p99(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times
        .get(times.len() * 99 / 100)
        .copied()
        .unwrap_or_default()
}
