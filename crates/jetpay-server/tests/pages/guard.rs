//! What every answer has, and which requests are refused.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use reqwest::header::CACHE_CONTROL;
use reqwest::{Method, Response, StatusCode};

use crate::desk::{Desk, Service, client, desk, filled, text};
use crate::support::raw::Raw;
use crate::support::{TOKEN, assert_has};

const HEADERS: [(&str, &str); 5] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

#[track_caller]
fn assert_guarded(answer: &Response, status: u16, cache: &str) {
    let url = answer.url();
    assert_eq!(answer.status(), status, "{url}");
    for (name, value) in HEADERS {
        assert_eq!(answer.headers()[name], value, "{url}");
    }
    assert_eq!(answer.headers()[CACHE_CONTROL], cache, "{url}");
}

/// A request as a program sends it.
async fn send(service: &Service, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let url = format!("http://127.0.0.1:{}{path}", service.port);
    let request = headers
        .iter()
        .fold(client().request(method, url), |request, (name, value)| {
            request.header(*name, *value)
        });
    request.send().await.unwrap()
}

#[tokio::test]
async fn every_answer_has_the_headers_that_keep_others_out() {
    let running = desk().await;
    let person = Desk::signed_in(&running).await;
    let here = ("sec-fetch-site", "same-origin");
    for (method, path, headers, status) in [
        (Method::GET, "/", &[][..], 401),
        (Method::GET, "/sign-in", &[], 200),
        (Method::GET, "/style.css", &[], 200),
        (Method::GET, "/style.css?v=0", &[], 200),
        (Method::GET, "/no/such/path", &[], 401),
        (Method::HEAD, "/", &[], 401),
        (Method::POST, "/sign-in", &[], 403),
        (Method::POST, "/sign-in", &[here], 403),
        (Method::POST, "/sign-out", &[here], 200),
        (Method::PUT, "/", &[here], 405),
        (Method::OPTIONS, "/", &[], 405),
        (Method::TRACE, "/", &[], 405),
        (Method::GET, "/", &[("host", "evil.example")], 421),
        (Method::POST, "/sign-in", &[("host", "evil.example")], 421),
    ] {
        let answer = send(&running, method, path, headers).await;
        assert_guarded(&answer, status, "no-store");
    }
    for (path, status) in [("/", 200), ("/no/such/path", 404), ("/alarms", 200)] {
        let answer = person.get(path).send().await.unwrap();
        assert_guarded(&answer, status, "no-store");
    }
    let page = person.page("/").await;
    let style = page.split("href=\"").find_map(|rest| {
        let (path, _) = rest.split_once('"')?;
        path.starts_with("/style.css?v=").then_some(path)
    });
    let answer = send(&running, Method::GET, style.unwrap(), &[]).await;
    assert_guarded(&answer, 200, "max-age=3600");
    assert_eq!(answer.headers()["content-type"], "text/css; charset=utf-8");
    let answer = send(&running, Method::GET, "/icon.svg", &[]).await;
    assert_guarded(&answer, 200, "max-age=3600");
}

#[tokio::test]
async fn form_of_another_site_changes_nothing() {
    let running = desk().await;
    let own = format!("127.0.0.1:{}", running.port);
    let upper = own.to_uppercase();
    let (http, https) = (format!("http://{own}"), format!("https://{own}"));
    for (headers, status) in [
        (&[("sec-fetch-site", "same-origin")][..], 303),
        (&[("sec-fetch-site", "none")], 303),
        (&[("sec-fetch-site", "cross-site")], 403),
        (&[("sec-fetch-site", "same-site")], 403),
        (&[("sec-fetch-site", "cross-site"), ("origin", &http)], 403),
        (&[], 403),
        (&[("origin", "null")], 403),
        (&[("origin", &http)], 303),
        (&[("origin", &https)], 303),
        (&[("origin", &http), ("host", &upper)], 303),
        (&[("origin", "http://127.0.0.1:1")], 403),
        (&[("origin", "http://127.0.0.1")], 403),
        (
            &[("origin", "http://[::1]:8082"), ("host", "[::1]:8082")],
            303,
        ),
        (
            &[("origin", "http://[::1]:8082"), ("host", "[::1]:8083")],
            403,
        ),
    ] {
        let url = format!("http://{own}/sign-in");
        let request = headers
            .iter()
            .fold(client().post(url), |request, (name, value)| {
                request.header(*name, *value)
            });
        let answer = filled(request, &[("token", TOKEN)]).send().await.unwrap();
        assert_eq!(answer.status(), status, "{headers:?}");
        let page = text(answer).await;
        assert!(status == 303 || page.contains("another site"), "{page}");
    }
    // The way back leads to the page that has the form.
    for (path, back) in [
        (
            "/alarms/7/resolve",
            "href=\"/alarms/7\">Back to the page of the form",
        ),
        ("/entries/7/correct", "href=\"/entries/7/correct\""),
        ("/sign-in", "<p><a href=\"/\">To the search"),
    ] {
        let headers = [
            ("sec-fetch-site", "cross-site"),
            ("referer", "https://evil.example/"),
        ];
        let answer = send(&running, Method::POST, path, &headers).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        let page = text(answer).await;
        assert_has(&page, &[back]);
        assert!(!page.contains("evil.example"), "{page}");
    }
    let person = Desk::signed_in(&running).await;
    let forged = person
        .get("/sign-out")
        .header("sec-fetch-site", "cross-site");
    let answer = forged.send().await.unwrap();
    assert_eq!(
        answer.status(),
        StatusCode::SEE_OTHER,
        "GET signs nobody out"
    );
    person.page("/").await;
}

