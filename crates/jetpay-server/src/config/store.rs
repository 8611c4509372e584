//! Where the books are kept.

use std::fmt;
use std::path::{Path, PathBuf};

use jetpay_ledger::{Ledger, OpenError};
use serde::Deserialize;
use toml::Spanned;
use zeroize::Zeroizing;

use super::problem::Collector;
use super::secret;

/// Where the books are kept. `Display` leaves out who signs in there, and the password.
#[derive(Clone)]
pub enum StorePlace {
    /// In this file.
    Sqlite(PathBuf),
    /// In a database that several servers may share.
    Postgres {
        /// Its `postgres://` URL.
        url: Zeroizing<String>,
        /// The authority that signed the database's certificate, when it is none of the system's.
        ca_file: Option<PathBuf>,
    },
}

impl StorePlace {
    /// Reads `sqlite://FILE`, relative to `folder`, or `postgres://...`.
    ///
    /// # Errors
    /// What is wrong with it, and what to write instead.
    pub fn parse(url: &str, folder: &Path, ca_file: Option<&Path>) -> Result<Self, &'static str> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            return file(path, folder).map(Self::Sqlite);
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres {
                url: url.to_owned().into(),
                ca_file: ca_file.map(|path| folder.join(path)),
            });
        }
        Err("write url = \"sqlite://jetpay.db\" or \"postgres://user@host/database\"")
    }

    /// Opens the ledger that is kept there, or makes one.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(&self) -> Result<Ledger, OpenError> {
        match self {
            Self::Sqlite(path) => Ledger::open(path),
            Self::Postgres { url, ca_file } => Ledger::connect(url, ca_file.as_deref()).await,
        }
    }
}

fn file(path: &str, folder: &Path) -> Result<PathBuf, &'static str> {
    if path.is_empty() {
        return Err("the URL names no file; write url = \"sqlite://jetpay.db\"");
    }
    let path = folder.join(path);
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    if parent.is_some_and(|parent| !parent.is_dir()) {
        return Err("the folder of this file does not exist; make it first");
    }
    Ok(path)
}

impl fmt::Display for StorePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres { url, .. } => {
                let place = url.split_once("://").map_or("", |(_, place)| place);
                let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
                let place = place.split('?').next().unwrap_or_default();
                write!(f, "PostgreSQL at {place}")
            }
        }
    }
}

/// `[store]`, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Store {
    url: Option<Spanned<String>>,
    url_env: Option<Spanned<String>>,
    url_file: Option<Spanned<PathBuf>>,
    ca_file: Option<PathBuf>,
}

impl Store {
    pub(super) fn place(&self, folder: &Path, problems: &mut Collector<'_>) -> Option<StorePlace> {
        match (&self.url, &self.url_env, &self.url_file) {
            (Some(url), None, None) => {
                let text = Zeroizing::new(url.get_ref().clone());
                self.read(&text, url, folder, problems)
            }
            (None, Some(name), None) => {
                let url = secret::from_env(name.get_ref(), name, problems)?;
                self.read(&url, name, folder, problems)
            }
            (None, None, Some(path)) => {
                let url = secret::from_file(path.get_ref(), folder, path, problems)?;
                self.read(&url, path, folder, problems)
            }
            _ => {
                problems.anywhere("[store] needs one of url, url_env and url_file");
                None
            }
        }
    }

    fn read<T>(
        &self,
        url: &str,
        written: &Spanned<T>,
        folder: &Path,
        problems: &mut Collector<'_>,
    ) -> Option<StorePlace> {
        match StorePlace::parse(url, folder, self.ca_file.as_deref()) {
            Ok(place) => Some(place),
            Err(what) => {
                problems.at(written, what);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_is_shown_without_who_signs_in() {
        let url = "postgres://jetpay:p%40ss@db.example:5433/books?sslmode=require";
        let place = StorePlace::parse(url, Path::new(""), None).unwrap();
        assert_eq!(place.to_string(), "PostgreSQL at db.example:5433/books");
    }

    #[test]
    fn other_databases_are_refused_with_what_to_write() {
        let refused = StorePlace::parse("mysql://db/books", Path::new(""), None);
        assert!(refused.is_err_and(|what| what.contains("postgres://user@host/database")));
    }
}
