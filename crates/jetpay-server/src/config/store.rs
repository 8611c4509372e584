//! `[store]`: where the ledger is stored.

use std::fmt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use jetpay_ledger::{Ledger, OpenError};
use serde::Deserialize;
use toml::Spanned;
use zeroize::Zeroizing;

use super::problem::Collector;
use super::secret;

/// Where the ledger is stored. `Display` leaves out the user and the password of a database.
#[derive(Clone)]
pub enum StoreLocation {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL database, which several services may share.
    Postgres {
        /// The `postgres://` URL of the database.
        url: Zeroizing<String>,
        /// The certificate of the authority that signed the database's certificate; `None` trusts the system's.
        ca_file: Option<PathBuf>,
    },
}

impl StoreLocation {
    /// Parses `sqlite://FILE`, relative to `folder`, or `postgres://...`.
    ///
    /// # Errors
    /// What is wrong, and what to write instead.
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

    /// Opens the ledger, or creates it.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(&self) -> Result<Ledger, OpenError> {
        match self {
            Self::Sqlite(path) => Ledger::open(path),
            Self::Postgres { url, ca_file } => Ledger::connect(url, ca_file.as_deref()).await,
        }
    }

    /// As [`open`](Self::open), for a service: a database that is away is no error, and the ledger is unavailable until it is
    /// there.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open_to_serve(&self) -> Result<Ledger, OpenError> {
        match self {
            Self::Sqlite(_) => self.open().await,
            Self::Postgres { url, ca_file } => {
                Ledger::connect_or_wait(url, ca_file.as_deref()).await
            }
        }
    }

    /// The file of the ledger, if users other than its owner can read it. It holds customers and what they paid.
    #[must_use]
    pub fn readable_by_others(&self) -> Option<&Path> {
        let Self::Sqlite(path) = self else {
            return None;
        };
        let mode = std::fs::metadata(path).ok()?.permissions().mode();
        (mode & 0o044 != 0).then_some(path)
    }
}

/// Whether a URL of PostgreSQL has a password, before the host or among its parameters.
fn has_password(url: &str) -> bool {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let user = rest.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':') || rest.contains("?password=") || rest.contains("&password=")
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
        return Err("the folder of this file does not exist; create it first");
    }
    Ok(path)
}

impl fmt::Display for StoreLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres { url, .. } => {
                let location = url.split_once("://").map_or("", |(_, rest)| rest);
                let location = location.rsplit_once('@').map_or(location, |(_, host)| host);
                let location = location.split('?').next().unwrap_or_default();
                write!(f, "PostgreSQL at {location}")
            }
        }
    }
}

/// The table `[store]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoreTable {
    url: Option<Spanned<String>>,
    url_env: Option<Spanned<String>>,
    url_file: Option<Spanned<PathBuf>>,
    ca_file: Option<PathBuf>,
}

impl StoreTable {
    pub(super) fn location(
        &self,
        folder: &Path,
        problems: &mut Collector<'_>,
    ) -> Option<StoreLocation> {
        match (&self.url, &self.url_env, &self.url_file) {
            (Some(url), None, None) => {
                let text = Zeroizing::new(url.get_ref().clone());
                if has_password(&text) {
                    problems.warn_if_readable(url);
                }
                self.parse(&text, url, folder, problems)
            }
            (None, Some(name), None) => {
                let url = secret::from_env(name.get_ref(), name, problems)?;
                self.parse(&url, name, folder, problems)
            }
            (None, None, Some(path)) => {
                let url = secret::from_file(path.get_ref(), folder, path, problems)?;
                self.parse(&url, path, folder, problems)
            }
            _ => {
                problems.anywhere("[store] must have exactly one of url, url_env and url_file");
                None
            }
        }
    }

    fn parse<T>(
        &self,
        url: &str,
        value: &Spanned<T>,
        folder: &Path,
        problems: &mut Collector<'_>,
    ) -> Option<StoreLocation> {
        match StoreLocation::parse(url, folder, self.ca_file.as_deref()) {
            Ok(location) => Some(location),
            Err(what) => {
                problems.at(value, what);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn location_is_displayed_without_the_user_and_the_password() {
        let url = "postgres://jetpay:p%40ss@db.example:5433/books?sslmode=require";
        let location = StoreLocation::parse(url, Path::new(""), None).unwrap();
        assert_eq!(location.to_string(), "PostgreSQL at db.example:5433/books");
    }

    #[test]
    fn other_databases_are_refused_with_what_to_write() {
        let refused = StoreLocation::parse("mysql://db/books", Path::new(""), None);
        assert!(refused.is_err_and(|what| what.contains("postgres://user@host/database")));
    }
}
