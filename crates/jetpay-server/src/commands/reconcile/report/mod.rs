//! A reconciliation for people: text for a terminal, an HTML page, and CSV for a spreadsheet.

mod cells;
mod csv_file;
mod html;
#[cfg(test)]
mod tests;
mod text;

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tempfile::NamedTempFile;

use super::borders::Zone;
use crate::reconcile::view::RunView;

pub(super) use text::render as text;

/// Makes the content of a file.
type Render = fn(&RunView, &Zone) -> anyhow::Result<Vec<u8>>;

/// A file that a report goes to. It is for its owner alone, because it names payments.
pub(super) struct ReportFile<'a> {
    path: &'a Path,
    render: Render,
    file: NamedTempFile,
}

impl<'a> ReportFile<'a> {
    /// Begins the files before the work: one that cannot be written is found at once.
    pub(super) fn all(paths: &'a [PathBuf]) -> anyhow::Result<Vec<Self>> {
        let mut places = Vec::new();
        let new = |path: &'a PathBuf| {
            let file = Self::new(path)?;
            let folder = file.file.path().parent().unwrap_or(path);
            let place = folder
                .canonicalize()?
                .join(path.file_name().unwrap_or_default());
            if places.contains(&place) {
                bail!("--report {}: it is given twice", path.display());
            }
            places.push(place);
            Ok(file)
        };
        paths.iter().map(new).collect()
    }

    fn new(path: &'a Path) -> anyhow::Result<Self> {
        let render: Render = match path.extension().and_then(OsStr::to_str) {
            Some("html") => |run, zone| Ok(html::render(run, zone)),
            Some("csv") => csv_file::render,
            _ => bail!(
                "--report {}: name a file that ends in .html or .csv",
                path.display()
            ),
        };
        // A link that leads nowhere is there, too.
        if path.symlink_metadata().is_ok() {
            bail!(
                "--report {}: the file exists; name another one, or move it away",
                path.display()
            );
        }
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
        let file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")));
        let file = file.with_context(|| format!("--report {}: cannot write", path.display()))?;
        Ok(Self { path, render, file })
    }

    /// Writes the report, and gives the file its name.
    pub(super) fn write(mut self, run: &RunView, zone: &Zone) -> anyhow::Result<()> {
        let written = self.file.write_all(&(self.render)(run, zone)?);
        let cannot = || format!("cannot write {}", self.path.display());
        written.with_context(cannot)?;
        let named = self.file.persist_noclobber(self.path);
        named
            .map_err(|unnamed| unnamed.error)
            .with_context(cannot)?;
        Ok(())
    }
}
