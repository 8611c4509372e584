//! A PostgreSQL that crashes or cannot be reached.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jetpay_platform::messages::Verify;
use jetpay_platform::{KASPI, Platform};
use jetpay_testing::postgres::{self, Cluster, require_or_skip};
use reqwest::Method;

use crate::support::{CUSTOMER, Folder, PROJECT, Running, assert_has};
use crate::{TIMEOUT, TopUps};

async fn verify(platform: &Platform) -> u16 {
    let request = platform.sign(&Verify::new(PROJECT.into(), CUSTOMER));
    let answer = platform.send(&KASPI.path(), request).await.unwrap();
    assert!(answer.elapsed < TIMEOUT, "{:?}", answer.elapsed);
    answer.status
}

async fn admin(running: &Running) -> u16 {
    let start = Instant::now();
    let (status, _) = running.get(&format!("/v1/customers/{CUSTOMER}")).await;
    assert!(start.elapsed() < TIMEOUT, "{:?}", start.elapsed());
    status
}

#[tokio::test]
async fn requests_get_503_while_the_database_is_down_and_work_when_it_is_back() {
    let Some(cluster) = require_or_skip(Cluster::start_durable()) else {
        return;
    };
    let cluster = Arc::new(cluster);
    let database = cluster.database();
    let folder = Folder::with_store(database.url());
    let mut running = folder.serve().await.with_customer().await;
    let platform = running.platform();
    let mut top_ups = TopUps::default();
    for _ in 0..2 {
        for _ in 0..5 {
            assert_eq!(top_ups.one(&platform).await, 200);
        }
        let crashing = Arc::clone(&cluster);
        let crash = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(30));
            crashing.crash();
        });
        // Requests continue until the crash.
        while top_ups.one(&platform).await == 200 {}
        crash.join().unwrap();
        for _ in 0..3 {
            assert_eq!(top_ups.one(&platform).await, 503);
            assert_eq!(verify(&platform).await, 503);
            assert_eq!(admin(&running).await, 503);
            assert_eq!(running.readiness().await, Some(503));
        }
        cluster.start_again();
        running.wait_until_ready().await;
        assert_eq!(verify(&platform).await, 200);
        assert_eq!(admin(&running).await, 200);
        top_ups.repeat_unacknowledged(&platform).await;
        top_ups.are_in_the_ledger_of(&running).await;
    }
    running.while_stopped(|_| ()).await;
    top_ups.are_in_the_ledger_of(&running).await;
}

#[tokio::test]
async fn failed_read_alone_makes_the_service_not_ready() {
    let Some(cluster) = require_or_skip(Cluster::start_fast()) else {
        return;
    };
    let database = cluster.database();
    let running = Folder::with_store(database.url()).serve().await;
    assert_eq!(running.readiness().await, Some(200));
    cluster.crash();
    assert_eq!(verify(&running.platform()).await, 503);
    assert_eq!(running.readiness().await, Some(503));
}

#[tokio::test]
async fn service_that_its_database_refuses_ends_and_says_what_to_do() {
    let Some(database) = require_or_skip(postgres::database()) else {
        return;
    };
    let (server, name) = database.url().rsplit_once('/').unwrap();
    let (_, host) = server.split_once('@').unwrap();
    for (url, expected) in [
        (format!("{server}/none_{name}"), "create it first"),
        (
            format!("postgres://nobody_here:s3cret@{host}/{name}"),
            "check user and password",
        ),
        (
            "postgres://a:s3cret@127.0.0.1:port/b".into(),
            "cannot be read; write postgres://user:password@",
        ),
    ] {
        let folder = Folder::with_store(&url);
        let error = folder.run("serve").bad();
        assert_has(&error, &[expected, "cannot open the store: the database: "]);
        assert!(!error.contains("s3") && !error.contains("cret"), "{error}");
    }
}

/// Starts the service, and waits until it answers.
async fn started(folder: Folder) -> Running {
    let running = folder.begin();
    running.wait_until_it_answers().await;
    running
}

