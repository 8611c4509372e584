//! A `PostgreSQL` in trouble: silent, full, or without a free connection. The ledger always answers, and what was
//! acknowledged stays.
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::common::{AMOUNT, CUSTOMER, NOW, TestLedger, on_postgres, payment, sale};
use jetpay_ledger::CallbackOutcome::{Applied, Repeated};
use jetpay_ledger::{Error, Ledger, OpenError};
use jetpay_testing::postgres::{self, Cluster, require_or_skip};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

on_postgres! {
    full_disk_is_unavailable_and_recovers,
    locked_payment_is_unavailable_and_does_not_delay_others,
}

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

/// The server accepts connections, as the kernel does for a stopped process, and never answers.
#[tokio::test]
async fn silent_server_is_given_up_at_the_start() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let begun = Instant::now();
    let url = format!("postgres://a:b@127.0.0.1:{port}/c?connect_timeout=1");
    let error = Ledger::connect(&url, None).await.unwrap_err();
    assert!(error.to_string().contains("does not answer"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(4));
}

/// A server that answers each connection with this error.
async fn refusing(code: &str) -> u16 {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = server.local_addr().unwrap().port();
    let fields = format!("SFATAL\0C{code}\0Mno\0\0");
    let length = i32::try_from(fields.len() + 4).unwrap().to_be_bytes();
    let answer = [b"E", &length[..], fields.as_bytes()].concat();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = server.accept().await {
            let _ = client.read(&mut [0; 512]).await;
            let _ = client.write_all(&answer).await;
        }
    });
    port
}

#[tokio::test]
async fn database_that_may_be_there_later_is_waited_for_and_one_that_refuses_is_not() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = silent.local_addr().unwrap().port();
    let mut rows = vec![
        ("127.0.0.1:1".to_owned(), true),
        ("no-such-host.invalid".to_owned(), true),
        (format!("127.0.0.1:{silent}"), true),
    ];
    for (code, away) in [
        ("57P03", true),  // it starts
        ("57P01", true),  // it ends
        ("53300", true),  // too many connections
        ("53100", true),  // its disk is full
        ("08006", true),  // the connection broke
        ("25006", true),  // a standby
        ("28P01", false), // a wrong password
        ("28000", false), // no such user, or pg_hba.conf
        ("3D000", false), // no such database
        ("42501", false), // no right to make tables
    ] {
        rows.push((format!("127.0.0.1:{}", refusing(code).await), away));
    }
    for (host, away) in rows {
        let url = format!("postgres://a:b@{host}/c?connect_timeout=1&sslmode=disable");
        let strict = Ledger::connect(&url, None).await.unwrap_err();
        assert_eq!(
            matches!(strict, OpenError::Away { .. }),
            away,
            "{host}: {strict}"
        );
        match Ledger::connect_or_wait(&url, None).await {
            Ok(ledger) => {
                assert!(away, "{host}");
                let why = strict.to_string();
                assert_unavailable(ledger.ready(), &why);
                assert_unavailable(ledger.balance(CUSTOMER).await, &why);
                assert_unavailable(ledger.record_payment(payment("p1")).await, &why);
                ledger.close().await;
            }
            Err(error) => assert_eq!((away, error.to_string()), (false, strict.to_string())),
        }
    }
}

#[tokio::test]
async fn database_that_does_not_hold_every_text_is_refused_with_what_to_do() {
    let Some(database) = require_or_skip(postgres::database()) else {
        return;
    };
    let (server, name) = database.url().rsplit_once('/').unwrap();
    for encoding in ["SQL_ASCII", "LATIN1"] {
        let other = format!("{name}_{}", encoding.to_lowercase());
        let create =
            format!("CREATE DATABASE {other} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0");
        database.run(&create).unwrap();
        let refused = Ledger::connect(&format!("{server}/{other}"), None).await;
        database
            .run(&format!("DROP DATABASE {other} WITH (FORCE)"))
            .unwrap();
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains(encoding), "{refused}");
        assert!(
            refused.contains("ENCODING 'UTF8' TEMPLATE template0"),
            "{refused}"
        );
    }
}

