//! What a billing in a dialect is told.

use std::time::Duration;

use jetpay_ledger::AlarmKind;
use jetpay_platform::billing::{Dialect, OnRequest, Quirks};

use tokio::net::TcpSocket;

use super::*;
use crate::telemetry::Metrics;

fn billing_that_refuses_repeats() -> BillingState {
    let quirks = Quirks {
        refuses_repeats: true,
        ..Quirks::default()
    };
    billing(Dialect::Osmp).with_quirks(quirks)
}

#[actix_web::test]
async fn credits_are_booked_with_the_prefix_of_their_project_and_parked_when_they_can_have_no_number()
 {
    let server = serve_billing(Dialect::Osmp).await;
    let prefixes = [(PROJECT, Some("1")), (2275, Some("2"))];
    let shop = Shop::new(osmp(false, &prefixes), &server.url());
    let worker = shop.start().await;
    shop.credit(28, "a-1").await;
    shop.credit_of(2275, 28, "a-1").await;
    // A project that the configuration does not have, and an id that does not fit behind a prefix.
    shop.credit_of(9, 29, "a-2").await;
    shop.credit(10_000_000_000_000_000, "a-3").await;
    shop.until(async |shop| shop.status().await[0].parked == 2)
        .await;
    worker.end().await;
    let state = server.state().clone();
    let booked: Vec<_> = (state.booked().iter())
        .map(|it| (it.txn_id.as_str(), it.account.as_str(), it.minor))
        .collect();
    assert_eq!(
        booked,
        [
            ("10000000000000028", "a-1", AMOUNT),
            ("20000000000000028", "a-1", AMOUNT)
        ]
    );
    let alarms = shop.alarms().await;
    let kinds: Vec<_> = alarms.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [AlarmKind::DeliveryParked; 2]);
}

#[actix_web::test]
async fn whole_refund_is_cancelled_if_configured_and_every_other_one_raises_an_alarm() {
    for (cancels, cancelled, alarms) in [(true, vec!["1"], 4), (false, vec![], 5)] {
        let server = serve_billing(Dialect::Osmp).await;
        let shop = Shop::new(osmp(cancels, &[(PROJECT, None)]), &server.url());
        let worker = shop.start().await;
        for id in 1..=3 {
            shop.credit(id, &format!("a-{id}")).await;
        }
        shop.until_all_is_delivered().await;
        shop.refund(1, 101, AMOUNT).await;
        // A part, the rest, and an operator's correction.
        shop.refund(2, 102, 1).await;
        shop.refund(2, 103, AMOUNT - 1).await;
        let now = shop.clock.now();
        shop.ledger
            .correct_entry(3, "a mistake".into(), now)
            .await
            .unwrap();
        // The customer of the refund is paid again, and gets the money back.
        shop.callback(PROJECT, 1, "success", 104, "refund reverse", AMOUNT)
            .await;
        shop.credit(5, "a-1").await;
        shop.until_all_is_delivered().await;
        worker.end().await;
        let found = shop.alarms().await;
        let kinds: Vec<_> = found.iter().map(|it| it.kind).collect();
        assert_eq!(kinds, vec![AlarmKind::NotDeliverable; alarms], "{found:?}");
        let state = server.state();
        let taken: Vec<_> = (state.booked().iter().filter(|it| it.cancelled))
            .map(|it| it.txn_id.as_str())
            .collect();
        assert_eq!(taken, cancelled);
        assert_eq!(state.booked().len(), 4);
    }
}

#[actix_web::test]
async fn double_request_counts_as_delivered_only_after_an_attempt_that_may_have_arrived() {
    let server = simulated::serve(listener().await, billing_that_refuses_repeats()).unwrap();
    let shop = Shop::new(osmp(false, &[(PROJECT, None)]), &server.url());
    let worker = shop.start().await;
    // It is booked, and the answer is lost.
    server.state().script([OnRequest::DoneAndDrop]);
    shop.credit(1, "a-1").await;
    shop.until_all_is_delivered().await;
    assert_eq!(shop.alarms().await, []);
    // Another program has told the billing of this number.
    let other = "command=pay&txn_id=2&account=a-2&sum=200.00&txn_date=20261201000000";
    assert_eq!(server.state().receive(other, None).status(), Some(200));
    shop.credit(2, "a-2").await;
    shop.until(async |shop| shop.status().await[0].parked == 1)
        .await;
    // A person retries it: that attempt was refused, so it proves nothing.
    for _ in 0..2 {
        shop.retry(2).await;
        let tried = shop.status().await[0].clone();
        assert_eq!((tried.waiting, tried.parked), (1, 1));
    }
    let names = vec![NAME.to_owned()];
    let page = Metrics::default().page(&shop.ledger, names).await.unwrap();
    for line in [
        "jetpay_delivery_lag_entries{name=\"billing\"} 1",
        "jetpay_delivery_lag_seconds{name=\"billing\"} 0",
        "jetpay_delivery_parked{name=\"billing\"} 1",
        "jetpay_delivery_attempts_total{name=\"billing\",outcome=\"refused\"}",
    ] {
        assert!(page.contains(line), "{line} is not in:\n{page}");
    }
    worker.end().await;
    let alarms = shop.alarms().await;
    assert_eq!(alarms[0].kind, AlarmKind::DeliveryParked);
    assert_eq!(server.state().booked().len(), 2);
}

