//! Who decides, with which reason, and what a form that is not accepted leaves.

use reqwest::StatusCode;
use serde_json::json;

use super::{newest_resolution, numbers, quarantined, raise_unusable, resolver, with_customer};
use crate::desk::{Desk, PAYER, READER, Service};
use crate::support::{CUSTOMER, Folder, assert_has, each, on_every_store};

on_every_store! {
    with_customer;
    second_person_sees_what_the_first_one_decided,
    reader_and_payer_see_masked_data_and_no_forms_and_cannot_decide,
    reason_may_be_long_or_odd_but_not_empty,
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
            "The decision moved no money.",
            "Undo: the money came in after all",
            "name=\"undo\" value=\"yes\"",
        ],
    );
    let credit = [
        ("verdict", "credit"),
        ("confirm", "yes"),
        ("amount", "900.00"),
        ("reason", "by the receipt"),
    ];
    let (status, page) = person.refused("/alarms/1/resolve", &credit).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let decided = [
        "Another decision resolved this alarm before.",
        "of the other shop",
        "<dt>Decided by</dt><dd><bdi>admin</bdi></dd>",
        "<dt>When</dt><dd><time",
        "by the receipt</textarea>",
    ];
    assert_has(&page, &decided);
    // In the same words it is no repeat, either: the decision has the name of the first person.
    let (status, page) = person.refused("/alarms/1/resolve", &foreign).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_has(&page, &decided[..4]);
    other.sent("/alarms/1/resolve", &foreign).await;
    assert_eq!(running.balance(CUSTOMER).await, 0);
    let (_, resolutions) = running.get("/v1/resolutions").await;
    assert_eq!(each(&resolutions["resolutions"], "by"), json!(["admin"]));
    // A person who has seen the decision undoes it, once. Both stay.
    let undo: Vec<_> = credit.into_iter().chain([("undo", "yes")]).collect();
    for _ in 0..2 {
        let page = person.sent("/alarms/1/resolve", &undo).await;
        assert_has(
            &page,
            &[
                "900.00 KZT is credited, and the alarm is resolved.",
                "of the other shop",
                "A credit for this operation was decided, too. It made entry 1: 900.00 KZT.",
                "<bdi>resolver</bdi>",
                "href=\"/entries/1/correct\"",
            ],
        );
        assert!(!page.contains("<textarea"), "{page}");
        assert_eq!(running.balance(CUSTOMER).await, 90_000);
    }
    let (status, _) = other.refused("/alarms/1/resolve", &undo).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let (_, resolutions) = running.get("/v1/resolutions").await;
    let by = each(&resolutions["resolutions"], "by");
    assert_eq!(by, json!(["resolver", "admin"]));
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
    let (needed, too_long) = ("A reason is needed", "longer than 2000 characters");
    for (reason, told) in [
        ("", needed),
        (" \n\t ", needed),
        ("\u{200b}\u{202e}\u{feff}", needed),
        (&*"ж".repeat(2001), too_long),
    ] {
        let form = [("seq", "1 2"), ("verdict", "dismiss"), ("reason", reason)];
        for path in ["/alarms/1/resolve", "/alarms/resolve"] {
            let (status, page) = person.refused(path, &form).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
            let field = format!(
                "maxlength=\"2000\" aria-invalid=\"true\" aria-describedby=\"problem\">{}</textarea>",
                reason.trim()
            );
            assert_has(&page, &[told, "id=\"problem\"", &field]);
        }
    }
    let long = "long reason ".repeat(166);
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
    for body in [
        &b"verdict=dismiss&reason=%cf%e5"[..],
        b"verdict=dismiss&reason=\xcf\xe5",
    ] {
        let request = person.post("/alarms/3/resolve", &[]).body(body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        let says = [
            "did not come in UTF-8, so nothing was changed",
            "href=\"/alarms/3\"",
        ];
        assert_has(&answer.text().await.unwrap(), &says);
    }
    let huge = "x".repeat(70_000);
    let form = [("verdict", "dismiss"), ("reason", &*huge)];
    let (status, page) = person.refused("/alarms/3/resolve", &form).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_has(&page, &["larger than 64 KB"]);
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
