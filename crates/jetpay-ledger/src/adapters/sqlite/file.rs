//! The database's file by its identity, which is device and inode: one process has it open, whatever name it opens it by, and
//! no commit goes unnoticed into a file that was moved or replaced.

use std::collections::BTreeMap;
use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::open::MAY_WRITE;
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
pub(super) struct Lock(Identity);

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
            OpenError::Store {
                path: database.into(),
                reason,
            }
        };
        let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
        let known = Identity::at(database).ok();
        let known = known.filter(|identity| opened.contains_key(identity));
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
            if let Some(known) = opened.insert(identity, new) {
                std::mem::forget(opened.insert(identity, known));
            }
            identity
        };
        let in_use = || OpenError::InUse {
            path: database.into(),
        };
        let opened = opened.get_mut(&identity).ok_or_else(in_use)?;
        if opened.is_locked {
            return Err(in_use());
        }
        match opened.file.try_lock() {
            Ok(()) => opened.is_locked = true,
            Err(TryLockError::WouldBlock) => return Err(in_use()),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        Ok(Self(identity))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(opened) = opened.get_mut(&self.0) {
            // A child that was just forked off has the file open, too, until it runs its program: so closing would not do.
            let _ = opened.file.unlock();
            opened.is_locked = false;
        }
    }
}

/// The names of a database that is open, and the files that they stood for then.
#[derive(Clone, Debug)]
pub(super) struct Names(Arc<[(PathBuf, Identity)]>);

impl Names {
    /// The names of a database that `SQLite` has opened.
    pub(super) fn of(database: &Path, lock: &Lock) -> io::Result<Self> {
        // SQLite follows a symbolic link, and puts the other files beside the target.
        let target = database.canonicalize()?;
        let beside = |ending: &str| {
            let mut path = target.clone().into_os_string();
            path.push(ending);
            let path = PathBuf::from(path);
            Identity::at(&path).map(|identity| (path, identity))
        };
        let names = [(database.into(), lock.0), beside("-wal")?, beside("-shm")?];
        let names = Self(names.into());
        names.check().map_err(io::Error::other)?;
        Ok(names)
    }

    /// Whether each name still stands for the same file. Costs one `stat` a name.
    ///
    /// # Errors
    /// What happened, and what to do.
    pub(super) fn check(&self) -> Result<(), String> {
        let is_moved = |(path, identity): &&(PathBuf, Identity)| {
            Identity::at(path).map_or(true, |found| found != *identity)
        };
        match self.0.iter().find(is_moved) {
            None => Ok(()),
            Some((path, _)) => Err(format!(
                "{} was moved, removed or replaced while the service has it open, so nothing more is stored: move that \
                 file back, or stop the service, put the right database there, and start it again",
                path.display()
            )),
        }
    }
}
