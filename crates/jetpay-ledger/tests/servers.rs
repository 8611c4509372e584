//! Several servers on one `PostgreSQL` database: no leader, and nobody is credited twice.
#![cfg(feature = "postgres")]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{AMOUNT, CUSTOMER, LedgerTransaction, NOW, newest, payment, refund, sale};
use jetpay_ledger::{CallbackOutcome, Error, Ledger, OpenError, PaymentFilter, PaymentState};
use tokio_postgres::{Client, NoTls};

/// A person's own connection.
async fn sql(transaction: &LedgerTransaction) -> Client {
    let (client, connection) = tokio_postgres::connect(transaction.database().url(), NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
}

fn leaked(id: String) -> &'static str {
    id.leak()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fact_told_to_all_servers_at_once_is_credited_once() {
    let Some(transaction) = LedgerTransaction::connect().await else {
        return;
    };
    let servers = [transaction.ledger.clone(), transaction.another().await];
    for number in 0..20 {
        let id = leaked(format!("p{number}"));
        transaction.announce(id).await;
        let tellers = (0..8).map(|teller| {
            let server = servers[teller % 2].clone();
            let callback = sale(id, number + 1).callback();
            tokio::spawn(async move { server.record_callback(callback, NOW).await })
        });
        let mut applied = 0;
        for teller in tellers.collect::<Vec<_>>() {
            match teller.await.unwrap().unwrap() {
                CallbackOutcome::Applied => applied += 1,
                recorded => assert_eq!(recorded, CallbackOutcome::Repeated),
            }
        }
        assert_eq!(applied, 1);
        assert_eq!(transaction.entered(id).await, AMOUNT);
    }
    assert_eq!(transaction.ledger.balance(CUSTOMER).await, Ok(20 * AMOUNT));
}

/// On one server the payment is announced, on the other its callback comes: whichever is first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callback_that_races_its_payment_is_credited_without_coming_again() {
    let Some(transaction) = LedgerTransaction::connect().await else {
        return;
    };
    let other = transaction.another().await;
    let mut unmatched = 0;
    for number in 0..60 {
        let id = leaked(format!("p{number:02}"));
        let callback = sale(id, number + 1).callback();
        // Now and then a little later, so that either is first.
        let announced = async {
            tokio::time::sleep(Duration::from_micros(300 * (number % 5))).await;
            transaction.ledger.record_payment(payment(id)).await
        };
        let told = other.record_callback(callback, NOW);
        let (announced, told) = tokio::join!(announced, told);
        announced.unwrap();
        unmatched += u32::from(told.unwrap() == CallbackOutcome::Unmatched);
        let state = transaction.ledger.payment(id).await.unwrap().unwrap().state;
        assert_eq!(state, PaymentState::Credited, "{id}");
    }
    assert!(unmatched > 0, "the callback was never first");
    assert_eq!(transaction.ledger.counts().await.unwrap().unmatched, 0);
    assert_eq!(transaction.entered("p00").await, AMOUNT);
}

/// One server is told that the callbacks are not ours while the other announces their payment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payment_that_is_announced_while_it_is_dismissed_has_its_callbacks_applied() {
    let Some(transaction) = LedgerTransaction::connect().await else {
        return;
    };
    let other = transaction.another().await;
    for number in 0..40 {
        let id = leaked(format!("p{number:02}"));
        assert_eq!(
            transaction.tell(&sale(id, number + 1)).await,
            CallbackOutcome::Unmatched
        );
        let payment_id = id.try_into().unwrap();
        let dismissed = other.dismiss_unmatched(&payment_id, "not ours".into(), NOW);
        let (announced, dismissed) =
            tokio::join!(transaction.ledger.record_payment(payment(id)), dismissed);
        announced.unwrap();
        dismissed.unwrap();
        let state = transaction.ledger.payment(id).await.unwrap().unwrap().state;
        assert_eq!(state, PaymentState::Credited, "{id}");
    }
    assert_eq!(transaction.ledger.audit(None).await.unwrap().findings, []);
}

