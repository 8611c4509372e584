//! Payouts: what has no outcome, the story of one, and how a person ends it.

use reqwest::StatusCode;
use serde_json::json;

use crate::desk::{Desk, PAYER, READER, RESOLVER, Service, serve, with_pages};
use crate::support::{CUSTOMER, Folder, WALLET, assert_has, on_every_store, payout_request};

on_every_store! {
    with_gate;
    list_has_what_is_open_first_and_sorts_filters_and_pages,
    person_who_pays_ends_a_payout_once_with_a_reason,
    payee_is_shown_whole_only_to_those_who_pay,
    wrong_filters_and_unknown_payouts_are_answered_in_words,
}

async fn with_gate(folder: Folder) -> Service {
    serve(with_pages(folder.with_gate(""))).await
}

/// Requests a payout, and returns its id.
async fn requested(service: &Service, key: &str, minor: i64) -> String {
    let body = payout_request(key, minor);
    let (status, payout) = service.running.post("/v1/payouts", &body).await;
    assert_eq!(status, 202, "{payout}");
    payout["payment_id"].as_str().unwrap().to_owned()
}

/// The places of these texts, which must be there.
#[track_caller]
fn places(page: &str, texts: &[&str]) -> Vec<usize> {
    let place = |text: &&str| page.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
    texts.iter().map(place).collect()
}

#[track_caller]
fn assert_in_order(page: &str, texts: &[&str]) {
    assert!(places(page, texts).is_sorted(), "{texts:?}: {page}");
}

async fn list_has_what_is_open_first_and_sorts_filters_and_pages(service: &Service) {
    let person = Desk::signed_in(service).await;
    let empty = person.page("/payouts").await;
    assert_has(
        &empty,
        &["Every payout has an outcome", "There are no such payouts"],
    );
    let small = service.running.payout("small", 10_000).await;
    let large = service.running.payout("large", 30_000).await;
    let ended = service.running.payout("ended", 20_000).await;
    let decision = json!({"as": "declined", "reason": "a test"});
    let resolve = format!("/v1/payouts/{ended}/resolve");
    assert_eq!(service.running.post(&resolve, &decision).await.0, 200);
    let page = person.page("/payouts").await;
    // The oldest without an outcome come first, then all of them, the newest first.
    assert_in_order(&page, &[&small, &large, &ended]);
    let (_, newest) = page.split_once("All payouts").unwrap();
    assert_in_order(newest, &[&ended, &large, &small]);
    let by_amount = person.page("/payouts?order=amount").await;
    assert_in_order(&by_amount, &[&large, &small]);
    assert!(!by_amount.contains(&ended), "{by_amount}");
    let oldest = person.page("/payouts?order=oldest").await;
    assert_in_order(&oldest, &[&small, &large, &ended]);
    let declined = person.page("/payouts?state=declined&state=paid").await;
    assert!(declined.contains(&ended) && !declined.contains(&small));
    let overdue = person.page("/payouts?overdue=yes").await;
    assert!(overdue.contains("There are no such payouts"), "{overdue}");
    for number in 0..51 {
        requested(service, &format!("many {number}"), 100).await;
    }
    let first = person.page("/payouts?order=amount").await;
    assert_in_order(&first, &[&large, &small]);
    let (_, link) = first.split_once("rel=\"next\" href=\"").unwrap();
    let next = link.split('"').next().unwrap().replace("&amp;", "&");
    assert!(next.contains("order=amount"), "{next}");
    let second = person.page(&next).await;
    let rows = |page: &str| {
        page.matches("<tr>")
            .count()
            .max(page.matches("<tr role").count())
            - 1
    };
    assert_eq!((rows(&first), rows(&second)), (50, 3));
    assert!(!second.contains("rel=\"next\""), "{second}");
    let csv = person.page("/payouts?order=amount&format=csv").await;
    assert_eq!(csv.lines().count(), 54, "{csv}");
    assert_in_order(&csv, &[&large, &small, ",1.00,KZT,"]);
}

