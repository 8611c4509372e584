//! A store that hangs: reads continue, writes wait, and writes beyond the queue get 503 at once.

use std::time::{Duration, Instant};

use actix_web::rt::spawn;
use actix_web::rt::time::sleep;

use crate::MACHINE;
use crate::support::Folder;
use crate::support::raw::{Raw, TIMEOUT, check_deposit, request, verify};

/// The size of the ledger's queue, and of the group that its writer may already have taken.
const ROOM: usize = 8192 + 512;
const WRITERS: usize = ROOM + 300;

#[actix_web::test]
async fn writes_beyond_the_queue_get_503_at_once_while_reads_continue_and_queued_writes_are_done() {
    let _alone = MACHINE.write().await;
    // Both sides need one open file for each connection.
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
        // A first request on each connection: on a slow machine the time limit for a connection's first head would expire.
        let (status, _) = connection.post("/kaspi", &verify()).await.answer();
        assert_eq!(status, 200);
        connections.push(connection);
    }
    // Another program locks the database, for less time than the writer waits.
    let holder = running.folder.database();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let start = Instant::now();
    let complete = request("/kaspi", &check_deposit());
    for connection in &mut connections {
        assert!(connection.write(&complete).await);
    }
    let mut waiting = Vec::new();
    for mut connection in connections {
        waiting.push(spawn(async move { connection.answer().await.answer() }));
    }
    let mut reader = Raw::connect(port).await.unwrap();
    let (status, answer) = reader.post("/kaspi", &verify()).await.answer();
    assert_eq!(
        (status, &answer["code"]),
        (200, &0.into()),
        "reads continue"
    );
    // Writes beyond the queue are refused while the store still hangs.
    while waiting.iter().filter(|task| task.is_finished()).count() < WRITERS - ROOM {
        assert!(start.elapsed() < TIMEOUT, "the service did not refuse them");
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
    let (status, _) = reader.post("/kaspi", &check_deposit()).await.answer();
    assert_eq!(status, 200, "the service works again");
}
