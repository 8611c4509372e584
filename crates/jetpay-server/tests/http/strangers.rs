//! What strangers can do to the real binary: at both listeners, and to its process.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use serde_json::json;

use crate::support::raw::{Raw, TIMEOUT, callback, request, signed, verify};
use crate::support::{Folder, JETPAY, PROJECT, Running, Said, TOKEN, assert_has};

/// A connection to the platform's listener of a new service.
async fn connected() -> (Running, Raw) {
    let running = Folder::new().serve().await;
    let connection = Raw::connect(running.folder.listen).await.unwrap();
    (running, connection)
}

/// Sends a chunked body without an end. Returns the status, and the time from the answer to the end of the connection.
async fn endless(port: u16, head: &str) -> (u16, Duration) {
    let mut connection = Raw::connect(port).await.unwrap();
    let head = format!("{head}\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n");
    assert!(connection.write(head.as_bytes()).await);
    let chunk = format!("8000\r\n{}\r\n", " ".repeat(0x8000));
    for _ in 0..40 {
        connection.write(chunk.as_bytes()).await;
    }
    let (status, _) = connection.answer().await.answer();
    let start = Instant::now();
    while start.elapsed() < TIMEOUT && connection.write(chunk.as_bytes()).await {
        sleep(Duration::from_millis(20)).await;
    }
    (status, start.elapsed())
}

#[actix_web::test]
async fn connection_ends_within_two_seconds_of_an_answer_before_the_end_of_a_chunked_body() {
    let running = Folder::new().serve().await;
    let (listen, admin) = (running.folder.listen, running.folder.admin);
    let bearer = format!("HTTP/1.1\r\nauthorization: Bearer {TOKEN}");
    for (port, head, expected) in [
        (listen, "POST /kaspi HTTP/1.1".to_owned(), 413),
        (listen, "POST /callback/ HTTP/1.1".to_owned(), 413),
        (listen, "PUT /kaspi HTTP/1.1".to_owned(), 405),
        (listen, "POST /nowhere HTTP/1.1".to_owned(), 404),
        (admin, format!("PUT /v1/customers/7 {bearer}"), 413),
        (admin, format!("PUT /v1/alarms {bearer}"), 405),
        (admin, format!("POST /v1/nowhere {bearer}"), 404),
        (admin, "PUT /v1/customers/7 HTTP/1.1".to_owned(), 401),
        (admin, "GET /healthz HTTP/1.1".to_owned(), 200),
        (admin, "GET /readyz HTTP/1.1".to_owned(), 200),
        (admin, "GET /metrics HTTP/1.1".to_owned(), 200),
        (admin, format!("POST /v1/payouts {bearer}"), 409),
        (admin, format!("GET /v1/entries {bearer}"), 200),
        (admin, format!("DELETE /v1/customers/zz {bearer}"), 404),
        (admin, format!("POST /v1/entries/x/correct {bearer}"), 404),
    ] {
        let (status, time) = endless(port, &head).await;
        assert_eq!(status, expected, "{head}");
        assert!(time < Duration::from_secs(2), "{head} {time:?}");
    }
}

#[actix_web::test]
async fn every_413_says_that_the_connection_ends_and_ends_it() {
    let running = Folder::new().serve().await;
    let (listen, admin) = (running.folder.listen, running.folder.admin);
    let bearer = format!("authorization: Bearer {TOKEN}\r\n");
    let whole = |length: usize| (format!("content-length: {length}\r\n"), vec![b' '; length]);
    let chunk = |length: usize| {
        let body = format!("{length:x}\r\n{}\r\n0\r\n\r\n", " ".repeat(length));
        (
            "transfer-encoding: chunked\r\n".to_owned(),
            body.into_bytes(),
        )
    };
    let lines = "{}\n".repeat(10_001).into_bytes();
    let lines = (format!("content-length: {}\r\n", lines.len()), lines);
    for (port, head, (length, body)) in [
        (listen, "POST /kaspi", whole(65_537)),
        (listen, "POST /kaspi", chunk(65_537)),
        (listen, "POST /callback", whole(100_000)),
        (admin, "PUT /v1/customers/7", whole(1_048_577)),
        (admin, "PUT /v1/customers/7", chunk(1_048_577)),
        (admin, "POST /v1/customers:import", lines),
    ] {
        let mut connection = Raw::connect(port).await.unwrap();
        let start = format!("{head} HTTP/1.1\r\nhost: localhost\r\n{bearer}{length}\r\n");
        // The service may end the connection before it has read all.
        connection.write(&[start.as_bytes(), &body].concat()).await;
        let (status, answered) = connection.head().await;
        assert_eq!(status, 413, "{head} {length}");
        assert!(
            answered.contains("connection: close"),
            "{head} {length} {answered}"
        );
        assert!(
            connection.is_closed_within(Duration::from_secs(2)).await,
            "{head} {length}"
        );
    }
}

