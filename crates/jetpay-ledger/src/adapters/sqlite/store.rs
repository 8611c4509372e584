//! The store's handle: a queue for the writer, connections for the readers.

use std::cell::RefCell;
use std::fmt::Display;
use std::fs::File;
use std::future::ready;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Weak};

use rusqlite::{Connection, params};
use tokio::sync::mpsc;

use super::file::{Changed, Lock, Names};
use super::open::open_to_read;
use super::writer::{Health, Writer};
use super::{customers, open, rows};
use crate::model::{Error, OpenError};
use crate::port::{
    Intake, QueuedCommand, ReadFuture, Row, SeenCustomer, Store, TransactionError, Value,
};

/// At most this many writes are committed together, so that the first one does not wait long for the last.
const GROUP: usize = 512;

/// The store in one `SQLite` file.
#[derive(Debug)]
pub(crate) struct Sqlite {
    intake: Intake,
    readers: Readers,
    writer: Arc<Health>,
}

impl Sqlite {
    /// Opens the file, or makes it; `queue` writes may wait.
    pub(crate) fn open(path: &Path, queue: usize) -> Result<Self, OpenError> {
        let failed = |error: &dyn Display| OpenError::store(path, error);
        let lock = Lock::take(path)?;
        // The path may be relative, and a program may change its directory.
        let absolute = std::path::absolute(path).map_err(|error| failed(&error))?;
        // SQLite, too, follows symbolic links, and puts the other files beside the target.
        let target = absolute.canonicalize();
        let target = target.map_err(|error| failed(&error))?;
        let connection = open::open(&target)?;
        let names = Names::of(&absolute, target.clone(), &lock);
        let names = names.map_err(|error| failed(&error))?;
        let state = Arc::new(Health::default());
        let writer = Writer::new(connection, Some((names.clone(), lock)), Arc::clone(&state))
            .map_err(|error| failed(&error))?;
        let (sender, receiver) = mpsc::channel(queue);
        let thread = std::thread::Builder::new().name("jetpay-ledger".into());
        let thread = thread
            .spawn(move || writer.work(receiver, GROUP))
            .map_err(|error| failed(&error))?;
        Ok(Self {
            intake: Intake::new(sender, Some(thread)),
            readers: Readers::new(target, Some(names)),
            writer: state,
        })
    }

    /// Opens a file for reading alone, also while another process has it open for writing.
    pub(crate) fn open_to_read(path: &Path) -> Result<Self, OpenError> {
        open::check_version(path)?;
        let absolute = std::path::absolute(path).map_err(|error| OpenError::store(path, error))?;
        // No writer takes from this queue: every write is refused, as by a closed ledger.
        let (sender, _) = mpsc::channel(1);
        Ok(Self {
            intake: Intake::new(sender, None),
            readers: Readers::new(absolute, None),
            writer: Arc::default(),
        })
    }

    /// Reads at once, on the calling thread: that takes microseconds.
    fn read<'a, T: Send + 'a>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, TransactionError>,
    ) -> ReadFuture<'a, T> {
        Box::pin(ready(self.readers.read(query)))
    }
}

impl Store for Sqlite {
    fn submit(&self, command: Box<dyn QueuedCommand>) -> Result<(), Error> {
        self.intake.submit(command)
    }

