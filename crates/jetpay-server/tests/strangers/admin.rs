//! What strangers can do at the admin interface: tokens and roles, strange hosts, slow connections.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use reqwest::Method;
use serde_json::json;

use super::{metric, serve};
use crate::raw::{Raw, callback};
use crate::running::{Folder, Running, TOKEN, answer, text};

const READER: &str = "the token of the program that reads";
const OPERATOR: &str = "the token of the operator who decides";
const TILL: &str = "the token of the program that pays out";

/// A service with a token of each role.
async fn with_roles() -> Running {
    let table = |name: &str, role: &str, secret: &str| {
        (
            format!("[[admin.token]]\nname = \"{name}\"\nrole = \"{role}\"\nfile = \"{name}\"\n"),
            secret.to_owned(),
        )
    };
    let tables = [
        table("reader", "read", READER),
        table("aliya", "resolve", OPERATOR),
        table("till", "pay", TILL),
    ];
    let folder = Folder::new();
    let mut config = std::fs::read_to_string(folder.path("jetpay.toml")).unwrap();
    for ((lines, secret), name) in tables.iter().zip(["reader", "aliya", "till"]) {
        folder.write(name, secret);
        config += lines;
    }
    folder.write("jetpay.toml", &config);
    folder.serve().await.with_customer().await
}

#[actix_web::test]
async fn token_of_each_role_reads_and_writes_only_what_its_role_permits() {
    let running = with_roles().await;
    let writes = [
        (Method::POST, "/v1/alarms/1/resolve", "resolve"),
        (Method::POST, "/v1/inbox/p/resolve", "resolve"),
        (Method::DELETE, "/v1/inbox/p", "resolve"),
        (Method::PUT, "/v1/customers/8", "resolve"),
        (Method::DELETE, "/v1/customers/9", "resolve"),
        (Method::POST, "/v1/payouts", "pay"),
        (Method::POST, "/v1/payouts/p/resolve", "pay"),
        (Method::POST, "/v1/no-such-path", "all"),
    ];
    for (token, role) in [
        (READER, "read"),
        (OPERATOR, "resolve"),
        (TILL, "pay"),
        (TOKEN, "all"),
    ] {
        let send = |method: &Method, path: &str| {
            let request = running.without_token(method.clone(), path);
            answer(request.bearer_auth(token).body("{}"))
        };
        for path in [
            "/v1/customers",
            "/v1/alarms",
            "/v1/inbox",
            "/v1/payouts",
            "/v1/entries",
            "/v1/resolutions",
        ] {
            assert_eq!(send(&Method::GET, path).await.0, 200, "{role} {path}");
        }
        for (method, path, needed) in &writes {
            let (status, body) = send(method, path).await;
            let forbidden = role != "all" && role != *needed;
            assert_eq!(
                status == 403,
                forbidden,
                "{role} {method} {path}: {status} {body}"
            );
            assert_eq!(body["error"]["code"] == "forbidden", forbidden, "{body}");
        }
    }
    assert_eq!(
        metric(&running, "jetpay_admin_denied_total{code=\"forbidden\"}").await,
        Some(17.0)
    );
}

#[actix_web::test]
async fn decision_shows_the_name_of_its_token_in_json_and_in_tables() {
    let running = with_roles().await;
    let platform = callback("unknown", 7);
    let mut connection = Raw::connect(running.folder.listen).await.unwrap();
    assert_eq!(
        connection.post("/callback", &platform).await.answer().0,
        404
    );
    let resolve = running.without_token(Method::POST, "/v1/inbox/unknown/resolve");
    let body = json!({"verdict": "foreign", "reason": "not ours"}).to_string();
    assert_eq!(
        answer(resolve.bearer_auth(OPERATOR).body(body)).await.0,
        204
    );
    let (_, listed) = running.get("/v1/resolutions").await;
    assert_eq!(listed["resolutions"][0]["by"], "aliya", "{listed}");
    let table = running
        .folder
        .run(&["resolutions", "list", "--token", "reader"]);
    let table = text(&table.stdout);
    assert!(
        table.lines().nth(1).unwrap().contains("  aliya  not ours"),
        "{table}"
    );
    let refused = running.folder.run(&[
        "inbox",
        "resolve",
        "x",
        "--verdict",
        "foreign",
        "--reason",
        "r",
        "--token",
        "reader",
    ]);
    assert!(text(&refused.stderr).contains("this token has the role read"));
}

