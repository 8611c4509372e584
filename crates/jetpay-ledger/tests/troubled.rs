//! A `PostgreSQL` in trouble: silent, full, or without room for one more connection. There is an answer each time, and
//! what was acknowledged stays.
#![cfg(feature = "postgres")]

mod common;
#[path = "common/proxy.rs"]
mod proxy;

use std::time::{Duration, Instant};

use common::{AMOUNT, CUSTOMER, LedgerTransaction, NOW, payment, sale};
use jetpay_ledger::{CallbackOutcome, Error, Ledger};
use jetpay_testing::postgres::{self, Cluster, require_or_skip};
use proxy::Proxy;
use tokio::net::TcpListener;

#[track_caller]
fn assert_unavailable<T: std::fmt::Debug>(outcome: Result<T, Error>, with: &str) {
    match outcome {
        Err(Error::Unavailable(text)) => assert!(text.contains(with), "{text}"),
        other => panic!("{other:?}"),
    }
}

async fn until_ready(ledger: &Ledger) {
    let begun = Instant::now();
    while ledger.ready().is_err() {
        assert!(begun.elapsed() < Duration::from_secs(10), "not ready");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// It takes connections, as the kernel does for a server that stands still, and says nothing.
#[tokio::test]
async fn server_that_says_nothing_is_given_up_at_the_start() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let begun = Instant::now();
    let url = format!("postgres://a:b@127.0.0.1:{port}/c?connect_timeout=1");
    let error = Ledger::connect(&url, None).await.unwrap_err();
    assert!(error.to_string().contains("does not answer"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(4));
}

/// Nobody closes the connections: the machine is gone, or the network between.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn database_that_falls_silent_is_unavailable_and_when_it_speaks_again_all_goes_on() {
    let Some(database) = require_or_skip(postgres::database()) else {
        return;
    };
    let Some(proxy) = Proxy::before(database.url()).await else {
        return;
    };
    let ledger = Ledger::connect(&proxy.url, None).await.unwrap();
    ledger.record_payment(payment("p1")).await.unwrap();
    assert_eq!(ledger.balance(CUSTOMER).await, Ok(0));
    proxy.freeze();
    let begun = Instant::now();
    let callback = || ledger.record_callback(sale("p1", 1).callback(), NOW);
    let (read, written) = tokio::join!(ledger.balance(CUSTOMER), callback());
    assert_unavailable(read, "does not answer");
    assert_unavailable(written, "does not answer");
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert!(ledger.ready().is_err());
    proxy.thaw();
    until_ready(&ledger).await;
    // Whether it was done, nobody knew: so it comes again.
    let again = callback().await.unwrap();
    assert!(matches!(
        again,
        CallbackOutcome::Applied | CallbackOutcome::Repeated
    ));
    assert_eq!(ledger.balance(CUSTOMER).await, Ok(AMOUNT));
}

/// The user owns the database, and has two connections: as many as write. It needs no more rights than that.
#[tokio::test]
async fn reader_without_a_connection_is_refused_while_writers_go_on() {
    let Some(cluster) = require_or_skip(Cluster::start_fast()) else {
        return;
    };
    let database = cluster.database();
    let name = database.name();
    let owner = format!(
        "CREATE ROLE owner LOGIN PASSWORD 'of a test' CONNECTION LIMIT 2; ALTER DATABASE {name} OWNER TO owner"
    );
    database.run(&owner).unwrap();
    let (_, host) = database.url().split_once('@').unwrap();
    let url = format!("postgres://owner:of%20a%20test@{host}");
    let ledger = Ledger::connect(&url, None).await.unwrap();
    // Both write at some time.
    for number in 0..20 {
        let (one, two) = (format!("p{number}"), format!("q{number}"));
        let (one, two) = (payment(&one), payment(&two));
        let both = tokio::join!(ledger.record_payment(one), ledger.record_payment(two));
        assert_eq!(both, (Ok(()), Ok(())));
    }
    assert_unavailable(ledger.balance(CUSTOMER).await, "too many connections");
    assert_eq!(ledger.record_payment(payment("last")).await, Ok(()));
    let more = "ALTER ROLE owner CONNECTION LIMIT -1";
    database.run(more).unwrap();
    assert_eq!(ledger.balance(CUSTOMER).await, Ok(0));
    until_ready(&ledger).await;
}

/// A rule of the database says what a full disk says, since a disk cannot be filled here.
#[tokio::test]
async fn full_disk_is_unavailable_and_when_it_has_room_again_all_goes_on() {
    let Some(transaction) = LedgerTransaction::connect().await else {
        return;
    };
    transaction.announce("p1").await;
    let full = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
        END $$;
        CREATE TRIGGER full_disk BEFORE UPDATE ON counts EXECUTE FUNCTION full_disk()";
    transaction.database().run(full).unwrap();
    let ledger = &transaction.ledger;
    for _ in 0..2 {
        let told = ledger.record_callback(sale("p1", 1).callback(), NOW).await;
        assert_unavailable(told, "No space left on device (53100)");
        assert!(ledger.ready().is_err());
    }
    assert_eq!(transaction.entered("p1").await, 0);
    assert!(ledger.ready().is_err(), "a reader says nothing about room");
    let room = "DROP TRIGGER full_disk ON counts";
    transaction.database().run(room).unwrap();
    until_ready(ledger).await;
    assert_eq!(
        transaction.tell(&sale("p1", 1)).await,
        CallbackOutcome::Applied
    );
    assert_eq!(transaction.entered("p1").await, AMOUNT);
}

/// A row that a person holds keeps its own callback waiting, and no other for long.
#[tokio::test]
async fn locked_payment_is_unavailable_and_does_not_hold_up_the_others() {
    let Some(transaction) = LedgerTransaction::connect().await else {
        return;
    };
    transaction.announce("held").await;
    transaction.announce("free").await;
    let (client, connection) =
        tokio_postgres::connect(transaction.database().url(), tokio_postgres::NoTls)
            .await
            .unwrap();
    tokio::spawn(connection);
    client
        .batch_execute("BEGIN; SELECT 1 FROM payments WHERE id = 'held' FOR UPDATE")
        .await
        .unwrap();
    let tell = |id, operation| {
        let callback = sale(id, operation).callback();
        transaction.ledger.record_callback(callback, NOW)
    };
    let begun = Instant::now();
    let (held, free) = tokio::join!(tell("held", 1), tell("free", 2));
    assert_unavailable(held, "lock timeout");
    assert_eq!(free, Ok(CallbackOutcome::Applied));
    assert!(begun.elapsed() < Duration::from_secs(15));
    assert_eq!(transaction.ledger.ready(), Ok(()), "the database is well");
    client.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(tell("held", 1).await, Ok(CallbackOutcome::Applied));
}
