//! `jetpay customers import`.

mod csv_rows;
mod json_lines;
mod line;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use actix_web::rt::System;
use anyhow::{Context, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jetpay_ledger::{Ledger, OpenError};

use crate::config::Config;
use line::BadLine;

/// Insert or replace the customers in a file; the others stay.
#[derive(Args)]
pub(super) struct Import {
    /// JSON Lines, or CSV with one row a contract (told by the ending .csv, else by the first character)
    file: PathBuf,
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "jetpay.toml")]
    config: PathBuf,
    /// Leave out the lines that are wrong, and keep the rest
    #[arg(long)]
    skip_bad: bool,
}

impl Import {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let config = Config::read(&self.config)?;
        let bytes = std::fs::read(&self.file)
            .with_context(|| format!("cannot read {}", self.file.display()))?;
        let bar = progress(bytes.len());
        let (customers, bad) = if is_csv(&self.file, &bytes) {
            csv_rows::read(&bytes, &bar)?
        } else {
            json_lines::read(&bytes, &bar)
        };
        self.report(&bad)?;
        bar.set_message("storing");
        let ledger = open(&config.store)?;
        let counted = System::new().block_on(async {
            let counted = ledger.import_customers(customers).await;
            ledger.close().await;
            counted
        });
        let counted = counted.context("nothing was stored")?;
        bar.finish_and_clear();
        println!(
            "{} new, {} replaced, {} left out",
            counted.new,
            counted.replaced,
            bad.len()
        );
        Ok(())
    }

    /// Prints the bad lines; with any, nothing is kept unless they may be left out.
    fn report(&self, bad: &[BadLine]) -> anyhow::Result<()> {
        const SHOWN: usize = 20;
        for bad in bad.iter().take(SHOWN) {
            eprintln!("{}:{}: {}", self.file.display(), bad.line, bad.what);
        }
        if bad.len() > SHOWN {
            eprintln!("... and {} more", bad.len() - SHOWN);
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

fn open(store: &Path) -> anyhow::Result<Ledger> {
    Ledger::open(store).map_err(|error| match error {
        OpenError::InUse { .. } => anyhow::Error::new(error).context(
            "stop the service first, or put customers over HTTP: PUT /v1/customers/{customer_id}",
        ),
        error => anyhow::Error::new(error).context("the store cannot be opened"),
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

/// A bar over the bytes of the file; none when nobody watches.
fn progress(bytes: usize) -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} % {msg}")
        .unwrap_or(ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(bytes as u64), target).with_style(style)
}