#[actix_web::test]
async fn wrong_tokens_are_counted_and_logged_and_slow_only_their_sender() {
    let running = serve("", "").await;
    let start = Instant::now();
    for _ in 0..7 {
        let wrong = running.without_token(Method::GET, "/v1/alarms");
        assert_eq!(answer(wrong.bearer_auth("a wrong token")).await.0, 401);
    }
    assert!(
        start.elapsed() > Duration::from_millis(1500),
        "{:?}",
        start.elapsed()
    );
    let start = Instant::now();
    assert_eq!(running.get("/v1/alarms").await.0, 200);
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(
        metric(&running, "jetpay_admin_denied_total{code=\"unauthorized\"}").await,
        Some(7.0)
    );
    let log = super::log(&running);
    assert!(
        log.contains("peer=127.0.0.1") && !log.contains("a wrong token"),
        "{log}"
    );
}

#[actix_web::test]
async fn request_for_a_strange_host_is_refused_and_a_configured_one_is_served() {
    let running = serve("", "hosts = [\"jetpay.internal\"]").await;
    for (host, status) in [
        ("evil.example", 421),
        ("localhost.evil.example:8081", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost:8081", 200),
        ("LOCALHOST.", 200),
        ("[::1]:8081", 200),
        ("10.0.0.7", 200),
        ("Jetpay.Internal:80", 200),
    ] {
        for path in ["/healthz", "/metrics", "/v1/alarms"] {
            let request = running.admin(Method::GET, path).header("host", host);
            assert_eq!(answer(request).await.0, status, "{host} {path}");
        }
    }
}

#[actix_web::test]
async fn health_and_metrics_answer_while_slow_connections_fill_the_admin_listener() {
    let running = serve("", "").await;
    let mut held = Vec::new();
    for number in 0..600 {
        let Ok(mut connection) = Raw::connect(running.folder.admin).await else {
            continue;
        };
        if number % 2 == 0 {
            connection
                .write(b"GET /v1/alarms HTTP/1.1\r\nhost: loc")
                .await;
        }
        held.push(connection);
    }
    for path in ["/healthz", "/readyz", "/metrics", "/v1/alarms"] {
        let start = Instant::now();
        assert_eq!(answer(running.admin(Method::GET, path)).await.0, 200);
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{path} {:?}",
            start.elapsed()
        );
    }
}

#[actix_web::test]
async fn health_and_metrics_answer_within_a_second_while_strangers_guess_tokens_and_leave() {
    let running = serve("", "").await;
    let admin = running.folder.admin;
    let end = Instant::now() + Duration::from_secs(8);
    let strangers: Vec<_> = (0..8)
        .map(|_| {
            std::thread::spawn(move || {
                while Instant::now() < end {
                    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", admin)) else {
                        continue;
                    };
                    let _ = stream.write_all(
                        b"GET /v1/entries HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer wrong\r\n\r\n",
                    );
                    std::thread::sleep(Duration::from_millis(2));
                }
            })
        })
        .collect();
    while Instant::now() < end {
        for path in ["/healthz", "/metrics", "/v1/alarms"] {
            let start = Instant::now();
            assert_eq!(answer(running.admin(Method::GET, path)).await.0, 200);
            let time = start.elapsed();
            assert!(time < Duration::from_secs(1), "{path} {time:?}");
        }
        sleep(Duration::from_millis(100)).await;
    }
    for stranger in strangers {
        stranger.join().unwrap();
    }
}

#[actix_web::test]
async fn wrong_token_beyond_those_that_wait_is_answered_at_once_and_its_connection_ends() {
    let running = serve("", "").await;
    let request =
        b"GET /v1/entries HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer wrong\r\n\r\n";
    let mut held = Vec::new();
    for _ in 0..5 + 32 {
        let mut connection = Raw::connect(running.folder.admin).await.unwrap();
        connection.write(request).await;
        held.push(connection);
    }
    sleep(Duration::from_millis(300)).await;
    let start = Instant::now();
    let mut connection = Raw::connect(running.folder.admin).await.unwrap();
    connection.write(request).await;
    let (status, head) = connection.head().await;
    assert_eq!(status, 401);
    assert!(head.contains("connection: close"), "{head}");
    assert!(start.elapsed() < Duration::from_millis(500));
}
