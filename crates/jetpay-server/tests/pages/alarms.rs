//! The work list of alarms, and decisions about one or many.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::desk::{self, Desk, PAYER, READER, RESOLVER, Service};
use crate::support::{CUSTOMER, Folder, PROJECT, Running, assert_has, each, on_every_store};

on_every_store! {
    with_customer;
    alarms_are_listed_oldest_first_by_pages_of_fifty,
    reason_of_the_service_is_a_detail_marked_as_english_beside_other_languages,
    list_is_filtered_by_kind_and_state_and_put_in_the_order_of_amounts,
    chosen_alarms_are_counted_first_and_then_resolved_together_once,
    all_of_a_kind_are_resolved_up_to_the_last_one_that_was_seen,
    amount_of_the_callback_is_credited_once_and_the_page_shows_how_to_undo_it,
    another_amount_needs_the_box_and_a_second_step_that_repeats_it,
    alarm_without_an_operation_is_credited_for_the_one_that_the_person_names,
    operation_that_failed_is_said_and_is_not_credited_by_one_click,
    announced_amount_is_offered_by_its_name_when_the_callback_says_none,
    refund_that_waits_is_said_before_the_credit_that_it_takes_back,
    second_person_sees_what_the_first_one_decided,
    reader_and_payer_see_masked_data_and_no_forms_and_cannot_decide,
    reason_may_be_long_or_odd_but_not_empty,
    wrong_numbers_kinds_and_filters_are_told_and_change_nothing,
}

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

/// Raises this many alarms of the kind `unusable`, which name no payment.
async fn raise_unusable(running: &Running, count: usize) {
    for number in 0..count {
        let odd = json!({"project_id": PROJECT, "payment": {"id": format!("odd {number}")}});
        assert_eq!(running.deliver(&odd).await, 400);
    }
}

/// A payment of 1 000.00 KZT for which the platform reports another amount, and so an alarm. Returns its id.
async fn quarantined(running: &Running, minor: i64) -> String {
    let payment_id = running.announced(100_000).await;
    let operation = u64::from(jetpay_testing::free_port()) + 70_000;
    assert_eq!(running.succeed(&payment_id, minor, operation).await, 200);
    payment_id
}

/// The numbers of the alarms in a list, in its order.
fn numbers(page: &str) -> Vec<i64> {
    let (_, list) = page.rsplit_once("<table").unwrap();
    let links = list.split("href=\"/alarms/").skip(1);
    let numbers = links.filter_map(|link| link.split_once('"')?.0.parse().ok());
    numbers.collect()
}

/// The link with this text in front of its end.
fn link<'p>(page: &'p str, text: &str) -> Option<&'p str> {
    let (before, _) = page.split_once(&format!("{text}</a>"))?;
    let (_, link) = before.rsplit_once("href=\"")?;
    link.split_once('"').map(|(link, _)| link)
}

fn plain(link: &str) -> String {
    link.replace("&amp;", "&")
}

async fn newest_resolution(running: &Running) -> Value {
    running.get("/v1/resolutions").await.1["resolutions"][0].clone()
}

async fn alarms_are_listed_oldest_first_by_pages_of_fifty(service: &Service) {
    let person = resolver(service).await;
    let page = person.page("/alarms").await;
    assert_has(&page, &["No alarm is open.", "There is nothing here"]);
    raise_unusable(&service.running, 120).await;
    let (mut path, mut seen) = ("/alarms".to_owned(), Vec::new());
    for expected in [50, 50, 20] {
        let page = person.page(&path).await;
        let found = numbers(&page);
        assert_eq!(found.len(), expected, "{path}");
        seen.extend(found);
        let next = link(&page, "Next page");
        assert_eq!(next.is_some(), expected == 50);
        path = plain(next.unwrap_or_default());
    }
    assert_eq!(seen, (1..=120).collect::<Vec<_>>());
    let page = person.page("/alarms?order=newest").await;
    assert_eq!(numbers(&page), (71..=120).rev().collect::<Vec<_>>());
    let next = plain(link(&page, "Next page").unwrap());
    let page = person.page(&next).await;
    assert_eq!(numbers(&page), (21..=70).rev().collect::<Vec<_>>());
    assert_has(&page, &["title=\"120 open\""]);
    let csv = plain(link(&page, "Download as CSV").unwrap());
    let answer = person.get(&csv).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
    let csv = answer.text().await.unwrap();
    assert_eq!(csv.lines().count(), 121, "{csv}");
    assert!(csv.starts_with("\u{feff}Number,Kind,"), "{csv}");
    assert!(csv.lines().nth(1).unwrap().starts_with("120,"), "{csv}");
}

