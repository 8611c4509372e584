//! Several servers on one `PostgreSQL` database: there is no leader, and no event is credited twice.
use std::sync::Arc;
use std::time::Duration;

use crate::common::{
    AMOUNT, CUSTOMER, NOW, TestLedger, kzt, newest, on_postgres, payment, refund, sale, unusable,
};
use jetpay_ledger::CallbackOutcome::{Applied, Quarantined, Repeated, Unmatched};
use jetpay_ledger::{Error, Ledger, OpenError, PaymentFilter, PaymentState, Verdict};
use tokio_postgres::{Client, NoTls};

/// An operator's own connection.
pub(crate) async fn sql(test: &TestLedger) -> Client {
    let (client, connection) = tokio_postgres::connect(test.database().url(), NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
}

fn leaked(id: String) -> &'static str {
    id.leak()
}

on_postgres! {
    event_sent_to_all_servers_at_once_is_credited_once,
    callback_that_races_its_payment_is_credited_without_a_repeat,
    payment_announced_during_a_dismissal_gets_its_callbacks,
    feed_shows_a_fast_credit_after_the_slow_one_that_took_its_number_first,
    cut_connections_lose_nothing_acknowledged,
    operation_for_two_payments_on_two_servers_credits_one,
    alarms_resolved_together_on_two_servers_are_resolved_once_each,
    newer_schema_is_refused,
    all_servers_together_store_1000_unusable_callbacks_of_a_project,
    two_servers_at_once_do_not_overflow_a_balance,
}

async fn event_sent_to_all_servers_at_once_is_credited_once(test: TestLedger) {
    let servers = [test.ledger.clone(), test.another().await];
    for number in 0..20 {
        let id = leaked(format!("p{number}"));
        test.announce(id).await;
        let senders = (0..8).map(|sender| {
            let server = servers[sender % 2].clone();
            let callback = sale(id, number + 1).callback();
            tokio::spawn(async move { server.record_callback(callback, NOW).await })
        });
        let mut applied = 0;
        for sender in senders.collect::<Vec<_>>() {
            match sender.await.unwrap().unwrap() {
                Applied => applied += 1,
                recorded => assert_eq!(recorded, Repeated),
            }
        }
        assert_eq!(applied, 1);
        assert_eq!(test.entered(id).await, AMOUNT);
    }
    assert_eq!(test.balance(CUSTOMER).await, Ok(20 * AMOUNT));
}

/// One server announces the payment while the other receives its callback. Either may be first.
async fn callback_that_races_its_payment_is_credited_without_a_repeat(test: TestLedger) {
    let other = test.another().await;
    let mut unmatched = 0;
    for number in 0..60 {
        let id = leaked(format!("p{number:02}"));
        let callback = sale(id, number + 1).callback();
        // A small delay now and then, so that either is first.
        let announced = async {
            tokio::time::sleep(Duration::from_micros(300 * (number % 5))).await;
            test.record_payment(payment(id)).await
        };
        let recorded = other.record_callback(callback, NOW);
        let (announced, recorded) = tokio::join!(announced, recorded);
        announced.unwrap();
        unmatched += u32::from(recorded.unwrap() == Unmatched);
        let state = test.state(id).await;
        assert_eq!(state, PaymentState::Credited, "{id}");
    }
    assert!(unmatched > 0, "the callback was never first");
    assert_eq!(test.counts().await.unwrap().unmatched, 0);
    assert_eq!(test.entered("p00").await, AMOUNT);
}

/// One server dismisses the callbacks while the other announces their payment.
async fn payment_announced_during_a_dismissal_gets_its_callbacks(test: TestLedger) {
    let other = test.another().await;
    for number in 0..40 {
        let id = leaked(format!("p{number:02}"));
        assert_eq!(test.deliver(&sale(id, number + 1)).await, Unmatched);
        let payment_id = id.try_into().unwrap();
        let dismissed = other.dismiss_unmatched(&payment_id, "not ours".into(), NOW);
        let (announced, dismissed) = tokio::join!(test.record_payment(payment(id)), dismissed);
        announced.unwrap();
        dismissed.unwrap();
        let state = test.state(id).await;
        assert_eq!(state, PaymentState::Credited, "{id}");
    }
    test.check().await;
}

