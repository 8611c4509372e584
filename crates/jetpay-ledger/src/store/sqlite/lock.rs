//! One process, one ledger: an advisory lock beside the database.

use std::fs::File;
use std::path::Path;

use crate::error::OpenError;

/// The lock. The operating system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Drop for Lock {
    /// Closing the file is not enough: a child that was just forked off has it open, too, until it runs its program.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

impl Lock {
    /// Locks `<database>.lock`, which is made and left behind: removing it would race with the next process.
    pub(super) fn take(database: &Path) -> Result<Self, OpenError> {
        let mut lock = database.as_os_str().to_owned();
        lock.push(".lock");
        let failed = |source| OpenError::Lock {
            lock: lock.clone().into(),
            source,
        };
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(std::fs::TryLockError::WouldBlock) => Err(OpenError::InUse {
                path: database.into(),
                lock: lock.into(),
            }),
            Err(std::fs::TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}
