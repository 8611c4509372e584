//! Which role each page needs. The table has every route that the sources register: a new one must be added.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use reqwest::StatusCode;

use crate::desk::{Desk, PAYER, READER, RESOLVER, desk};
use crate::support::TOKEN;

/// Who may send a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// Also a person who is not signed in.
    Anyone,
    /// Every role.
    All,
    Resolve,
    Pay,
}

use Who::{All, Anyone, Pay, Resolve};

/// Every route, and who may send it. A page with a form may be shown to every role, without the form.
const ROUTES: [(&str, &str, Who); 38] = [
    ("GET", "/style.css", Anyone),
    ("GET", "/icon.svg", Anyone),
    ("GET", "/sign-in", Anyone),
    ("POST", "/sign-in", Anyone),
    ("GET", "/sign-out", Anyone),
    ("POST", "/sign-out", Anyone),
    ("GET", "/", All),
    ("GET", "/payments/{payment_id}/customer", All),
    ("GET", "/payments/{payment_id}", All),
    ("POST", "/payments/{payment_id}/confirm", Resolve),
    ("GET", "/entries/{seq}/correct", Resolve),
    ("POST", "/entries/{seq}/correct", Resolve),
    ("GET", "/alarms", All),
    ("GET", "/alarms/{seq}", All),
    ("POST", "/alarms/{seq}/resolve", Resolve),
    ("GET", "/alarms/resolve", Resolve),
    ("POST", "/alarms/resolve", Resolve),
    ("GET", "/inbox", All),
    ("GET", "/inbox/{payment_id}", All),
    ("POST", "/inbox/{payment_id}/resolve", Resolve),
    ("GET", "/payouts", All),
    ("GET", "/payouts/{payment_id}", All),
    ("POST", "/payouts/{payment_id}/resolve", Pay),
    ("GET", "/reconciliations", All),
    ("GET", "/reconciliations/{run}", All),
    ("GET", "/differences/resolve", Resolve),
    ("POST", "/differences/resolve", Resolve),
    ("GET", "/differences/{id}", All),
    ("POST", "/differences/{id}/resolve", Resolve),
    ("GET", "/deliveries", All),
    ("GET", "/deliveries/{name}/{feed}", All),
    ("GET", "/deliveries/{name}/{feed}/decide", Resolve),
    ("POST", "/deliveries/{name}/{feed}/decide", Resolve),
    ("POST", "/deliveries/{name}/{feed}/{seq}/retry", Resolve),
    ("POST", "/deliveries/{name}/{feed}/{seq}/skip", Resolve),
    ("GET", "/deliveries/{name}/{feed}/replay", Resolve),
    ("POST", "/deliveries/{name}/{feed}/replay", Resolve),
    ("GET", "/today", All),
];

/// The routes that the sources of the pages register: `.route("PATH", web::get()…` or `web::post()`.
fn registered() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                read(&fs::read_to_string(&path).unwrap(), &mut found);
            }
        }
    }
    found
}

fn read(source: &str, into: &mut BTreeSet<(String, String)>) {
    for other in ["web::resource(", "web::route(", "web::put(", "web::method("] {
        assert!(!source.contains(other), "this test does not read {other}");
    }
    for rest in source.split(".route(").skip(1) {
        let rest = rest.trim_start().strip_prefix('"').expect("a path");
        let (path, rest) = rest.split_once('"').unwrap();
        let rest = rest.trim_start_matches(',').trim_start();
        let method = [("web::get()", "GET"), ("web::post()", "POST")]
            .into_iter()
            .find_map(|(is, method)| rest.starts_with(is).then_some(method));
        let method = method.unwrap_or_else(|| panic!("which method has {path}?"));
        into.insert((method.to_owned(), path.to_owned()));
    }
}

/// The path with values that are well-formed, and name nothing.
fn filled_in(path: &str) -> String {
    let values = [
        ("{payment_id}", "no-such-payment"),
        ("{seq}", "999999"),
        ("{run}", "999999"),
        ("{id}", "no-such-difference"),
        ("{name}", "no-such-endpoint"),
        ("{feed}", "entries"),
    ];
    values.iter().fold(path.to_owned(), |path, (key, value)| {
        path.replace(key, value)
    })
}

#[tokio::test]
async fn every_route_is_refused_to_the_roles_that_may_not_send_it() {
    let registered = registered();
    let table: BTreeSet<_> = ROUTES
        .iter()
        .map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(table.len(), ROUTES.len(), "a route is there twice");
    assert_eq!(
        table, registered,
        "the table, and what the sources register"
    );
    let running = desk().await;
    for (token, may) in [
        (READER, &[All][..]),
        (RESOLVER, &[All, Resolve]),
        (PAYER, &[All, Pay]),
        (TOKEN, &[All, Resolve, Pay]),
    ] {
        let person = Desk::with_token(&running, token).await;
        for (method, path, who) in ROUTES {
            if who == Anyone {
                continue;
            }
            let request = match method {
                "GET" => person.get(&filled_in(path)),
                _ => person.post(&filled_in(path), &[("reason", "a test")]),
            };
            let status = request.send().await.unwrap().status();
            let place = format!("{method} {path} {token}: {status}");
            let is_forbidden = status == StatusCode::FORBIDDEN;
            assert!(!status.is_server_error(), "{place}");
            if may.contains(&who) {
                assert!(!is_forbidden && status != 401, "{place}");
            } else if method == "POST" {
                assert!(is_forbidden, "{place}");
            }
        }
    }
}

#[tokio::test]
async fn every_route_but_the_sign_in_needs_a_session() {
    let running = desk().await;
    for (method, path, who) in ROUTES {
        let url = format!("http://127.0.0.1:{}{}", running.port, filled_in(path));
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = crate::desk::client().request(method, url);
        let request = request.header("sec-fetch-site", "same-origin");
        let status = request.send().await.unwrap().status();
        assert_eq!(status == 401, who != Anyone, "{path}: {status}");
    }
}

#[tokio::test]
async fn the_address_of_a_form_leads_to_the_page_that_has_the_form() {
    let running = desk().await;
    let person = Desk::with_token(&running, TOKEN).await;
    let has_get = |path: &str| ROUTES.iter().any(|it| it.0 == "GET" && it.1 == path);
    let mut tried = 0;
    for (_, path, _) in ROUTES.iter().filter(|it| !has_get(it.1)) {
        let answer = person.get(&filled_in(path)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{path}");
        let to = answer.headers()["location"].to_str().unwrap();
        let leads_to_a_page = ROUTES
            .iter()
            .any(|(method, path, _)| *method == "GET" && filled_in(path) == to);
        assert!(leads_to_a_page, "{path}: {to}");
        tried += 1;
    }
    assert!(tried >= 7, "only {tried} forms without a page of their own");
    for elsewhere in [
        "//example.com/resolve",
        "/alarms/1/2/resolve",
        "/today/1/resolve",
    ] {
        let answer = person.get(elsewhere).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{elsewhere}");
    }
}
