//! `jetpay customers import` and `jetpay payments import`: what both share.

mod customers;
mod lines;
mod payments;

use std::fs::File;
use std::io::{IsTerminal, Read, Seek};
use std::path::{Path, PathBuf};

use actix_web::rt::System;
use anyhow::{Context, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jetpay_ledger::{Ledger, OpenError};
use jetpay_platform::visible;

use crate::config::StoreLocation;

pub(super) use customers::ImportCustomers;
pub(super) use lines::BadLine;
pub(super) use payments::ImportPayments;

/// The arguments of every import.
#[derive(Args)]
struct Source {
    /// The file: CSV when its name ends in .csv or when it does not begin with `{`, else JSON Lines
    file: PathBuf,
    /// The configuration, which names the store
    #[arg(long, value_name = "FILE", default_value = "jetpay.toml")]
    config: PathBuf,
    /// Leave out the lines that are wrong, and import the others
    #[arg(long)]
    skip_bad: bool,
}

/// This many bytes show whether a file is CSV.
const START: u64 = 4096;

/// The file in memory.
struct Content {
    bytes: Vec<u8>,
    csv: bool,
    bar: ProgressBar,
}

/// The records that were read, and the lines that are wrong.
struct Records<T> {
    good: Vec<T>,
    bad: Vec<BadLine>,
}

impl Source {
    fn content(&self) -> anyhow::Result<Content> {
        let bytes = std::fs::read(&self.file)
            .with_context(|| format!("cannot read {}", self.file.display()))?;
        let (csv, bar) = (is_csv(&self.file, &bytes), progress(bytes.len() as u64));
        Ok(Content { bytes, csv, bar })
    }

    /// Opens the file, to read it more than once: a pipe is copied first.
    fn open(&self) -> anyhow::Result<(File, bool, ProgressBar)> {
        let open = || {
            let mut file = File::open(&self.file)?;
            if !file.metadata()?.is_file() {
                let mut copy = tempfile::tempfile()?;
                std::io::copy(&mut file, &mut copy)?;
                copy.rewind()?;
                file = copy;
            }
            let mut start = Vec::new();
            (&file).take(START).read_to_end(&mut start)?;
            file.rewind()?;
            let length = file.metadata()?.len();
            Ok::<_, std::io::Error>((file, start, length))
        };
        let (file, start, length) =
            open().with_context(|| format!("cannot read {}", self.file.display()))?;
        Ok((file, is_csv(&self.file, &start), progress(length)))
    }

    /// Prints all wrong lines. It is an error when there are any and `--skip-bad` was not given.
    fn report(&self, bad: &[BadLine]) -> anyhow::Result<()> {
        for bad in bad {
            let file = visible::line(&self.file.display().to_string());
            eprintln!("{file}:{}: {}", bad.line, bad.what);
        }
        if !bad.is_empty() && !self.skip_bad {
            let lines = match bad.len() {
                1 => "one line is".to_owned(),
                count => format!("{count} lines are"),
            };
            bail!(
                "{lines} wrong, and nothing was stored; correct the file, or leave such lines out with --skip-bad"
            );
        }
        Ok(())
    }
}

/// Opens the store, runs `work` on it and closes it. `in_use` is the advice when the service has the store open.
fn with_store<T>(
    store: &StoreLocation,
    in_use: &'static str,
    work: impl AsyncFnOnce(&Ledger) -> T,
) -> anyhow::Result<T> {
    System::new().block_on(async {
        let ledger = store.open().await.map_err(|error| match error {
            OpenError::InUse { .. } => anyhow::Error::new(error).context(in_use),
            error => anyhow::Error::new(error).context("cannot open the store"),
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
