//! `jetpay reconcile csv` and `jetpay reconcile api`: compare, record, and show.

use std::path::PathBuf;
use std::time::Duration;

use actix_web::rt::System;
use anyhow::{Context, anyhow, bail};
use clap::Args;
use indicatif::ProgressBar;
use jetpay_core::id::ProjectId;
use jetpay_ledger::{Ledger, NewReconciliation, OpenError};
use jetpay_reconcile::{Interval, PlatformBooks, Report};
use serde_json::Value;

use super::borders::{Zone, duration, too_late};
use super::report::{self, ReportFile};
use super::{ask, csv};
use crate::admin::MAX_IMPORT;
use crate::commands::client::{Client, Request, print};
use crate::commands::import::progress;
use crate::commands::store;
use crate::config::{AdminAccess, Config};
use crate::environment::now;
use crate::reconcile::view::{ResultView, RunView};
use crate::reconcile::{Comparison, fresh_from, uncovered};
use crate::status::StatusClient;

/// Who recorded a run that went into the store itself, and came with no token.
const BY_COMMAND: &str = "the command";

/// The options of every comparison.
#[derive(Args)]
struct Options {
    /// The beginning of the interval: a date, as 2026-11-01, which is midnight in the zone, or an instant, as
    /// 2026-11-01T00:00:00Z
    #[arg(long, value_name = "DATE")]
    from: String,
    /// The end of the interval, which is not included: for November, write 2026-12-01
    #[arg(long, value_name = "DATE")]
    to: String,
    /// The time zone of dates, and of the times that are shown, such as Asia/Almaty; the platform's own times are in UTC
    #[arg(long, value_name = "NAME", default_value = "UTC")]
    zone: String,
    /// Compare only this project, also when the platform's books list nothing of it; give it several times for several
    /// projects. Without it, all projects of the configuration
    #[arg(long, value_name = "ID")]
    project: Vec<u64>,
    /// How long an operation may be known to one side alone before that is a difference; 0h: not at all
    #[arg(long, value_name = "TIME", default_value = "48h", value_parser = duration)]
    grace: Duration,
    /// Ask the platform for the status of payments that it reports as paid and that are not credited, and show what it says;
    /// needs `[gate]` in the configuration, and changes nothing
    #[arg(long)]
    ask: bool,
    /// Record nothing: open and close no differences, and raise no alarms
    #[arg(long)]
    dry_run: bool,
    /// Write the report into this file, too, which must not exist; give it several times for several files
    #[arg(long, value_name = "FILE.html|.csv")]
    report: Vec<PathBuf>,
    /// Print the report as JSON, for programs
    #[arg(long)]
    json: bool,
    /// The configuration, which names the store
    #[arg(long, value_name = "FILE", default_value = "jetpay.toml")]
    config: PathBuf,
    /// The name of the token in the configuration, to record through the running service; without it, the first one that the
    /// command can read
    #[arg(long, value_name = "NAME")]
    token: Option<String>,
}

#[derive(Args)]
pub(in crate::commands) struct Csv {
    /// The reports, from the oldest to the newest
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The map of columns: `jetpay reconcile columns FILE --write map.toml` begins one
    #[arg(long, value_name = "FILE")]
    map: PathBuf,
    #[command(flatten)]
    options: Options,
}

#[derive(Args)]
pub(in crate::commands) struct Api {
    #[command(flatten)]
    options: Options,
}

