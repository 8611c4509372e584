//! What the `-shm` file says of the other two. Whatever writes them with `SQLite` says so there before it does it: what else
//! happens to their content is damage. Source: `SQLite`'s "WAL-mode File Format", part 2.

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// The `-shm` file. It is never closed: with it, the kernel would drop the POSIX locks of `SQLite` on it.
#[derive(Debug)]
pub(super) struct WalIndex(&'static File);

/// The header, twice, then what is known of checkpoints.
const HEADER: usize = 48;
const LENGTH: usize = 136;

/// The parts of the index that say what must be in the files. Numbers are in the machine's order.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    /// Bytes of a page.
    page: u64,
    /// Pages in the log.
    frames: u64,
    /// Pages of the database after the last commit; 0 if nothing was committed since it was opened.
    pages: u64,
    /// Another one each time that the log begins anew.
    salt: [u8; 8],
    /// Frames that are in the database, too.
    copied: u64,
    /// The same, as soon as copying begins.
    copying: u64,
}

impl WalIndex {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(Box::leak(Box::new(File::open(path)?))))
    }

    /// None while it changes.
    fn read(&self) -> io::Result<Option<State>> {
        let mut bytes = [0; LENGTH];
        self.0.read_exact_at(&mut bytes, 0)?;
        let number = |at: usize| {
            let mut number = [0; 4];
            number.copy_from_slice(&bytes[at..at + 4]);
            u64::from(u32::from_ne_bytes(number))
        };
        let page = u64::from(u16::from_ne_bytes([bytes[14], bytes[15]]));
        let mut salt = [0; 8];
        salt.copy_from_slice(&bytes[32..40]);
        let is_stable = bytes[..HEADER] == bytes[HEADER..2 * HEADER] && bytes[12] == 1;
        Ok(is_stable.then(|| State {
            // 65536 does not fit, and is 1.
            page: if page == 1 { 65_536 } else { page },
            frames: number(16),
            pages: number(20),
            salt,
            copied: number(96),
            copying: number(128),
        }))
    }
}

/// What a check has seen of the database file.
#[derive(Clone, Copy)]
struct Seen {
    state: State,
    /// When it was written last. None while it is written.
    written: Option<(i64, i64)>,
}

/// The content of a database that is open.
pub(super) struct Content {
    index: WalIndex,
    seen: Mutex<Option<Seen>>,
}

/// The index changes only for moments.
const ATTEMPTS: usize = 10;

impl Content {
    pub(super) fn of(index: WalIndex) -> Self {
        Self {
            index,
            seen: Mutex::new(None),
        }
    }

    /// Whether the database and its log hold what was written to them, as far as lengths and times show it.
    pub(super) fn is_as_written(&self, database: &Path, log: &Path) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..ATTEMPTS {
            match self.look(database, log, *seen) {
                Ok(Some((found, is_whole))) => {
                    *seen = Some(found);
                    return is_whole;
                }
                Ok(None) => std::thread::yield_now(),
                // Then the names do not stand for the files, which is another check's.
                Err(_) => return true,
            }
        }
        true
    }

    /// What is seen now, and whether it is right; none while the index changes.
    fn look(
        &self,
        database: &Path,
        log: &Path,
        seen: Option<Seen>,
    ) -> io::Result<Option<(Seen, bool)>> {
        let Some(state) = self.index.read()? else {
            return Ok(None);
        };
        let log = std::fs::metadata(log)?.len();
        let database = std::fs::metadata(database)?;
        if self.index.read()? != Some(state) {
            return Ok(None);
        }
        let is_copied = state.frames == 0 || state.copied == state.frames;
        let found = Seen {
            state,
            written: (state.copied == state.copying)
                .then(|| (database.mtime(), database.mtime_nsec())),
        };
        let log_is_whole = state.frames == 0 || log >= 32 + state.frames * (24 + state.page);
        // When the log is copied, the file is as long as the database. Before, it may be shorter.
        let least = if is_copied {
            state.pages * state.page
        } else {
            0
        };
        let file_is_whole = database.len() >= least;
        let is_untouched = seen.is_none_or(|seen| {
            let is_same_time = seen.written == found.written;
            let is_copied_since =
                (seen.state.salt, seen.state.copying) != (state.salt, state.copying);
            is_same_time || is_copied_since || seen.written.is_none() || found.written.is_none()
        });
        let is_whole = log_is_whole && file_is_whole && is_untouched;
        Ok(Some((found, is_whole)))
    }
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Content").finish_non_exhaustive()
    }
}