#[actix_web::test]
async fn wrong_path_is_counted_and_logged_once_a_minute_on_one_cut_line() {
    let running = Folder::new().serve().await;
    let long = "x".repeat(1000);
    for path in ["/kasp%1b", &format!("/{long}"), "/kaspi//", "/"] {
        let mut connection = Raw::connect(running.folder.listen).await.unwrap();
        assert_eq!(connection.post(path, b"{}").await.answer().0, 404);
    }
    let mut connection = Raw::connect(running.folder.listen).await.unwrap();
    let (status, verified) = connection.post("/kaspi/", &verify()).await.answer();
    assert_eq!(
        (status, &verified["code"]),
        (200, &404.into()),
        "one slash at the end is taken"
    );
    assert_eq!(running.metric("jetpay_wrong_paths_total").await, Some(4.0));
    let log = running.log();
    assert_eq!(log.matches("there is no such path").count(), 1, "{log}");
    assert!(log.contains("path=\"/kasp%1b\" peer=127.0.0.1"), "{log}");
}

#[actix_web::test]
async fn rejection_is_logged_with_its_sender_as_a_trusted_proxy_names_it() {
    let running = Folder::with_server("trusted_proxies = [\"127.0.0.0/8\"]")
        .serve()
        .await;
    let port = running.folder.listen;
    let rejected = |headers: &'static str| async move {
        let mut connection = Raw::connect(port).await.unwrap();
        let head =
            format!("POST /kaspi HTTP/1.1\r\nhost: a\r\n{headers}content-length: 2\r\n\r\n{{}}");
        assert!(connection.write(head.as_bytes()).await);
        connection.answer().await.answer();
    };
    rejected("").await;
    rejected("x-forwarded-for: 6.6.6.6, 203.0.113.9\r\n").await;
    let log = running.log();
    assert_has(&log, &["peer=127.0.0.1", "peer=203.0.113.9"]);
    assert!(!log.contains("6.6.6.6"), "{log}");
}

#[actix_web::test]
async fn flood_of_unsigned_messages_hides_no_line_about_a_signed_one() {
    let (running, mut connection) = connected().await;
    for _ in 0..100 {
        connection.post("/kaspi", b"{}").await.answer();
    }
    let known = connection
        .post("/callback", &callback("unknown", 1))
        .await
        .answer();
    assert_eq!(known.0, 404);
    let log = running.log();
    assert_eq!(log.matches("rejected").count(), 20, "{log}");
    assert!(log.contains("a callback names an unknown payment"), "{log}");
}

#[actix_web::test]
async fn captured_message_that_is_sent_again_and_again_hides_no_line_about_another() {
    let (running, mut connection) = connected().await;
    for _ in 0..60 {
        connection
            .post("/callback", &callback("captured", 1))
            .await
            .answer();
    }
    connection
        .post("/callback", &callback("another", 2))
        .await
        .answer();
    let log = running.log();
    assert_eq!(log.matches("payment=captured").count(), 1, "{log}");
    assert!(log.contains("payment=another"), "{log}");
}

#[actix_web::test]
async fn outage_of_the_store_hides_no_line_about_a_signed_message() {
    let running = Folder::new().serve().await;
    let [database, away] = ["jetpay.db", "away"].map(|name| running.folder.path(name));
    std::fs::rename(database, away).unwrap();
    let mut connection = Raw::connect(running.folder.listen).await.unwrap();
    for number in 0..60 {
        let outage = callback(&format!("p{number}"), number);
        assert_eq!(connection.post("/callback", &outage).await.answer().0, 503);
    }
    let body = signed(&json!({"project_id": PROJECT, "type": "verify"}));
    connection.post("/kaspi", &body).await.answer();
    assert_has(&running.log(), &["rejected: the field `customer_id`"]);
}