impl Csv {
    /// Whether there are differences.
    pub(super) fn run(&self) -> anyhow::Result<bool> {
        let run = Run::begin(&self.options)?;
        if let Some(warning) = too_late(run.interval, &run.zone, run.now) {
            eprintln!("warning: {warning}");
        }
        let mut books = PlatformBooks::new();
        let length = |path: &PathBuf| std::fs::metadata(path).map_or(0, |file| file.len());
        let bar = progress(self.files.iter().map(length).sum());
        bar.set_message("reading the reports");
        let read = csv::read(
            &self.files,
            &self.map,
            &run.projects,
            &mut books,
            &mut |bytes| bar.set_position(bytes),
        );
        bar.finish_and_clear();
        match read? {
            0 => {}
            skipped => eprintln!("rows that the map leaves out: {skipped}"),
        }
        let fresh_from = fresh_from(run.now, self.options.grace);
        let bar = waiting("reading the ledger");
        let report = store::read(&run.config.store, async |ledger| {
            let mut shown = |read, all| show(&bar, read, all);
            let compared =
                ledger.reconcile(&books, run.interval, &run.projects, fresh_from, &mut shown);
            Ok(compared.await?)
        });
        bar.finish_and_clear();
        let report = report?;
        if let Some(wrong) = csv::check_unit(&report) {
            bail!("{wrong}");
        }
        if let Some(wrong) = csv::check_inside(&report) {
            bail!("{wrong}");
        }
        if let Some(uncovered) = uncovered(&report, &run.projects)
            && self.options.project.is_empty()
        {
            bail!(
                "{uncovered}: give the reports of all projects, or name those that the reports cover with --project"
            );
        }
        run.end(report)
    }
}

impl Api {
    /// Whether there are differences.
    pub(super) fn run(&self) -> anyhow::Result<bool> {
        let run = Run::begin(&self.options)?;
        if let Some(why) = too_late(run.interval, &run.zone, run.now) {
            bail!("{why}");
        }
        let api = run.config.data_api.as_ref();
        let api = api.ok_or_else(|| {
            anyhow!(
                "there is no [data_api] in {}; `jetpay config` shows its keys",
                run.options.config.display()
            )
        })?;
        let api = api.client().context("[data_api]")?;
        let comparison = Comparison {
            api: &api,
            projects: &run.projects,
            is_covered: !self.options.project.is_empty(),
            interval: run.interval,
            now: run.now,
            grace: self.options.grace,
        };
        let bar = waiting("asking the Data API, which can take minutes");
        let report = store::read(&run.config.store, async |ledger| {
            Ok(comparison
                .run(ledger, &mut |read, all| show(&bar, read, all))
                .await?)
        });
        bar.finish_and_clear();
        run.end(report?)
    }
}

/// A bar that shows that the command waits, until it reads the ledger.
fn waiting(message: &'static str) -> ProgressBar {
    let bar = progress(0);
    bar.set_message(message);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn show(bar: &ProgressBar, read: u64, all: u64) {
    bar.set_message("reading the ledger");
    bar.set_length(all);
    bar.set_position(read);
}

/// A run of the command.
struct Run<'a> {
    options: &'a Options,
    config: Config,
    projects: Vec<ProjectId>,
    zone: Zone,
    interval: Interval,
    /// Whole seconds since 1970-01-01 00:00 UTC.
    now: i64,
    files: Vec<ReportFile<'a>>,
    gate: Option<StatusClient>,
}

impl<'a> Run<'a> {
    /// Finds all that is wrong with the options before the work.
    fn begin(options: &'a Options) -> anyhow::Result<Self> {
        let zone = Zone::named(&options.zone)?;
        let interval = zone.interval(&options.from, &options.to)?;
        let config = Config::read(&options.config)?;
        let gate = options.ask.then(|| ask::client(&config)).transpose()?;
        let projects = projects(&config, &options.project)?;
        if options.token.is_some() {
            AdminAccess::read(&options.config, options.token.as_deref())?;
        }
        Ok(Self {
            options,
            projects,
            config,
            zone,
            interval,
            now: now().0.div_euclid(1000),
            files: ReportFile::all(&options.report)?,
            gate,
        })
    }