/// Gauges that the store says.
const GAUGES: [&str; 3] = [
    "jetpay_ledger{what=\"pending\"}",
    "jetpay_payouts{what=\"overdue\"}",
    "jetpay_last_credit_timestamp_seconds{method=\"kaspi\"}",
];

/// Whether the metrics say that the store is up. Then they have the gauges of the store, else none of them.
async fn is_up(running: &Running) -> bool {
    let page = running.metrics().await;
    assert!(page.contains("jetpay_build_info{version=\""), "{page}");
    let up = page.contains("\njetpay_store_up 1\n");
    assert!(up || page.contains("\njetpay_store_up 0\n"), "{page}");
    for gauge in GAUGES {
        assert_eq!(page.contains(gauge), up, "{gauge}: {page}");
    }
    up
}

#[tokio::test]
async fn service_that_starts_before_its_database_answers_503_and_becomes_ready_by_itself() {
    let Some(cluster) = require_or_skip(Cluster::start_durable()) else {
        return;
    };
    let database = cluster.database();
    cluster.crash();
    let mut running = started(Folder::with_store(database.url()).with_gate("")).await;
    let platform = running.platform();
    let mut top_ups = TopUps::default();
    running.until_logged("check that the server runs").await;
    // Time for the worker of payouts to find nothing.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let log = running.log();
    assert_eq!(log.matches("ERROR").count(), 1, "{log}");
    for _ in 0..3 {
        let health = running.without_token(Method::GET, "/healthz").send().await;
        assert_eq!(health.unwrap().status(), 200);
        assert_eq!(running.readiness().await, Some(503));
        assert_eq!(verify(&platform).await, 503);
        assert_eq!(top_ups.one(&platform).await, 503);
        assert_eq!(admin(&running).await, 503);
        assert!(!is_up(&running).await);
    }

    cluster.start_again();
    // No probe of /readyz: the service notices it alone.
    running.until_logged("the store is available again").await;
    assert_eq!(running.readiness().await, Some(200));
    running = running.with_customer().await;
    assert_eq!(top_ups.one(&platform).await, 200);
    assert!(is_up(&running).await);

    cluster.crash();
    assert!(!is_up(&running).await);
    cluster.start_again();
    running.wait_until_ready().await;
    assert!(is_up(&running).await);
    running.while_stopped(|_| ()).await;
    assert!(is_up(&running).await, "also after a restart");
    top_ups.are_in_the_ledger_of(&running).await;
}

#[tokio::test]
async fn service_that_waits_for_its_database_ends_with_0_after_a_signal() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    for port in [1, port] {
        let url = format!("postgres://a:b@127.0.0.1:{port}/c?connect_timeout=1");
        let running = started(Folder::with_store(&url)).await;
        assert_eq!(running.readiness().await, Some(503));
        assert_eq!(running.end("-TERM").code(), Some(0), "{port}");
    }
}

#[tokio::test]
async fn service_answers_503_while_another_brings_the_schema_up_to_date_and_is_ready_after_it() {
    let Some(database) = require_or_skip(postgres::database()) else {
        return;
    };
    let database = Arc::new(database);
    // The lock of a server that makes an index.
    let locked = Arc::clone(&database);
    let lock = "SELECT pg_advisory_lock(29947898307377409), pg_sleep(100)";
    let other = std::thread::spawn(move || locked.run(lock));
    let ended = "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database
        WHERE granted AND objid = 1885436161 AND locktype = 'advisory' AND datname = current_database()";
    tokio::time::sleep(Duration::from_millis(500)).await;
    for waits in [false, true] {
        let running = started(Folder::with_store(database.url())).await;
        assert_eq!(running.readiness().await, Some(503));
        running.until_logged("brings its schema up to date").await;
        if waits {
            assert_eq!(database.run(ended).unwrap().trim(), "t");
            running.wait_until_ready().await;
        } else {
            assert_eq!(running.end("-TERM").code(), Some(0));
        }
    }
    assert!(other.join().unwrap().is_err());
}
