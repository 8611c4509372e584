//! The page of today.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use jetpay_platform::{CallbackKind, KASPI, KASSA24};
use jetpay_testing::postgres::{Cluster, require_or_skip};
use reqwest::StatusCode;
use serde_json::json;

use crate::desk::{Desk, READER, Service, desk, serve, text, with_pages};
use crate::support::{
    CUSTOMER, Folder, PROJECT, Running, assert_has, on_every_store, success, tenge,
};

async fn service(folder: Folder) -> Service {
    let mut service = serve(with_pages(folder)).await;
    service.running = service.running.with_customer().await;
    service
}

/// How many entries of a method came in, how much, how many went back, how much, and what was corrected, in minor units.
type Sums = Vec<[i64; 5]>;

/// The sums of a CSV, one for each method.
fn sums(csv: &str) -> Sums {
    let mut sums: BTreeMap<String, [i64; 5]> = BTreeMap::new();
    for line in csv.lines().skip(1) {
        let cells: Vec<_> = line.split(',').filter(|cell| *cell != "KZT").collect();
        let minor = |cell: &str| cell.replace('.', "").parse::<i64>().unwrap();
        let sum = sums.entry(cells[1].to_owned()).or_default();
        for (sum, cell) in sum.iter_mut().zip(&cells[2..]) {
            *sum += minor(cell);
        }
    }
    in_order(sums)
}

/// The names of methods are in the language of the page.
fn in_order(sums: BTreeMap<String, [i64; 5]>) -> Sums {
    let mut sums: Vec<_> = sums.into_values().collect();
    sums.sort_unstable();
    sums
}

/// The same of the feed, which a merchant's billing reads.
async fn sums_of_feed(running: &Running) -> Sums {
    let mut sums: BTreeMap<String, [i64; 5]> = BTreeMap::new();
    let mut after = 0;
    loop {
        let (status, page) = running
            .get(&format!("/v1/entries?after={after}&limit=1000"))
            .await;
        assert_eq!(status, 200, "{page}");
        let entries = page["entries"].as_array().unwrap();
        for entry in entries {
            let [method, kind] = ["method", "kind"].map(|name| entry[name].as_str().unwrap());
            let amount = entry["amount"].as_i64().unwrap();
            let sum = sums.entry(method.to_owned()).or_default();
            match kind {
                "credit" | "manual_credit" => {
                    sum[0] += 1;
                    sum[1] += amount;
                }
                "correction" => sum[4] += amount,
                _ => {
                    sum[2] += 1;
                    sum[3] += amount;
                }
            }
            after = entry["seq"].as_i64().unwrap();
        }
        if entries.len() < 1000 {
            return in_order(sums);
        }
    }
}

async fn csv(person: &Desk) -> Sums {
    sums(&person.page("/today?format=csv").await)
}

/// While money comes in, the page is between what the feed had before and what it has after; in the end, it is equal.
async fn sums_of_the_page_are_those_of_the_entries_while_traffic_goes_on(service: &Service) {
    let (running, person) = (&service.running, Desk::signed_in(service).await);
    let ends = AtomicBool::new(false);
    let traffic = async {
        for number in 1..=120 {
            let method = if number % 3 == 0 { &KASSA24 } else { &KASPI };
            let id = running.paid(method, 100 + number).await;
            if number % 10 == 0 {
                let refund = CallbackKind::PartialRefund(tenge(50));
                let refund = refund.callback(method, PROJECT.into(), &id, tenge(100 + number));
                assert_eq!(running.deliver(&refund).await, 200);
            }
        }
        let undo = json!({"reason": "a test"});
        assert_eq!(running.post("/v1/entries/3/correct", &undo).await.0, 200);
        ends.store(true, Ordering::Relaxed);
    };
    let look = async {
        let count = |sums: &Sums| sums.iter().map(|sum| sum[0] + sum[2]).sum::<i64>();
        let mut looked = 0;
        while !ends.load(Ordering::Relaxed) {
            let before = count(&sums_of_feed(running).await);
            let shown = count(&csv(&person).await);
            let after = count(&sums_of_feed(running).await);
            assert!(
                (before..=after).contains(&shown),
                "{before} {shown} {after}"
            );
            looked += 1;
        }
        assert!(looked > 3, "{looked}");
    };
    tokio::join!(traffic, look);
    let (shown, counted) = (csv(&person).await, sums_of_feed(running).await);
    assert_eq!(shown, counted);
    let all = shown.iter().fold([0; 5], |mut all, sum| {
        all.iter_mut().zip(sum).for_each(|(all, sum)| *all += sum);
        all
    });
    assert_eq!((all[0], all[2], all[3]), (120, 12, -600));
    assert!(all[4] < 0);
}