    /// Records the report and shows it. Whether there are differences.
    fn end(self, report: Report) -> anyhow::Result<bool> {
        let adds_up = report.adds_up();
        let recorded = if self.options.dry_run || !adds_up {
            Ok(None)
        } else {
            System::new().block_on(self.record(&report)).map(Some)
        };
        let mut shown = RunView::from(report);
        if let Ok(Some(recorded)) = &recorded {
            shown.run = recorded["run"].as_i64();
            shown.results = Some(self.results(shown.run.unwrap_or_default())?);
        }
        let is_done = shown.to_do() == 0;
        let mut left_out = 0;
        if let (Some(gate), Some(results)) = (&self.gate, &mut shown.results) {
            let bar = waiting("asking for the status");
            let asked = ask::ask(gate, results);
            left_out = System::new().block_on(asked);
            bar.finish_and_clear();
        }
        if self.options.json {
            print(&serde_json::to_string(&shown)?)?;
        } else {
            print(&report::text(&shown, &self.zone))?;
        }
        if left_out > 0 {
            eprintln!("the platform was not asked about {left_out} more payments");
        }
        if let (Ok(Some(recorded)), false) = (&recorded, self.options.json) {
            println!("{}", done(recorded));
        }
        // One file that cannot be written does not stop the others.
        let files = self.files.into_iter();
        let written: Vec<_> = files.map(|file| file.write(&shown, &self.zone)).collect();
        let written: anyhow::Result<()> = written.into_iter().collect();
        if !adds_up {
            bail!(
                "the sums do not add up, so the comparison itself is wrong, and nothing was recorded; report this to the authors \
                 of jetpay"
            );
        }
        recorded.context("the report is not recorded")?;
        match shown.run {
            Some(run) => written.with_context(|| {
                format!("run {run} is recorded; write its file with: jetpay reconcile show {run} --report FILE")
            })?,
            None => written?,
        }
        Ok(!is_done)
    }

    /// The results of a run that was just recorded, with what people decided about them before.
    fn results(&self, run: i64) -> anyhow::Result<Vec<ResultView>> {
        const PAGE: usize = 5_000;
        let all = store::read(&self.config.store, async |ledger| {
            let mut all: Vec<ResultView> = Vec::new();
            loop {
                let after = i64::try_from(all.len()).unwrap_or(i64::MAX);
                let page = ledger.reconciliation_results(run, after, PAGE).await?;
                let is_last = page.len() < PAGE;
                all.extend(page.into_iter().map(ResultView::from));
                if is_last {
                    return Ok(all);
                }
            }
        });
        all.with_context(|| {
            format!("the report is recorded as run {run}, and cannot be read again")
        })
    }

    /// Records the report in the store, or through the service that has the file open. What that did.
    async fn record(&self, report: &Report) -> anyhow::Result<Value> {
        match self.config.store.open().await {
            Ok(ledger) => {
                let recorded = record_in(&ledger, report).await;
                ledger.close().await;
                recorded
            }
            Err(OpenError::InUse { .. }) => {
                let options = self.options;
                let access = AdminAccess::read(&options.config, options.token.as_deref())?;
                let body = serde_json::to_string(report)?;
                if body.len() > MAX_IMPORT {
                    bail!(
                        "it has {} results, more than the running service takes at once: compare a shorter interval, or stop the \
                         service and run the command again",
                        report.results.len()
                    );
                }
                let request = Request::post_lines(&["reconciliations"], body);
                Client::new(&access)?.call(&request).await
            }
            Err(error) => Err(anyhow::Error::new(error).context("cannot open the store")),
        }
    }
}

/// The projects to compare: all of the configuration, or those of them that are named.
fn projects(config: &Config, named: &[u64]) -> anyhow::Result<Vec<ProjectId>> {
    let all = config.projects.iter().map(|project| project.id);
    let known: Vec<_> = all.collect();
    if let Some(other) = named
        .iter()
        .find(|id| !known.contains(&ProjectId::new(**id)))
    {
        bail!("--project {other}: the configuration does not have this project");
    }
    let is_named =
        |id: &ProjectId| named.is_empty() || named.iter().any(|it| ProjectId::new(*it) == *id);
    Ok(known.into_iter().filter(is_named).collect())
}

async fn record_in(ledger: &Ledger, report: &Report) -> anyhow::Result<Value> {
    let new = NewReconciliation {
        report: report.clone(),
        by: Some(BY_COMMAND.to_owned()),
    };
    let recorded = ledger.record_reconciliation(new, now()).await?;
    Ok(serde_json::to_value(recorded)?)
}

/// What recording did, in one line.
fn done(recorded: &Value) -> String {
    let number = |name: &str| recorded[name].as_i64().unwrap_or(0);
    format!(
        "Recorded as run {}. Differences: {} opened, {} closed. Alarms: {} raised.",
        number("run"),
        number("opened"),
        number("closed"),
        number("alarms")
    )
}
