//! The rows of results, the figures in them, and the table that is printed.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::shell;

/// The row of one comparison.
#[derive(Deserialize)]
pub(super) struct Row {
    pub(super) name: String,
    #[serde(flatten)]
    pub(super) target: Target,
    /// The median of the ratios of all rounds.
    pub(super) ratio: f64,
    /// Our figure, as text.
    pub(super) ours: String,
    /// The bare figure, as text.
    pub(super) bare: String,
}

/// The target of a ratio.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Target {
    /// For times.
    AtMost(f64),
    /// For rates.
    AtLeast(f64),
}

impl Target {
    fn is_met(self, ratio: f64) -> bool {
        match self {
            Self::AtMost(most) => ratio <= most,
            Self::AtLeast(least) => ratio >= least,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtMost(most) => format!("≤ {most:.2}"),
            Self::AtLeast(least) => format!("≥ {least:.2}"),
        }
    }
}

pub(super) fn print(rows: &[Row]) {
    shell::heading("speed: each row compared with something bare in the same run");
    println!(
        "  {:<38} {:>7} {:>7}   {:<46} bare",
        "", "target", "ratio", "ours"
    );
    for Row {
        name,
        target,
        ratio,
        ours,
        bare,
    } in rows
    {
        let mark = if target.is_met(*ratio) { '✓' } else { '✗' };
        println!(
            "{mark} {name:<38} {:>7} {ratio:>7.2}   {ours:<46} {bare}",
            target.text()
        );
    }
    let met = rows
        .iter()
        .filter(|row| row.target.is_met(row.ratio))
        .count();
    println!("\n{met} of {} targets met.", rows.len());
}

/// The middle figure. Of an even number of figures, the upper one of the two in the middle.
pub(super) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Measures durable credits on each store. An example of `jetpay-ledger` does it: it has the dependencies that this needs.
pub(super) fn of_credits(quick: bool, growth: Option<u64>) -> Result<Vec<Row>> {
    let mut cargo = shell::cargo();
    cargo.args(["run", "--release", "--quiet", "--package", "jetpay-ledger"]);
    cargo.args(["--features", "postgres", "--example", "credits", "--"]);
    if quick {
        cargo.arg("--quick");
    }
    if let Some(customers) = growth {
        cargo.args(["--growth", &customers.to_string()]);
    }
    // The example names on standard error what it did not run.
    cargo.stderr(std::process::Stdio::inherit());
    let output = cargo.output().context("the example cannot be started")?;
    ensure!(output.status.success(), "the example failed");
    let lines = String::from_utf8(output.stdout)?;
    lines.lines().map(parse_row).collect()
}

fn parse_row(line: &str) -> Result<Row> {
    serde_json::from_str(line).context("a row of the example is not one")
}

#[cfg(test)]
mod tests {
    use super::{Target, median, parse_row};

    #[test]
    fn ratio_equal_to_its_target_meets_it() {
        assert!(Target::AtMost(1.6).is_met(1.6) && !Target::AtMost(1.6).is_met(1.61));
        assert!(Target::AtLeast(0.4).is_met(0.4) && !Target::AtLeast(0.4).is_met(0.39));
    }

    #[test]
    fn median_is_taken_from_the_sorted_figures() {
        let hundred = (1..=100_u32).rev();
        assert!((median(hundred.map(f64::from).collect()) - 51.0).abs() < f64::EPSILON);
        assert!(median(Vec::new()).is_nan());
    }

    #[test]
    fn row_of_the_example_is_parsed() {
        let line = r#"{"name":"credits","at_least":0.5,"ratio":0.75,"ours":"1/s","bare":"2/s"}"#;
        let row = parse_row(line).unwrap();
        assert_eq!((row.name.as_str(), row.ours.as_str()), ("credits", "1/s"));
        assert!(parse_row("{}").is_err());
    }
}