async fn declines_lags_and_last_callbacks_are_shown_with_what_a_code_means(service: &Service) {
    let (running, person) = (&service.running, Desk::signed_in(service).await);
    running.paid(&KASPI, 100).await;
    let decline = |code: &str, id: &str| {
        let mut callback = CallbackKind::Decline.callback(&KASPI, PROJECT.into(), id, tenge(100));
        callback.operation = callback.operation.with_code(code, "no");
        callback
    };
    for code in ["20105", "20105", "<b>\u{202e}777", "40001"] {
        let id = running.announced(100).await;
        assert_eq!(running.deliver(&decline(code, &id)).await, 200);
    }
    let page = person.page("/today").await;
    assert_has(
        &page,
        &[
            "80.0 %",
            "the payer lacks the money",
            "&lt;b&gt;",
            "lang=\"en\"",
            "95 of 100 within",
            "Last callback of each method",
        ],
    );
    assert!(
        !page.contains("<b>") && !page.contains('\u{202e}'),
        "{page}"
    );
    for (language, word) in [
        ("ru", "у плательщика недостаточно денег"),
        ("kk", "төлеушінің ақшасы жеткіліксіз"),
    ] {
        assert_has(
            &person.page(&format!("/today?lang={language}")).await,
            &[word, "<svg"],
        );
    }
}

async fn what_waits_is_counted(service: &Service) {
    let (running, person) = (&service.running, Desk::signed_in(service).await);
    for number in 0..3 {
        running.announced(100 + number).await;
    }
    let lost = success("0190163d-8694-739b-aea5-966c26f8ad91", 100);
    assert_eq!(running.deliver(&lost).await, 404);
    let page = person.page("/today").await;
    assert_has(
        &page,
        &[
            "<dt>Payments without a result</dt><dd>3</dd>",
            "<dt>of these, longer than 15 minutes</dt><dd>0</dd>",
            "Callbacks in the inbox</a></dt><dd>1</dd>",
            "takes writes",
            env!("CARGO_PKG_VERSION"),
        ],
    );
}

on_every_store! {
    service;
    sums_of_the_page_are_those_of_the_entries_while_traffic_goes_on,
    declines_lags_and_last_callbacks_are_shown_with_what_a_code_means,
    what_waits_is_counted,
}

#[tokio::test]
async fn day_without_anything_says_so_and_odd_queries_change_nothing() {
    let service = desk().await;
    let person = Desk::with_token(&service, READER).await;
    for path in [
        "/today",
        "/today?format=xml&day=%ff%00",
        "/today?format=%3Cb%3E",
    ] {
        let page = person.page(path).await;
        assert_has(
            &page,
            &[
                "No money has moved today.",
                "No top-up has had a result today.",
            ],
        );
    }
    let csv = person.page("/today?format=csv").await;
    assert_eq!(csv.lines().count(), 1, "{csv}");
}

#[tokio::test]
async fn page_shows_no_customer_to_anyone_and_is_for_every_role() {
    let service = service(Folder::new()).await;
    service.running.paid(&KASPI, 100).await;
    let person = Desk::with_token(&service, READER).await;
    let page = person.page("/today").await;
    // The bar of the hour says its sum, and the scale is round.
    assert_has(
        &page,
        &[":00: 1.00 KZT</title>", "<span>1</span><span>0.50</span>"],
    );
    assert!(
        !page.contains(CUSTOMER) && !page.contains(&CUSTOMER[6..]),
        "{page}"
    );
}

#[tokio::test]
async fn room_on_the_disk_is_known_for_a_file_and_the_size_alone_for_a_database() {
    let file = desk().await;
    let page = Desk::signed_in(&file).await.page("/today").await;
    let free = "<dt>Room left on its disk</dt><dd>";
    assert_has(&page, &["SQLite: takes writes", free]);
    assert!(!page.contains(&format!("{free}not known")), "{page}");
    let Some(cluster) = require_or_skip(Cluster::start_fast()) else {
        return;
    };
    let database = cluster.database();
    let service = serve(with_pages(Folder::with_store(database.url()))).await;
    let person = Desk::signed_in(&service).await;
    let page = person.page("/today").await;
    assert_has(
        &page,
        &["PostgreSQL: takes writes", &format!("{free}not known here")],
    );
    let size = "<dt>Size of the store</dt><dd>";
    assert!(!page.contains(&format!("{size}not known")), "{page}");
    cluster.crash();
    let answer = person.get("/today").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_has(&text(answer).await, &["The database is not available now."]);
}

#[tokio::test]
async fn count_goes_on_after_a_restart_with_what_was_there_before() {
    let mut service = service(Folder::new()).await;
    service.running.paid(&KASPI, 12_345).await;
    service.running.while_stopped(|_| ()).await;
    service.running.paid(&KASPI, 1).await;
    let person = Desk::signed_in(&service).await;
    assert_eq!(csv(&person).await, [[2, 12_346, 0, 0, 0]]);
    assert_eq!(csv(&person).await, sums_of_feed(&service.running).await);
}

#[tokio::test]
async fn page_takes_no_form() {
    let service = desk().await;
    let person = Desk::signed_in(&service).await;
    let answer = person.post("/today", &[("a", "b")]).send().await.unwrap();
    assert!(answer.status().is_client_error());
}
