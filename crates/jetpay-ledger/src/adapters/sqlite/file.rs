//! The database's file by its identity, which is device and inode: one process has it open, whatever name it opens it by, and
//! no commit goes unnoticed into a file that was moved, replaced or overwritten.

use std::collections::BTreeMap;
use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};

use super::open::{MAY_WRITE, check_files, with_ending};
use super::wal_index::{Content, WalIndex};
use crate::model::OpenError;

/// A file as long as it exists, under any name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }

    fn at(path: &Path) -> io::Result<Self> {
        std::fs::metadata(path).map(|metadata| Self::of(&metadata))
    }
}

/// A file that this process has opened beside `SQLite`.
struct Opened {
    file: File,
    is_locked: bool,
}

/// The files that this process has ever locked. None is closed: with any handle that a process closes, the kernel drops all
/// POSIX locks that the process has on that file, and those are `SQLite`'s.
static OPENED: Mutex<BTreeMap<Identity, Opened>> = Mutex::new(BTreeMap::new());

/// The lock on a database's file. It is `flock`'s, which does not touch the POSIX locks of `SQLite`: readers and `sqlite3`
/// work as without it. The operating system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    identity: Identity,
    /// `<database>.lock`, which is what the version before locks.
    older: Option<File>,
}

impl Lock {
    /// Opens the file before `SQLite` does, and locks it. A new file can be read and written by its owner alone; `SQLite`
    /// gives the files beside it the same mode.
    pub(super) fn take(database: &Path) -> Result<Self, OpenError> {
        let failed = |error: io::Error| {
            let reason = match error.kind() {
                io::ErrorKind::PermissionDenied => format!("it may not be written{MAY_WRITE}"),
                io::ErrorKind::NotFound => "its folder does not exist; create it first".to_owned(),
                _ => format!("{error}{MAY_WRITE}"),
            };
            OpenError::store(database, reason)
        };
        let mut every = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
        let known = Identity::at(database).ok();
        let known = known.filter(|identity| every.contains_key(identity));
        let identity = if let Some(known) = known {
            known
        } else {
            let mut options = OpenOptions::new();
            let options = options.read(true).write(true).create(true).mode(0o600);
            let file = options.open(database).map_err(failed)?;
            let identity = Identity::of(&file.metadata().map_err(failed)?);
            let new = Opened {
                file,
                is_locked: false,
            };
            // A known file may just have been put there.
            if let Some(known) = every.insert(identity, new) {
                std::mem::forget(every.insert(identity, known));
            }
            identity
        };
        let in_use = || OpenError::InUse {
            path: database.into(),
        };
        let opened = every.get_mut(&identity).ok_or_else(in_use)?;
        if opened.is_locked {
            return Err(in_use());
        }
        match opened.file.try_lock() {
            Ok(()) => opened.is_locked = true,
            Err(TryLockError::WouldBlock) => return Err(in_use()),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        // From here on, dropping the lock lets go of it.
        drop(every);
        let mut lock = Self {
            identity,
            older: None,
        };
        check_files(database)?;
        lock.older = Some(older_lock(database)?);
        Ok(lock)
    }
}

/// Takes the lock of the version before, so that a process of it and this one do not write the same file. The file stays:
/// removing it would race with the next process.
fn older_lock(database: &Path) -> Result<File, OpenError> {
    let path = with_ending(database, ".lock");
    let failed = |reason: String| OpenError::store(&path, reason);
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true).create(true).mode(0o600);
    let file = options.open(&path);
    let file = file.map_err(|error| failed(format!("{error}{MAY_WRITE}")))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(failed(
            "a process of an older version holds this lock, so it has the database open; stop that process".into(),
        )),
        Err(TryLockError::Error(error)) => Err(failed(error.to_string())),
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(opened) = opened.get_mut(&self.identity) {
            // A child that was just forked off has the file open, too, until it runs its program: so closing would not do.
            let _ = opened.file.unlock();
            opened.is_locked = false;
        }
        if let Some(older) = &self.older {
            let _ = older.unlock();
        }
    }
}

/// The names of a database that is open, and the files that they stood for then.
#[derive(Clone, Debug)]
pub(super) struct Names(Arc<Files>);

#[derive(Debug)]
struct Files {
    /// The name in the configuration.
    name: PathBuf,
    /// The database under the name that `name` leads to, and its `-wal` and `-shm`.
    three: [(PathBuf, Identity); 3],
    content: Content,
    is_overwritten: AtomicBool,
}

/// What happened to the files of a database that is open.
pub(super) struct Changed {
    /// What happened, and what to do.
    pub(super) advice: String,
    /// The content of a file is lost. Else the files are whole, but not all of them are in their place.
    pub(super) is_overwritten: bool,
}

impl Names {
    /// The names of a database that `SQLite` has opened as `target`, to which `name` leads.
    pub(super) fn of(name: &Path, target: PathBuf, lock: &Lock) -> io::Result<Self> {
        let beside = |ending: &str| {
            let path = with_ending(&target, ending);
            Identity::at(&path).map(|identity| (path, identity))
        };
        let (log, index) = (beside("-wal")?, beside("-shm")?);
        let files = Files {
            name: name.into(),
            content: Content::of(WalIndex::open(&index.0)?),
            three: [(target, lock.identity), log, index],
            is_overwritten: AtomicBool::new(false),
        };
        let names = Self(Arc::new(files));
        let changed = |changed: Changed| io::Error::other(changed.advice);
        names.check().map_err(changed)?;
        Ok(names)
    }

    /// Whether each name still stands for the same file, and each file has the content that `SQLite` wrote. Costs a few
    /// `stat`s.
    ///
    /// # Errors
    /// [`Changed`].
    pub(super) fn check(&self) -> Result<(), Changed> {
        let Files {
            name,
            three: files,
            content,
            is_overwritten,
        } = &*self.0;
        let [(database, _), (log, _), _] = files;
        let is_moved = |(path, identity): &&(PathBuf, Identity)| {
            Identity::at(path).map_or(true, |found| found != *identity)
        };
        let mut moved = files.iter().find(is_moved).map(|(path, _)| path);
        // After a restart SQLite looks for the log beside the file that the name leads to.
        if name.canonicalize().map_or(true, |found| found != *database) {
            moved = moved.or(Some(name));
        }
        if !is_overwritten.load(Relaxed) {
            let Some(path) = moved else {
                if content.is_as_written(database, log) {
                    return Ok(());
                }
                is_overwritten.store(true, Relaxed);
                return self.check();
            };
            return Err(Changed {
                advice: format!(
                    "{} was moved, removed or replaced while the service has it open, so nothing more is stored: move that \
                     file back, or stop the service, put the right database there, and start it again",
                    path.display()
                ),
                is_overwritten: false,
            });
        }
        Err(Changed {
            advice: format!(
                "{} or its -wal was truncated or overwritten while the service has it open, so nothing more is stored: stop \
                 the service, keep copies of both files, and restore a backup in their place",
                database.display()
            ),
            is_overwritten: true,
        })
    }

    /// Whether a check has found a file whose content is lost.
    pub(super) fn is_overwritten(&self) -> bool {
        self.0.is_overwritten.load(Relaxed)
    }
}
