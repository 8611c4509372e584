//! Reconciliations: the runs, the open differences of all of them, and what people decide.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::desk::{Desk, PAYER, READER, RESOLVER, Service, serve, with_pages};
use crate::payouts::gets;
use crate::support::{Folder, PROJECT, Running, assert_has, on_every_store};

on_every_store! {
    with_pages_alone;
    run_says_what_to_do_and_shows_its_results_by_kind,
    open_differences_are_sorted_filtered_and_paged,
    difference_is_resolved_once_by_a_person_with_the_role,
    many_differences_are_counted_first_and_then_resolved_together,
    wrong_queries_and_unknown_numbers_are_answered_in_words,
}

async fn with_pages_alone(folder: Folder) -> Service {
    serve(with_pages(folder)).await
}

const HOSTILE: &str = "<img src=x onerror=alert(1)>\u{202e}";

fn finding(kind: &str, operation: u64, minor: i64) -> Value {
    json!({
        "id": format!("{PROJECT}-{operation}-{kind}"), "kind": kind, "project_id": PROJECT,
        "operation_id": operation.to_string(), "payment_id": format!("p-{operation}"), "field": "amount",
        "ours": format!("{minor} KZT"), "theirs": "90 KZT", "why": HOSTILE, "time": 1_793_800_000 + operation, "source": 0,
        "line": 2, "amount": {"amount": minor, "currency": "KZT"},
    })
}

/// Records a run that lists these results.
async fn record(running: &Running, results: &[Value]) -> i64 {
    let mut counts = serde_json::Map::new();
    for result in results {
        let count = counts
            .entry(result["kind"].as_str().unwrap())
            .or_insert(json!(0));
        *count = json!(count.as_i64().unwrap() + 1);
    }
    counts.insert("matched".to_owned(), json!(7));
    let report = json!({
        "from": 1_793_473_200, "to": 1_796_065_200, "ledger_seq": 1,
        "sources": [{"name": format!("{HOSTILE}.csv"), "sha256": "ab".repeat(32), "rows": 2}],
        "counts": counts,
        "sums": [{"project_id": PROJECT, "currency": "KZT", "type": "sale", "ours": 100, "theirs": 90, "explained": -10}],
        "results": results,
    });
    let (status, recorded) = running.post("/v1/reconciliations", &report).await;
    assert_eq!(status, 201, "{recorded}");
    recorded["run"].as_i64().unwrap()
}

#[track_caller]
fn assert_harmless(page: &str) {
    assert!(
        !page.contains("<img") && !page.contains('\u{202e}'),
        "{page}"
    );
}

async fn run_says_what_to_do_and_shows_its_results_by_kind(service: &Service) {
    let person = Desk::with_token(service, READER).await;
    let empty = person.page("/reconciliations").await;
    assert_has(
        &empty,
        &["No difference is open", "No reconciliation is recorded yet"],
    );
    let results = [
        finding("not_there", 77, 100),
        finding("amount_differs", 78, 200),
        json!({"id": "unreadable-1", "kind": "unreadable", "why": "column <b>", "line": 3, "source": 0}),
    ];
    let run = record(&service.running, &results).await;
    let list = person.page("/reconciliations").await;
    assert_harmless(&list);
    assert_has(
        &list,
        &[
            "onerror",
            ".csv",
            &format!("href=\"/reconciliations/{run}\""),
        ],
    );
    let path = format!("/reconciliations/{run}");
    let page = person.page(&path).await;
    assert_harmless(&page);
    assert_has(
        &page,
        &[
            "3 differences are to be looked at.",
            "SHA-256 <bdi>abababab",
            "an entry is recorded, and the platform does not list the operation",
            "Ask JetPay about the operation at once",
            "href=\"/payments/p-77\"",
            "href=\"/alarms/",
            "1.00 KZT",
            "-0.10 KZT",
        ],
    );
    let of_kind = person.page(&format!("{path}?kind=amount_differs")).await;
    assert!(of_kind.contains("/payments/p-78") && !of_kind.contains("/payments/p-77"));
    let csv = person
        .page(&format!("{path}?kind=unreadable&format=csv"))
        .await;
    assert_eq!(csv.lines().count(), 2, "{csv}");
    let verdict = json!({"verdict": "accepted", "reason": "a test"});
    let resolve = format!("/v1/reconciliations/differences/{PROJECT}-77-not_there/resolve");
    assert_eq!(service.running.post(&resolve, &verdict).await.0, 200);
    let page = person.page(&path).await;
    assert_has(
        &page,
        &["2 differences are to be looked at.", "a test — admin"],
    );
}

