//! What strangers can do at the admin interface: tokens and roles, strange hosts, slow connections.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use reqwest::Method;
use serde_json::json;

use crate::support::raw::Raw;
use crate::support::{Folder, TOKEN, answer, assert_has, each, failed};

/// A request with a wrong token.
const WRONG: &[u8] =
    b"GET /v1/entries HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer wrong\r\n\r\n";

/// Which requests need which role: the comparison with the file `openapi.yaml` asks for each of them with each role.
#[actix_web::test]
async fn decision_shows_the_name_of_its_token_in_json_and_in_tables() {
    const OPERATOR: &str = "the token of the operator who decides";
    let token = |name: &str, role: &str| {
        format!("[[admin.token]]\nname = \"{name}\"\nrole = \"{role}\"\nfile = \"{name}\"\n")
    };
    let folder = Folder::new().configured(&(token("reader", "read") + &token("aliya", "resolve")));
    folder.write("reader", "the token of the program that reads");
    folder.write("aliya", OPERATOR);
    let running = folder.serve().await;
    assert_eq!(running.succeed("unknown", 100, 7).await, 404);
    let resolve = running.without_token(Method::POST, "/v1/inbox/unknown/resolve");
    let body = json!({"verdict": "foreign", "reason": "not ours"}).to_string();
    assert_eq!(
        answer(resolve.bearer_auth(OPERATOR).body(body)).await.0,
        204
    );
    let (_, listed) = running.get("/v1/resolutions").await;
    assert_eq!(each(&listed["resolutions"], "by"), json!(["aliya"]));
    let table = running.run("resolutions list --token reader").good();
    assert_has(table.lines().nth(1).unwrap(), &["  aliya  not ours"]);
    let refused = running
        .run("inbox resolve x --verdict foreign --reason r --token reader")
        .bad();
    assert_has(&refused, &["this token has the role read"]);
    let forbidden = "jetpay_admin_denied_total{code=\"forbidden\"}";
    assert_eq!(running.metric(forbidden).await, Some(1.0));
}

#[actix_web::test]
async fn missing_or_wrong_tokens_get_401_are_counted_and_logged_and_slow_only_their_sender() {
    let running = Folder::new().serve().await;
    let start = Instant::now();
    for (path, given) in [
        ("alarms", "Bearer a wrong token"),
        ("entries", ""),
        ("entries", "Bearer "),
        ("payments/x", "Basic YTpi"),
        ("payments/x", TOKEN),
        ("nothing", "Bearer a wrong token"),
        ("nothing", ""),
    ] {
        let wrong = running.without_token(Method::GET, &format!("/v1/{path}"));
        let answer = answer(wrong.header("authorization", given)).await;
        failed(&answer, 401, "unauthorized");
    }
    assert_eq!(running.get("/v1/nothing").await.0, 404);
    assert!(
        start.elapsed() > Duration::from_millis(1500),
        "{:?}",
        start.elapsed()
    );
    let start = Instant::now();
    assert_eq!(running.get("/v1/alarms").await.0, 200);
    assert!(start.elapsed() < Duration::from_secs(1));
    let denied = "jetpay_admin_denied_total{code=\"unauthorized\"}";
    assert_eq!(running.metric(denied).await, Some(7.0));
    let log = running.log();
    assert!(
        log.contains("peer=127.0.0.1") && !log.contains("a wrong token"),
        "{log}"
    );
}

#[actix_web::test]
async fn request_for_a_strange_host_is_refused_and_a_configured_one_is_served() {
    let running = {
        let folder = Folder::new();
        let token = "token_file = \"token\"\n";
        folder.change(token, &format!("{token}hosts = [\"jetpay.internal\"]\n"));
        folder.serve().await
    };
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
    let running = Folder::new().serve().await;
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
    let running = Folder::new().serve().await;
    let admin = running.folder.admin;
    let end = Instant::now() + Duration::from_secs(8);
    let strangers: Vec<_> = (0..8)
        .map(|_| {
            std::thread::spawn(move || {
                while Instant::now() < end {
                    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", admin)) else {
                        continue;
                    };
                    let _ = stream.write_all(WRONG);
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
    let running = Folder::new().serve().await;
    let mut held = Vec::new();
    for _ in 0..5 + 32 {
        let mut connection = Raw::connect(running.folder.admin).await.unwrap();
        connection.write(WRONG).await;
        held.push(connection);
    }
    sleep(Duration::from_millis(300)).await;
    let start = Instant::now();
    let mut connection = Raw::connect(running.folder.admin).await.unwrap();
    connection.write(WRONG).await;
    let (status, head) = connection.head().await;
    assert_eq!(status, 401);
    assert!(head.contains("connection: close"), "{head}");
    assert!(start.elapsed() < Duration::from_millis(500));
}
