//! Compares the platform's books with a large ledger: its time and its memory. An example of `jetpay-ledger` does it.

use anyhow::{Result, ensure};

use crate::shell;

pub(super) fn measure(quick: bool) -> Result<()> {
    shell::heading("reconciliation");
    let mut cargo = shell::cargo();
    cargo.args(["run", "--release", "--quiet", "--package", "jetpay-ledger"]);
    cargo.args(["--example", "reconcile", "--"]);
    if quick {
        cargo.arg("--quick");
    }
    ensure!(cargo.status()?.success(), "the example failed");
    Ok(())
}
