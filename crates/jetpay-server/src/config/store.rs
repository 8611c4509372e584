//! `[store]`: where the ledger is stored.

use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use jetpay_ledger::{Ledger, OpenError};
use zeroize::Zeroizing;

use super::secret::{self, is_open_to_others};
use super::table::{Table, Text};

/// Where the ledger is stored. `Display` leaves out the user and the password of a database.
#[derive(Clone, PartialEq, Eq)]
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
    /// What is wrong, and what to write instead, without the user and the password of a database.
    pub fn parse(url: &str, folder: &Path, ca_file: Option<&Path>) -> Result<Self, String> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            return file(path, folder).map(Self::Sqlite);
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let ca_file = ca_file.map(|path| folder.join(path));
            Ledger::check_url(url, ca_file.as_deref())
                .map_err(|error| format!("cannot open the store: {error}"))?;
            return Ok(Self::Postgres {
                url: url.to_owned().into(),
                ca_file,
            });
        }
        Err(
            "this is no URL of a store; write \"sqlite://jetpay.db\" or \"postgres://user@host/database\""
                .to_owned(),
        )
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
}

/// Whether the password before the host has a character that other programs than this one read as an end, or a `%` that
/// begins no code.
fn has_unencoded_password(url: &str) -> bool {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let user = rest.split_once('@').map_or("", |(user, _)| user);
    let password = user.split_once(':').map_or("", |(_, password)| password);
    let is_code = |after: &str| {
        let digits = after.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    password.contains(['/', '?', '#', ':']) || !password.split('%').skip(1).all(is_code)
}

/// Whether a URL of PostgreSQL has a password, before the host or among its parameters.
fn has_password(url: &str) -> bool {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let user = rest.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':') || rest.contains("?password=") || rest.contains("&password=")
}

fn file(path: &str, folder: &Path) -> Result<PathBuf, String> {
    let refused = |what: &str| Err(format!("{what}; write \"sqlite://jetpay.db\""));
    if path.is_empty() || path == ":memory:" {
        return refused("the URL names no file");
    }
    if path.contains(['?', '#']) {
        return refused("the URL of a file has no `?` and `#`");
    }
    let is_folder = path.ends_with('/') || path.ends_with("/.");
    let path = folder.join(path);
    // A link to a file that is not there yet.
    let target = std::fs::read_link(&path).map_or(path.clone(), |to| path.with_file_name(to));
    let parent = target
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    if parent.is_some_and(|parent| !parent.is_dir()) {
        return Err("the folder of this file does not exist; create it first".to_owned());
    }
    if is_folder || path.is_dir() {
        return Err("this is a folder; name a file in it".to_owned());
    }
    if path.exists() && !path.is_file() {
        return Err("this is a device or a pipe; name a file".to_owned());
    }
    Ok(path)
}

/// Why a service cannot keep its ledger in this file. Closing the file ends the locks of a ledger that this process has open.
fn unusable(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let mut may_write = tempfile::tempfile_in(folder.unwrap_or(Path::new("."))).is_ok();
    for ending in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(ending);
        let opened = File::options().read(true).write(true).open(file);
        match opened.map_err(|error| error.kind()) {
            Ok(_) | Err(ErrorKind::NotFound) => {}
            Err(ErrorKind::InvalidFilename | ErrorKind::InvalidInput) => {
                return Some("no file can have this name; write a shorter one, such as \"sqlite://jetpay.db\"".to_owned());
            }
            Err(_) => may_write = false,
        }
    }
    if !may_write {
        return Some(format!(
            "cannot open the store: {}: it may not be written; the user who runs this must be able to write to it, to the \
             files beside it that end in -wal and -shm, and to their folder",
            path.display()
        ));
    }
    let mut head = [0; HEAD.len()];
    let read = File::open(path).and_then(|mut file| file.read(&mut head));
    (read.is_ok_and(|read| read > 0) && head != *HEAD)
        .then(|| "this is no SQLite database; name another file".to_owned())
}

/// How an SQLite database begins.
const HEAD: &[u8; 16] = b"SQLite format 3\0";

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

