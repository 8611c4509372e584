//! Reports of the Dashboard: CSV files, read by a map of columns.

use std::path::{Path, PathBuf};

use clap::Args;
use jetpay_core::id::ProjectId;
use jetpay_reconcile::PlatformBooks;

/// Options of `jetpay reconcile columns`.
#[derive(Args)]
pub(in crate::commands) struct Columns {
    /// The report
    file: PathBuf,
    /// Write the map of columns to this file
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

impl Columns {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let _ = (&self.file, &self.write);
        todo!()
    }
}

/// Reads reports into `books`, each as a source of its own: a later file is the newer one. `progress` gets how many bytes are
/// read. Fails when a file has no row that can be read.
pub(super) fn read(
    files: &[PathBuf],
    map: &Path,
    projects: &[ProjectId],
    books: &mut PlatformBooks,
    progress: &mut dyn FnMut(u64),
) -> anyhow::Result<()> {
    let _ = (files, map, projects, books, progress);
    todo!()
}

/// Why a report was read with the wrong unit of amounts, if its amounts say so.
pub(super) fn check_unit(report: &jetpay_reconcile::Report) -> Option<String> {
    let _ = report;
    todo!()
}
