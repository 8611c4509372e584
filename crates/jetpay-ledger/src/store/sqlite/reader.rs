//! Reads: every thread has its own connection, so that nobody waits for a lock or for another thread.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, Weak};

use rusqlite::Connection;

use super::open::open_to_read;
use crate::error::Error;

thread_local! {
    /// This thread's connections, one for each ledger that it has read.
    static CONNECTIONS: RefCell<Vec<(Weak<PathBuf>, Rc<Connection>)>> = const { RefCell::new(Vec::new()) };
}

/// Where to read.
#[derive(Debug)]
pub(super) struct Readers {
    /// Its address is what tells one ledger from another: a path may be opened, closed and opened again.
    path: Arc<PathBuf>,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path: Arc::new(path),
        }
    }

    /// Reads with the calling thread's connection, which sees all that was acknowledged before.
    pub(super) fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
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
            connections.retain(|(path, _)| path.strong_count() > 0);
            let connection = Rc::new(open_to_read(&self.path)?);
            connections.push((Arc::downgrade(&self.path), Rc::clone(&connection)));
            Ok(connection)
        })
    }
}