/// The table `[store]`, and the place of its URL. A service must be able to write the file.
pub(super) fn read(
    store: &Table<'_>,
    folder: &Path,
    serving: bool,
) -> Option<(StoreLocation, String)> {
    let ca_file = store.text("ca_file");
    if let Some(text) = ca_file
        && let Err(error) = std::fs::read(folder.join(text.text))
    {
        text.problem(&secret::unreadable_in(folder, &error));
        return None;
    }
    let is_named = store.get("url_env").or(store.get("url_file")).is_some();
    let (place, url) = match (store.get("url"), is_named) {
        (Some(item), true) => {
            item.problem("url_env or url_file is set too; keep one of them");
            return None;
        }
        (Some(_), false) => {
            let text = store.text("url")?;
            if has_password(text.text) && is_open_to_others(store.document.path()) {
                let path = store.document.path().display();
                text.warn(&format!(
                    "other users of this machine can read {path}, which has a password here: chmod 600 {path}, or name the \
                     URL with url_env or url_file"
                ));
            }
            (text, Zeroizing::new(text.text.to_owned()))
        }
        (None, true) => secret::one_of(store, "url_env", "url_file", folder)?,
        (None, false) => {
            store.missing("url", "it is missing, and url_env and url_file are too");
            return None;
        }
    };
    if has_unencoded_password(&url) {
        place.warn(
            "the password of the URL has a `/`, `?`, `#`, `:` or a single `%`, which other programs do not read; write %2F, %3F, \
             %23, %3A and %25 for them",
        );
    }
    let parse = |place: &Text<'_>, ca_file: Option<&str>| {
        StoreLocation::parse(url.trim(), folder, ca_file.map(Path::new))
            .map_err(|what| place.problem(&what))
            .ok()
    };
    let location = parse(&place, None)?;
    let location = match (&location, &ca_file) {
        (StoreLocation::Sqlite(path), _) => {
            if serving && let Some(what) = unusable(path) {
                place.problem(&what);
            }
            if serving && is_open_to_others(path) {
                let path = path.display();
                place.warn(&format!(
                    "other users can read {path}, which holds customers and what they paid: chmod 600 {path}"
                ));
            }
            if let Some(ca_file) = ca_file {
                ca_file.warn("only PostgreSQL needs ca_file; remove it");
            }
            location
        }
        (StoreLocation::Postgres { .. }, Some(ca_file)) => parse(ca_file, Some(ca_file.text))?,
        (StoreLocation::Postgres { .. }, None) => location,
    };
    Some((location, place.place()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::config::tests::{PROJECT, assert_refused, folder, read, with};

    #[test]
    fn location_is_displayed_without_the_user_and_the_password() {
        let url = "postgres://jetpay:p%40ss@db.example:5433/books?sslmode=require";
        let location = StoreLocation::parse(url, Path::new(""), None).unwrap();
        assert_eq!(location.to_string(), "PostgreSQL at db.example:5433/books");
    }

    #[test]
    fn url_of_a_store_that_cannot_work_is_refused_without_its_password() {
        let rows = r#"
url = "sqlite:jetpay.db"                 => this is no URL of a store
url = "jetpay.db"                        => this is no URL of a store
url = "mysql://u:pa55@db/x"              => this is no URL of a store; write "sqlite://jetpay.db" or "postgres://user@host/database"
url = ""                                 => this is no URL of a store
url = "sqlite://"                        => the URL names no file
url = "sqlite://:memory:"                => the URL names no file
url = "sqlite://x.db?mode=ro"            => the URL of a file has no `?`
url = "sqlite://no/such/x.db"            => the folder of this file does not exist
url = "sqlite:///no/such/x.db"           => the folder of this file does not exist
url = "sqlite://."                       => this is a folder; name a file in it
url = "sqlite://x.db/"                   => this is a folder; name a file in it
url = "sqlite:///dev/null"               => this is a device or a pipe
url = "sqlite:///proc/x.db"              => cannot open the store: /proc/x.db: it may not be written
url = "sqlite://a\u0000.db"              => no file can have this name
url = "sqlite://token"                   => this is no SQLite database; name another file
url = "postgres://"                      => cannot open the store: the database: its URL cannot be read; it names no host: write postgres://
url = "postgres://u:pa55@/x"             => cannot open the store: the database: its URL cannot be read; it names no host: write postgres://
url = "postgres://u:pa55@db/x?sslmode=verify-full"  => cannot open the store: the database: its URL cannot be read; write sslmode=require
url = "postgres://u:pa55@db/x?sslmode=verify-ca"    => cannot open the store: the database: its URL cannot be read; write sslmode=require
url = "postgres://u:pa55@db/x?sslmode=allow"        => cannot open the store: the database: its URL cannot be read; write sslmode=require
url = "postgres://u:pa55@db/x?sslrootcert=ca.pem"   => cannot open the store: the database: its URL cannot be read; of parameters write only sslmode
url = "postgres://u:pa55@db:port/x"      => cannot open the store: the database: its URL cannot be read; write postgres://user:password@host:5432/database, with a port
url = "postgres://u:pa55@db:70000/x"     => cannot open the store: the database: its URL cannot be read; write postgres://user:password@host:5432/database, with a port
url = "postgres://u:pa55@db:0/x"         => cannot open the store: the database: its URL cannot be read; write postgres://user:password@host:5432/database, with a port
url = "postgres://u:pa55@w@db/x"         => cannot open the store: the database: its URL cannot be read; the user or the password has an @
url = "postgres://u:pa55@w:1@db:5432/x"  => cannot open the store: the database: its URL cannot be read; the user or the password has an @
url = "postgres://u:pa55@/w@db/x"        => cannot open the store: the database: its URL cannot be read; the user or the password has an @
url = "postgres://u:pa55@db/x?sslmode"   => cannot open the store: the database: its URL cannot be read; write postgres://
"#;
        assert_refused("[store]", &rows.replace("=> ", "=> 5: store.url: "));
        let urls = rows.lines().filter_map(|row| row.split_once("=>"));
        for url in urls.map(|(url, _)| url.trim()) {
            assert!(
                !read(&with("[store]", url))
                    .err()
                    .unwrap_or_default()
                    .contains("pa55")
            );
        }
        assert_refused(
            "[store]",
            r#"
ca_file = "token"                                 => 4: store.url: it is missing, and url_env and url_file are too; write url =
url = "sqlite://x.db" | url_file = "token"        => 5: store.url: url_env or url_file is set too
url_env = "JETPAY_NO_URL" | url_file = "token"    => 6: store.url_file: url_env is set too
url_env = "postgres://u:p@db"                     => 5: store.url_env: this is no name of an environment variable
url = "postgres://u@db/x" | ca_file = "none.pem"  => 6: store.ca_file: there is no such file; write its path, relative to /
url = "postgres://u@db/x" | ca_file = "token"     => 6: store.ca_file: cannot open the store: the database: the authority's certificate in
"#,
        );
    }

    #[test]
    fn password_with_a_character_that_urls_reserve_is_warned_of_and_not_shown() {
        for (password, is_warned) in [
            ("pa55/w", true),
            ("pa55#w", true),
            ("pa55?w", true),
            ("pa55:w", true),
            ("pa55%w", true),
            ("pa55%4", true),
            ("pa55%2Fw%40", false),
            ("pa55-._~!$&'()*+,;=", false),
        ] {
            let url = format!("url = \"postgres://u:{password}@db/x?sslmode=require\"");
            let warnings = read(&with("[store]", &url)).unwrap().warnings.join("\n");
            let warned = warnings.contains("jetpay.toml:5: store.url: the password of the URL has");
            assert_eq!(warned, is_warned, "{password}\n{warnings}");
            assert!(!warnings.contains("pa55"), "{warnings}");
        }
    }

    #[test]
    fn configuration_with_a_password_that_others_can_read_is_warned_of() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder();
        let path = folder.path().join("jetpay.toml");
        let password = "postgres://jetpay:p%40ss@db/books";
        for (url, mode, warned) in [
            (password, 0o644, true),
            (password, 0o640, true),
            (password, 0o600, false),
            ("postgres://jetpay@db/books?password=p", 0o644, true),
            ("postgres://jetpay@db:5432/books", 0o644, false),
            ("sqlite://jetpay.db", 0o644, false),
        ] {
            let text =
                format!("[admin]\ntoken_file = \"token\"\n[store]\nurl = {url:?}\n{PROJECT}");
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let warnings = Config::read(&path).unwrap().warnings.join("\n");
            let found =
                warnings.contains("jetpay.toml:4: store.url: other users of this machine can read");
            assert_eq!(found, warned, "{url} {mode:o}\n{warnings}");
            assert!(!warnings.contains("p%40ss"), "{warnings}");
        }
    }
}
