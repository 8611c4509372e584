//! What the log says about people at the pages, and what it never says.

use crate::desk::{Desk, READER, desk};
use crate::door::sign_in;
use crate::support::{CUSTOMER, TOKEN, assert_has};

#[tokio::test]
async fn log_says_who_saw_which_page_and_no_query_token_or_customer() {
    let running = desk().await;
    let here = [("sec-fetch-site", "same-origin")];
    let wrong = [
        ("token", "a wrong token of tests"),
        ("next", "/?q=secret-next"),
    ];
    sign_in(&running, &here, &wrong).await;
    let person = Desk::with_token(&running, READER).await;
    let paths = [
        format!("/?q={CUSTOMER}&lang=en"),
        "/alarms?kind=secret-query".to_owned(),
        format!("/payments/some-payment/customer?x={CUSTOMER}"),
        format!("/no/such/{CUSTOMER}"),
        "/payments/%0d%0aforged%20line".to_owned(),
    ];
    for path in &paths {
        person.get(path).send().await.unwrap();
    }
    let form = [("reason", "secret-reason")];
    person
        .post("/alarms/7/resolve?secret-post=1", &form)
        .send()
        .await
        .unwrap();
    person.post("/sign-out", &[]).send().await.unwrap();
    let log = running
        .running
        .until_logged("signed out of the pages")
        .await;
    assert_has(
        &log,
        &[
            "signed in to the pages peer=127.0.0.1 by=\"reader\" role=\"read\"",
            "GET /alarms status=422 peer=127.0.0.1 by=\"reader\"",
            "signed out of the pages peer=127.0.0.1 by=\"reader\"",
        ],
    );
    for hidden in [
        CUSTOMER,
        TOKEN,
        READER,
        "a wrong token",
        "secret-",
        "jetpay-session",
        "\nforged",
    ] {
        assert!(!log.contains(hidden), "{hidden} is in:\n{log}");
    }
}

#[tokio::test]
async fn service_says_at_its_start_and_in_the_check_where_the_pages_are() {
    let running = desk().await;
    let place = format!("127.0.0.1:{}", running.port);
    assert_has(&running.running.log(), &[&format!("pages={place}")]);
    let check = running.running.run("check").good();
    let line =
        format!("show pages to people          at http://{place}, with times of Asia/Almaty");
    let note = format!("note: a program listens on {place} already");
    assert_has(&check, &[&line, &note]);
}
