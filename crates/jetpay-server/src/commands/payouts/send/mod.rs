//! `jetpay payouts send`: a mass payout.

mod dry;
mod file;
mod rows;
mod run;

use std::path::PathBuf;

use actix_web::rt::System;
use anyhow::{Context, bail};
use clap::Args;
use jetpay_core::id::ProjectId;
use jetpay_core::{Currency, Money};

use crate::commands::operator::client::Client;
use crate::commands::operator::print;
use crate::config::AdminAccess;
use rows::Row;

/// Requests at once: enough to keep the service's writer busy, few enough to leave room for others.
const AT_ONCE: usize = 8;

#[derive(Args)]
pub(in crate::commands) struct Send {
    /// The CSV file
    file: PathBuf,
    /// The project that pays; the only one of the configuration unless said otherwise
    #[arg(long, value_name = "ID")]
    project: Option<u64>,
    /// Send nothing: check the file, and show which of its keys the service knows already
    #[arg(long)]
    dry_run: bool,
    /// The configuration of the running service
    #[arg(long, value_name = "FILE", default_value = "jetpay.toml")]
    config: PathBuf,
    /// Print what came of it as JSON, for machines
    #[arg(long)]
    json: bool,
}

/// What the file asks for.
struct Sheet {
    rows: Vec<Row>,
    sum: Money,
}

impl Send {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let access = AdminAccess::read(&self.config)?;
        let project = self.project(&access.projects)?;
        let sheet = self.sheet(project)?;
        if !self.json {
            let count = match sheet.rows.len() {
                1 => "one payout".to_owned(),
                count => format!("{count} payouts"),
            };
            print(&format!("{count}, {} in all", sheet.sum))?;
        }
        let client = Client::new(&access)?;
        let system = System::new();
        if self.dry_run {
            let known = system.block_on(dry::known(&client, project, &sheet.rows))?;
            return dry::report(&sheet, &known, self.json);
        }
        let name = self.file.display().to_string();
        let done = system.block_on(run::send(&client, &sheet.rows, &name));
        run::report(&sheet, done, self.json)
    }

    fn project(&self, known: &[ProjectId]) -> anyhow::Result<ProjectId> {
        let list = || {
            let ids: Vec<_> = known.iter().map(ToString::to_string).collect();
            ids.join(", ")
        };
        let file = self.config.display();
        match (self.project.map(ProjectId::new), known) {
            (Some(id), known) if known.contains(&id) => Ok(id),
            (Some(id), _) => bail!("project {id} is not in {file}; there are: {}", list()),
            (None, [one]) => Ok(*one),
            (None, []) => bail!("there is no [[project]] in {file}"),
            (None, _) => bail!(
                "there are several projects in {file}: say which one pays with --project; there are: {}",
                list()
            ),
        }
    }

    /// Every row is checked before any is sent.
    fn sheet(&self, project: ProjectId) -> anyhow::Result<Sheet> {
        let name = self.file.display();
        let bytes = std::fs::read(&self.file).with_context(|| format!("cannot read {name}"))?;
        let (rows, bad) =
            rows::read(&bytes, project).with_context(|| format!("{name}: nothing was sent"))?;
        for bad in &bad {
            eprintln!("{name}:{}: {}", bad.line, bad.what);
        }
        if !bad.is_empty() {
            let count = bad.len();
            bail!(
                "nothing was sent, since there is something wrong ({count}, above); mend the file"
            );
        }
        let nothing = Money::new(0, Currency::KZT);
        let sum = rows.iter().try_fold(nothing, |sum, row| {
            sum.checked_add(row.payout_request.amount)
        });
        let sum = sum.context("nothing was sent, since the sum is none")?;
        Ok(Sheet { rows, sum })
    }
}
