//! One decision about many alarms.

use serde_json::json;

use super::{numbers, plain, quarantined, raise_unusable, resolver, with_customer};
use crate::desk::{self, Desk, Service};
use crate::support::{CUSTOMER, PROJECT, Running, assert_has, each, on_every_store};

on_every_store! {
    with_customer;
    chosen_alarms_are_counted_first_and_then_resolved_together_once,
    all_of_a_kind_are_resolved_up_to_the_last_one_that_was_seen,
}

async fn chosen_alarms_are_counted_first_and_then_resolved_together_once(service: &Service) {
    let (running, person) = (&service.running, resolver(service).await);
    raise_unusable(running, 2).await;
    quarantined(running, 90_000).await;
    quarantined(running, 80_000).await;
    let path = "/alarms/resolve?seq=1&seq=3&seq=4&seq=3&seq=99";
    let page = person.page(path).await;
    assert_has(
        &page,
        &[
            "This decision is about 3 alarms.",
            "1 700.00 KZT",
            "One of the chosen alarms is resolved already, or does not exist.",
            "Dismiss 3 alarms: nothing to do",
            "a credit on the page of this alarm can undo either decision",
            "value=\"1 3 4\"",
        ],
    );
    assert_eq!(numbers(&page), [1, 3, 4]);
    let other = Desk::signed_in(service).await;
    let dismiss = [("verdict", "dismiss"), ("reason", "seen by another")];
    other.sent("/alarms/3/resolve", &dismiss).await;
    let form = [
        ("seq", "1 3 4"),
        ("seq", "99"),
        ("verdict", "foreign"),
        ("reason", "a test of the platform"),
    ];
    let page = person.sent("/alarms/resolve", &form).await;
    assert_has(
        &page,
        &[
            "2 alarms are resolved as not ours. 1 alarm was resolved by another decision before, and stays as it was. \
             1 number is that of no alarm.",
        ],
    );
    assert_eq!(numbers(&page), [2]);
    let again = "2 alarms are resolved as not ours. 1 alarm was resolved by another decision";
    assert_has(&person.sent("/alarms/resolve", &form).await, &[again]);
    let again = "0 alarms are resolved as not ours. 3 alarms were resolved by another decision";
    assert_has(&other.sent("/alarms/resolve", &form).await, &[again]);
    let (_, resolutions) = running.get("/v1/resolutions").await;
    let resolutions = &resolutions["resolutions"];
    assert_eq!(each(resolutions, "alarm_seq"), json!([4, 1, 3]));
    assert_eq!(
        each(resolutions, "by"),
        json!(["resolver", "resolver", "admin"])
    );
    assert_eq!(
        each(resolutions, "verdict"),
        json!(["foreign", "foreign", "dismiss"])
    );
    assert_eq!(running.balance(CUSTOMER).await, 0);
    let page = person.page(path).await;
    assert_has(&page, &["None of these alarms is open any more."]);
}

async fn all_of_a_kind_are_resolved_up_to_the_last_one_that_was_seen(service: &Service) {
    let (running, person) = (&service.running, resolver(service).await);
    raise_unusable(running, 3).await;
    quarantined(running, 90_000).await;
    let list = person.page("/alarms").await;
    let all = "/alarms/resolve?kind=unusable&amp;up_to=3";
    assert_has(&list, &[all, "Decide about all: "]);
    raise_unusable_later(running).await;
    let page = person.page(&plain(all)).await;
    assert_has(
        &page,
        &[
            "This decision is about 3 alarms.",
            "value=\"3 2 1\"",
            "Neither decision moves money.",
        ],
    );
    let form = [("seq", "3 2 1"), ("verdict", "dismiss"), ("reason", "r")];
    let page = person.sent("/alarms/resolve", &form).await;
    assert_has(&page, &["3 alarms are dismissed: nothing to do."]);
    assert_eq!(numbers(&page), [4, 5]);
}

async fn raise_unusable_later(running: &Running) {
    let odd = json!({"project_id": PROJECT, "payment": {"id": "later"}});
    assert_eq!(running.deliver(&odd).await, 400);
}

#[tokio::test]
async fn thousand_alarms_are_resolved_together_and_the_page_says_that_more_are_open() {
    let service = desk::desk().await;
    service.running.folder.sql(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1001)
         INSERT INTO alarms (kind, project_id, time, amount, currency)
             SELECT 'unusable', 1234, n, 9223372036854776, 'KZT' FROM numbers;
         UPDATE counts SET alarms = 1001, open_alarms = 1001;",
    );
    let person = resolver(&service).await;
    let page = person
        .page("/alarms/resolve?kind=unusable&up_to=1001")
        .await;
    assert_has(
        &page,
        &[
            "This decision is about 1000 alarms.",
            "More alarms than these are open.",
            "too large to be added up",
        ],
    );
    let page = person.page("/alarms?order=amount").await;
    assert_has(&page, &["these are the oldest 1000"]);
    let seqs: Vec<_> = (2..=1001).map(|seq: i64| seq.to_string()).collect();
    let fields: Vec<_> = seqs.iter().map(|seq| format!("seq={seq}")).collect();
    let query = fields.join("&");
    let page = person.page(&format!("/alarms/resolve?{query}")).await;
    assert_has(&page, &["This decision is about 1000 alarms."]);
    let seqs = seqs.join(" ");
    let form = [("seq", &*seqs), ("verdict", "foreign"), ("reason", "r")];
    let page = person.sent("/alarms/resolve", &form).await;
    assert_has(&page, &["1000 alarms are resolved as not ours."]);
    assert_eq!(numbers(&page), [1]);
}