/// The first server has its number and cannot commit yet; the second one is fast. A reader must not see the second
/// number before the first. Otherwise it would continue after a credit that it never saw.
async fn feed_shows_a_fast_credit_after_the_slow_one_that_took_its_number_first(test: TestLedger) {
    let (slow, fast) = (test.ledger.clone(), test.another().await);
    test.announce("slow").await;
    test.announce("fast").await;
    // A refund that is too large with the other: its credit raises an alarm after the entry.
    test.deliver(&refund("slow", 7, 60_000)).await;
    test.deliver(&refund("slow", 8, 60_000)).await;
    let operator = sql(&test).await;
    operator
        .batch_execute("BEGIN; LOCK TABLE alarms IN EXCLUSIVE MODE")
        .await
        .unwrap();
    let slowly =
        tokio::spawn(async move { slow.record_callback(sale("slow", 1).callback(), NOW).await });
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    // Within a transaction the view would not change.
    let watcher = sql(&test).await;
    let blocked = async |servers: i64| {
        let count = async || watcher.query_one(waiting, &[]).await.unwrap().get(0);
        while i64::lt(&count().await, &servers) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    blocked(1).await;
    let quickly =
        tokio::spawn(async move { fast.record_callback(sale("fast", 2).callback(), NOW).await });
    blocked(2).await;
    assert_eq!(test.entries(0, 10).await, Ok(vec![]));
    operator.batch_execute("COMMIT").await.unwrap();
    assert_eq!(slowly.await.unwrap(), Ok(Applied));
    assert_eq!(quickly.await.unwrap(), Ok(Applied));
    let entries = test.entries(0, 10).await.unwrap();
    let feed: Vec<_> = entries
        .iter()
        .map(|entry| (entry.seq, entry.payment_id.as_str()))
        .collect();
    assert_eq!(feed, [(1, "slow"), (2, "slow"), (3, "fast")]);
}

async fn cut_connections_lose_nothing_acknowledged(test: TestLedger) {
    let servers = [test.ledger.clone(), test.another().await];
    let senders: Vec<_> = (0..4_u64)
        .map(|sender| {
            let server = servers[usize::try_from(sender % 2).unwrap()].clone();
            tokio::spawn(async move { deliver_many(&server, sender).await })
        })
        .collect();
    let operator = sql(&test).await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    while !senders.iter().all(tokio::task::JoinHandle::is_finished) {
        tokio::time::sleep(Duration::from_millis(250)).await;
        operator.query(cut, &[]).await.unwrap();
    }
    let mut acknowledged = 0;
    for sender in senders {
        for id in sender.await.unwrap() {
            acknowledged += 1;
            // If the reader's connection was cut, it uses another one.
            let payment = test.recorded(id).await;
            assert_eq!(payment.state, PaymentState::Credited, "{id}");
        }
    }
    let every = PaymentFilter {
        state: Some(PaymentState::Credited),
        limit: 1_000,
        ..PaymentFilter::default()
    };
    let credited = test.payments(&every).await.unwrap().len();
    let entries = test.entries(0, 1_000).await.unwrap();
    assert_eq!(entries.len(), credited);
    assert!(acknowledged > 0 && acknowledged <= credited);
}

/// Announces and credits a hundred payments. Returns those whose credit was acknowledged.
async fn deliver_many(server: &Ledger, sender: u64) -> Vec<&'static str> {
    let mut acknowledged = Vec::new();
    for number in 0..100 {
        let id = leaked(format!("p{sender}_{number:03}"));
        if server.record_payment(payment(id)).await.is_err() {
            continue;
        }
        let callback = sale(id, sender * 1_000 + number).callback();
        match server.record_callback(callback, NOW).await {
            Ok(recorded) => {
                assert_eq!(recorded, Applied);
                acknowledged.push(id);
            }
            Err(error) => assert!(matches!(error, Error::Unavailable(_)), "{error}"),
        }
    }
    acknowledged
}

