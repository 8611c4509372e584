//! A copy of the ledger, while others write.

use std::fs::File;
use std::path::Path;

use rusqlite::{Connection, params};

use crate::model::Error;

/// Copies the database as of one commit into a new file. It is there under its name only when it is whole and on the
/// disk.
pub(super) fn backup(connection: &Connection, to: &Path) -> Result<(), Error> {
    let failed = |what: &str, error: &dyn std::fmt::Display| {
        Error::Unavailable(format!("{what} {}: {error}", to.display()))
    };
    if to.exists() {
        return Err(failed("choose another file than", &"it is there already"));
    }
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    // Left by a copy that was broken off.
    let _ = std::fs::remove_file(part);
    let name = part
        .to_str()
        .ok_or_else(|| failed("cannot write", &"its name is not UTF-8"))?;
    connection.execute("VACUUM INTO ?1", params![name])?;
    File::open(part)
        .and_then(|file| file.sync_all())
        .and_then(|()| std::fs::rename(part, to))
        .and_then(|()| sync_folder(to))
        .map_err(|error| failed("cannot write", &error))
}

/// A new name is on the disk when its folder is.
fn sync_folder(file: &Path) -> std::io::Result<()> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
