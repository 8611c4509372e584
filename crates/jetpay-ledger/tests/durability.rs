//! What was acknowledged stays, also after a kill; and only one process opens a file.

mod common;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use common::{AMOUNT, CUSTOMER, NOW, TestLedger, payment, refund, sale};
use jetpay_ledger::{CallbackOutcome, Ledger, OpenError, PaymentFilter, PaymentState};

#[tokio::test]
async fn ledger_dropped_without_close_is_complete_when_reopened() {
    let test = TestLedger::open();
    test.announce("p1").await;
    test.deliver(&sale("p1", 1)).await;
    test.deliver(&refund("p1", 2, 1)).await;
    test.deliver(&sale("unknown", 3)).await;
    let test = test.reopen().await;
    assert_eq!(test.ledger.balance(CUSTOMER).await, Ok(AMOUNT - 1));
    assert_eq!(
        test.deliver(&sale("p1", 1)).await,
        CallbackOutcome::Repeated
    );
    let counts = test.ledger.counts().await.unwrap();
    assert_eq!((counts.pending, counts.unmatched), (0, 1));
}

/// A killed process leaves its files as they are. A copy of the files of an open ledger is equal to that.
#[tokio::test]
async fn files_left_by_a_kill_hold_everything_acknowledged() {
    let test = TestLedger::open();
    for (number, id) in (1..).zip(["p1", "p2", "p3"]) {
        test.announce(id).await;
        test.deliver(&sale(id, number)).await;

        let folder = tempfile::tempdir().unwrap();
        for file in ["ledger.db", "ledger.db-wal"] {
            std::fs::copy(test.directory().join(file), folder.path().join(file)).unwrap();
        }
        let copy = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        let credited = i64::try_from(number).unwrap() * AMOUNT;
        assert_eq!(copy.balance(CUSTOMER).await, Ok(credited));
        let repeated = copy.record_callback(sale(id, number).callback(), NOW).await;
        assert_eq!(repeated, Ok(CallbackOutcome::Repeated));
    }
}

#[tokio::test]
async fn open_file_is_refused_to_another_ledger() {
    let test = TestLedger::open();
    let second = Ledger::open(&test.path());
    assert!(matches!(second, Err(OpenError::InUse { .. })));
    let refusal = second.unwrap_err().to_string();
    assert!(refusal.contains("in use by another process"), "{refusal}");
    test.ledger.clone().close().await;
    assert!(Ledger::open(&test.path()).is_ok());
}

#[test]
fn newer_schema_is_refused_and_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    drop(Ledger::open(&path).unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = std::fs::read(&path).unwrap();
    let error = Ledger::open(&path).unwrap_err();
    assert!(matches!(error, OpenError::NewerSchema { found: 99, .. }));
    assert!(error.to_string().contains("use a newer program"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn file_that_is_not_a_database_is_refused_and_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let letter = "Dear sir or madam, this is no database at all. ".repeat(20);
    std::fs::write(&path, &letter).unwrap();
    assert!(matches!(Ledger::open(&path), Err(OpenError::Store { .. })));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), letter);
    assert!(matches!(
        Ledger::open(&folder.path().join("no/such/ledger.db")),
        Err(OpenError::Lock { .. })
    ));
}

const DIRECTORY: &str = "JETPAY_LEDGER_KILL_TEST";

/// The process that the test below kills. Four tasks write without end and print what was acknowledged.
#[test]
#[ignore = "started and killed by the test below"]
fn victim() {
    let Some(folder) = std::env::var_os(DIRECTORY) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let ledger = Ledger::open(&Path::new(&folder).join("ledger.db")).unwrap();
    // Each process has its own ids.
    let first = std::process::id() as usize * 100_000;
    for task in 0..4 {
        let ledger = ledger.clone();
        runtime.spawn(async move {
            for number in (first + task..).step_by(4) {
                let id: &'static str = format!("p{number:012}").leak();
                ledger.record_payment(payment(id)).await.unwrap();
                let callback = sale(id, number as u64).callback();
                assert_eq!(
                    ledger.record_callback(callback, NOW).await,
                    Ok(CallbackOutcome::Applied)
                );
                println!("acknowledged {id}");
            }
        });
    }
    std::thread::sleep(std::time::Duration::from_mins(1));
}

#[tokio::test]
async fn everything_a_killed_process_acknowledged_is_credited_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for lines in [1, 40, 150] {
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args(["victim", "--exact", "--ignored", "--nocapture"])
            .env(DIRECTORY, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(victim.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let mut hear = |line: String| {
            line.strip_prefix("acknowledged ")
                .map(|id| acknowledged.push(id.to_owned()))
        };
        said.by_ref()
            .filter_map(&mut hear)
            .take(lines)
            .for_each(drop);
        victim.kill().unwrap();
        // The output that the test had not read before the kill.
        said.filter_map(hear).for_each(drop);
        victim.wait().unwrap();
    }
    let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
    assert!(acknowledged.len() >= 191);
    for id in &acknowledged {
        assert_eq!(
            ledger
                .payment(id)
                .await
                .unwrap()
                .map(|payment| payment.state),
            Some(PaymentState::Credited),
            "{id}"
        );
    }
    let all = ledger
        .payments(&PaymentFilter {
            limit: usize::MAX,
            ..PaymentFilter::default()
        })
        .await
        .unwrap();
    let credited = all
        .iter()
        .filter(|payment| payment.state == PaymentState::Credited)
        .count();
    assert_eq!(ledger.entries(0, usize::MAX).await.unwrap().len(), credited);
    assert_eq!(
        ledger.balance(CUSTOMER).await,
        Ok(i64::try_from(credited).unwrap() * AMOUNT)
    );
    assert_eq!(
        ledger.counts().await.unwrap().pending,
        i64::try_from(all.len() - credited).unwrap()
    );
}
