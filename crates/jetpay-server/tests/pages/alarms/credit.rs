//! Credits that resolve an alarm.

use reqwest::StatusCode;
use serde_json::json;

use super::{newest_resolution, quarantined, resolver, with_customer};
use crate::desk::{Desk, Service};
use crate::support::{CUSTOMER, assert_has, on_every_store};

on_every_store! {
    with_customer;
    amount_of_the_callback_is_credited_once_and_the_page_shows_how_to_undo_it,
    another_amount_needs_the_box_and_a_second_step_that_repeats_it,
    alarm_without_an_operation_is_credited_for_the_one_that_the_person_names,
    operation_that_failed_is_said_and_is_not_credited_by_one_click,
    announced_amount_is_offered_by_its_name_when_the_callback_says_none,
    refund_that_waits_is_said_before_the_credit_that_it_takes_back,
}

async fn amount_of_the_callback_is_credited_once_and_the_page_shows_how_to_undo_it(
    service: &Service,
) {
    let (running, person) = (&service.running, resolver(service).await);
    let payment_id = quarantined(running, 90_000).await;
    let page = person.page("/alarms/1").await;
    assert_has(
        &page,
        &[
            &format!(
                "Credit 900.00 KZT to customer {CUSTOMER}, contract 12345, for payment {payment_id}."
            ),
            "<button>Credit 900.00 KZT</button>",
            "a credit on the page of this alarm can undo either decision",
            "1 000.00 KZT",
            &format!("href=\"/payments/{payment_id}\""),
            "<details class=\"raw\">",
            "&quot;sum_initial&quot;",
        ],
    );
    let form = [
        ("verdict", "credit"),
        ("confirm", "yes"),
        ("amount", "900.00"),
        ("reason", "the payer has a receipt"),
    ];
    let page = person.sent("/alarms/1/resolve", &form).await;
    assert_has(
        &page,
        &[
            "900.00 KZT is credited, and the alarm is resolved.",
            "The decision made entry 1: 900.00 KZT.",
            "href=\"/entries/1/correct\"",
            "cannot be credited again here",
            "resolver",
            "the payer has a receipt",
        ],
    );
    assert!(!page.contains("<button>Credit"), "{page}");
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
    // The same form again, as by a double click, is done. In the same words of another person, it is another decision.
    let again = person.sent("/alarms/1/resolve", &form).await;
    assert_has(
        &again,
        &["900.00 KZT is credited, and the alarm is resolved."],
    );
    let other = Desk::signed_in(service).await;
    let mut another = form;
    another[2].1 = "900.01";
    for (person, form) in [(&other, &form), (&person, &another)] {
        let (status, page) = person.refused("/alarms/1/resolve", form).await;
        assert_eq!(status, StatusCode::CONFLICT);
        let told = "Another decision resolved this alarm before.";
        assert_has(&page, &[told, "the payer has a receipt</textarea>"]);
    }
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
    let resolution = newest_resolution(running).await;
    assert_eq!(resolution["by"], "resolver");
    let correct = json!({"reason": "another customer's"});
    assert_eq!(running.post("/v1/entries/1/correct", &correct).await.0, 200);
    let page = person.page("/alarms/1").await;
    assert_has(&page, &["It is undone by entry 2."]);
    assert!(!page.contains("/entries/1/correct"), "{page}");
}

async fn another_amount_needs_the_box_and_a_second_step_that_repeats_it(service: &Service) {
    let (running, person) = (&service.running, resolver(service).await);
    quarantined(running, 90_000).await;
    let first = [
        ("verdict", "credit"),
        ("amount", "1 850.50"),
        ("reason", "counted <b>by hand</b>"),
    ];
    // Without the box, no step leads on.
    for confirm in [None, Some(("confirm", "yes"))] {
        let form: Vec<_> = first.into_iter().chain(confirm).collect();
        let (status, page) = person.refused("/alarms/1/resolve", &form).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let kept = [
            "The callback says 900.00 KZT.",
            "value=\"1 850.50\"",
            "by hand",
        ];
        assert_has(&page, &kept);
    }
    let mut second = first.to_vec();
    second.push(("override", "yes"));
    let answer = person.post("/alarms/1/resolve", &second).send();
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let page = answer.text().await.unwrap();
    assert_has(
        &page,
        &[
            "<button>Credit 1 850.50 KZT</button>",
            "An operation is credited once.",
            "name=\"amount\" value=\"1 850.50\"",
            "&lt;b&gt;by hand",
        ],
    );
    assert_eq!(running.balance(CUSTOMER).await, 0);
    second.push(("confirm", "yes"));
    let page = person.sent("/alarms/1/resolve", &second).await;
    assert_has(&page, &["1 850.50 KZT is credited"]);
    assert_eq!(running.balance(CUSTOMER).await, 185_050);
    assert_eq!(newest_resolution(running).await["override"], true);
}

