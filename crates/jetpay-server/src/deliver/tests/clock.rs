//! A clock that is set back.

use std::time::Duration;

use jetpay_platform::billing::OnRequest;

use super::*;

#[actix_web::test]
async fn clock_that_is_set_back_by_an_hour_holds_up_neither_new_entries_nor_those_that_wait() {
    let server = serve_receiver().await;
    let shop = Shop::new(webhook(), &server.webhooks_url());
    let worker = shop.start().await;
    server
        .state()
        .deliveries()
        .extend([OnRequest::FailFor(503, 2)]);
    shop.credit(1, "a-1").await;
    shop.until(async |shop| shop.status().await[0].waiting == 1)
        .await;
    shop.set_back(Duration::from_secs(3_600));
    shop.credit(2, "a-2").await;
    shop.until_all_is_delivered().await;
    worker.end().await;
    assert_eq!(server.state().arrivals().len(), 2);
}

#[actix_web::test]
async fn endpoint_that_is_gone_is_tried_again_in_half_an_hour_also_when_the_clock_is_set_back() {
    let server = serve_receiver().await;
    let shop = Shop::new(webhook(), &server.webhooks_url());
    let worker = shop.start().await;
    server.state().deliveries().extend([OnRequest::Fail(410)]);
    shop.credit(1, "a-1").await;
    shop.until(async |shop| shop.status().await[0].waiting == 1)
        .await;
    shop.set_back(Duration::from_secs(3_600));
    // The worker sees the clock.
    shop.credit(2, "a-2").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(server.state().arrivals(), []);
    shop.skip_time(Duration::from_secs(30 * 60));
    shop.wake.was_changed();
    shop.until_all_is_delivered().await;
    worker.end().await;
}
