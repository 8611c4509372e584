//! Slow clients, too many clients, a stop under load.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::rt::spawn;
use actix_web::rt::time::sleep;

use crate::MACHINE;
use crate::support::raw::{Outcome, Raw, TIMEOUT, callback, check_deposit, request, verify};
use crate::support::{Folder, Running};

/// The open sockets of the service. It uses a few dozen itself.
fn sockets(running: &Running) -> usize {
    let files = std::fs::read_dir(format!("/proc/{}/fd", running.id())).unwrap();
    let links = files.filter_map(|file| std::fs::read_link(file.ok()?.path()).ok());
    links
        .filter(|link| link.to_string_lossy().starts_with("socket:"))
        .count()
}

/// Sends `verify` on new connections for a while. Returns their number and the slowest time.
async fn verify_for(port: u16, time: Duration) -> (usize, Duration) {
    let (start, body) = (Instant::now(), verify());
    let (mut count, mut slowest) = (0, Duration::ZERO);
    while start.elapsed() < time {
        let sent = Instant::now();
        let mut connection = Raw::connect(port).await.unwrap();
        let (status, answer) = connection.post("/kaspi", &body).await.answer();
        assert_eq!((status, &answer["code"]), (200, &0.into()));
        slowest = slowest.max(sent.elapsed());
        count += 1;
    }
    (count, slowest)
}

#[actix_web::test]
async fn silent_and_slow_connections_starve_no_client_and_each_of_them_is_closed() {
    let _shared = MACHINE.read().await;
    let folder = Folder::with_server("workers = 2\nread_timeout_seconds = 3");
    let running = folder.serve().await.with_customer().await;
    let port = running.folder.listen;
    let complete = request("/kaspi", &verify());
    let mut held = Vec::new();
    for number in 0..500 {
        let mut connection = Raw::connect(port).await.unwrap();
        match number % 5 {
            0 => {}
            1 => assert!(connection.write(b"POST /kaspi HT").await),
            2 => drop(connection.post("/kaspi", &verify()).await.answer()),
            // The head of the second request, to which a limit for the first does not apply.
            3 => {
                connection.post("/kaspi", &verify()).await.answer();
                assert!(connection.write(b"P").await);
            }
            _ => assert!(connection.write(&complete[..complete.len() - 1]).await),
        }
        held.push(connection);
    }
    let dripping: Vec<_> = (0..50)
        .map(|_| spawn(drip(port, complete.clone())))
        .collect();
    let (count, slowest) = verify_for(port, Duration::from_secs(2)).await;
    assert!(
        count >= 10 && slowest < Duration::from_secs(5),
        "{count} in 2 s, {slowest:?}"
    );
    for (number, mut connection) in held.into_iter().enumerate() {
        let is_closed = connection.is_closed_within(TIMEOUT).await;
        assert!(is_closed, "kind {}", number % 5);
    }
    for dripping in dripping {
        assert!(dripping.await.unwrap(), "a byte a second is no progress");
    }
    verify_for(port, Duration::from_millis(10)).await;
}

/// Sends a byte a second. Returns whether the service closed the connection before the last.
async fn drip(port: u16, request: Vec<u8>) -> bool {
    let mut connection = Raw::connect(port).await.unwrap();
    let seconds = TIMEOUT.as_secs().try_into().unwrap();
    for byte in request.chunks(1).take(seconds) {
        if !connection.write(byte).await {
            return true;
        }
        sleep(Duration::from_secs(1)).await;
    }
    false
}

#[actix_web::test]
async fn client_that_reads_no_answers_is_disconnected() {
    let _shared = MACHINE.read().await;
    let folder = Folder::with_server("workers = 1\nread_timeout_seconds = 1");
    let running = folder.serve().await;
    let mut connection = Raw::connect(running.folder.listen).await.unwrap();
    let many = request("/kaspi", b"{}").repeat(100);
    let writing = async { while connection.write(&many).await {} };
    actix_web::rt::time::timeout(TIMEOUT, writing)
        .await
        .expect("the service keeps the connection for ever");
}