async fn operation_for_two_payments_on_two_servers_credits_one(test: TestLedger) {
    let other = Arc::new(test.another().await);
    for number in 0..20 {
        let (one, two) = (leaked(format!("a{number}")), leaked(format!("b{number}")));
        test.announce(one).await;
        test.announce(two).await;
        let (first, second) = tokio::join!(
            test.record_callback(sale(one, number).callback(), NOW),
            other.record_callback(sale(two, number).callback(), NOW),
        );
        let mut recorded = [first.unwrap(), second.unwrap()];
        recorded.sort_by_key(|recorded| *recorded == Quarantined);
        assert_eq!(recorded, [Applied, Quarantined]);
        assert_eq!(test.entered(one).await + test.entered(two).await, AMOUNT);
    }
    assert_eq!(test.alarms(newest(100)).await.unwrap().len(), 20);
}

/// Two servers resolve the same alarms together, many times.
async fn alarms_resolved_together_on_two_servers_are_resolved_once_each(test: TestLedger) {
    let other = test.another().await;
    for round in 0..10 {
        let mut seqs = Vec::new();
        for number in 0..20 {
            let callback = unusable(&format!(r#"{{"number": {}}}"#, round * 20 + number));
            test.quarantine_unusable(callback, NOW).await.unwrap();
            seqs.push(test.counts().await.unwrap().alarms);
        }
        let (dismiss, foreign) = (Verdict::Dismiss, Verdict::Foreign);
        let backwards = seqs.iter().rev().copied().collect();
        let (one, two) = tokio::join!(
            test.resolve_alarms(seqs, dismiss, "mine".into(), NOW),
            other.resolve_alarms(backwards, foreign, "mine".into(), NOW),
        );
        let (one, two) = (one.unwrap(), two.unwrap());
        let resolved = one.resolved.len() + two.resolved.len();
        assert_eq!(resolved, 20, "{one:?} {two:?}");
        assert_eq!(one.already_resolved, two.resolved);
    }
    assert_eq!(test.counts().await.unwrap().open_alarms, 0);
    test.check().await;
}

async fn newer_schema_is_refused(test: TestLedger) {
    let operator = sql(&test).await;
    let newer = "INSERT INTO jetpay_schema VALUES (99)";
    operator.batch_execute(newer).await.unwrap();
    let refused = Ledger::connect(test.database().url(), None).await;
    assert!(matches!(
        refused,
        Err(OpenError::NewerSchema { found: 99, .. })
    ));
}

#[tokio::test]
async fn unreachable_server_is_reported_without_its_password() {
    let url = "postgres://jetpay:hidden@127.0.0.1:1/jetpay?connect_timeout=2";
    let error = Ledger::connect(url, None).await.unwrap_err().to_string();
    assert!(
        error.contains("the database: ") && !error.contains("hidden"),
        "{error}"
    );
    let error = Ledger::connect("postgres://jetpay:hidden@[", None).await;
    assert!(!error.unwrap_err().to_string().contains("hidden"));
}

/// Each server counts for itself, and the lock lets one count at a time.
async fn all_servers_together_store_1000_unusable_callbacks_of_a_project(test: TestLedger) {
    let servers = [test.ledger.clone(), test.another().await];
    let senders = (0..1_100).map(|number| {
        let server = servers[number % 2].clone();
        let callback = unusable(&format!(r#"{{"payment": {{"n": {number}}}}}"#));
        tokio::spawn(async move { server.quarantine_unusable(callback, NOW).await })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.unwrap().unwrap();
    }
    assert_eq!(test.counts().await.unwrap().alarms, 1_000);
}

/// Each credit fits alone. Whichever server is second sees the first one's credit.
async fn two_servers_at_once_do_not_overflow_a_balance(test: TestLedger) {
    let servers = [test.ledger.clone(), test.another().await];
    let large = 5_000_000_000_000_000_000;
    let mut senders = Vec::new();
    for number in 0..6 {
        let id = leaked(format!("p{number}"));
        let mut payment = payment(id);
        payment.amount = kzt(large);
        test.record_payment(payment).await.unwrap();
        let content = sale(id, number + 1).with_amount(large);
        let server = servers[usize::try_from(number % 2).unwrap()].clone();
        senders.push(async move { server.record_callback(content.callback(), NOW).await });
    }
    let senders: Vec<_> = senders.into_iter().map(tokio::spawn).collect();
    for sender in senders {
        sender.await.unwrap().unwrap();
    }
    assert_eq!(test.balance(CUSTOMER).await, Ok(large));
}
