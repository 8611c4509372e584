//! `jetpay store copy`.

use std::path::PathBuf;

use actix_web::rt::System;
use anyhow::{Context, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget};
use jetpay_ledger::Totals;

use super::here;
use crate::config::StorePlace;

#[derive(Args)]
pub(in crate::commands) struct Copy {
    /// The store to copy: `sqlite://FILE`
    #[arg(long, value_name = "URL")]
    from: String,
    /// An empty database: `postgres://user@host/database`
    #[arg(long, value_name = "URL", conflicts_with = "to_env")]
    to: Option<String>,
    /// The environment variable that holds the URL of the empty database, when that has a password
    #[arg(long, value_name = "NAME", required_unless_present = "to")]
    to_env: Option<String>,
    /// The authority (PEM) that signed the database's certificate, when it is none of the system's
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

impl Copy {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let place = |url: &str| {
            StorePlace::parse(url, here(), self.ca_file.as_deref()).map_err(anyhow::Error::msg)
        };
        let from = place(&self.from).context("--from")?;
        let StorePlace::Sqlite(file) = &from else {
            bail!("--from is a file: sqlite://FILE");
        };
        if !file.exists() {
            bail!("--from: there is no {}", file.display());
        }
        let StorePlace::Postgres { url, ca_file } = place(&self.target()?).context("--to")? else {
            bail!("--to is a database: postgres://user@host/database");
        };
        let totals = System::new().block_on(async {
            // Held open for writing, so that no service writes meanwhile.
            let ledger = from.open().await.context("stop the service first")?;
            let bar = bar();
            let mut told = |table: &'static str, rows: usize| {
                bar.set_message(format!("{table}: {rows}"));
                bar.tick();
            };
            let totals = ledger.copy_to(&url, ca_file.as_deref(), &mut told).await;
            bar.finish_and_clear();
            ledger.close().await;
            Ok(totals?)
        });
        tell(&totals.map_err(|error: anyhow::Error| error)?);
        Ok(())
    }

    fn target(&self) -> anyhow::Result<zeroize::Zeroizing<String>> {
        let url = match (&self.to, &self.to_env) {
            (Some(url), _) => url.clone(),
            (None, Some(name)) => std::env::var(name)
                .with_context(|| format!("the environment variable {name} is not set"))?,
            (None, None) => bail!("name the database with --to or --to-env"),
        };
        Ok(url.into())
    }
}

fn bar() -> ProgressBar {
    ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
}

fn tell(totals: &Totals) {
    println!(
        "copied {} customers, {} payments, {} callbacks, {} entries (the last is number {}), {} alarms, {} settlements",
        totals.customers,
        totals.payments,
        totals.callbacks,
        totals.entries,
        totals.last_entry,
        totals.alarms,
        totals.resolutions
    );
    println!(
        "The sums on both sides agree. Now write the new URL into [store]; the feed goes on where it was."
    );
}
