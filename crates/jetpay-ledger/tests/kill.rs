//! A process is killed while it writes; what it had acknowledged is there.

mod common;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use common::{AMOUNT, CUSTOMER, NOW, payment, sale};
use jetpay_ledger::{CallbackOutcome, Ledger, PaymentFilter, PaymentState};

const DIRECTORY: &str = "JETPAY_LEDGER_KILL_TEST";

/// The victim: writes for ever from four tasks, and says what was acknowledged.
#[test]
#[ignore = "started and killed by the test below"]
fn victim() {
    let Some(directory) = std::env::var_os(DIRECTORY) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let ledger = Ledger::open(&Path::new(&directory).join("ledger.db")).unwrap();
    // Every victim has ids of its own.
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
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for lines in [1, 40, 150] {
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args(["victim", "--exact", "--ignored", "--nocapture"])
            .env(DIRECTORY, directory.path())
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
        // What it had said before it died and nobody had read yet.
        said.filter_map(hear).for_each(drop);
        victim.wait().unwrap();
    }
    let ledger = Ledger::open(&directory.path().join("ledger.db")).unwrap();
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