async fn open_differences_are_sorted_filtered_and_paged(service: &Service) {
    let person = Desk::with_token(service, RESOLVER).await;
    let mut results: Vec<_> = (100..151)
        .map(|number| finding("amount_differs", number, 100))
        .collect();
    results.push(finding("not_there", 200, 50));
    results.push(finding("not_there", 99, 900));
    record(&service.running, &results).await;
    let place =
        |page: &str, operation: u64| page.find(&format!("/differences/{PROJECT}-{operation}-"));
    let newest = person.page("/reconciliations").await;
    assert!(place(&newest, 200) < place(&newest, 150), "{newest}");
    assert_eq!(place(&newest, 99), None);
    let by_amount = person.page("/reconciliations?order=amount").await;
    assert!(
        place(&by_amount, 99) < place(&by_amount, 100),
        "{by_amount}"
    );
    assert!(place(&by_amount, 99).is_some());
    let oldest = person.page("/reconciliations?order=oldest").await;
    assert!(place(&oldest, 99) < place(&oldest, 100), "{oldest}");
    let of_kind = person.page("/reconciliations?kind=not_there").await;
    assert!(place(&of_kind, 99).is_some() && place(&of_kind, 100).is_none());
    let (_, link) = newest.split_once("rel=\"next\" href=\"").unwrap();
    let next = link.split('"').next().unwrap().replace("&amp;", "&");
    let rest = person.page(&next).await;
    assert!(
        place(&rest, 99).is_some() && place(&rest, 200).is_none(),
        "{rest}"
    );
    let csv = person
        .page("/reconciliations?kind=not_there&format=csv")
        .await;
    assert_eq!(csv.lines().count(), 3, "{csv}");
    let runs = person.page("/reconciliations?format=csv&list=runs").await;
    assert_eq!(runs.lines().count(), 2, "{runs}");
}

async fn difference_is_resolved_once_by_a_person_with_the_role(service: &Service) {
    record(&service.running, &[finding("not_there", 77, 100)]).await;
    let page = format!("/differences/{PROJECT}-77-not_there");
    let resolve = format!("{page}/resolve");
    let form = [
        ("verdict", "foreign"),
        ("reason", "a test of the platform's"),
    ];
    for token in [READER, PAYER] {
        let person = Desk::with_token(service, token).await;
        assert!(!person.page(&page).await.contains("/resolve"));
        let (status, _) = person.refused(&resolve, &form).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
    }
    let person = Desk::with_token(service, RESOLVER).await;
    let shown = person.page(&page).await;
    assert_harmless(&shown);
    assert_has(
        &shown,
        &[
            "Record the decision about 1.00 KZT",
            "moves no money",
            "href=\"/alarms/",
            "p-77",
        ],
    );
    for wrong in [
        [("verdict", "foreign"), ("reason", " ")],
        [("verdict", "lost"), ("reason", "typed")],
    ] {
        let (status, refused) = person.refused(&resolve, &wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.contains("role=\"alert\""), "{refused}");
        assert!(
            wrong[1].1 != "typed" || refused.contains(">typed</textarea>"),
            "{refused}"
        );
    }
    let after = person.sent(&resolve, &form).await;
    assert_has(
        &after,
        &[
            "role=\"status\"",
            "a test of the platform",
            "resolver",
            "is not changed",
        ],
    );
    let again = person.sent(&resolve, &form).await;
    assert_has(&again, &["The decision is recorded"]);
    let admin = Desk::signed_in(service).await;
    let accepted = [("verdict", "accepted"), form[1]];
    for (person, form) in [(&admin, form), (&person, accepted)] {
        let (status, again) = person.refused(&resolve, &form).await;
        assert_eq!(status, StatusCode::CONFLICT);
        let typed = "a test of the platform's</textarea>";
        assert_has(&again, &["role=\"alert\"", "<bdi>resolver</bdi>", typed]);
    }
}