async fn person_who_pays_ends_a_payout_once_with_a_reason(service: &Service) {
    let id = service.running.payout("k", 10_000).await;
    let (page, resolve) = (format!("/payouts/{id}"), format!("/payouts/{id}/resolve"));
    for token in [READER, RESOLVER] {
        let person = Desk::with_token(service, token).await;
        let story = person.page(&page).await;
        assert!(!story.contains("/resolve"), "{story}");
        for ending in ["paid", "declined"] {
            let form = [("as", ending), ("reason", "JetPay <b>said</b> it")];
            let (status, refused) = person.refused(&resolve, &form).await;
            assert_eq!(status, StatusCode::FORBIDDEN);
            let says = [
                "needs the role &quot;pay&quot;",
                "JetPay &lt;b&gt;said&lt;/b&gt; it</textarea>",
                &format!("href=\"{page}\""),
            ];
            assert_has(&refused, &says);
        }
    }
    let person = Desk::with_token(service, PAYER).await;
    let story = person.page(&page).await;
    assert_has(
        &story,
        &[
            "Payout of 100.00 KZT",
            "100.00 KZT reserved",
            "Do not pay the customer again",
            "Record 100.00 KZT as paid out",
            "Release 100.00 KZT",
        ],
    );
    let (status, refused) = person.refused(&resolve, &[("as", "paid")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_has(&refused, &["role=\"alert\"", "Record 100.00 KZT"]);
    let (status, _) = person
        .refused(&resolve, &[("as", "lost"), ("reason", "r")])
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let hostile = "<script>alert(1)</script>\u{202e}\"'";
    let form = [("as", "paid"), ("reason", hostile)];
    let after = person.sent(&resolve, &form).await;
    assert_has(
        &after,
        &[
            "role=\"status\"",
            "100.00 KZT paid out",
            "payer",
            "&lt;script&gt;",
        ],
    );
    assert!(
        !after.contains("<script") && !after.contains('\u{202e}'),
        "{after}"
    );
    assert!(!after.contains("/resolve"), "{after}");
    // The same form again is done; another decision, or the same one of another person, comes too late.
    let again = person.sent(&resolve, &form).await;
    assert_has(&again, &["100.00 KZT paid out"]);
    let declined = [("as", "declined"), ("reason", hostile)];
    let admin = Desk::signed_in(service).await;
    for (person, form) in [(&person, &declined), (&admin, &form)] {
        let (status, again) = person.refused(&resolve, form).await;
        assert_eq!(status, StatusCode::CONFLICT);
        let typed = "&quot;'</textarea>";
        assert_has(&again, &["role=\"alert\"", "<bdi>payer</bdi>", typed]);
    }
    let (_, payout) = service.running.get(&format!("/v1/payouts/{id}")).await;
    assert_eq!(
        (&payout["state"], &payout["paid"]),
        (&json!("paid"), &json!(10_000))
    );
}

async fn payee_is_shown_whole_only_to_those_who_pay(service: &Service) {
    let id = requested(service, "k", 10_000).await;
    for (token, is_whole) in [(READER, false), (RESOLVER, false), (PAYER, true)] {
        let person = Desk::with_token(service, token).await;
        for path in [
            "/payouts".to_owned(),
            "/payouts?format=csv".to_owned(),
            format!("/payouts/{id}"),
        ] {
            let page = person.page(&path).await;
            assert_eq!(page.contains(WALLET), is_whole, "{path}: {page}");
            assert_eq!(page.contains(CUSTOMER), is_whole, "{path}: {page}");
            assert!(is_whole || page.contains("••••1133"), "{page}");
        }
    }
}

async fn wrong_filters_and_unknown_payouts_are_answered_in_words(service: &Service) {
    let person = Desk::signed_in(service).await;
    for (query, says) in [
        ("state=lost", "no such state"),
        ("overdue=no", "either set or not"),
        ("order=random", "no such order"),
        ("order=amount&state=paid", "without an outcome"),
        ("after=a%00b", "damaged"),
    ] {
        let (status, page) = gets(&person, &format!("/payouts?{query}")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
        assert_has(&page, &["role=\"alert\"", says]);
    }
    for id in ["none", "a%00b", "%3Cscript%3E"] {
        let (status, page) = gets(&person, &format!("/payouts/{id}")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{page}");
        assert_has(&page, &["no payout with this number", "href=\"/\""]);
        let form = [("as", "paid"), ("reason", "a test")];
        let answer = person
            .post(&format!("/payouts/{id}/resolve"), &form)
            .send()
            .await;
        let status = answer.unwrap().status();
        assert!(status.is_client_error(), "{status}");
    }
    let beyond = person.page("/payouts?after=none&state=created").await;
    assert!(beyond.contains("There are no such payouts"), "{beyond}");
}

/// The status and the text of a page.
pub(crate) async fn gets(person: &Desk, path: &str) -> (StatusCode, String) {
    let answer = person.get(path).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}
