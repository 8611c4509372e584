//! Workers that crash, and several workers on one database.

use std::collections::BTreeMap;
use std::time::Duration;

use jetpay_billing::Delivery;
use jetpay_platform::billing::{Dialect, OnRequest};
use jetpay_testing::postgres::{self, require_or_skip};

use super::*;
use crate::deliver::{Driver, Item, Receiver, Sent, Settings};

/// Takes everything, and counts it.
#[derive(Default)]
struct Counts(AtomicI64);

impl Receiver for Counts {
    async fn deliver(&self, _: &Item, _: bool) -> Sent {
        self.0.fetch_add(1, Relaxed);
        Sent::Sent(Delivery::Delivered { receipt: None })
    }
}

#[actix_web::test]
async fn nothing_is_sent_when_the_lease_could_end_before_the_attempt() {
    let shop = Shop::new(webhook(), "http://127.0.0.1:9/");
    shop.start().await.end().await;
    shop.credit(1, "a-1").await;
    let (stream, counts) = (
        shop.status().await.remove(0).stream,
        Arc::new(Counts::default()),
    );
    let settings = Settings {
        parallel: 4,
        attempt_limit: Duration::from_secs(20),
        projects: Vec::new(),
    };
    let environment = Arc::clone(&shop.clock) as Arc<dyn Environment>;
    let receiver = Arc::clone(&counts);
    let mut driver = Driver::new(shop.ledger.clone(), receiver, environment, stream, settings);
    for step in ["lease", "read"] {
        let action = driver.next().expect(step);
        driver.take(action.await);
    }
    // The lease lasts for 60 seconds.
    shop.skip_time(Duration::from_secs(41));
    let renewal = driver.next().expect("the lease is renewed");
    while let Some(action) = driver.next() {
        driver.take(action.await);
    }
    assert_eq!(counts.0.load(Relaxed), 0);
    driver.take(renewal.await);
    while let Some(action) = driver.next() {
        driver.take(action.await);
    }
    assert_eq!(counts.0.load(Relaxed), 1);
}

#[actix_web::test]
async fn crashed_worker_loses_nothing_books_nothing_twice_and_repeats_at_most_a_hundred() {
    const CREDITS: u64 = 400;
    let server = serve_billing(Dialect::Osmp).await;
    let shop = Shop::new(osmp(false, &[(PROJECT, None)]), &server.url());
    shop.start().await.end().await;
    server.state().set_latency(Duration::from_millis(2));
    for id in 1..=CREDITS {
        shop.credit(id, &format!("a-{}", id % 20)).await;
    }
    let mut worker = shop.start().await;
    let mut crashes = 0;
    loop {
        let before = server.state().requests();
        let enough = before + 90;
        let is_done = async |shop: &Shop| {
            let status = &shop.status().await[0];
            server.state().requests() >= enough
                || status.cursor == status.last && status.waiting == 0
        };
        shop.until(is_done).await;
        let status = &shop.status().await[0];
        if status.cursor == status.last && status.waiting == 0 {
            break;
        }
        worker.crash().await;
        crashes += 1;
        // The lease of a worker that crashed ends by itself.
        shop.skip_time(Duration::from_secs(61));
        worker = shop.start().await;
    }
    worker.end().await;
    assert!(crashes >= 2, "{crashes}");
    let state = server.state();
    let mut booked = BTreeMap::new();
    for it in state.booked() {
        *booked.entry(it.txn_id.parse::<u64>().unwrap()).or_insert(0) += it.minor;
    }
    assert_eq!(state.booked().len(), 400, "each is booked once");
    assert!(booked.into_iter().eq((1..=CREDITS).map(|id| (id, AMOUNT))));
    let repeats = state.requests() - 400;
    assert!(repeats <= crashes * 100, "{repeats} in {crashes} crashes");
}

#[actix_web::test]
async fn worker_that_ends_records_what_it_sent_and_the_next_one_begins_at_once() {
    let server = serve_receiver().await;
    let shop = Shop::new(webhook(), &server.webhooks_url());
    server.state().deliveries().latency = Duration::from_millis(20);
    for round in 0..5_u64 {
        let worker = shop.start().await;
        for id in 1..=40 {
            shop.credit(round * 40 + id, &format!("a-{id}")).await;
        }
        worker.end().await;
    }
    let worker = shop.start().await;
    shop.until_all_is_delivered().await;
    worker.end().await;
    let state = server.state();
    assert_eq!((state.arrivals().len(), state.repeats()), (200, 0));
    assert_eq!(state.violations(), []);
}

#[actix_web::test]
async fn servers_on_one_database_share_an_endpoint_without_doubling_or_reordering() {
    let Some(database) = require_or_skip(postgres::database()) else {
        return;
    };
    let server = serve_receiver().await;
    let ledger = Ledger::connect(database.url(), None).await.unwrap();
    let other = Ledger::connect(database.url(), None).await.unwrap();
    let shop = Shop::over(ledger, webhook(), &server.webhooks_url());
    let mut workers = vec![shop.start().await, shop.start_over(&other).await];
    // Some attempts fail.
    let turns = [OnRequest::Answer, OnRequest::Answer, OnRequest::Fail(500)];
    server.state().deliveries().always(turns);
    for id in 1..=120 {
        shop.credit(id, &format!("a-{}", id % 20)).await;
        if id == 60 {
            workers.remove(0).end().await;
            workers.push(shop.start().await);
        }
    }
    server.state().deliveries().always([OnRequest::Answer]);
    shop.until_all_is_delivered().await;
    for worker in workers {
        worker.end().await;
    }
    {
        let state = server.state();
        assert_eq!((state.arrivals().len(), state.repeats()), (120, 0));
        assert_eq!(state.violations(), []);
    }
    other.close().await;
}
