//! Databases on a PostgreSQL server, and SQL that `psql` runs in them.

use std::fmt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::supervisor::without_settings;

/// A server and the `psql` that connects to it.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) url: String,
    pub(super) psql: PathBuf,
    /// Whether each database must be dropped. A temporary server is removed as a whole.
    pub(super) drops: bool,
}

impl Server {
    pub(super) fn create_database(&self) -> Result<Database, String> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let name = format!(
            "jetpay_test_{}_{}_{}",
            now.unwrap_or_default().as_millis(),
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        // CREATE DATABASE fails while another session uses its template, and no session uses template0.
        self.run(
            &self.url,
            &format!("CREATE DATABASE {name} TEMPLATE template0"),
        )?;
        Ok(Database {
            url: with_database(&self.url, &name),
            name,
            server: self.clone(),
        })
    }

    /// Runs SQL and returns what `psql` prints: one line for each row, values separated by `|`.
    fn run(&self, url: &str, sql: &str) -> Result<String, String> {
        let mut command = Command::new(&self.psql);
        without_settings(&mut command);
        command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]);
        command.args([
            "--set",
            "ON_ERROR_STOP=1",
            "--dbname",
            url,
            "--command",
            sql,
        ]);
        let output = command
            .env("PGCONNECT_TIMEOUT", "10")
            .output()
            .map_err(|error| format!("{} cannot be run: {error}", self.psql.display()))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).trim_end().into())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).trim_end().into())
        }
    }
}

/// A database that belongs to one test.
pub struct Database {
    url: String,
    name: String,
    server: Server,
}

impl Database {
    /// The URL with user and password: `postgres://...`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The name of the database on its server.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs SQL with `psql`. Returns one line for each row, with values separated by `|`.
    ///
    /// # Errors
    /// The error text of `psql`.
    pub fn run(&self, sql: &str) -> Result<String, String> {
        self.server.run(&self.url, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.server.drops {
            let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
            if let Err(error) = self.server.run(&self.server.url, &sql) {
                eprintln!("the database {} was not dropped: {error}", self.name);
            }
        }
    }
}

impl fmt::Debug for Database {
    /// Leaves out the URL: it has a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Database").field(&self.name).finish()
    }
}

/// The URL of another database on the same server.
fn with_database(url: &str, name: &str) -> String {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let end_of =
        |from: usize, stops: &[char]| url[from..].find(stops).map_or(url.len(), |at| from + at);
    let path = end_of(authority, &['/', '?']);
    let query = end_of(path, &['?']);
    format!("{}/{name}{}", &url[..path], &url[query..])
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn database_is_replaced_in_a_url_and_the_rest_stays() {
        for (url, expected) in [
            ("postgres://u:p@h:5432/a", "postgres://u:p@h:5432/b"),
            ("postgres://u:p@h:5432", "postgres://u:p@h:5432/b"),
            ("postgresql://h/", "postgresql://h/b"),
            (
                "postgres://h?sslmode=disable",
                "postgres://h/b?sslmode=disable",
            ),
            (
                "postgres://u@h/a?host=/tmp/x",
                "postgres://u@h/b?host=/tmp/x",
            ),
        ] {
            assert_eq!(with_database(url, "b"), expected);
        }
    }
}
