//! Tests with real clusters: they are started, crashed and dropped.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Cluster, Durability, Unavailable, database, is_failure, require_or_skip};

#[test]
fn two_databases_of_the_shared_server_do_not_see_each_other() {
    let Some(first) = require_or_skip(database()) else {
        return;
    };
    let second = require_or_skip(database()).unwrap();
    first.run("CREATE TABLE only_here (n int)").unwrap();
    assert!(first.run("SELECT count(*) FROM only_here").is_ok());
    let unknown = second.run("SELECT count(*) FROM only_here").unwrap_err();
    assert!(unknown.contains("does not exist"), "{unknown}");
}

#[test]
fn commit_survives_a_crash_and_an_open_transaction_does_not() {
    let Some(cluster) = require_or_skip(Cluster::start_durable()) else {
        return;
    };
    let database = cluster.database();
    database.run("CREATE TABLE kept (n int)").unwrap();
    assert_eq!(database.run("SHOW fsync").as_deref(), Ok("on"));
    for n in 1..=3 {
        database
            .run(&format!("INSERT INTO kept VALUES ({n})"))
            .unwrap();
        let open = "BEGIN; INSERT INTO kept VALUES (99); SELECT pg_sleep(60)";
        std::thread::scope(|scope| {
            let broken = scope.spawn(|| database.run(open));
            std::thread::sleep(Duration::from_millis(200));
            cluster.restart_immediate();
            assert!(broken.join().unwrap().is_err());
        });
        let kept = database.run("SELECT count(*), max(n) FROM kept").unwrap();
        assert_eq!(kept, format!("{n}|{n}"));
    }
}

#[test]
fn fast_cluster_waits_for_no_disk_and_allows_a_hundred_connections() {
    let Some(cluster) = require_or_skip(Cluster::start(Durability::None)) else {
        return;
    };
    let shown = |name| cluster.database().run(&format!("SHOW {name}"));
    assert_eq!(shown("fsync").as_deref(), Ok("off"));
    assert_eq!(shown("max_connections").as_deref(), Ok("100"));
}

#[test]
fn dropped_cluster_leaves_neither_a_listener_nor_a_folder() {
    let Some(cluster) = require_or_skip(Cluster::start_fast()) else {
        return;
    };
    let (port, folder) = (cluster.port(), cluster.folder().to_owned());
    assert!(listens(port) && folder.is_dir());
    drop(cluster);
    assert!(!listens(port) && !folder.exists());
}

/// The test below runs this in another process and kills it.
#[test]
#[ignore = "the test below runs and kills it"]
fn victim() {
    let Some(cluster) = require_or_skip(Cluster::start_fast()) else {
        return;
    };
    println!("cluster {} {}", cluster.port(), cluster.folder().display());
    std::thread::sleep(Duration::from_mins(1));
}

#[test]
fn cluster_of_a_killed_process_is_gone_within_seconds() {
    if require_or_skip(Cluster::start_fast()).is_none() {
        return;
    }
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args([
            "postgres::tests::victim",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    let line = lines
        .find_map(|line| Some(line.unwrap().strip_prefix("cluster ")?.to_owned()))
        .unwrap();
    let (port, folder) = line.split_once(' ').unwrap();
    let (port, folder) = (port.parse().unwrap(), Path::new(folder));
    assert!(listens(port) && folder.is_dir());
    victim.kill().unwrap();
    victim.wait().unwrap();
    let begun = Instant::now();
    while listens(port) || folder.exists() {
        let waited = begun.elapsed();
        assert!(
            waited < Duration::from_secs(20),
            "{folder:?} was not removed"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn missing_postgres_skips_a_test_and_fails_a_required_one() {
    let missing = Unavailable::Missing("install it".into());
    assert!(!is_failure(&missing, false));
    assert!(is_failure(&missing, true));
}

#[test]
fn broken_postgres_is_never_skipped() {
    assert!(is_failure(&Unavailable::Broken("no space".into()), false));
}

fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}
