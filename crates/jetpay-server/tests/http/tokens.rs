//! What strangers can do at the admin interface: tokens and roles, strange hosts, slow connections.

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

/// Strangers whose answers wait stop nobody else: who asks after them is answered before them, also once they have left.
#[actix_web::test]
async fn health_and_metrics_answer_before_the_wrong_tokens_that_came_earlier() {
    let running = Folder::new().serve().await;
    let good = async || {
        for path in ["/healthz", "/metrics", "/v1/alarms"] {
            assert_eq!(answer(running.admin(Method::GET, path)).await.0, 200);
        }
    };
    // On a machine that is so slow that all strangers are answered meanwhile, it proves nothing: others come.
    let mut proven = false;
    for _ in 0..10 {
        let mut strangers = Vec::new();
        for _ in 0..5 + 32 {
            let mut stranger = Raw::connect(running.folder.admin).await.unwrap();
            stranger.write(WRONG).await;
            strangers.push(stranger);
        }
        good().await;
        for stranger in strangers.iter().rev() {
            proven = proven || stranger.is_silent().await;
        }
        if proven {
            break;
        }
    }
    assert!(proven, "all strangers are answered first");
    good().await;
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