#[tokio::test]
async fn head_is_answered_as_get_without_a_body_and_other_methods_get_405() {
    let running = desk().await;
    let mut connection = TcpStream::connect(("127.0.0.1", running.port)).unwrap();
    let head = b"HEAD /sign-in HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    connection.write_all(head).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_has(
        head,
        &["200 OK", "content-type: text/html", "content-length: "],
    );
    assert!(
        !head.contains("content-length: 0") && body.is_empty(),
        "{answer}"
    );
    let person = Desk::signed_in(&running).await;
    let url = format!("http://127.0.0.1:{}/alarms", running.port);
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = client().request(method.clone(), &url);
        let request = request.header("sec-fetch-site", "same-origin");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.headers()["allow"], "GET, HEAD, POST");
        assert_has(&text(answer).await, &["<html lang=\"en\""]);
        for path in ["/style.css", "/icon.svg"] {
            let answer = send(&running, method.clone(), path, &[]).await;
            assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{method}");
            assert_eq!(answer.headers()["allow"], "GET, HEAD");
        }
    }
    // What has no form takes none; and no form reaches what is not there.
    for path in ["/today", "/alarms/7", "/inbox/x?q=1", "/style.css?v=1"] {
        let answer = person
            .post(path, &[("reason", "typed")])
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(answer.headers()["allow"], "GET, HEAD", "{path}");
    }
    let none = person.post("/no/such/page", &[]).send().await.unwrap();
    assert_eq!(none.status(), StatusCode::NOT_FOUND);
    // `HEAD` answers as `GET`, also where a form leads elsewhere.
    for (path, status) in [
        ("/today", 200),
        ("/alarms/7", 404),
        ("/alarms/7/resolve", 303),
    ] {
        let url = format!("http://127.0.0.1:{}{path}", running.port);
        let cookie = person.get("/").build().unwrap().headers()["cookie"].clone();
        let answer = client()
            .head(url)
            .header("cookie", cookie)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(text(answer).await, "", "{path}");
    }
    let get = person.get("/sign-out").send().await.unwrap();
    assert_eq!(get.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn link_on_another_site_leads_to_the_page_of_a_person_who_is_signed_in() {
    let running = desk().await;
    let elsewhere = [("sec-fetch-site", "cross-site")];
    let answer = send(&running, Method::GET, "/today?lang=en", &elsewhere).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(answer.headers()["refresh"], "0; url=/today");
    for other in [
        &[("sec-fetch-site", "same-origin")][..],
        &[("sec-fetch-site", "none")],
        &[],
    ] {
        let answer = send(&running, Method::GET, "/today", other).await;
        assert!(!answer.headers().contains_key("refresh"), "{other:?}");
    }
    let ended = [elsewhere[0], ("cookie", "jetpay-session=x")];
    let answer = send(&running, Method::GET, "/today", &ended).await;
    assert!(!answer.headers().contains_key("refresh"));
}

#[tokio::test]
async fn only_known_hosts_get_pages() {
    let (folder, port) = crate::desk::folder();
    folder.change("[pages]\n", "[pages]\nhosts = [\"desk.internal\"]\n");
    let running = crate::desk::serve((folder, port)).await;
    for (host, status) in [
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost:8082", 200),
        ("[::1]:8082", 200),
        ("Desk.Internal", 200),
        ("desk.internal:8443", 200),
        ("desk.internal.evil.example", 421),
    ] {
        let answer = send(&running, Method::GET, "/sign-in", &[("host", host)]).await;
        assert_eq!(answer.status(), status, "{host}");
    }
}

#[tokio::test]
async fn unreadable_and_endless_requests_get_a_short_answer_and_end_their_connection() {
    let running = desk().await;
    let cookie = |length: usize| {
        let value = "a=b; ".repeat(length / 5);
        format!("GET / HTTP/1.1\r\nhost: localhost\r\ncookie: {value}\r\n\r\n").into_bytes()
    };
    let head = "POST /sign-in HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: none\r\n";
    let form = |length: usize| {
        let body = format!("token={}", "x".repeat(length));
        format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
    };
    for (request, expected, ends) in [
        (cookie(1_000_000), 431, true),
        (cookie(60_000), 401, false),
        (b"GET  / nonsense\r\n\r\n".to_vec(), 400, true),
        (
            b"GET /\x01 HTTP/1.1\r\nhost: localhost\r\n\r\n".to_vec(),
            400,
            true,
        ),
        (form(100_000), 413, true),
        (form(60_000), 403, false),
    ] {
        let mut connection = Raw::connect(running.port).await.unwrap();
        connection.write(&request).await;
        let (status, answered) = connection.head().await;
        assert_eq!(status, expected, "{answered}");
        if ends {
            let end = Duration::from_secs(5);
            assert!(connection.is_closed_within(end).await, "{answered}");
        }
    }
    let mut connection = Raw::connect(running.port).await.unwrap();
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n");
    connection.write(chunked.as_bytes()).await;
    let chunk = format!("8000\r\n{}\r\n", " ".repeat(0x8000));
    for _ in 0..5 {
        connection.write(chunk.as_bytes()).await;
    }
    assert_eq!(connection.head().await.0, 413);
    Desk::signed_in(&running).await.page("/").await;
}
