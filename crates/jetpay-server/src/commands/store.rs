//! `jetpay store`: backs up the SQLite file, or moves a ledger to PostgreSQL.

use std::path::{Path, PathBuf};

use actix_web::rt::System;
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget};
use jetpay_ledger::{Audit, Ledger, Totals};
use jetpay_platform::visible;
use zeroize::Zeroizing;

use crate::config::{Config, StoreLocation};

#[derive(Subcommand)]
pub(super) enum StoreCommand {
    /// Copy the SQLite file to another file; works while the service runs
    Backup(Backup),
    /// Copy a ledger from an SQLite file to an empty PostgreSQL database; stop the service first
    Copy(Copy),
}

#[derive(Args)]
pub(super) struct Backup {
    /// The file to create; it must not exist
    to: PathBuf,
    /// The configuration, which names the store
    #[arg(long, value_name = "FILE", default_value = "jetpay.toml")]
    config: PathBuf,
}

#[derive(Args)]
pub(super) struct Copy {
    /// The store to copy: `sqlite://FILE`
    #[arg(long, value_name = "URL")]
    from: String,
    /// An empty database: `postgres://user@host/database`
    #[arg(long, value_name = "URL", conflicts_with = "to_env")]
    to: Option<String>,
    /// The environment variable that holds the URL of the empty database; use it when the URL has a password
    #[arg(long, value_name = "NAME", required_unless_present = "to")]
    to_env: Option<String>,
    /// The certificate (PEM) of the authority that signed the database's certificate; needed when the system does not
    /// trust that authority
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

impl StoreCommand {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        match self {
            Self::Backup(backup) => backup.run(),
            Self::Copy(copy) => copy.run(),
        }
    }
}

/// Reads a ledger, also while the service has it open.
pub(super) fn read<T>(
    store: &StoreLocation,
    read: impl AsyncFnOnce(&Ledger) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    System::new().block_on(async {
        let opened = match store {
            StoreLocation::Sqlite(path) => Ledger::open_to_read(path),
            StoreLocation::Postgres { .. } => store.open().await,
        };
        let ledger = opened.with_context(|| format!("cannot read the store ({store})"))?;
        let done = read(&ledger).await;
        ledger.close().await;
        done
    })
}

impl Backup {
    fn run(&self) -> anyhow::Result<()> {
        let config = Config::read(&self.config)?;
        read(&config.store, async |ledger| {
            Ok(ledger.backup(&self.to).await?)
        })?;
        println!(
            "{} holds a complete copy of the ledger. To use it, name it in [store] of the configuration.",
            self.to.display()
        );
        Ok(())
    }
}

impl Copy {
    fn run(&self) -> anyhow::Result<()> {
        let location = |url: &str| {
            StoreLocation::parse(url, Path::new(""), self.ca_file.as_deref())
                .map_err(anyhow::Error::msg)
        };
        let from = location(&self.from).context("--from")?;
        let StoreLocation::Sqlite(file) = &from else {
            bail!("--from must name a file: sqlite://FILE");
        };
        if !file.exists() {
            bail!("--from: there is no file {}", file.display());
        }
        let StoreLocation::Postgres { url, ca_file } = location(&self.target()?).context("--to")?
        else {
            bail!("--to must name a database: postgres://user@host/database");
        };
        let copied: anyhow::Result<(Totals, Audit)> = System::new().block_on(async {
            // Opened for writing, which keeps a service from writing during the copy.
            let ledger = from.open().await.context("stop the service first")?;
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let mut progress = |table: &'static str, rows: usize| {
                bar.set_message(format!("{table}: {rows}"));
                bar.tick();
            };
            let totals = ledger
                .copy_to(&url, ca_file.as_deref(), &mut progress)
                .await;
            bar.finish_and_clear();
            let audit = ledger.audit(None).await;
            ledger.close().await;
            Ok((totals?, audit?))
        });
        let (totals, audit) = copied?;
        report(&totals);
        for finding in &audit.findings {
            let place = visible::line(&finding.place);
            println!(
                "WRONG: {}; not so at {place}, which was copied as it is",
                finding.rule
            );
        }
        Ok(())
    }

    fn target(&self) -> anyhow::Result<Zeroizing<String>> {
        let url = match (&self.to, &self.to_env) {
            (Some(url), _) => url.clone(),
            (None, Some(name)) => std::env::var(name)
                .with_context(|| format!("the environment variable {name} is not set"))?,
            (None, None) => bail!("name the database with --to or --to-env"),
        };
        Ok(url.into())
    }
}

fn report(totals: &Totals) {
    println!(
        "copied {} customers, {} payments, {} callbacks, {} entries (the last is number {}), {} alarms, {} resolutions",
        totals.customers,
        totals.payments,
        totals.callbacks,
        totals.entries,
        totals.last_entry,
        totals.alarms,
        totals.resolutions
    );
    println!(
        "The sums of both stores agree. Write the new URL into [store] of the configuration; the feed of entries continues \
         with the next number."
    );
}
