//! The inbox: callbacks without a payment.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::desk::{self, Desk, PAYER, READER, RESOLVER, Service};
use crate::support::{CUSTOMER, Folder, Running, assert_has, on_every_store};

on_every_store! {
    with_customer;
    waiting_callbacks_are_listed_by_pages_filtered_and_given_as_csv,
    waiting_callback_is_credited_to_a_customer_in_two_steps,
    credit_of_an_alarm_is_told_with_its_own_reason_and_not_with_that_of_the_inbox,
    callbacks_without_an_amount_are_credited_with_the_typed_one,
    callback_of_a_foreign_payment_stops_waiting_and_its_page_says_who_decided_and_credits_it_after_all,
    second_person_is_led_to_the_payment_that_the_first_one_recorded,
    wrong_customers_amounts_and_forms_are_told_and_credit_nothing,
    reader_and_payer_see_masked_accounts_and_no_forms,
    hostile_payment_id_harms_nothing_and_its_page_is_reached_by_the_link,
}

const ID: &str = "of another system";
const PATH: &str = "/inbox/of%20another%20system";
const RESOLVE: &str = "/inbox/of%20another%20system/resolve";

async fn with_customer(folder: Folder) -> Service {
    let service = desk::serve(desk::with_pages(folder)).await;
    Service {
        running: service.running.with_customer().await,
        port: service.port,
    }
}

async fn resolver(service: &Service) -> Desk {
    Desk::with_token(service, RESOLVER).await
}

/// A callback of this payment, which the ledger does not know.
async fn waits(running: &Running, id: &str, minor: i64, operation: u64) {
    let callback = crate::support::success(id, minor).with_operation_id(operation);
    let mut callback = serde_json::to_value(callback).unwrap();
    callback["account"] = json!({"number": CUSTOMER});
    assert_eq!(running.deliver(&callback).await, 404);
}

fn ids(page: &str) -> Vec<String> {
    let links = page.split("href=\"/inbox/").skip(1);
    links
        .map(|link| link.split_once('"').unwrap().0.to_owned())
        .collect()
}

async fn newest_resolution(running: &Running) -> Value {
    running.get("/v1/resolutions").await.1["resolutions"][0].clone()
}

async fn waiting_callbacks_are_listed_by_pages_filtered_and_given_as_csv(service: &Service) {
    let (running, person) = (&service.running, resolver(service).await);
    assert_has(&person.page("/inbox").await, &["No callback waits here."]);
    for number in 0..60 {
        waits(
            running,
            &format!("p{:02}", 60 - number),
            10_000 + number,
            500 + number.cast_unsigned(),
        )
        .await;
    }
    let page = person.page("/inbox").await;
    let mut found = ids(&page);
    let next = page.split_once("rel=\"next\" href=\"").unwrap().1;
    let next = next.split_once('"').unwrap().0.replace("&amp;", "&");
    found.extend(ids(&person.page(&next).await));
    let expected: Vec<_> = (1..=60)
        .rev()
        .map(|number| format!("p{number:02}"))
        .collect();
    assert_eq!(found, expected, "in the order in which they came");
    let page = person.page("/inbox?order=newest&from=11").await;
    assert_eq!(ids(&page).len(), 10, "{page}");
    assert_eq!(ids(&person.page("/inbox?amount=100.07").await), ["p53"]);
    let none = person.page("/inbox?age=day").await;
    assert_has(&none, &["No callback waits here."]);
    let answer = person
        .get("/inbox?format=csv&amount=100.07")
        .send()
        .await
        .unwrap();
    let csv = answer.text().await.unwrap();
    assert_eq!(csv.lines().count(), 2, "{csv}");
    assert_has(&csv, &["p53,", ",100.07,KZT,", CUSTOMER]);
    for query in ["amount=1,5", "amount=x", "age=year", "order=x", "from=x"] {
        let answer = person.get(&format!("/inbox?{query}")).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        let page = answer.text().await.unwrap();
        assert_has(&page, &["role=\"alert\"", "p60"]);
    }
}