#[actix_web::test]
async fn id_of_a_signed_message_forges_no_field_of_the_log() {
    let (running, mut connection) = connected().await;
    for id in ["x operation=1 status=success", "\"x\" operation=\"1\""] {
        connection
            .post("/callback", &callback(id, 7))
            .await
            .answer();
    }
    let log = running.log();
    assert_has(
        &log,
        &["payment=\"x operation=1 status=success\" operation=7"],
    );
    assert_has(&log, &[r#"payment="\"x\" operation=\"1\"" operation=7"#]);
}

/// Adds this many alarms behind the back of the service.
fn add_alarms(running: &Running, count: usize) {
    let alarm = "INSERT INTO alarms (kind, project_id, payment_id, time) VALUES ('unknown_operation', 1234, 'p', 0);";
    running
        .folder
        .sql(&format!("BEGIN IMMEDIATE; {} COMMIT", alarm.repeat(count)));
}

#[actix_web::test]
async fn alarm_is_logged_with_its_number_and_those_beyond_twenty_are_counted_by_kind() {
    let mut running = Folder::new().serve().await;
    add_alarms(&running, 150);
    for part in [
        "`jetpay alarms show 150` says what to do alarm=150 project=1234 payment=p",
        "more alarms: unknown_operation; `jetpay alarms list --kind unknown_operation` shows them alarms=130 after=0 up_to=130",
    ] {
        running.until_logged(part).await;
    }
    running.folder.sql("ALTER TABLE alarms RENAME TO away");
    running.until_logged("cannot read new alarms").await;
    running.folder.sql("ALTER TABLE away RENAME TO alarms");
    add_alarms(&running, 1);
    let log = running.until_logged("alarm=151 project=1234").await;
    let line = "WARN jetpay_server::telemetry::alarms: alarm: unknown_operation: ";
    assert_eq!(log.matches(line).count(), 21);
    // Those of the last seconds are logged at the end, and counted by the next run.
    add_alarms(&running, 1);
    running.signal("-TERM");
    assert!(running.ended().success());
    assert_has(&running.log(), &["alarm=152"]);
    running.start_again().await;
    running.until_logged("shows them open=152").await;
}

#[actix_web::test]
async fn text_of_a_signed_message_is_escaped_in_the_log() {
    let (running, mut connection) = connected().await;
    let payment = json!({"id": "p", "status": "odd\u{9b}31m\u{202e}\u{1b}[2J"});
    let body = signed(&json!({"project_id": PROJECT, "payment": payment}));
    connection.post("/callback", &body).await.answer();
    let log = running.log();
    assert_has(&log, &["status=odd\\u{9b}31m\\u{202e}\\u{1b}[2J"]);
    assert!(!log.contains(['\u{9b}', '\u{202e}', '\u{1b}']), "{log}");
}

#[actix_web::test]
async fn signals_that_are_not_for_the_end_are_logged_and_end_nothing() {
    let mut running = Folder::new().serve().await;
    for signal in ["-HUP", "-USR1", "-USR2"] {
        running.signal(signal);
    }
    sleep(Duration::from_millis(500)).await;
    assert_eq!(running.readiness().await, Some(200));
    // A request in progress keeps the service stopping for a while.
    let mut connection = Raw::connect(running.folder.listen).await.unwrap();
    let complete = request("/kaspi", &verify());
    assert!(connection.write(&complete[..complete.len() - 1]).await);
    sleep(Duration::from_millis(200)).await;
    running.signal("-TERM");
    sleep(Duration::from_millis(200)).await;
    running.signal("-HUP");
    sleep(Duration::from_millis(200)).await;
    assert!(connection.write(&complete[complete.len() - 1..]).await);
    assert_eq!(connection.answer().await.answer().0, 200);
    assert!(running.ended().success());
    let log = running.log();
    assert_eq!(log.matches("SIGHUP: took").count(), 2, "{log}");
    assert_has(&log, &["SIGUSR1 is ignored", "SIGUSR2 is ignored"]);
}

#[test]
fn limit_of_files_or_of_their_size_is_an_error_that_says_what_to_do() {
    let folder = Folder::new();
    for (limit, command, part) in [
        ("-n 6", "serve", "ulimit -n 65536"),
        ("-n 7", "serve", "ulimit -n 65536"),
        ("-n 8", "serve", "ulimit -n 65536"),
        ("-n 6", "check", "ulimit -n 65536"),
        ("-n 6", "alarms list", "ulimit -n 65536"),
        ("-n 7", "sign --secret-env NONE", "ulimit -n 65536"),
        ("-n 20", "serve", "ulimit -n 65536"),
        ("-n 20", "demo --exit", "ulimit -n 65536"),
        ("-f 50", "serve", "ulimit -f"),
        ("-f 50", "demo --exit", "ulimit -f"),
    ] {
        let script = format!("ulimit {limit}; exec \"$0\" {command}");
        let mut limited = Command::new("bash");
        limited
            .args(["-c", &script, JETPAY])
            .current_dir(folder.path(""));
        let error = Said::of(limited.stdout(Stdio::null()).output().unwrap()).bad();
        assert!(
            error.contains(part) && !error.contains("panicked"),
            "{limit} {command}: {error}"
        );
    }
}