/// The first server has its number and cannot commit yet; the second one is quick. A reader must not see the second
/// number before the first, else it would go on behind a credit that it never saw.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn feed_shows_a_fast_credit_after_the_slow_one_that_took_its_number_first() {
    let Some(transaction) = LedgerTransaction::connect().await else {
        return;
    };
    let (slow, fast) = (transaction.ledger.clone(), transaction.another().await);
    transaction.announce("slow").await;
    transaction.announce("fast").await;
    // A refund that turns out too large: its credit raises an alarm, after the entry.
    transaction.tell(&refund("slow", 7, 60_000)).await;
    transaction.tell(&refund("slow", 8, 60_000)).await;
    let person = sql(&transaction).await;
    person
        .batch_execute("BEGIN; LOCK TABLE alarms IN EXCLUSIVE MODE")
        .await
        .unwrap();
    let slowly =
        tokio::spawn(async move { slow.record_callback(sale("slow", 1).callback(), NOW).await });
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    // Within a transaction the view would stand still.
    let watcher = sql(&transaction).await;
    let blocked = async |servers: i64| {
        while watcher
            .query_one(waiting, &[])
            .await
            .unwrap()
            .get::<_, i64>(0)
            < servers
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    blocked(1).await;
    let quickly =
        tokio::spawn(async move { fast.record_callback(sale("fast", 2).callback(), NOW).await });
    blocked(2).await;
    assert_eq!(transaction.ledger.entries(0, 10).await, Ok(vec![]));
    person.batch_execute("COMMIT").await.unwrap();
    assert_eq!(slowly.await.unwrap(), Ok(CallbackOutcome::Applied));
    assert_eq!(quickly.await.unwrap(), Ok(CallbackOutcome::Applied));
    let entries = transaction.ledger.entries(0, 10).await.unwrap();
    let feed: Vec<_> = entries
        .iter()
        .map(|entry| (entry.seq, entry.payment_id.as_str()))
        .collect();
    assert_eq!(feed, [(1, "slow"), (2, "slow"), (3, "fast")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_cut_lose_nothing_that_was_acknowledged() {
    let Some(transaction) = LedgerTransaction::connect().await else {
        return;
    };
    let servers = [transaction.ledger.clone(), transaction.another().await];
    let tellers: Vec<_> = (0..4_u64)
        .map(|teller| {
            let server = servers[usize::try_from(teller % 2).unwrap()].clone();
            tokio::spawn(async move { tell_many(&server, teller).await })
        })
        .collect();
    let person = sql(&transaction).await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    while !tellers.iter().all(tokio::task::JoinHandle::is_finished) {
        tokio::time::sleep(Duration::from_millis(250)).await;
        person.query(cut, &[]).await.unwrap();
    }
    let mut acknowledged = 0;
    for teller in tellers {
        for id in teller.await.unwrap() {
            acknowledged += 1;
            // The reader's connection may be one that was cut; then it takes another.
            let payment = transaction.ledger.payment(id).await.unwrap().unwrap();
            assert_eq!(payment.state, PaymentState::Credited, "{id}");
        }
    }
    let every = PaymentFilter {
        state: Some(PaymentState::Credited),
        limit: 1_000,
        ..PaymentFilter::default()
    };
    let credited = transaction.ledger.payments(&every).await.unwrap().len();
    let entries = transaction.ledger.entries(0, 1_000).await.unwrap();
    assert_eq!(entries.len(), credited);
    assert!(acknowledged > 0 && acknowledged <= credited);
}

/// Announces and credits a hundred payments; those whose credit was acknowledged.
async fn tell_many(server: &Ledger, teller: u64) -> Vec<&'static str> {
    let mut acknowledged = Vec::new();
    for number in 0..100 {
        let id = leaked(format!("p{teller}_{number:03}"));
        if server.record_payment(payment(id)).await.is_err() {
            continue;
        }
        let callback = sale(id, teller * 1_000 + number).callback();
        match server.record_callback(callback, NOW).await {
            Ok(recorded) => {
                assert_eq!(recorded, CallbackOutcome::Applied);
                acknowledged.push(id);
            }
            Err(error) => assert!(matches!(error, Error::Unavailable(_)), "{error}"),
        }
    }
    acknowledged
}

#[tokio::test]
async fn operation_that_two_servers_hear_of_for_two_payments_credits_one() {
    let Some(transaction) = LedgerTransaction::connect().await else {
        return;
    };
    let other = Arc::new(transaction.another().await);
    for number in 0..20 {
        let (one, two) = (leaked(format!("a{number}")), leaked(format!("b{number}")));
        transaction.announce(one).await;
        transaction.announce(two).await;
        let (first, second) = tokio::join!(
            transaction
                .ledger
                .record_callback(sale(one, number).callback(), NOW),
            other.record_callback(sale(two, number).callback(), NOW),
        );
        let mut recorded = [first.unwrap(), second.unwrap()];
        recorded.sort_by_key(|recorded| *recorded == CallbackOutcome::Quarantined);
        assert_eq!(
            recorded,
            [CallbackOutcome::Applied, CallbackOutcome::Quarantined]
        );
        assert_eq!(
            transaction.entered(one).await + transaction.entered(two).await,
            AMOUNT
        );
    }
    assert_eq!(
        transaction.ledger.alarms(newest(100)).await.unwrap().len(),
        20
    );
}

#[tokio::test]
async fn schema_of_a_newer_version_is_refused() {
    let Some(transaction) = LedgerTransaction::connect().await else {
        return;
    };
    let person = sql(&transaction).await;
    let newer = "INSERT INTO jetpay_schema VALUES (99)";
    person.batch_execute(newer).await.unwrap();
    let error = Ledger::connect(transaction.database().url(), None)
        .await
        .unwrap_err();
    assert!(matches!(error, OpenError::NewerSchema { found: 99, .. }));
}

#[tokio::test]
async fn server_that_is_not_there_is_told_without_its_password() {
    let url = "postgres://jetpay:hidden@127.0.0.1:1/jetpay?connect_timeout=2";
    let error = Ledger::connect(url, None).await.unwrap_err().to_string();
    assert!(
        error.contains("the database: ") && !error.contains("hidden"),
        "{error}"
    );
    let error = Ledger::connect("postgres://jetpay:hidden@[", None).await;
    assert!(!error.unwrap_err().to_string().contains("hidden"));
}
