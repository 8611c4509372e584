//! The writer without its thread: a full disk, and what its connection is set to.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use tempfile::TempDir;

use super::super::open;
use super::super::tests::payment;
use super::{State, Writer};
use crate::error::Error;
use crate::work::{RecordPayment, Task};

fn writer() -> (TempDir, Writer) {
    let directory = tempfile::tempdir().unwrap();
    let connection = open::open(&directory.path().join("ledger.db")).unwrap();
    let writer = Writer::new(connection, None, Arc::new(State::default())).unwrap();
    (directory, writer)
}

impl Writer {
    fn record(&mut self, id: &str) -> Result<(), Error> {
        let (task, mut answer) = Task::new(RecordPayment(payment(id)));
        self.write(&mut vec![task]);
        answer.try_recv().unwrap()?
    }

    fn room(&self, pages: i64) {
        let pages = self
            .connection
            .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
        pages.unwrap();
    }
}

#[test]
fn full_disk_is_unavailable_and_is_left_when_there_is_room_again() {
    let (_directory, mut writer) = writer();
    writer.room(1); // As few as there are.
    let mut recorded = 0;
    let error = loop {
        match writer.record(&format!("payment_{recorded}")) {
            Ok(()) => recorded += 1,
            Err(error) => break error,
        }
    };
    assert!(
        matches!(&error, Error::Unavailable(text) if text.contains("full")),
        "{error}"
    );
    assert!(writer.state.failing.load(Relaxed));
    writer.room(1_000_000);
    assert_eq!(writer.record("last"), Ok(()));
    assert!(!writer.state.failing.load(Relaxed));
    let pending = writer.counts.pending;
    assert_eq!(pending, recorded + 1, "what was refused is not there");
}

#[test]
fn every_commit_waits_for_the_disk() {
    let (_directory, writer) = writer();
    let pragma = |name| {
        writer
            .connection
            .pragma_query_value(None, name, |row| row.get(0))
    };
    assert_eq!(pragma("synchronous"), Ok(2)); // FULL.
    let mode = writer
        .connection
        .pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0));
    assert_eq!(mode.as_deref(), Ok("wal"));
}

#[test]
fn entry_and_settlement_are_never_changed_nor_deleted() {
    let (_directory, writer) = writer();
    let sql = "INSERT INTO entries VALUES (NULL, 'a', 1, 1, 'credit', 5, 0);
               INSERT INTO settlements VALUES (NULL, NULL, 'a', 1, 'dismiss', NULL, NULL, 'seen', 0, 0)";
    writer.connection.execute_batch(sql).unwrap();
    for sql in [
        "UPDATE entries SET amount = 6",
        "DELETE FROM entries",
        "UPDATE settlements SET reason = ''",
        "DELETE FROM settlements",
    ] {
        let error = writer.connection.execute(sql, ()).unwrap_err().to_string();
        assert!(error.contains("only ever added"), "{sql}: {error}");
    }
}
