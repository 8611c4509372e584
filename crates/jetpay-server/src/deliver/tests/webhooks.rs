//! What a web service gets.

use std::time::{Duration, Instant};

use jetpay_platform::billing::OnRequest;
use serde_json::Value;

use super::*;

#[actix_web::test]
async fn entries_and_alarms_arrive_signed_once_and_in_the_order_of_their_customer() {
    let server = serve_receiver().await;
    let mut shop = Shop::new(webhook(), &server.webhooks_url());
    shop.endpoint.alarms = true;
    shop.credit(1_000, "a-0").await;
    let worker = shop.start().await;
    // Each failure comes again after a second; the answers to the others are lost.
    let turns = [
        OnRequest::DoneAndDrop,
        OnRequest::Answer,
        OnRequest::FailFor(503, 0),
    ];
    server.state().deliveries().extend(turns);
    for id in 1..=100 {
        shop.credit(id, &format!("a-{}", id % 10)).await;
    }
    shop.refund(1, 101, 5).await;
    // A second success of one payment.
    shop.callback(PROJECT, 2, "success", 102, "sale", AMOUNT)
        .await;
    shop.until_all_is_delivered().await;
    worker.end().await;
    let state = server.state();
    assert_eq!(state.violations(), []);
    let kinds = |kind: &str| state.arrivals().iter().filter(|it| it.kind == kind).count();
    let counts = ["entry.credit", "entry.refund", "alarm.second_sale"].map(kinds);
    assert_eq!(
        counts,
        [100, 1, 1],
        "an entry before the first start is not sent"
    );
    assert_eq!(state.arrivals().len(), 102);
    assert_eq!(state.balance("a-1"), 10 * AMOUNT - 5);
    assert!(state.repeats() <= 1);
    let refund = state
        .arrivals()
        .iter()
        .find(|it| it.kind == "entry.refund")
        .unwrap();
    let body: Value = serde_json::from_slice(&refund.body).unwrap();
    assert_eq!(body["data"]["operation_id"], "101");
    assert_eq!(refund.id, "entry_1234_101_refund");
}

#[actix_web::test]
async fn entry_of_this_server_arrives_without_waiting_for_the_next_poll() {
    let server = serve_receiver().await;
    let shop = Shop::new(webhook(), &server.webhooks_url());
    let worker = shop.start().await;
    let mut fastest = Duration::MAX;
    for id in 1..=5 {
        shop.credit(id, "a-1").await;
        let begun = Instant::now();
        let arrived = usize::try_from(id).unwrap();
        shop.until(async |_| server.state().arrivals().len() == arrived)
            .await;
        fastest = fastest.min(begun.elapsed());
    }
    worker.end().await;
    assert!(fastest < Duration::from_millis(300), "{fastest:?}");
}

#[actix_web::test]
async fn entries_of_other_projects_are_passed_and_a_removed_endpoint_continues_where_it_was() {
    let server = serve_receiver().await;
    let mut shop = Shop::new(webhook(), &server.webhooks_url());
    shop.endpoint.projects = vec![PROJECT.into()];
    let worker = shop.start().await;
    for id in 1..=10 {
        shop.credit_of(if id % 2 == 0 { 9 } else { PROJECT }, id, "a-1")
            .await;
    }
    shop.until_all_is_delivered().await;
    worker.end().await;
    assert_eq!(server.state().arrivals().len(), 5);
    shop.credit(11, "a-1").await;
    let worker = shop.start().await;
    shop.until_all_is_delivered().await;
    worker.end().await;
    let state = server.state();
    assert_eq!((state.arrivals().len(), state.repeats()), (6, 0));
    assert_eq!(state.violations(), []);
}
