//! A PostgreSQL for tests. Everything that it creates is removed afterwards.
//!
//! ```no_run
//! use jetpay_testing::postgres::{self, Cluster, require_or_skip};
//!
//! # fn a_test() {
//! // A fresh database on the server that all tests of this process share.
//! let Some(database) = require_or_skip(postgres::database()) else {
//!     return;
//! };
//! println!("connect to {}", database.url());
//!
//! // A server for this test alone, which the test may crash.
//! let Some(cluster) = require_or_skip(Cluster::start_durable()) else {
//!     return;
//! };
//! let database = cluster.database();
//! cluster.restart_immediate();
//! # }
//! ```
//!
//! `JETPAY_TEST_POSTGRES_URL` names the server to use; its user must be allowed to create databases. Without the
//! variable, the installed programs run a cluster in a temporary folder. Without both, a test is skipped and prints a
//! conspicuous line. If `JETPAY_REQUIRE_POSTGRES=1`, the test fails instead.

mod cluster;
mod database;
mod supervisor;

pub use cluster::Cluster;
pub use database::Database;

use std::fmt;
use std::io::Write;
use std::sync::OnceLock;
use std::thread;

use database::Server;

/// The environment variable with the URL of a running server: `postgres://user:password@host:port/db`. The user must be
/// allowed to create databases.
pub const URL: &str = "JETPAY_TEST_POSTGRES_URL";

/// The environment variable that turns a skipped test into a failure when it is `1`. Continuous integration sets it.
pub const REQUIRED: &str = "JETPAY_REQUIRE_POSTGRES";

/// The reason why there is no database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unavailable {
    /// This machine has no PostgreSQL. The text says what to install.
    Missing(String),
    /// PostgreSQL is installed and does not work. A test must not be skipped for this reason.
    Broken(String),
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(why) => write!(f, "no PostgreSQL: {why}"),
            Self::Broken(why) => write!(f, "PostgreSQL does not work: {why}"),
        }
    }
}

impl std::error::Error for Unavailable {}

/// Creates a fresh database on the server that all tests of this process share. If the server outlives the process,
/// the database is dropped with the value.
///
/// # Errors
/// [`Unavailable`] when there is no PostgreSQL or when the database cannot be created.
pub fn database() -> Result<Database, Unavailable> {
    static SHARED: OnceLock<Result<Shared, Unavailable>> = OnceLock::new();
    let shared = SHARED.get_or_init(shared).as_ref();
    let (server, _) = shared.map_err(Clone::clone)?;
    server.create_database().map_err(Unavailable::Broken)
}

/// What must be installed before [`database`] can work; `None` if nothing is missing. Starts no server.
#[must_use]
pub fn missing() -> Option<String> {
    let url = url();
    match (url.is_some(), cluster::psql(), cluster::programs()) {
        (true, Some(_), _) | (false, _, Some(_)) => None,
        (true, None, _) => Some(format!("psql, to create databases on the server of {URL}")),
        (false, _, None) => Some(format!(
            "an installed PostgreSQL (apt-get install postgresql), or the address of one in {URL}"
        )),
    }
}

/// Returns what was found, or `None` after a line on standard error that names the skipped test.
///
/// # Panics
/// When PostgreSQL does not work, or when it is missing and [`REQUIRED`] is `1`.
pub fn require_or_skip<T>(found: Result<T, Unavailable>) -> Option<T> {
    let thread = thread::current();
    let test = thread.name().unwrap_or("a test");
    or_skip(test, found).unwrap_or_else(|why| panic!("{why}"))
}

/// Returns what was found, or `None` after a line on standard error that names what does not run.
///
/// # Errors
/// When PostgreSQL does not work, or when it is missing and [`REQUIRED`] is `1`.
pub fn or_skip<T>(what: &str, found: Result<T, Unavailable>) -> Result<Option<T>, Unavailable> {
    let required = std::env::var(REQUIRED).is_ok_and(|value| value == "1");
    match found {
        Ok(found) => Ok(Some(found)),
        Err(why) if is_failure(&why, required) => Err(why),
        Err(why) => {
            // The test harness hides what macros print when the test passes, so this writes without one.
            let _ = writeln!(std::io::stderr(), "\n!!! NOT RUN: {what}: {why}");
            Ok(None)
        }
    }
}

fn is_failure(why: &Unavailable, required: bool) -> bool {
    match why {
        Unavailable::Missing(_) => required,
        Unavailable::Broken(_) => true,
    }
}

/// The server that all tests of a process share, and its cluster if it is one of ours.
type Shared = (Server, Option<Cluster>);

