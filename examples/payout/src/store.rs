//! Files that are on the disk when a function returns.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use jetpay_qiwi_kz::Payout;

use crate::Fallible;

/// Makes a file. It must not exist: two runs at once do not make two payouts. After a crash in here the file is cut off,
/// and a later run refuses it; nothing was sent.
pub(crate) fn add(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    // The name of the file, too, must survive a power failure.
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// The payout of an earlier run.
pub(crate) fn payout(path: &Path) -> Fallible<Option<Payout>> {
    let json = text(path)?;
    Ok(json.map(|json| Payout::from_json(&json)).transpose()?)
}

/// Where the result of a payout is.
pub(crate) fn result_of(path: &Path) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(".result");
    path.into()
}

/// The result of an earlier run.
pub(crate) fn result(path: &Path) -> io::Result<Option<String>> {
    text(&result_of(path))
}

fn text(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