/// The connections stay open, as when the machine or the network is down.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_database_is_unavailable_and_recovers() {
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
    // The ledger does not know whether the first attempt was committed, so the callback arrives again.
    let again = callback().await.unwrap();
    assert!(matches!(again, Applied | Repeated));
    assert_eq!(ledger.balance(CUSTOMER).await, Ok(AMOUNT));
}

/// The user owns the database and has two connections, as many as the ledger's writers. The user needs no other
/// rights.
#[tokio::test]
async fn reader_without_a_connection_is_refused_while_writers_continue() {
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
    // Each writer writes at some time.
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

/// A trigger raises the error of a full disk, since a test cannot fill one.
async fn full_disk_is_unavailable_and_recovers(test: TestLedger) {
    test.announce("p1").await;
    let full = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
        END $$;
        CREATE TRIGGER full_disk BEFORE UPDATE ON counts EXECUTE FUNCTION full_disk()";
    test.database().run(full).unwrap();
    let ledger = &test;
    for _ in 0..2 {
        let recorded = ledger.record_callback(sale("p1", 1).callback(), NOW).await;
        assert_unavailable(recorded, "No space left on device (53100)");
        assert!(ledger.ready().is_err());
    }
    assert_eq!(test.entered("p1").await, 0);
    assert!(ledger.ready().is_err(), "a reader says nothing about room");
    let room = "DROP TRIGGER full_disk ON counts";
    test.database().run(room).unwrap();
    until_ready(ledger).await;
    assert_eq!(test.deliver(&sale("p1", 1)).await, Applied);
    assert_eq!(test.entered("p1").await, AMOUNT);
}

/// A row that an operator locks delays its own callback, and other callbacks only for a short time.
async fn locked_payment_is_unavailable_and_does_not_delay_others(test: TestLedger) {
    test.announce("held").await;
    test.announce("free").await;
    let (client, connection) =
        tokio_postgres::connect(test.database().url(), tokio_postgres::NoTls)
            .await
            .unwrap();
    tokio::spawn(connection);
    client
        .batch_execute("BEGIN; SELECT 1 FROM payments WHERE id = 'held' FOR UPDATE")
        .await
        .unwrap();
    let tell = |id, operation| {
        let callback = sale(id, operation).callback();
        test.record_callback(callback, NOW)
    };
    let begun = Instant::now();
    let (held, free) = tokio::join!(tell("held", 1), tell("free", 2));
    assert_unavailable(held, "lock timeout");
    assert_eq!(free, Ok(Applied));
    assert!(begun.elapsed() < Duration::from_secs(15));
    assert_eq!(test.ready(), Ok(()), "the database works");
    client.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(tell("held", 1).await, Ok(Applied));
}

/// A proxy in front of a database. It can fall silent: connections stay open, but no byte passes.
struct Proxy {
    /// The database's, by way of the proxy.
    url: String,
    frozen: watch::Sender<bool>,
}

impl Proxy {
    /// None for a database that is reached otherwise than by TCP.
    async fn before(url: &str) -> Option<Self> {
        let (user, place) = url.split_once('@')?;
        let (host, name) = place.split_once('/')?;
        let host: Arc<str> = host.into();
        TcpStream::connect(&*host).await.ok()?;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (frozen, watched) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, Arc::clone(&host), watched.clone()));
            }
        });
        Some(Self {
            url: format!("{user}@127.0.0.1:{port}/{name}"),
            frozen,
        })
    }

    fn freeze(&self) {
        self.frozen.send_replace(true);
    }

    fn thaw(&self) {
        self.frozen.send_replace(false);
    }
}

async fn pass(client: TcpStream, host: Arc<str>, frozen: watch::Receiver<bool>) {
    let Ok(server) = TcpStream::connect(&*host).await else {
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let back = tokio::spawn(copy(from_server, to_client, frozen.clone()));
    copy(from_client, to_server, frozen).await;
    back.abort();
}

async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut frozen: watch::Receiver<bool>) {
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if frozen.wait_for(|frozen| !frozen).await.is_err()
            || to.write_all(&bytes[..count]).await.is_err()
        {
            return;
        }
    }
}
