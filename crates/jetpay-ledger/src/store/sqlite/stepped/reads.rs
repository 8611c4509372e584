//! Reads, by the same queries as those of the file.

use std::future::ready;
use std::path::Path;
use std::pin::Pin;

use rusqlite::Connection;

use super::super::reads::reads;
use super::{Fate, Stepped};
use crate::error::Error;
use crate::store::{Pending, Store};
use crate::work::Job;

impl Stepped {
    fn read<'a, T: Send + 'a>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Pending<'a, T> {
        Box::pin(ready(self.look(query).map_err(Error::from)))
    }
}

impl Store for Stepped {
    fn submit(&self, job: Box<dyn Job>) -> Result<(), Error> {
        self.take(job)
    }

    fn ready(&self) -> Result<(), Error> {
        let inner = self.lock();
        if inner.closed {
            Err(Error::closed())
        } else if inner.waiting.len() >= self.queue {
            Err(Error::Busy)
        } else {
            Ok(())
        }
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            self.step(Fate::Commits);
            self.lock().closed = true;
        })
    }

    reads!();

    fn backup<'a>(&'a self, _: &'a Path) -> Pending<'a, ()> {
        let nowhere = "a database in memory has no file to copy";
        Box::pin(ready(Err(Error::Unavailable(nowhere.into()))))
    }
}