    fn ready(&self) -> Result<(), Error> {
        self.intake.ready(|| {
            if let Some(names) = &self.readers.names {
                names.check().map_err(unavailable)?;
            }
            let failing = self.writer.failing.load(Relaxed);
            Ok(failing.then(|| "the last commit failed".into()))
        })
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async { self.intake.finish(&self.writer.closing) })
    }

    fn is_ours_alone(&self) -> bool {
        true
    }

    fn seen_customer<'a>(&'a self, customer_id: &'a str) -> ReadFuture<'a, Option<SeenCustomer>> {
        self.read(|connection| customers::read_net(connection, customer_id))
    }

    fn query<'a>(&'a self, sql: &'a str, values: Vec<Value<'a>>) -> ReadFuture<'a, Vec<Row>> {
        self.read(|connection| rows::query(connection, sql, &values))
    }

    fn query_once<'a>(&'a self, sql: &'a str, values: Vec<Value<'a>>) -> ReadFuture<'a, Vec<Row>> {
        self.read(|connection| rows::query_once(connection, sql, &values))
    }

    fn backup<'a>(&'a self, to: &'a Path) -> ReadFuture<'a, ()> {
        let copied = self.readers.read(|connection| Ok(backup(connection, to)));
        Box::pin(ready(copied.flatten()))
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.intake.finish(&self.writer.closing);
    }
}

thread_local! {
    /// This thread's connections, one for each ledger that it has read.
    static CONNECTIONS: RefCell<Vec<(Weak<PathBuf>, Rc<Connection>)>> = const { RefCell::new(Vec::new()) };
}

/// Where to read.
#[derive(Debug)]
pub(super) struct Readers {
    /// Its address is what tells one ledger from another: a path may be opened, closed and opened again.
    path: Arc<PathBuf>,
    /// Those of the writer: a reader does not open another database than it.
    names: Option<Names>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, names: Option<Names>) -> Self {
        Self {
            path: Arc::new(path),
            names,
        }
    }

    /// Reads with the calling thread's connection, which sees all that was acknowledged before.
    pub(super) fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, TransactionError>,
    ) -> Result<T, Error> {
        let connection = self.connection()?;
        Ok(query(&connection)?)
    }

    fn connection(&self) -> Result<Rc<Connection>, Error> {
        CONNECTIONS.with_borrow_mut(|connections| {
            let mine =
                |(path, _): &&(Weak<PathBuf>, _)| Weak::as_ptr(path) == Arc::as_ptr(&self.path);
            if let Some((_, connection)) = connections.iter().find(mine) {
                return Ok(Rc::clone(connection));
            }
            if let Some(names) = &self.names {
                names.check().map_err(unavailable)?;
            }
            connections.retain(|(path, _)| path.strong_count() > 0);
            let connection = Rc::new(open_to_read(&self.path)?);
            connections.push((Arc::downgrade(&self.path), Rc::clone(&connection)));
            Ok(connection)
        })
    }
}

fn unavailable(changed: Changed) -> Error {
    Error::Unavailable(changed.advice)
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        TransactionError::from(error).into()
    }
}

/// Copies the database as of one commit into a new file. It is there under its name only when it is whole and on the
/// disk.
fn backup(connection: &Connection, to: &Path) -> Result<(), Error> {
    let failed = |what: &str, error: &dyn Display| {
        Error::Unavailable(format!("{what} {}: {error}", to.display()))
    };
    if to.exists() {
        return Err(failed("choose another file than", &"it is there already"));
    }
    let part = &open::with_ending(to, ".part");
    // Left by a copy that was broken off.
    let _ = std::fs::remove_file(part);
    let name = part
        .to_str()
        .ok_or_else(|| failed("cannot write", &"its name is not UTF-8"))?;
    // SQLite would make a file that others can read. It also takes an empty one.
    let mut owners = File::options();
    owners.write(true).create_new(true).mode(0o600);
    owners
        .open(part)
        .map_err(|error| failed("cannot write", &error))?;
    let copied = connection.execute("VACUUM INTO ?1", params![name]);
    let copied = copied.map_err(|error| failed("cannot write", &open::with_advice(&error)));
    let copied = copied.and_then(|_| {
        File::open(part)
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::rename(part, to))
            .and_then(|()| sync_folder(to))
            .map_err(|error| failed("cannot write", &error))
    });
    if copied.is_err() {
        let _ = std::fs::remove_file(part);
        let _ = std::fs::remove_file(open::with_ending(part, "-journal"));
    }
    copied
}

/// A new name is on the disk when its folder is.
fn sync_folder(file: &Path) -> std::io::Result<()> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