#[actix_web::test]
async fn double_request_after_a_refused_connection_is_parked() {
    let socket = TcpSocket::new_v4().unwrap();
    // Nothing listens there yet.
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}/payments", socket.local_addr().unwrap());
    let shop = Shop::new(osmp(false, &[(PROJECT, None)]), &url);
    let worker = shop.start().await;
    shop.credit(1, "a-1").await;
    shop.until(async |shop| shop.status().await[0].waiting == 1)
        .await;
    let mut state = billing_that_refuses_repeats();
    // Another program has told the billing of this number.
    let other = "command=pay&txn_id=1&account=a-1&sum=200.00&txn_date=20261201000000";
    assert_eq!(state.receive(other, None).status(), Some(200));
    let server = simulated::serve(socket.listen(9).unwrap(), state).unwrap();
    shop.until(async |shop| shop.status().await[0].parked == 1)
        .await;
    worker.end().await;
    assert_eq!(shop.alarms().await[0].kind, AlarmKind::DeliveryParked);
    assert_eq!(server.state().booked().len(), 1);
}

#[actix_web::test]
async fn replay_to_a_billing_that_refuses_repeats_is_delivered_by_the_receipts() {
    let server = simulated::serve(listener().await, billing_that_refuses_repeats()).unwrap();
    let shop = Shop::new(osmp(true, &[(PROJECT, None)]), &server.url());
    let worker = shop.start().await;
    shop.credit(1, "a-1").await;
    shop.credit(2, "a-2").await;
    shop.until_all_is_delivered().await;
    shop.refund(2, 102, AMOUNT).await;
    shop.until_all_is_delivered().await;
    let stream = shop.status().await[0].stream.clone();
    let replay = shop
        .ledger
        .replay_deliveries(&stream, 0, "a test".into(), shop.clock.now());
    assert_eq!(replay.await.unwrap(), 3);
    shop.wake.was_changed();
    shop.until(async |shop| shop.status().await[0].cursor == 3)
        .await;
    shop.until_all_is_delivered().await;
    worker.end().await;
    assert_eq!(shop.alarms().await, []);
    let booked = server.state().booked().len();
    assert_eq!(booked, 2);
}

#[actix_web::test]
async fn billing_that_is_down_for_a_quarter_of_an_hour_raises_one_alarm_until_it_is_in_time_again()
{
    let server = serve_billing(Dialect::Osmp).await;
    let shop = Shop::new(osmp(false, &[(PROJECT, None)]), &server.url());
    let worker = shop.start().await;
    server.state().always(OnRequest::Fail(503));
    shop.credit(1, "a-1").await;
    shop.until(async |shop| shop.status().await[0].waiting == 1)
        .await;
    assert_eq!(shop.alarms().await, []);
    shop.skip_time(Duration::from_secs(15 * 60));
    shop.until(async |shop| !shop.alarms().await.is_empty())
        .await;
    server.state().always(OnRequest::Answer);
    shop.skip_time(Duration::from_secs(15 * 60));
    shop.until_all_is_delivered().await;
    shop.until(async |shop| shop.alarms().await[0].resolution.is_some())
        .await;
    worker.end().await;
    let alarms = shop.alarms().await;
    assert_eq!((alarms.len(), alarms[0].kind), (1, AlarmKind::DeliveryLate));
    assert_eq!(server.state().booked().len(), 1);
}

#[actix_web::test]
async fn replay_tells_the_billing_nothing_that_a_person_booked_by_hand() {
    let server = serve_billing(Dialect::Osmp).await;
    let mut shop = Shop::new(osmp(false, &[(PROJECT, None)]), &server.url());
    let worker = shop.start().await;
    shop.credit(1, "a-1").await;
    shop.until_all_is_delivered().await;
    // The billing has no request for it.
    shop.refund(1, 101, AMOUNT).await;
    // It does not know the account.
    shop.credit(2, "b-1").await;
    shop.until(async |shop| shop.status().await[0].parked == 1)
        .await;
    worker.end().await;
    let (stream, now) = (shop.status().await.remove(0).stream, shop.clock.now());
    let by_hand = || "booked by hand".into();
    let skipped = shop.ledger.skip_delivery(&stream, 3, by_hand(), now).await;
    skipped.unwrap();

    server.state().put_account("b-1", None);
    shop.endpoint.kind = osmp(true, &[(PROJECT, None)]);
    let replayed = shop.ledger.replay_deliveries(&stream, 0, by_hand(), now);
    assert_eq!(replayed.await.unwrap(), 3);
    let worker = shop.start().await;
    shop.until_all_is_delivered().await;
    worker.end().await;
    let booked: Vec<_> = (server.state().booked().iter())
        .map(|it| (it.txn_id.clone(), it.cancelled))
        .collect();
    assert_eq!(booked, [("1".to_owned(), false)]);
    assert_eq!(shop.alarms().await.len(), 2);
}