async fn waiting_callback_is_credited_to_a_customer_in_two_steps(service: &Service) {
    let (running, person) = (&service.running, resolver(service).await);
    waits(running, ID, 90_000, 7).await;
    let page = person.page(PATH).await;
    let prefilled = [
        "name=\"amount\" inputmode=\"decimal\" autocomplete=\"off\" required value=\"900.00\"",
        "<details class=\"raw\">",
        "900.00 KZT",
    ];
    assert_has(&page, &prefilled);
    let mut form = vec![
        ("verdict", "credit"),
        ("customer", CUSTOMER),
        ("amount", "900"),
        ("reason", "by the receipt"),
    ];
    let answer = person.post(RESOLVE, &form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let page = answer.text().await.unwrap();
    let sentence = format!("Record payment {ID} for customer {CUSTOMER} with 900.00 KZT");
    assert_has(
        &page,
        &[&sentence, "1234_ABC", "<button>Credit 900.00 KZT</button>"],
    );
    assert_eq!(running.balance(CUSTOMER).await, 0);
    form.push(("confirm", "yes"));
    let answer = person.post(RESOLVE, &form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        answer.headers()["location"],
        "/payments/of%20another%20system"
    );
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
    let payment = person.page("/payments/of%20another%20system").await;
    assert_has(&payment, &["A person decided this credit."]);
    let resolution = newest_resolution(running).await;
    let decided = ["payment_id", "verdict", "reason", "by"].map(|field| &resolution[field]);
    assert_eq!(
        json!(decided),
        json!([ID, "credit", "by the receipt", "resolver"])
    );
}

async fn credit_of_an_alarm_is_told_with_its_own_reason_and_not_with_that_of_the_inbox(
    service: &Service,
) {
    let (running, person) = (&service.running, resolver(service).await);
    waits(running, ID, 80_000, 7).await;
    waits(running, ID, 90_000, 8).await;
    let mut form = vec![
        ("verdict", "credit"),
        ("customer", CUSTOMER),
        ("amount", "900"),
        ("reason", "the reason of the inbox"),
    ];
    let answer = person.post(RESOLVE, &form).send().await.unwrap();
    let page = answer.text().await.unwrap();
    let follows = [
        "By the rules, this follows:",
        "+900.00 KZT",
        "An alarm is raised:",
    ];
    assert_has(&page, &follows);
    form.push(("confirm", "yes"));
    person.sent(RESOLVE, &form).await;
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
    let form = [
        ("verdict", "credit"),
        ("confirm", "yes"),
        ("amount", "800"),
        ("reason", "the reason of the alarm"),
    ];
    person.sent("/alarms/1/resolve", &form).await;
    assert_eq!(running.balance(CUSTOMER).await, 170_000);
    let page = person.page("/payments/of%20another%20system").await;
    let (_, entry) = page.split_once("id=\"entry-2\"").unwrap();
    let (entry, _) = entry.split_once("</li>").unwrap();
    assert_has(entry, &["+800.00 KZT", "the reason of the alarm"]);
    assert!(!entry.contains("the reason of the inbox"), "{entry}");
    assert_has(&page, &["recorded with 900.00 KZT"]);
    assert_eq!(
        page.matches("<span class=\"amount\">+900.00 KZT").count(),
        1
    );
}

async fn callbacks_without_an_amount_are_credited_with_the_typed_one(service: &Service) {
    let (running, person) = (&service.running, resolver(service).await);
    let mut callback = serde_json::to_value(crate::support::success(ID, 90_000)).unwrap();
    callback.as_object_mut().unwrap().remove("operation");
    assert_eq!(running.deliver(&callback).await, 404, "{callback}");
    let form = [
        ("verdict", "credit"),
        ("confirm", "yes"),
        ("customer", CUSTOMER),
        ("amount", "900"),
        ("reason", "by the receipt"),
    ];
    person.sent(RESOLVE, &form).await;
    assert_eq!(newest_resolution(running).await["override"], true);
}

async fn callback_of_a_foreign_payment_stops_waiting_and_its_page_says_who_decided_and_credits_it_after_all(
    service: &Service,
) {
    let (running, person) = (&service.running, resolver(service).await);
    waits(running, ID, 90_000, 7).await;
    let before = person.page(PATH).await;
    assert_has(&before, &["you can still credit the payment"]);
    let form = [("verdict", "foreign"), ("reason", "of the other shop")];
    let page = person.sent(RESOLVE, &form).await;
    assert_has(
        &page,
        &[
            "The callbacks are resolved as not ours.",
            "No callback waits here.",
        ],
    );
    assert_eq!(running.succeed(ID, 90_000, 7).await, 200);
    let page = person.page(PATH).await;
    assert_has(
        &page,
        &["of the other shop", "resolver", "are applied then"],
    );
    let again = person.sent(RESOLVE, &form).await;
    assert_has(&again, &["The callbacks are resolved as not ours."]);
    let (_, resolutions) = running.get("/v1/resolutions").await;
    assert_eq!(resolutions["resolutions"].as_array().unwrap().len(), 1);
    let admin = Desk::signed_in(service).await;
    let (status, page) = admin.refused(RESOLVE, &form).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_has(
        &page,
        &[
            "No callback of this payment waits any more.",
            "of the other shop",
            "<bdi>resolver</bdi>",
        ],
    );
    let mut credit = vec![
        ("verdict", "credit"),
        ("customer", CUSTOMER),
        ("amount", "900"),
        ("reason", "it was ours"),
    ];
    // A form from before the decision is told of it, and so is a person who may not decide.
    let (status, page) = person.refused(RESOLVE, &credit).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let told = "No callback of this payment waits any more.";
    assert_has(&page, &[told, "of the other shop"]);
    let reader = Desk::with_token(service, READER).await;
    let page = reader.page(PATH).await;
    assert_has(&page, &["of the other shop", "900.00 KZT", "••••6789"]);
    assert!(
        !page.contains("/resolve\"") && !page.contains(CUSTOMER),
        "{page}"
    );
    // The undo is a credit in two steps.
    let page = person.page("/?q=7123456789&kind=inbox").await;
    assert_eq!(ids(&page), ["of%20another%20system"]);
    credit.push(("undo", "yes"));
    let answer = person.post(RESOLVE, &credit).send().await.unwrap();
    let page = answer.text().await.unwrap();
    assert_has(&page, &["name=\"undo\" value=\"yes\"", "Credit 900.00 KZT"]);
    credit.push(("confirm", "yes"));
    person.sent(RESOLVE, &credit).await;
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
}

async fn second_person_is_led_to_the_payment_that_the_first_one_recorded(service: &Service) {
    let (running, person) = (&service.running, resolver(service).await);
    waits(running, ID, 90_000, 7).await;
    let first =
        json!({"verdict": "credit", "customer_id": CUSTOMER, "amount": 90_000, "reason": "r"});
    let path = "/v1/inbox/of%20another%20system/resolve";
    assert_eq!(running.post(path, &first).await.0, 200);
    let link = "href=\"/payments/of%20another%20system\"";
    assert_has(
        &person.page(PATH).await,
        &["The payment is recorded now", link],
    );
    let form = [
        ("verdict", "credit"),
        ("customer", CUSTOMER),
        ("amount", "900"),
        ("confirm", "yes"),
        ("reason", "r"),
    ];
    let (status, page) = person.refused(RESOLVE, &form).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_has(&page, &[link, "admin"]);
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
}

async fn wrong_customers_amounts_and_forms_are_told_and_credit_nothing(service: &Service) {
    let (running, person) = (&service.running, resolver(service).await);
    waits(running, ID, 90_000, 7).await;
    for (customer, amount, reason, told) in [
        (
            "nobody",
            "900",
            "kept reason",
            "There is no customer with this id.",
        ),
        (
            "a\0b<i>",
            "900",
            "kept reason",
            "There is no customer with this id.",
        ),
        (
            "",
            "900",
            "kept reason",
            "There is no customer with this id.",
        ),
        (
            CUSTOMER,
            "900,00",
            "kept reason",
            "Write the amount with a point",
        ),
        (CUSTOMER, "0", "kept reason", "This is no amount"),
        (CUSTOMER, "-900", "kept reason", "This is no amount"),
        (CUSTOMER, "90 minor", "kept reason", "This is no amount"),
        (
            CUSTOMER,
            "901",
            "kept reason",
            "No callback says this amount.",
        ),
        (CUSTOMER, "900", " ", "A reason is needed"),
    ] {
        let form = [
            ("verdict", "credit"),
            ("confirm", "yes"),
            ("customer", customer),
            ("amount", amount),
            ("reason", reason),
        ];
        let (status, page) = person.refused(RESOLVE, &form).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
        assert_has(&page, &[told, &format!("value=\"{amount}\""), reason]);
        assert!(!page.contains("<i>"), "{page}");
    }
    for (path, form, status) in [
        (RESOLVE, vec![("verdict", "pay"), ("reason", "r")], 400),
        (RESOLVE, vec![("reason", "r")], 400),
        (
            "/inbox/unknown/resolve",
            vec![("verdict", "foreign"), ("reason", "r")],
            404,
        ),
        (
            "/inbox/a%00b/resolve",
            vec![("verdict", "foreign"), ("reason", "r")],
            404,
        ),
    ] {
        let (found, _) = person.refused(path, &form).await;
        assert_eq!(found.as_u16(), status, "{path} {form:?}");
    }
    for path in ["/inbox/unknown", "/inbox/a%00b", "/inbox/%ff"] {
        let answer = person.get(path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(ids(&person.page("/inbox").await).len(), 1);
    assert_eq!(running.balance(CUSTOMER).await, 0);
}

async fn reader_and_payer_see_masked_accounts_and_no_forms(service: &Service) {
    waits(&service.running, ID, 90_000, 7).await;
    for token in [READER, PAYER] {
        let person = Desk::with_token(service, token).await;
        for path in ["/inbox", PATH, "/inbox?format=csv"] {
            let page = person.page(path).await;
            assert_has(&page, &["••••6789"]);
            assert!(!page.contains(CUSTOMER), "{page}");
            assert!(!page.contains("/resolve\""), "{page}");
        }
        let form = [("verdict", "foreign"), ("reason", "r")];
        let (status, _) = person.refused(RESOLVE, &form).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
    }
    assert_has(&resolver(service).await.page("/inbox").await, &[CUSTOMER]);
}

async fn hostile_payment_id_harms_nothing_and_its_page_is_reached_by_the_link(service: &Service) {
    let (running, person) = (&service.running, resolver(service).await);
    let long = "ж".repeat(127);
    for (number, id) in [
        "a/b?c#d&e=f %2F+",
        "<script>alert(1)</script>",
        "\"><img src=x>",
        "\u{202e}turned\u{2066}",
        "..%2f..%2fetc",
        "{payment_id}",
        ".",
        "..",
        &*long,
    ]
    .into_iter()
    .enumerate()
    {
        waits(running, id, 90_000, 900 + number as u64).await;
        let page = person.page("/inbox").await;
        let [link] = &ids(&page)[..] else {
            panic!("{page}");
        };
        let one = person.page(&format!("/inbox/{link}")).await;
        assert_has(&one, &["No payment with this id is recorded."]);
        for page in [page, one] {
            assert!(
                !page.contains("<script") && !page.contains("<img"),
                "{page}"
            );
            assert!(!page.contains('\u{202e}'), "{page}");
        }
        let form = [("verdict", "foreign"), ("reason", "r")];
        person.sent(&format!("/inbox/{link}/resolve"), &form).await;
        assert_eq!(newest_resolution(running).await["payment_id"], id);
    }
}
