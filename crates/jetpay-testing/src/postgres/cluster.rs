//! A PostgreSQL server for one test, and the installed programs that run it.

use std::fmt::Write;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{fmt, fs, io};

use super::Unavailable;
use super::database::{Database, Server};
use super::supervisor::{Supervisor, make_folder};
use crate::{free_port, program};

/// A running server in a temporary folder. Dropping the value stops the server and removes the folder; both also happen
/// when the process is killed.
pub struct Cluster {
    server: Server,
    port: u16,
    /// Of the data, of the Unix socket and of the log.
    pub(super) folder: PathBuf,
    supervisor: Mutex<Supervisor>,
}

impl Cluster {
    /// Starts a server that does not wait for the disk, for tests that do not crash it.
    ///
    /// # Errors
    /// [`Unavailable`] when PostgreSQL is not installed or does not start.
    pub fn start_fast() -> Result<Self, Unavailable> {
        Self::start(false)
    }

    /// Starts a server that loses no commit when it crashes.
    ///
    /// # Errors
    /// [`Unavailable`] when PostgreSQL is not installed or does not start.
    pub fn start_durable() -> Result<Self, Unavailable> {
        Self::start(true)
    }

    /// `durable`: a commit waits for the disk.
    fn start(durable: bool) -> Result<Self, Unavailable> {
        let programs = programs().ok_or_else(|| {
            Unavailable::Missing(
                "its programs are not installed (apt-get install postgresql)".into(),
            )
        })?;
        Self::with_programs(&programs, durable).map_err(Unavailable::Broken)
    }

    fn with_programs(programs: &Path, durable: bool) -> Result<Self, String> {
        let folder = make_folder().map_err(|error| format!("no folder for it: {error}"))?;
        let (port, password) = (free_port(), password());
        let written = write(&folder, &password, &settings(&folder, port, durable));
        let supervisor = written.and_then(|()| Supervisor::start(&folder, programs));
        let mut supervisor = supervisor.map_err(|error| {
            // Without a supervisor, this process must remove the folder.
            let _ = fs::remove_dir_all(&folder);
            format!("no supervisor for it: {error}")
        })?;
        supervisor.execute("init")?;
        supervisor.execute("start")?;
        let server = Server {
            url: format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres"),
            psql: programs.join("psql"),
            drops: false,
        };
        Ok(Self {
            server,
            port,
            folder,
            supervisor: Mutex::new(supervisor),
        })
    }

    /// Creates a fresh database.
    ///
    /// # Panics
    /// When the database cannot be created.
    #[must_use]
    pub fn database(&self) -> Database {
        let created = self.server.create_database();
        created.unwrap_or_else(|error| panic!("the database cannot be created: {error}"))
    }

    /// Crashes the server: connections break, and open transactions are lost.
    ///
    /// # Panics
    /// When the server is down already.
    pub fn crash(&self) {
        self.execute("crash");
    }

    /// Starts the server after a [`crash`](Self::crash), on the same port. Returns when the server has recovered.
    ///
    /// # Panics
    /// When the server does not start.
    pub fn start_again(&self) {
        self.execute("start");
    }

    /// Crashes the server and starts it again.
    ///
    /// # Panics
    /// When the server is down already or does not start.
    pub fn restart_immediate(&self) {
        self.crash();
        self.start_again();
    }

    /// The server's port on loopback.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    fn execute(&self, command: &str) {
        let done = self.supervisor().execute(command);
        done.unwrap_or_else(|error| panic!("{error}"));
    }

    fn supervisor(&self) -> MutexGuard<'_, Supervisor> {
        self.supervisor
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster")
            .field("port", &self.port)
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

fn write(folder: &Path, password: &str, settings: &str) -> io::Result<()> {
    fs::write(folder.join("password"), password)?;
    fs::write(folder.join("settings"), settings)
}

fn settings(folder: &Path, port: u16, durable: bool) -> String {
    let mut settings = format!(
        "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{}'\n\
         max_connections = 100\nshared_buffers = '32MB'\n",
        folder.display()
    );
    if !durable {
        let fast = ["fsync", "synchronous_commit", "full_page_writes"];
        for name in fast {
            writeln!(settings, "{name} = off").expect("writing to a String cannot fail");
        }
    }
    settings
}

/// A password is needed: other users of this machine can reach the port, and a superuser of PostgreSQL can run programs.
fn password() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}

/// The programs that a cluster needs, all of one version.
const NEEDED: [&str; 4] = ["initdb", "pg_ctl", "postgres", "psql"];
/// Distributions install them here, in one folder for each version, and not in `PATH`.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The folder with the newest installed programs.
pub(super) fn programs() -> Option<PathBuf> {
    let mut folders = versions(Path::new(VERSIONS));
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.extend(std::env::split_paths(&path));
    folders.into_iter().find(|folder| is_complete(folder))
}

/// Any `psql`. It is enough for a server that runs already.
pub(super) fn psql() -> Option<PathBuf> {
    program("psql").or_else(|| Some(programs()?.join("psql")))
}

/// The program folders of all versions, the newest first.
fn versions(root: &Path) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.split('.').next()?.parse();
            Some((version.ok()?, entry.path().join("bin")))
        })
        .collect();
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, folder)| folder).collect()
}

/// Whether the programs in this folder can run a cluster. Outside of Unix they cannot: the supervisor needs a shell.
fn is_complete(folder: &Path) -> bool {
    cfg!(unix) && NEEDED.iter().all(|name| folder.join(name).is_file())
}

#[cfg(test)]
mod tests {
    use super::versions;
    use std::fs;

    #[test]
    fn newest_version_comes_first_and_other_folders_are_ignored() {
        let root = std::env::temp_dir().join(format!("jetpay-versions-{}", std::process::id()));
        for name in ["9.6", "18", "15", "common"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        let found = versions(&root);
        fs::remove_dir_all(&root).unwrap();
        let expected = ["18", "15", "9.6"].map(|version| root.join(version).join("bin"));
        assert_eq!(found, expected);
    }
}
