//! The work list: pages, filters, orders, and what is no filter.

use serde_json::json;

use super::{link, numbers, plain, quarantined, raise_unusable, resolver, with_customer};
use crate::desk::Service;
use crate::support::{CUSTOMER, PROJECT, assert_has, each, on_every_store};

on_every_store! {
    with_customer;
    alarms_are_listed_oldest_first_by_pages_of_fifty,
    reason_of_the_service_is_a_detail_marked_as_english_beside_other_languages,
    list_is_filtered_by_kind_and_state_and_put_in_the_order_of_amounts,
    wrong_numbers_kinds_and_filters_are_told_and_change_nothing,
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
    let page = person.page("/alarms").await;
    let label = "aria-label=\"Choose alarm 5: Another amount, 600.00 KZT, ";
    assert_has(&page, &[label, "aria-label=\"Choose alarm 1: "]);
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
