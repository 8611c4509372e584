//! `cargo xtask conformance`: the real service on a fresh database, driven over HTTP by the simulated platform.

mod service;

use anyhow::{Result, ensure};
use jetpay_simulator::conformance::{Report, run_all};

use crate::shell;
use service::Service;

#[derive(Default, clap::Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> Result<()> {
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
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let report = runtime.block_on(checked())?;
    print!("{report}");
    ensure!(
        report.failed() == 0,
        "{} checks of conformance failed",
        report.failed()
    );
    // Elsewhere a target may lack what a check needs; this one is ours and has all.
    ensure!(
        report.skipped() == 0,
        "{} checks of conformance were skipped",
        report.skipped()
    );
    Ok(())
}

async fn checked() -> Result<Report> {
    let mut service = Service::start()?;
    let target = service.target()?;
    service.ready().await?;
    target.customers.put(&service.admin()).await?;
    let report = run_all(&target, |_, _| ()).await;
    service.stop()?;
    service.expect_clean_log(&target)?;
    Ok(report)
}