async fn alarm_without_an_operation_is_credited_for_the_one_that_the_person_names(
    service: &Service,
) {
    let (running, person) = (&service.running, resolver(service).await);
    let payment_id = running.announced(100_000).await;
    let mut callback = serde_json::to_value(crate::support::success(&payment_id, 100_000)).unwrap();
    callback.as_object_mut().unwrap().remove("operation");
    assert_eq!(running.deliver(&callback).await, 200, "{callback}");
    let page = person.page("/alarms/1").await;
    assert_has(&page, &["Number of the operation at the platform"]);
    let mut form = vec![
        ("verdict", "credit"),
        ("confirm", "yes"),
        ("amount", "1000"),
        ("reason", "r"),
    ];
    for (operation, told) in [
        ("", "This alarm names no operation."),
        ("x", "“x” is no number."),
        ("-1", "“-1” is no number."),
    ] {
        form.push(("operation", operation));
        let (status, page) = person.refused("/alarms/1/resolve", &form).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_has(&page, &[told]);
        form.pop();
    }
    form.push(("operation", "4711"));
    let page = person.sent("/alarms/1/resolve", &form).await;
    assert_has(&page, &["The decision made entry 1: 1 000.00 KZT."]);
    assert_eq!(running.balance(CUSTOMER).await, 100_000);
}

async fn operation_that_failed_is_said_and_is_not_credited_by_one_click(service: &Service) {
    let (running, person) = (&service.running, resolver(service).await);
    let payment_id = running.announced(100_000).await;
    let mut callback = serde_json::to_value(crate::support::success(&payment_id, 90_000)).unwrap();
    callback["operation"]["status"] = "decline".into();
    assert_eq!(running.deliver(&callback).await, 200, "{callback}");
    let page = person.page("/alarms/1").await;
    assert_has(
        &page,
        &[
            "Type of the operation in the callback</dt><dd>Payment</dd>",
            "Status of the operation in the callback</dt><dd>Declined</dd>",
            "Status of the payment in the callback</dt><dd>Success</dd>",
            "The callback does not say that money came in",
            "Credit another amount",
        ],
    );
    assert!(!page.contains("<button>Credit"), "{page}");
    assert!(!page.contains("Credit what the callback says"), "{page}");
    let form = [("verdict", "credit"), ("amount", "900"), ("reason", "r")];
    let answer = person.post("/alarms/1/resolve", &form).send().await;
    let page = answer.unwrap().text().await.unwrap();
    let parts = [
        "The callback does not say that money came in",
        "Is this right?",
    ];
    assert_has(&page, &parts);
    let payment = person.page(&format!("/payments/{payment_id}")).await;
    assert!(!payment.contains("Paid 900"), "{payment}");
}

async fn announced_amount_is_offered_by_its_name_when_the_callback_says_none(service: &Service) {
    let (running, person) = (&service.running, resolver(service).await);
    let payment_id = running.announced(100_000).await;
    let mut callback = serde_json::to_value(crate::support::success(&payment_id, 100_000)).unwrap();
    callback.as_object_mut().unwrap().remove("operation");
    assert_eq!(running.deliver(&callback).await, 200, "{callback}");
    let page = person.page("/alarms/1").await;
    assert_has(
        &page,
        &["Credit the announced amount; the callback says none"],
    );
    assert!(!page.contains("Credit what the callback says"), "{page}");
}

async fn refund_that_waits_is_said_before_the_credit_that_it_takes_back(service: &Service) {
    let (running, person) = (&service.running, resolver(service).await);
    let payment_id = running.announced(100_000).await;
    let refund = crate::support::success(&payment_id, 4_000).with_operation_id(70_001);
    let mut refund = serde_json::to_value(refund).unwrap();
    refund["operation"]["type"] = "refund".into();
    refund["payment"]["status"] = "partially refunded".into();
    assert_eq!(running.deliver(&refund).await, 200, "{refund}");
    assert_eq!(running.succeed(&payment_id, 90_000, 70_002).await, 200);
    let follows = [
        "By the rules, this follows:",
        "+900.00 KZT",
        "-40.00 KZT",
        "<button>Credit 900.00 KZT</button>",
    ];
    let page = person.page("/alarms/1").await;
    assert_has(&page, &follows);
    let mut form = vec![
        ("verdict", "credit"),
        ("amount", "900"),
        ("reason", "by the receipt"),
    ];
    let answer = person.post("/alarms/1/resolve", &form).send().await;
    assert_has(&answer.unwrap().text().await.unwrap(), &follows);
    form.push(("confirm", "yes"));
    person.sent("/alarms/1/resolve", &form).await;
    assert_eq!(running.balance(CUSTOMER).await, 86_000);
}