async fn many_differences_are_counted_first_and_then_resolved_together(service: &Service) {
    let results: Vec<_> = (1..5)
        .map(|number| finding("amount_differs", number, 1_000))
        .collect();
    record(&service.running, &results).await;
    let ids: Vec<_> = (1..5)
        .map(|number| format!("{PROJECT}-{number}-amount_differs"))
        .collect();
    let of = |ids: &[String]| {
        ids.iter()
            .map(|id| format!("id={id}"))
            .collect::<Vec<_>>()
            .join("&")
    };
    let person = Desk::with_token(service, RESOLVER).await;
    let path = format!("/differences/resolve?{}", of(&ids[..3]));
    let (status, _) = gets(&Desk::with_token(service, READER).await, &path).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let count = person.page(&path).await;
    assert_has(
        &count,
        &[
            "3 differences are chosen",
            "30.00 KZT",
            "Record the decision about 3 differences: 30.00 KZT",
        ],
    );
    let mut form: Vec<_> = ids[..3].iter().map(|id| ("id", id.as_str())).collect();
    let (status, refused) = person.refused("/differences/resolve", &form).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_has(
        &refused,
        &["Choose what you decide", "3 differences are chosen"],
    );
    form.extend([("verdict", "accepted"), ("reason", "all the same")]);
    let after = person.sent("/differences/resolve", &form).await;
    assert_has(&after, &["3 decisions are recorded", &ids[3]]);
    assert!(!after.contains(&ids[0]), "{after}");
    let again = person.sent("/differences/resolve", &form).await;
    assert_has(&again, &["3 decisions are recorded"]);
    let person = Desk::signed_in(service).await;
    let (status, again) = person.refused("/differences/resolve", &form).await;
    assert_eq!(status, StatusCode::CONFLICT, "{again}");
    assert_has(&again, &["all the same</textarea>"]);
    // One of them is open still: it is resolved, and the page says that the others stay as they are.
    form.push(("id", &ids[3]));
    let after = person.sent("/differences/resolve", &form).await;
    assert_has(
        &after,
        &[
            "The decision is recorded",
            "3 of the chosen ones are not open",
            "No difference is open",
        ],
    );
    let (status, none) = person
        .refused(
            "/differences/resolve",
            &[("verdict", "foreign"), ("reason", "r")],
        )
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.contains("No difference is chosen"), "{none}");
}

async fn wrong_queries_and_unknown_numbers_are_answered_in_words(service: &Service) {
    let run = record(&service.running, &[]).await;
    let person = Desk::signed_in(service).await;
    for path in [
        "/reconciliations?kind=matched".to_owned(),
        "/reconciliations?kind=%00".to_owned(),
        "/reconciliations?order=x".to_owned(),
        "/reconciliations?from=-1".to_owned(),
        "/reconciliations?before=x".to_owned(),
        format!("/reconciliations/{run}?kind=x"),
        format!("/reconciliations/{run}?after=99999999999999999999"),
    ] {
        let (status, page) = gets(&person, &path).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {page}");
        assert!(page.contains("role=\"alert\""), "{page}");
    }
    for path in [
        "/reconciliations/999",
        "/reconciliations/x",
        "/differences/none",
        "/differences/a%00b",
    ] {
        let (status, page) = gets(&person, path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}: {page}");
    }
    let form = [("verdict", "foreign"), ("reason", "r")];
    let (status, _) = person.refused("/differences/none/resolve", &form).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let nothing = person.page(&format!("/reconciliations/{run}")).await;
    assert_has(
        &nothing,
        &["Nothing is to be done", "There are no such results"],
    );
    let far = person
        .page("/reconciliations?from=18446744073709551615")
        .await;
    assert!(far.contains("No difference is open"), "{far}");
}
