//! `jetpay customers import` and `jetpay payments import`: what both share.

mod customers;
mod payments;

use std::io::IsTerminal;
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::rows::{self, BadLine};

pub(super) use customers::ImportCustomers;
pub(super) use payments::ImportPayments;

/// The arguments of every import.
#[derive(Args)]
struct Source {
    /// The file, or `-` for standard input: JSON Lines when it begins with `{` or its name ends in .jsonl, else CSV
    file: PathBuf,
    /// The configuration, which names the store
    #[arg(long, value_name = "FILE", default_value = "jetpay.toml")]
    config: PathBuf,
    /// Leave out the lines that are wrong, and import the others; the command then ends with 1
    #[arg(long)]
    skip_bad: bool,
}

impl Source {
    /// Shows all errors, and returns how many lines are left out. It is an error when there are any and `--skip-bad` was not given.
    fn report(&self, bad: &[BadLine]) -> anyhow::Result<usize> {
        let wrong = rows::show(&self.file, bad);
        if wrong > 0 && !self.skip_bad {
            let lines = match wrong {
                1 => "one line is".to_owned(),
                count => format!("{count} lines are"),
            };
            bail!(
                "{lines} wrong, and nothing was stored; correct the file, or leave such lines out with --skip-bad"
            );
        }
        Ok(wrong)
    }
}

/// The end of an import. It is an error when lines were left out.
fn complete(left_out: usize) -> anyhow::Result<()> {
    match left_out {
        0 => Ok(()),
        1 => bail!("one line was left out, see above; the others are stored"),
        count => bail!("{count} lines were left out, see above; the others are stored"),
    }
}

/// A progress bar over the bytes or rows of a file. It is hidden when standard error is not a terminal.
pub(super) fn progress(length: u64) -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} % {msg}")
        .unwrap_or(ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(length), target).with_style(style)
}
