//! `cargo xtask conformance`: the real service on a fresh store, driven over HTTP by the simulated platform; on each
//! store the same checks.

mod service;

use std::thread;

use anyhow::{Context, Result, anyhow, bail, ensure};
use jetpay_conformance::{Report, run_all};
use jetpay_testing::postgres;

use crate::shell;
use crate::stores::Stores;
use service::Service;

#[derive(Default, clap::Args)]
pub(crate) struct Arguments {
    /// Which store the service keeps its books in
    #[arg(long, value_enum, default_value_t)]
    store: Stores,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut build = vec![
        "build",
        "--quiet",
        "--package",
        "jetpay-server",
        "--bin",
        "jetpay",
    ];
    // The binary is looked for beside this program, so it is built as this program was.
    if !cfg!(debug_assertions) {
        build.push("--release");
    }
    shell::run_cargo(&build)?;
    let database = arguments
        .store
        .on_postgres("conformance", postgres::database)?;
    let sqlite = arguments.store.has_sqlite();
    let sqlite = sqlite.then_some(("SQLite", "sqlite://jetpay.db"));
    let postgres = database.as_ref().map(|it| ("PostgreSQL", it.url()));
    let stores: Vec<_> = sqlite.into_iter().chain(postgres).collect();
    let failed: Vec<String> = side_by_side(&stores)
        .into_iter()
        .filter_map(|(name, report)| {
            shell::heading(&format!("conformance on {name}"));
            let error = report.and_then(|report| judged(&report)).err()?;
            println!("✗ {error:#}");
            Some(format!("on {name} {error:#}"))
        })
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    bail!("conformance: {}", failed.join("; "))
}

type OnStore<'a, T> = (&'a str, T);

/// Each store has a service of its own, and they are checked at the same time: they wait more than they work.
fn side_by_side<'a>(stores: &[OnStore<'a, &str>]) -> Vec<OnStore<'a, Result<Report>>> {
    thread::scope(|scope| {
        let runs: Vec<_> = stores
            .iter()
            .map(|&(name, url)| (name, scope.spawn(move || checked(url))))
            .collect();
        runs.into_iter()
            .map(|(name, run)| {
                let panicked = |_| Err(anyhow!("the checks panicked"));
                (name, run.join().unwrap_or_else(panicked))
            })
            .collect()
    })
}

fn checked(store: &str) -> Result<Report> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut service = Service::start(store)?;
        let target = service.target()?;
        service.ready().await?;
        target.customers.put(&service.admin()).await?;
        let report = run_all(&target, |_| ()).await;
        service.stop()?;
        service
            .expect_clean_log(&target)
            .with_context(|| format!("before that: {}", report.summary()))?;
        Ok(report)
    })
}

fn judged(report: &Report) -> Result<()> {
    print!("{report}");
    let summary = report.summary();
    ensure!(report.is_good(), "{summary}");
    // Elsewhere a target may lack what a check needs; this one is ours and has all.
    ensure!(summary.not_run + summary.not_observed == 0, "{summary}");
    Ok(())
}