async fn reason_of_the_service_is_a_detail_marked_as_english_beside_other_languages(
    service: &Service,
) {
    let running = &service.running;
    let id = running.announced(100_000).await;
    let odd = json!({"project_id": PROJECT, "payment": {"id": id}});
    assert_eq!(running.deliver(&odd).await, 400);
    let person = resolver(service).await;
    for path in ["/alarms/1", &format!("/payments/{id}")] {
        for (language, detail) in [
            ("ru", "Технические сведения: <span lang=\"en\"><bdi>"),
            ("kk", "Техникалық мәлімет: <span lang=\"en\"><bdi>"),
        ] {
            let request = person.get(path).header("accept-language", language);
            let page = request.send().await.unwrap().text().await.unwrap();
            assert_has(&page, &[detail]);
            assert_eq!(page.matches("is missing").count(), 1, "{page}");
        }
        let page = person.page(path).await;
        assert_has(&page, &["is not usable: "]);
        assert!(!page.contains("Technical detail"), "{page}");
    }
}

async fn list_is_filtered_by_kind_and_state_and_put_in_the_order_of_amounts(service: &Service) {
    let (running, person) = (&service.running, resolver(service).await);
    raise_unusable(running, 2).await;
    for minor in [30_000, 90_000, 60_000] {
        quarantined(running, minor).await;
    }
    let form = [("verdict", "dismiss"), ("reason", "a test")];
    person.sent("/alarms/2/resolve", &form).await;
    person.sent("/alarms/3/resolve", &form).await;
    for (query, expected) in [
        ("", vec![1, 4, 5]),
        ("?state=all", vec![5, 4, 3, 2, 1]),
        ("?state=all&order=oldest", vec![1, 2, 3, 4, 5]),
        ("?state=all&order=amount", vec![4, 5, 3, 1, 2]),
        ("?state=resolved", vec![3, 2]),
        ("?state=resolved&kind=unusable", vec![2]),
        ("?state=all&kind=unusable", vec![2, 1]),
        (
            "?state=all&kind=unusable&kind=amount_differs",
            vec![5, 4, 3, 2, 1],
        ),
        ("?kind=amount_differs", vec![4, 5]),
        ("?kind=amount_differs&order=newest&from=5", vec![4]),
        ("?order=amount&skip=1", vec![5, 1]),
    ] {
        let page = person.page(&format!("/alarms{query}")).await;
        assert_eq!(numbers(&page), expected, "{query}");
    }
    let page = person.page("/alarms?kind=payout_overdue").await;
    assert_has(&page, &["There is nothing here with these filters."]);
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
            "Neither can be taken back, and no credit can be decided here afterwards.",
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
    let page = person.sent("/alarms/resolve", &form).await;
    assert_has(&page, &["0 alarms are resolved as not ours. 3 alarms were"]);
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
            "Neither can be taken back.",
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
            "Neither can be taken back, and no credit can be decided here afterwards.",
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
    let (status, page) = person.refused("/alarms/1/resolve", &form).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_has(&page, &["Another decision resolved this alarm before."]);
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
    let answer = person
        .post("/alarms/1/resolve", &first)
        .send()
        .await
        .unwrap();
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
    let mut second = first.to_vec();
    second.push(("confirm", "yes"));
    let (status, page) = person.refused("/alarms/1/resolve", &second).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let kept = [
        "The callback says 900.00 KZT.",
        "value=\"1 850.50\"",
        "by hand",
    ];
    assert_has(&page, &kept);
    second.push(("override", "yes"));
    let answer = person.post("/alarms/1/resolve", &second[..3]).send();
    assert_eq!(answer.await.unwrap().status(), StatusCode::OK);
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

async fn second_person_sees_what_the_first_one_decided(service: &Service) {
    let (running, person) = (&service.running, resolver(service).await);
    quarantined(running, 90_000).await;
    let other = Desk::signed_in(service).await;
    let foreign = [("verdict", "foreign"), ("reason", "of the other shop")];
    let page = other.sent("/alarms/1/resolve", &foreign).await;
    assert_has(
        &page,
        &[
            "1 alarm is resolved as not ours.",
            "cannot be taken back",
            "book it in your billing",
        ],
    );
    let credit = [
        ("verdict", "credit"),
        ("confirm", "yes"),
        ("amount", "900.00"),
        ("reason", "r"),
    ];
    let (status, page) = person.refused("/alarms/1/resolve", &credit).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let decided = [
        "Another decision resolved this alarm before.",
        "of the other shop",
        "admin",
    ];
    assert_has(&page, &decided);
    assert_eq!(running.balance(CUSTOMER).await, 0);
}

async fn reader_and_payer_see_masked_data_and_no_forms_and_cannot_decide(service: &Service) {
    let running = &service.running;
    quarantined(running, 90_000).await;
    let form = [("seq", "1"), ("verdict", "dismiss"), ("reason", "r")];
    for token in [READER, PAYER] {
        let person = Desk::with_token(service, token).await;
        let list = person.page("/alarms").await;
        let one = person.page("/alarms/1").await;
        assert_has(&one, &["••••6789", "To decide, a token with the role"]);
        for page in [list, one] {
            assert!(!page.contains(CUSTOMER), "{page}");
            assert!(!page.contains("/resolve"), "{page}");
            assert!(!page.contains("sum_initial"), "{page}");
        }
        let many = person.get("/alarms/resolve?seq=1").send().await.unwrap();
        assert_eq!(many.status(), StatusCode::FORBIDDEN);
        for path in ["/alarms/1/resolve", "/alarms/resolve", "/alarms/x/resolve"] {
            let (status, page) = person.refused(path, &form).await;
            assert_eq!(status, StatusCode::FORBIDDEN);
            assert_has(&page, &["resolve"]);
        }
    }
    let (_, open) = running.get("/v1/alarms?resolved=false").await;
    assert_eq!(each(&open["alarms"], "seq"), json!([1]));
}

async fn reason_may_be_long_or_odd_but_not_empty(service: &Service) {
    let (running, person) = (&service.running, resolver(service).await);
    raise_unusable(running, 3).await;
    for reason in ["", " \n\t "] {
        let form = [("seq", "1 2"), ("verdict", "dismiss"), ("reason", reason)];
        for path in ["/alarms/1/resolve", "/alarms/resolve"] {
            let (status, page) = person.refused(path, &form).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_has(&page, &["A reason is needed"]);
        }
    }
    let long = "long reason ".repeat(3400);
    let odd = "👍 <script>alert(1)</script> \u{202e}turned\0 'end\"\n=1+1";
    for (path, reason) in [("/alarms/1/resolve", &*long), ("/alarms/2/resolve", odd)] {
        let form = [("verdict", "dismiss"), ("reason", reason)];
        let page = person.sent(path, &form).await;
        assert!(!page.contains("<script"), "{page}");
        assert!(!page.contains('\u{202e}'), "{page}");
        let shown = reason[..12].replace('<', "&lt;");
        assert_has(&page, &[&shown, "Show the whole text"]);
        let kept = newest_resolution(running).await["reason"].clone();
        assert_eq!(kept, json!(reason.trim().replace('\0', "\u{fffd}")));
    }
    let huge = "x".repeat(70_000);
    let form = [("verdict", "dismiss"), ("reason", &*huge)];
    let (status, page) = person.refused("/alarms/3/resolve", &form).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_has(&page, &["larger than 64 KB"]);
}

#[expect(clippy::too_many_lines, reason = "it is a list")]
async fn wrong_numbers_kinds_and_filters_are_told_and_change_nothing(service: &Service) {
    let (running, person) = (&service.running, resolver(service).await);
    quarantined(running, 90_000).await;
    for (path, status) in [
        ("/alarms?kind=<b>x", 422),
        ("/alarms?kind=unusable&kind=x", 422),
        ("/alarms?state=closed", 422),
        ("/alarms?order=by_name", 422),
        ("/alarms?from=-1", 422),
        ("/alarms?from=99999999999999999999", 422),
        ("/alarms?skip=x", 422),
        ("/alarms?skip=9223372036854775807&order=amount", 200),
        ("/alarms?from=9223372036854775807&order=newest", 200),
        ("/alarms?format=xml&lang=xx", 200),
        ("/alarms/0", 404),
        ("/alarms/-1", 404),
        ("/alarms/x", 404),
        ("/alarms/99999999999999999999", 404),
        ("/alarms/resolve", 422),
        ("/alarms/resolve?seq=x", 422),
        ("/alarms/resolve?seq=99999999999999999999", 422),
        ("/alarms/resolve?kind=x", 422),
        ("/alarms/resolve?kind=unusable&up_to=x", 422),
        ("/alarms/resolve?kind=unusable&up_to=-5", 200),
        (
            "/alarms/resolve?kind=amount_differs&up_to=9223372036854775807",
            200,
        ),
    ] {
        let answer = person.get(path).send().await.unwrap();
        let found = answer.status().as_u16();
        let page = answer.text().await.unwrap();
        assert_eq!(found, status, "{path}: {page}");
        assert!(page.contains("<h1>") && !page.contains("<b>x"), "{page}");
    }
    let too_many: Vec<_> = (1..=1001).map(|seq: i64| seq.to_string()).collect();
    let too_many = too_many.join(" ");
    for (path, form, status) in [
        (
            "/alarms/resolve",
            vec![("seq", &*too_many), ("verdict", "dismiss")],
            422,
        ),
        ("/alarms/resolve", vec![("verdict", "dismiss")], 422),
        (
            "/alarms/resolve",
            vec![("seq", "1 x"), ("verdict", "dismiss")],
            422,
        ),
        (
            "/alarms/resolve",
            vec![("seq", "1"), ("verdict", "credit")],
            409,
        ),
        (
            "/alarms/resolve",
            vec![("seq", "1"), ("verdict", "pay")],
            400,
        ),
        ("/alarms/resolve", vec![("seq", "1")], 400),
        ("/alarms/1/resolve", vec![("verdict", "pay")], 400),
        ("/alarms/1/resolve", vec![], 400),
        ("/alarms/1/resolve", vec![("verdict", "credit")], 422),
        (
            "/alarms/1/resolve",
            vec![("verdict", "credit"), ("amount", "-5")],
            422,
        ),
        (
            "/alarms/1/resolve",
            vec![("verdict", "credit"), ("amount", "0")],
            422,
        ),
        (
            "/alarms/1/resolve",
            vec![("verdict", "credit"), ("amount", "900,00")],
            422,
        ),
        (
            "/alarms/1/resolve",
            vec![("verdict", "credit"), ("amount", "9.001")],
            422,
        ),
        (
            "/alarms/1/resolve",
            vec![("verdict", "credit"), ("amount", "9 USD")],
            422,
        ),
        (
            "/alarms/1/resolve",
            vec![("verdict", "credit"), ("amount", "92233720368547758.08")],
            422,
        ),
        ("/alarms/9/resolve", vec![("verdict", "dismiss")], 404),
    ] {
        let form: Vec<_> = form.into_iter().chain([("reason", "r")]).collect();
        let answer = person.post(path, &form).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path} {form:?}");
    }
    let (_, open) = running.get("/v1/alarms?resolved=false").await;
    assert_eq!(each(&open["alarms"], "seq"), json!([1]));
    assert_eq!(running.balance(CUSTOMER).await, 0);
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

#[tokio::test]
async fn store_that_is_away_makes_a_page_that_says_so_and_nothing_is_decided() {
    let service = with_customer(Folder::new()).await;
    quarantined(&service.running, 90_000).await;
    let (person, folder) = (resolver(&service).await, &service.running.folder);
    folder.sql("ALTER TABLE alarms RENAME TO gone");
    let form = [("seq", "1"), ("verdict", "dismiss"), ("reason", "r")];
    let requests = [
        person.get("/alarms"),
        person.get("/alarms?format=csv"),
        person.get("/alarms/1"),
        person.get("/alarms/resolve?seq=1"),
        person.get("/alarms/resolve?kind=unusable"),
        person.post("/alarms/resolve", &form),
        person.post("/alarms/1/resolve", &form),
    ];
    for request in requests {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        let page = answer.text().await.unwrap();
        assert_has(
            &page,
            &["The database is not available now. Nothing was changed."],
        );
    }
    folder.sql("ALTER TABLE gone RENAME TO alarms");
    assert_eq!(numbers(&person.page("/alarms").await), [1]);
}

/// The addresses of the links to the other languages.
fn languages(page: &str) -> Vec<String> {
    let (_, footer) = page.split_once("<footer").unwrap();
    let links = footer.split("href=\"").skip(1);
    links
        .map(|link| link.split('"').next().unwrap().replace("&amp;", "&"))
        .collect()
}

#[tokio::test]
async fn form_that_is_not_accepted_keeps_its_reason_and_links_to_its_page() {
    let service = with_customer(Folder::new()).await;
    quarantined(&service.running, 90_000).await;
    let (person, folder) = (resolver(&service).await, &service.running.folder);
    let path = "/alarms/1/resolve";
    let form = [("verdict", "dismiss"), ("reason", "the payer called")];
    let mut links = Vec::new();
    folder.sql("ALTER TABLE alarms RENAME TO gone");
    let away = person.post(path, &form).send().await.unwrap();
    folder.sql("ALTER TABLE gone RENAME TO alarms");
    let long = "x".repeat(70_000);
    let large = [("reason", "the payer called"), ("more", &*long)];
    for (answer, status) in [
        (away, 503),
        (person.post(path, &large).send().await.unwrap(), 413),
    ] {
        assert_eq!(answer.status(), status);
        let page = answer.text().await.unwrap();
        assert_has(
            &page,
            &["the payer called</textarea>", "href=\"/alarms/1\""],
        );
        links.extend(languages(&page));
    }
    let (status, page) = person
        .refused(path, &[("verdict", "dismiss"), ("reason", "")])
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    links.extend(languages(&page));
    person.sent(path, &form).await;
    let other = [("verdict", "foreign"), ("reason", "another")];
    let (status, page) = person.refused(path, &other).await;
    assert_eq!(status, StatusCode::CONFLICT);
    links.extend(languages(&page));
    assert_eq!(links.len(), 8);
    for link in links {
        person.page(&link).await;
    }
}

#[tokio::test]
async fn note_waits_for_the_page_that_it_is_for_and_head_does_not_take_it() {
    let service = with_customer(Folder::new()).await;
    quarantined(&service.running, 90_000).await;
    let person = resolver(&service).await;
    let form = [("verdict", "dismiss"), ("reason", "r")];
    let answer = person
        .post("/alarms/1/resolve", &form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["location"], "/alarms/1");
    let head = person.get("/alarms/1").build().unwrap();
    let url = head.url().clone();
    let request = crate::desk::client().head(url);
    let request = request.header("cookie", head.headers()["cookie"].clone());
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    let has_note = |page: &str| page.contains("class=\"note\" role=\"status\"");
    assert!(!has_note(&person.page("/today").await));
    assert!(has_note(&person.page("/alarms/1?lang=en").await));
    assert!(!has_note(&person.page("/alarms/1").await));
}
