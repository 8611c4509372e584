//! An endpoint whose `projects` change.

use jetpay_ledger::AlarmKind;
use jetpay_platform::billing::OnRequest;

use super::*;

const OTHER: u64 = 5678;

#[actix_web::test]
async fn entry_that_waits_and_is_of_a_project_that_the_endpoint_gets_no_longer_is_parked_for_a_person()
 {
    let server = serve_receiver().await;
    let mut shop = Shop::new(webhook(), &server.webhooks_url());
    let worker = shop.start().await;
    server.state().deliveries().extend([OnRequest::Fail(503)]);
    shop.credit_of(OTHER, 1, "a-1").await;
    shop.until(async |shop| shop.status().await[0].waiting == 1)
        .await;
    worker.end().await;

    shop.endpoint.projects = vec![PROJECT.into()];
    let worker = shop.start().await;
    shop.until(async |shop| shop.status().await[0].parked == 1)
        .await;
    let [alarm] = &shop.alarms().await[..] else {
        panic!("it raises one alarm")
    };
    assert_eq!(alarm.kind, AlarmKind::DeliveryParked);
    let reason = alarm.reason.as_deref().unwrap_or_default();
    assert!(reason.contains("5678") && reason.contains("`projects`"));
    // What is new passes.
    shop.credit_of(OTHER, 2, "a-2").await;
    shop.credit(3, "a-3").await;
    shop.until(async |_| server.state().arrivals().len() == 1)
        .await;
    worker.end().await;

    shop.endpoint.projects.clear();
    let worker = shop.start().await;
    let status = shop.status().await.remove(0);
    let now = shop.clock.now();
    let retried = shop
        .ledger
        .retry_delivery(&status.stream, 1, "mended".into(), now)
        .await;
    retried.unwrap();
    shop.wake.was_changed();
    shop.until_all_is_delivered().await;
    worker.end().await;
    assert_eq!(server.state().balance("a-1"), AMOUNT);
    assert_eq!(server.state().balance("a-2"), 0);
}
