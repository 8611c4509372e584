//! The real binary under bad load: slow clients, too many of them, a store that stands still, an end in the middle.
//!
//! Nothing here asserts a speed: what happens, and bounds of many seconds.

mod raw;
mod running;

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::rt::spawn;
use actix_web::rt::time::sleep;
use raw::{Came, Raw, SURELY, callback, check_deposit, request, verify};
use running::{Folder, Running};

/// Open sockets of the service; its own are a few dozen.
fn sockets(running: &Running) -> usize {
    let files = std::fs::read_dir(format!("/proc/{}/fd", running.id())).unwrap();
    let links = files.filter_map(|file| std::fs::read_link(file.ok()?.path()).ok());
    links
        .filter(|link| link.to_string_lossy().starts_with("socket:"))
        .count()
}

/// Verifies on fresh connections for a while; how often, and how long the slowest took.
async fn verify_for(port: u16, time: Duration) -> (usize, Duration) {
    let (begun, body) = (Instant::now(), verify());
    let (mut count, mut slowest) = (0, Duration::ZERO);
    while begun.elapsed() < time {
        let asked = Instant::now();
        let mut connection = Raw::connect(port).await.unwrap();
        let (status, answer) = connection.ask("/kaspi", &body).await.answer();
        assert_eq!((status, &answer["code"]), (200, &0.into()));
        slowest = slowest.max(asked.elapsed());
        count += 1;
    }
    (count, slowest)
}

#[actix_web::test]
async fn silent_and_slow_connections_starve_nobody_and_each_of_them_is_ended() {
    let folder = Folder::with_server("workers = 2\nread_timeout_seconds = 3");
    let running = folder.serve().await.with_customer().await;
    let port = running.folder.listen;
    let whole = request("/kaspi", &verify());
    let mut held = Vec::new();
    for number in 0..500 {
        let mut connection = Raw::connect(port).await.unwrap();
        match number % 5 {
            0 => {}
            1 => assert!(connection.write(b"POST /kaspi HT").await),
            2 => drop(connection.ask("/kaspi", &verify()).await.answer()),
            // The head of the second request, which a limit for the first does not see.
            3 => {
                connection.ask("/kaspi", &verify()).await.answer();
                assert!(connection.write(b"P").await);
            }
            _ => assert!(connection.write(&whole[..whole.len() - 1]).await),
        }
        held.push(connection);
    }
    let dripping: Vec<_> = (0..50).map(|_| spawn(drip(port, whole.clone()))).collect();
    let (count, slowest) = verify_for(port, Duration::from_secs(2)).await;
    assert!(
        count >= 10 && slowest < Duration::from_secs(5),
        "{count} in 2 s, {slowest:?}"
    );
    for (number, mut connection) in held.into_iter().enumerate() {
        assert!(
            connection.is_ended_within(SURELY).await,
            "kind {}",
            number % 5
        );
    }
    for dripping in dripping {
        assert!(dripping.await.unwrap(), "a byte a second is no progress");
    }
    verify_for(port, Duration::from_millis(10)).await;
}

/// Sends a byte a second; whether the connection was ended before the last.
async fn drip(port: u16, request: Vec<u8>) -> bool {
    let mut connection = Raw::connect(port).await.unwrap();
    for byte in request.chunks(1).take(SURELY.as_secs().try_into().unwrap()) {
        if !connection.write(byte).await {
            return true;
        }
        sleep(Duration::from_secs(1)).await;
    }
    false
}

#[actix_web::test]
async fn who_asks_and_takes_no_answers_is_ended() {
    let folder = Folder::with_server("workers = 1\nread_timeout_seconds = 1");
    let running = folder.serve().await;
    let mut connection = Raw::connect(running.folder.listen).await.unwrap();
    let many = request("/kaspi", b"{}").repeat(100);
    let writing = async { while connection.write(&many).await {} };
    actix_web::rt::time::timeout(SURELY, writing)
        .await
        .expect("the connection is held for ever");
}

#[actix_web::test]
async fn more_connections_than_the_limit_wait_and_are_served_when_others_end() {
    let folder = Folder::with_server("workers = 2\nmax_connections = 40\nread_timeout_seconds = 2");
    let running = folder.serve().await.with_customer().await;
    let before = sockets(&running);
    let (port, body) = (running.folder.listen, verify());
    let asking: Vec<_> = (0..200)
        .map(|_| {
            let body = body.clone();
            spawn(async move {
                let mut connection = Raw::connect(port).await.unwrap();
                let (status, _) = connection.ask("/kaspi", &body).await.answer();
                // It stays, so that the next one has to wait until the service ends it.
                connection.is_ended_within(SURELY).await;
                status
            })
        })
        .collect();
    sleep(Duration::from_millis(500)).await;
    let most = sockets(&running);
    assert!(
        most <= before + 44,
        "{before} sockets before, {most} with 200 connections"
    );
    for asking in asking {
        assert_eq!(asking.await.unwrap(), 200);
    }
}

#[actix_web::test]
async fn sigterm_under_load_finishes_what_was_accepted_and_what_was_acknowledged_is_stored() {
    let mut running = Folder::new().serve().await.with_customer().await;
    let port = running.folder.listen;
    // Under way when the signal comes: all but the last byte is there.
    let whole = request("/kaspi", &check_deposit());
    let mut begun = Vec::new();
    for _ in 0..20 {
        let mut connection = Raw::connect(port).await.unwrap();
        assert!(connection.write(&whole[..whole.len() - 1]).await);
        begun.push(connection);
    }
    let (acknowledged, signalled) = (Arc::default(), Arc::new(AtomicBool::new(false)));
    let payers: Vec<_> = (0..16)
        .map(|payer| {
            spawn(pay(
                port,
                payer,
                Arc::clone(&acknowledged),
                Arc::clone(&signalled),
            ))
        })
        .collect();
    sleep(Duration::from_secs(1)).await;
    signalled.store(true, Relaxed);
    running.signal("-TERM");
    sleep(Duration::from_millis(300)).await;
    for connection in &mut begun {
        assert!(connection.write(&whole[whole.len() - 1..]).await);
    }
    let mut announced = Vec::new();
    for mut connection in begun {
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

/// Pays until the service ends, and writes down what was acknowledged.
async fn pay(port: u16, payer: u64, acknowledged: Acknowledged, signalled: Arc<AtomicBool>) {
    let mut operation_id = payer << 32;
    while let Ok(mut connection) = Raw::connect(port).await {
        loop {
            let Came::Answer(200, answer) = connection.ask("/kaspi", &check_deposit()).await else {
                break;
            };
            let id = answer["payment_id"].as_str().unwrap().to_owned();
            operation_id += 1;
            acknowledged.lock().unwrap().push((id.clone(), "pending"));
            match connection
                .ask("/callback", &callback(&id, operation_id))
                .await
            {
                Came::Answer(status, _) => assert_eq!(status, 200),
                Came::Nothing => break,
            }
            acknowledged.lock().unwrap().push((id, "credited"));
        }
        assert!(
            signalled.load(Relaxed),
            "nobody is turned away before the end"
        );
    }
}
