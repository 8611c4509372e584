//! An operator undoes an entry.

use jetpay_platform::KASPI;
use reqwest::StatusCode;

use super::{made, plain};
use crate::desk::{Desk, RESOLVER, Service, serve, with_pages};
use crate::support::{CUSTOMER, Folder, assert_has, on_every_store};

on_every_store! {
    service;
    corrected_refund_says_that_its_repeat_is_not_recorded_and_nothing_of_credits,
    entry_is_undone_once_with_the_amount_said_before,
}

async fn service(folder: Folder) -> Service {
    let service = serve(with_pages(folder)).await;
    Service {
        running: service.running.with_customer().await,
        port: service.port,
    }
}

async fn entry_is_undone_once_with_the_amount_said_before(service: &Service) {
    let running = &service.running;
    let id = running.paid(&KASPI, 9_000).await;
    running.paid(&KASPI, 1_000).await;
    let person = Desk::with_token(service, RESOLVER).await;
    let payment = person.page(&format!("/payments/{id}")).await;
    assert_has(
        &payment,
        &["href=\"/entries/1/correct\"", "nothing to decide"],
    );
    let form = plain(&person.page("/entries/1/correct").await);
    assert_has(
        &form,
        &[
            "90.00 KZT will be taken back from customer 7123456789.",
            "Balance of the customer then 10.00 KZT",
            "Remaining of the payment then 0.00 KZT",
            "Take back 90.00 KZT",
            "stays used: it can never be credited again here",
        ],
    );

    let (status, page) = person
        .refused("/entries/1/correct", &[("reason", "  ")])
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_has(&page, &["role=\"alert\""]);
    assert_eq!(running.balance(CUSTOMER).await, 10_000);

    let because = [("reason", "paid <twice>")];
    let done = plain(&person.sent("/entries/1/correct", &because).await);
    assert_has(
        &done,
        &[
            "Entry 1 is undone: -90.00 KZT.",
            "all of it was taken back",
            "This operation cannot be credited again here",
            "resolver : paid &lt;twice&gt;",
        ],
    );
    assert!(!done.contains("nothing to decide"), "{done}");
    assert_eq!(running.balance(CUSTOMER).await, 1_000);

    // The same form again, another reason, and the page of an entry that is corrected.
    let again = plain(&person.sent("/entries/1/correct", &because).await);
    assert_has(&again, &["Entry 1 is undone"]);
    let other = [("reason", "something <else>")];
    let admin = Desk::signed_in(service).await;
    for (person, form) in [(&person, &other), (&admin, &because)] {
        let (status, page) = person.refused("/entries/1/correct", form).await;
        assert_eq!(status, StatusCode::CONFLICT, "{page}");
        let typed = form[0].1.replace('<', "&lt;").replace('>', "&gt;");
        let decided = [
            "undone already, by another decision",
            "<dt>Decided by</dt><dd><bdi>resolver</bdi></dd>",
            "paid &lt;twice&gt;</bdi>",
            &format!("{typed}</textarea>"),
        ];
        assert_has(&page, &decided);
    }
    for entry in ["1", "3"] {
        let answer = person
            .get(&format!("/entries/{entry}/correct"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let page = answer.text().await.unwrap();
        assert!(
            page.contains("role=\"alert\"") && !page.contains("<textarea"),
            "{page}"
        );
    }
    for entry in ["77", "0", "-1", "x", "9223372036854775808"] {
        let path = format!("/entries/{entry}/correct");
        let answer = person.get(&path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{entry}");
        let (status, _) = person.refused(&path, &because).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{entry}");
    }
    assert_eq!(running.balance(CUSTOMER).await, 1_000);
}

async fn corrected_refund_says_that_its_repeat_is_not_recorded_and_nothing_of_credits(
    service: &Service,
) {
    let running = &service.running;
    let id = running.paid(&KASPI, 9_000).await;
    let refund = made(&id, "partially refunded", "refund", 4_000);
    assert_eq!(running.deliver(&refund).await, 200);
    let person = Desk::with_token(service, RESOLVER).await;
    let form = plain(&person.page("/entries/2/correct").await);
    assert_has(
        &form,
        &["a repeat of its callback does not make this entry again"],
    );
    assert!(!form.contains("credited again"), "{form}");
    let because = [("reason", "it was no refund")];
    let done = plain(&person.sent("/entries/2/correct", &because).await);
    assert!(!done.contains("credited again"), "{done}");
    assert_eq!(running.deliver(&refund).await, 200);
    assert_eq!(running.balance(CUSTOMER).await, 9_000);
}