fn shared() -> Result<Shared, Unavailable> {
    let Some(url) = url() else {
        let cluster = Cluster::start_fast()?;
        return Ok((cluster.server().clone(), Some(cluster)));
    };
    let psql = cluster::psql();
    let psql = psql.ok_or_else(|| Unavailable::Missing(missing().unwrap_or_default()))?;
    let drops = true;
    Ok((Server { url, psql, drops }, None))
}

fn url() -> Option<String> {
    std::env::var(URL).ok().filter(|url| !url.is_empty())
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::net::TcpStream;
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use super::{Cluster, Unavailable, database, is_failure, require_or_skip};

    #[test]
    fn two_databases_of_the_shared_server_do_not_see_each_other() {
        let Some(first) = require_or_skip(database()) else {
            return;
        };
        let second = require_or_skip(database()).unwrap();
        first.run("CREATE TABLE only_here (n int)").unwrap();
        assert!(first.run("SELECT count(*) FROM only_here").is_ok());
        let unknown = second.run("SELECT count(*) FROM only_here").unwrap_err();
        assert!(unknown.contains("does not exist"), "{unknown}");
    }

    #[test]
    fn commit_survives_a_crash_and_an_open_transaction_does_not() {
        let Some(cluster) = require_or_skip(Cluster::start_durable()) else {
            return;
        };
        let database = cluster.database();
        database.run("CREATE TABLE kept (n int)").unwrap();
        assert_eq!(database.run("SHOW fsync").as_deref(), Ok("on"));
        for n in 1..=3 {
            database
                .run(&format!("INSERT INTO kept VALUES ({n})"))
                .unwrap();
            let open = "BEGIN; INSERT INTO kept VALUES (99); SELECT pg_sleep(60)";
            std::thread::scope(|scope| {
                let broken = scope.spawn(|| database.run(open));
                std::thread::sleep(Duration::from_millis(200));
                cluster.restart_immediate();
                assert!(broken.join().unwrap().is_err());
            });
            let kept = database.run("SELECT count(*), max(n) FROM kept").unwrap();
            assert_eq!(kept, format!("{n}|{n}"));
        }
    }

    #[test]
    fn fast_cluster_waits_for_no_disk_and_allows_a_hundred_connections() {
        let Some(cluster) = require_or_skip(Cluster::start_fast()) else {
            return;
        };
        let shown = |name| cluster.database().run(&format!("SHOW {name}"));
        assert_eq!(shown("fsync").as_deref(), Ok("off"));
        assert_eq!(shown("max_connections").as_deref(), Ok("100"));
    }

    #[test]
    fn dropped_cluster_leaves_neither_a_listener_nor_a_folder() {
        let Some(cluster) = require_or_skip(Cluster::start_fast()) else {
            return;
        };
        let (port, folder) = (cluster.port(), cluster.folder.clone());
        assert!(listens(port) && folder.is_dir());
        drop(cluster);
        assert!(!listens(port) && !folder.exists());
    }

    /// The test below runs this in another process and kills it.
    #[test]
    #[ignore = "the test below runs and kills it"]
    fn victim() {
        let Some(cluster) = require_or_skip(Cluster::start_fast()) else {
            return;
        };
        println!("cluster {} {}", cluster.port(), cluster.folder.display());
        std::thread::sleep(Duration::from_mins(1));
    }

    #[test]
    fn cluster_of_a_killed_process_is_gone_within_seconds() {
        if require_or_skip(Cluster::start_fast()).is_none() {
            return;
        }
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args([
                "postgres::tests::victim",
                "--exact",
                "--ignored",
                "--nocapture",
            ])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines();
        let line = lines
            .find_map(|line| Some(line.unwrap().strip_prefix("cluster ")?.to_owned()))
            .unwrap();
        let (port, folder) = line.split_once(' ').unwrap();
        let (port, folder) = (port.parse().unwrap(), Path::new(folder));
        assert!(listens(port) && folder.is_dir());
        victim.kill().unwrap();
        victim.wait().unwrap();
        let begun = Instant::now();
        while listens(port) || folder.exists() {
            let waited = begun.elapsed();
            assert!(
                waited < Duration::from_secs(20),
                "{folder:?} was not removed"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    #[test]
    fn missing_postgres_skips_a_test_and_fails_a_required_one_and_a_broken_one_is_never_skipped() {
        let missing = Unavailable::Missing("install it".into());
        assert!(!is_failure(&missing, false));
        assert!(is_failure(&missing, true));
        assert!(is_failure(&Unavailable::Broken("no space".into()), false));
    }

    fn listens(port: u16) -> bool {
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    }
}
