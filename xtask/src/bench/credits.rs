//! Durable credits on each store, measured by an example of the ledger's crate: it has what that needs.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::table::{Row, Target};
use crate::shell;

/// Runs the example; its rows.
pub(super) fn measure(quick: bool, growth: Option<u64>) -> Result<Vec<Row>> {
    let mut cargo = shell::cargo();
    cargo.args(["run", "--release", "--quiet", "--package", "jetpay-ledger"]);
    cargo.args(["--features", "postgres", "--example", "credits", "--"]);
    if quick {
        cargo.arg("--quick");
    }
    if let Some(customers) = growth {
        cargo.args(["--growth", &customers.to_string()]);
    }
    // What it did not run, it says on standard error.
    cargo.stderr(std::process::Stdio::inherit());
    let output = cargo.output().context("the example cannot be started")?;
    ensure!(output.status.success(), "the example failed");
    let lines = String::from_utf8(output.stdout)?;
    lines.lines().map(row).collect()
}

fn row(line: &str) -> Result<Row> {
    let row: Value = serde_json::from_str(line).context("a row of the example is not JSON")?;
    let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let target = match (row["at_least"].as_f64(), row["at_most"].as_f64()) {
        (Some(least), _) => Target::AtLeast(least),
        (None, most) => Target::AtMost(most.context("a row of the example has no target")?),
    };
    Ok(Row {
        name: text("name"),
        target,
        ratio: row["ratio"].as_f64().context("a row has no ratio")?,
        ours: text("ours"),
        bare: text("bare"),
    })
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn row_of_the_example_is_read() {
        let line = r#"{"name":"credits","at_least":0.5,"ratio":0.75,"ours":"1/s","bare":"2/s"}"#;
        let row = row(line).unwrap();
        assert_eq!((row.name.as_str(), row.ours.as_str()), ("credits", "1/s"));
        assert!(super::row("{}").is_err());
    }
}
