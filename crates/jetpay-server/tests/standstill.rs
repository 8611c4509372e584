//! A store that stands still: what only reads goes on, what writes waits, and what finds no room is told so at once.
#![cfg(target_os = "linux")]

mod raw;
mod running;

use std::time::{Duration, Instant};

use actix_web::rt::spawn;
use actix_web::rt::time::sleep;
use raw::{Raw, SURELY, check_deposit, request, verify};
use running::Folder;
use rusqlite::Connection;

/// What waits in the ledger's queue, and the group that its writer may have in hand.
const ROOM: usize = 8192 + 512;
const WRITERS: usize = ROOM + 300;

#[actix_web::test]
async fn writes_without_room_are_told_503_at_once_while_reads_go_on_and_those_with_room_are_done() {
    // Each side needs a file for a connection.
    let files = jetpay_server::listener::raise_file_limit(WRITERS + 1000);
    if files < WRITERS + 1000 {
        println!("skipped: the system allows {files} open files only");
        return;
    }
    let running = Folder::new().serve().await.with_customer().await;
    let port = running.folder.listen;
    let mut connections = Vec::new();
    for _ in 0..WRITERS {
        let mut connection = Raw::connect(port).await.unwrap();
        // One request each before: else the first ones would be too late with theirs on a slow machine.
        let (status, _) = connection.ask("/kaspi", &verify()).await.answer();
        assert_eq!(status, 200);
        connections.push(connection);
    }
    // Another program holds the database, for less time than the writer is patient.
    let holder = Connection::open(running.folder.path("jetpay.db")).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begun = Instant::now();
    let whole = request("/kaspi", &check_deposit());
    for connection in &mut connections {
        assert!(connection.write(&whole).await);
    }
    let mut waiting = Vec::new();
    for mut connection in connections {
        waiting.push(spawn(async move { connection.answer().await.answer() }));
    }
    let mut reader = Raw::connect(port).await.unwrap();
    let (status, answer) = reader.ask("/kaspi", &verify()).await.answer();
    assert_eq!((status, &answer["code"]), (200, &0.into()), "reads go on");
    // Whoever finds no room hears so while the store still stands.
    while waiting.iter().filter(|task| task.is_finished()).count() < WRITERS - ROOM {
        assert!(begun.elapsed() < SURELY, "they were not refused");
        sleep(Duration::from_millis(20)).await;
    }
    holder.execute_batch("COMMIT").unwrap();
    let (mut done, mut refused) = (0, 0);
    for answer in waiting {
        match answer.await.unwrap() {
            (200, answer) if answer["code"] == 0 => done += 1,
            (503, _) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    println!("{done} done, {refused} refused");
    assert!(
        done > 8000 && refused >= WRITERS - ROOM,
        "{done} done, {refused} refused"
    );
    let (status, _) = reader.ask("/kaspi", &check_deposit()).await.answer();
    assert_eq!(status, 200, "it goes on as before");
}