#[actix_web::test]
async fn more_connections_than_the_limit_wait_and_are_served_when_others_end() {
    let _shared = MACHINE.read().await;
    let folder = Folder::with_server("workers = 2\nmax_connections = 40\nread_timeout_seconds = 2");
    let running = folder.serve().await.with_customer().await;
    let before = sockets(&running);
    let (port, body) = (running.folder.listen, verify());
    let clients: Vec<_> = (0..200)
        .map(|_| {
            let body = body.clone();
            spawn(async move {
                let mut connection = Raw::connect(port).await.unwrap();
                let (status, _) = connection.post("/kaspi", &body).await.answer();
                // The connection stays open: the next one waits until the service closes it.
                connection.is_closed_within(TIMEOUT).await;
                status
            })
        })
        .collect();
    sleep(Duration::from_millis(500)).await;
    let open = sockets(&running);
    assert!(
        open <= before + 44,
        "{before} sockets before, {open} with 200 connections"
    );
    for client in clients {
        assert_eq!(client.await.unwrap(), 200);
    }
}

#[actix_web::test]
async fn sigterm_under_load_finishes_accepted_requests_and_loses_no_acknowledged_callback() {
    let _shared = MACHINE.read().await;
    let mut running = Folder::new().serve().await.with_customer().await;
    let port = running.folder.listen;
    // Requests in progress when the signal arrives: only the last byte is missing.
    let complete = request("/kaspi", &check_deposit());
    let mut started = Vec::new();
    for _ in 0..20 {
        let mut connection = Raw::connect(port).await.unwrap();
        assert!(connection.write(&complete[..complete.len() - 1]).await);
        started.push(connection);
    }
    let (acknowledged, signalled) = (Arc::default(), Arc::new(AtomicBool::new(false)));
    let payers: Vec<_> = (0..16)
        .map(|payer| {
            let shared = (Arc::clone(&acknowledged), Arc::clone(&signalled));
            spawn(pay(port, payer, shared.0, shared.1))
        })
        .collect();
    sleep(Duration::from_secs(1)).await;
    signalled.store(true, Relaxed);
    running.signal("-TERM");
    sleep(Duration::from_millis(300)).await;
    for connection in &mut started {
        assert!(connection.write(&complete[complete.len() - 1..]).await);
    }
    let mut announced = Vec::new();
    for mut connection in started {
        let (status, answer) = connection.answer().await.answer();
        assert_eq!((status, &answer["code"]), (200, &0.into()), "{answer}");
        announced.push((answer["payment_id"].as_str().unwrap().to_owned(), "pending"));
    }
    for payer in payers {
        payer.await.unwrap();
    }
    assert!(running.ended().success());
    announced.append(&mut acknowledged.lock().unwrap());
    assert!(
        announced.len() > 50,
        "{} were acknowledged",
        announced.len()
    );
    running.start_again().await;
    for (id, least) in announced {
        let (status, payment) = running.get(&format!("/v1/payments/{id}")).await;
        assert_eq!(status, 200, "{id} was acknowledged");
        assert!(least == "pending" || payment["state"] == least, "{payment}");
    }
}

type Acknowledged = Arc<Mutex<Vec<(String, &'static str)>>>;

/// Pays until the service stops, and records what was acknowledged.
async fn pay(port: u16, payer: u64, acknowledged: Acknowledged, signalled: Arc<AtomicBool>) {
    let mut operation_id = payer << 32;
    while let Ok(mut connection) = Raw::connect(port).await {
        loop {
            let Outcome::Answer(200, answer) = connection.post("/kaspi", &check_deposit()).await
            else {
                break;
            };
            let id = answer["payment_id"].as_str().unwrap().to_owned();
            operation_id += 1;
            acknowledged.lock().unwrap().push((id.clone(), "pending"));
            let callback = callback(&id, operation_id);
            match connection.post("/callback", &callback).await {
                Outcome::Answer(status, _) => assert_eq!(status, 200),
                Outcome::Closed => break,
            }
            acknowledged.lock().unwrap().push((id, "credited"));
        }
        assert!(
            signalled.load(Relaxed),
            "the service refuses no connection before it stops"
        );
    }
}
