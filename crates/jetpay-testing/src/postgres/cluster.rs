//! A cluster of one's own.

use std::fmt::Write;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{fmt, fs, io};

use super::database::{Database, Server};
use super::missing::Unavailable;
use super::supervisor::Supervisor;
use super::{binaries, folder};
use crate::free_port;

/// Whether what was committed is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// As PostgreSQL does by itself: a commit survives a crash of the machine.
    Full,
    /// Nothing is awaited: quick, for tests that crash nothing.
    None,
}

/// A running server with a folder of its own. Both vanish with this value, and also when the process is killed.
pub struct Cluster {
    server: Server,
    port: u16,
    folder: PathBuf,
    supervisor: Mutex<Supervisor>,
}

impl Cluster {
    /// A quick one, for tests that crash nothing.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub fn start_fast() -> Result<Self, Unavailable> {
        Self::start(Durability::None)
    }

    /// One that loses nothing it has committed, to be crashed.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub fn start_durable() -> Result<Self, Unavailable> {
        Self::start(Durability::Full)
    }

    /// Makes a cluster and starts it.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub fn start(durability: Durability) -> Result<Self, Unavailable> {
        let binaries = binaries::find().ok_or_else(|| {
            Unavailable::Missing(
                "its programs are not installed (apt-get install postgresql)".into(),
            )
        })?;
        Self::with_binaries(&binaries, durability).map_err(Unavailable::Broken)
    }

    fn with_binaries(binaries: &Path, durability: Durability) -> Result<Self, String> {
        let folder = folder::make().map_err(|error| format!("no folder for it: {error}"))?;
        let (port, password) = (free_port(), password());
        let written = write(&folder, &password, &settings(&folder, port, durability));
        let supervisor = written.and_then(|()| Supervisor::over(&folder, binaries));
        let mut supervisor = supervisor.map_err(|error| {
            // Nobody has taken it over yet.
            let _ = fs::remove_dir_all(&folder);
            format!("no supervisor for it: {error}")
        })?;
        supervisor.obey("init")?;
        supervisor.obey("start")?;
        let url = format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres");
        Ok(Self {
            server: Server::new(url, binaries.join("psql")),
            port,
            folder,
            supervisor: Mutex::new(supervisor),
        })
    }

    /// A fresh database.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn database(&self) -> Database {
        let made = self.server.database();
        made.unwrap_or_else(|error| panic!("no database could be made: {error}"))
    }

    /// The server crashes: connections break, what was not committed is lost.
    ///
    /// # Panics
    /// When it is down already.
    pub fn crash(&self) {
        self.obey("crash");
    }

    /// It is started again after a [`crash`](Self::crash), on the same port, and has recovered when this returns.
    ///
    /// # Panics
    /// When it cannot.
    pub fn start_again(&self) {
        self.obey("start");
    }

    /// A crash, and the start after it.
    ///
    /// # Panics
    /// When it does not come back.
    pub fn restart_immediate(&self) {
        self.crash();
        self.start_again();
    }

    /// Its port on loopback.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its folder, also of its Unix socket and its log.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    fn obey(&self, word: &str) {
        let done = self.supervisor().obey(word);
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

fn settings(folder: &Path, port: u16, durability: Durability) -> String {
    let mut settings = format!(
        "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{}'\n\
         max_connections = 100\nshared_buffers = '32MB'\n",
        folder.display()
    );
    if durability == Durability::None {
        let fast = ["fsync", "synchronous_commit", "full_page_writes"];
        for name in fast {
            writeln!(settings, "{name} = off").expect("a String takes all");
        }
    }
    settings
}

/// Other users of this machine can reach the port, and a superuser of PostgreSQL can run programs.
fn password() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}
