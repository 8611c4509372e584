//! The memory of the service stays bounded, for any number and any size of messages.

use actix_web::rt::spawn;
use serde_json::json;

use crate::MACHINE;
use crate::support::raw::{Raw, request, verify};
use crate::support::{Folder, PROJECT, Running};

/// The growth that is allowed between the first requests and the end of the load, in KiB. The bodies alone are three times
/// as large, and the connections' buffers twice.
const BOUND: usize = 16 * 1024;
/// The largest body that the service accepts.
const MAX_BODY: usize = 64 * 1024;

/// The resident memory of the service, in KiB.
fn resident(running: &Running) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap()
}

/// Sends bodies over one connection, one after the other. Each answer must have this status.
async fn send(port: u16, bodies: impl Iterator<Item = Vec<u8>>, status: u16) {
    let mut connection = Raw::connect(port).await.unwrap();
    for body in bodies {
        let (found, answer) = connection.post("/kaspi", &body).await.answer();
        assert_eq!(found, status, "{answer}");
    }
}

/// Bodies with different customers and a wrong signature.
fn distinct(from: usize, count: usize) -> impl Iterator<Item = Vec<u8>> {
    (from..from + count).map(|number| {
        let text = format!("{number}-{}", "x".repeat(number % 700));
        json!({"project_id": PROJECT, "type": "verify", "customer_id": text, "signature": "A".repeat(88)})
            .to_string()
            .into_bytes()
    })
}

/// Different bodies of the maximal size.
fn large(count: usize) -> impl Iterator<Item = Vec<u8>> {
    (0..count).map(|number| {
        let head = format!("{{\"project_id\":{PROJECT},\"n\":{number},\"x\":\"");
        let filling = "x".repeat(MAX_BODY - head.len() - 2);
        format!("{head}{filling}\"}}").into_bytes()
    })
}

#[actix_web::test]
async fn memory_is_bounded_after_20_000_bodies_bodies_at_the_limit_and_thousands_of_connections() {
    let _alone = MACHINE.write().await;
    let folder = Folder::with_server("workers = 2\nread_timeout_seconds = 5");
    let running = folder.serve().await.with_customer().await;
    let port = running.folder.listen;
    // After the first load the service has all buffers, statements and tables that it needs.
    send(port, distinct(0, 500), 200).await;
    send(port, large(20), 200).await;
    let before = resident(&running);

    let senders = (0..20).map(|from| spawn(send(port, distinct(from * 10_000, 1_000), 200)));
    for sender in senders.collect::<Vec<_>>() {
        sender.await.unwrap();
    }
    let bodies = resident(&running);
    let senders = (0..4).map(|_| spawn(send(port, large(150), 200)));
    for sender in senders.collect::<Vec<_>>() {
        sender.await.unwrap();
    }
    let too_large = large(1).map(|body| [body, vec![b' ']].concat());
    send(port, too_large, 413).await;
    let largest = resident(&running);
    for _ in 0..10 {
        let mut open = Vec::new();
        for _ in 0..300 {
            let mut connection = Raw::connect(port).await.unwrap();
            assert!(connection.write(&request("/kaspi", &verify())).await);
            open.push(connection);
        }
        for mut connection in open {
            assert_eq!(connection.answer().await.answer().0, 200);
        }
    }
    let connections = resident(&running);
    println!("KiB: {before}, then {bodies}, {largest}, {connections}");
    for after in [bodies, largest, connections] {
        assert!(after < before + BOUND, "from {before} KiB to {after} KiB");
    }
}
