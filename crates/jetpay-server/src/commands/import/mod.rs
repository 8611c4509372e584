//! Importing a file into the store: what customers and payments share.

mod csv_rows;
mod customers;
mod json_lines;
pub(super) mod line;
mod payments;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use actix_web::rt::System;
use anyhow::{Context, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jetpay_ledger::{Ledger, OpenError};

use crate::config::StorePlace;

use line::BadLine;

pub(super) use customers::ImportCustomers;
pub(super) use payments::ImportPayments;

/// What every import takes.
#[derive(Args)]
struct Source {
    /// JSON Lines or CSV (told by the ending .csv, else by the first character)
    file: PathBuf,
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "jetpay.toml")]
    config: PathBuf,
    /// Leave out the lines that are wrong, and keep the rest
    #[arg(long)]
    skip_bad: bool,
}

/// The file to be read.
struct Content {
    bytes: Vec<u8>,
    csv: bool,
    bar: ProgressBar,
}

/// What was read of it.
struct Lines<T> {
    good: Vec<T>,
    bad: Vec<BadLine>,
}

impl Source {
    fn content(&self) -> anyhow::Result<Content> {
        let bytes = std::fs::read(&self.file)
            .with_context(|| format!("cannot read {}", self.file.display()))?;
        let (csv, bar) = (is_csv(&self.file, &bytes), progress(bytes.len()));
        Ok(Content { bytes, csv, bar })
    }

    /// Prints the bad lines, all of them: what is left out must be known. With any, nothing is kept unless they may be
    /// left out.
    fn report(&self, bad: &[BadLine]) -> anyhow::Result<()> {
        for bad in bad {
            eprintln!("{}:{}: {}", self.file.display(), bad.line, bad.what);
        }
        if !bad.is_empty() && !self.skip_bad {
            bail!(
                "{} wrong, so nothing was stored; mend the file, or leave them out with --skip-bad",
                count(bad.len())
            );
        }
        Ok(())
    }
}

fn count(lines: usize) -> String {
    if lines == 1 {
        "one line is".to_owned()
    } else {
        format!("{lines} lines are")
    }
}

/// Opens the store, does `work` with it and closes it. `instead` is what to do while the service has it open.
fn with_store<T>(
    store: &StorePlace,
    instead: &'static str,
    work: impl AsyncFnOnce(&Ledger) -> T,
) -> anyhow::Result<T> {
    System::new().block_on(async {
        let ledger = store.open().await.map_err(|error| match error {
            OpenError::InUse { .. } => anyhow::Error::new(error).context(instead),
            error => anyhow::Error::new(error).context("the store cannot be opened"),
        })?;
        let done = work(&ledger).await;
        ledger.close().await;
        Ok(done)
    })
}

fn is_csv(path: &Path, bytes: &[u8]) -> bool {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some(extension) if extension.eq_ignore_ascii_case("csv") => true,
        Some(extension)
            if extension.eq_ignore_ascii_case("jsonl")
                || extension.eq_ignore_ascii_case("ndjson") =>
        {
            false
        }
        _ => !bytes.trim_ascii_start().starts_with(b"{"),
    }
}

/// A bar over the bytes or the rows of a file; none when nobody watches.
pub(super) fn progress(length: usize) -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} % {msg}")
        .unwrap_or(ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(length as u64), target).with_style(style)
}
