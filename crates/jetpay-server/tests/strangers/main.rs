//! What strangers can do to the real binary: at the platform's listener, at the admin interface, and to its process.

mod admin;
#[path = "../raw/mod.rs"]
mod raw;
#[path = "../running/mod.rs"]
mod running;

use std::fs::File;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use raw::{Outcome, Raw, TIMEOUT, callback, request, verify};
use reqwest::Method;
use running::{Folder, JETPAY, Running, TOKEN, text};
use serde_json::json;

/// Starts the service with these lines added to `[server]` and `[admin]`. Its log is in the file `log`.
async fn serve(server: &str, admin: &str) -> Running {
    let folder = Folder::with_server(server);
    let config = std::fs::read_to_string(folder.path("jetpay.toml")).unwrap();
    let config = config.replace(
        "token_file = \"token\"\n",
        &format!("token_file = \"token\"\n{admin}\n"),
    );
    folder.write("jetpay.toml", &config);
    start(folder).await
}

async fn start(folder: Folder) -> Running {
    let log = File::create(folder.path("log")).unwrap();
    let process = Command::new(JETPAY)
        .args(["serve", "--config"])
        .arg(folder.path("jetpay.toml"))
        .stderr(log)
        .spawn()
        .unwrap();
    folder.served_by(process).await
}

fn log(running: &Running) -> String {
    std::fs::read_to_string(running.folder.path("log")).unwrap()
}

/// The value of a metric, by its name and labels.
async fn metric(running: &Running, name: &str) -> Option<f64> {
    let page = running.without_token(Method::GET, "/metrics").send().await;
    let page = page.unwrap().text().await.unwrap();
    let line = page.lines().find_map(|line| line.strip_prefix(name));
    line.map(|value| value.trim().parse().unwrap())
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
    let Outcome::Answer(status, _) = connection.answer().await else {
        panic!("no answer");
    };
    let start = Instant::now();
    while start.elapsed() < TIMEOUT && connection.write(chunk.as_bytes()).await {
        sleep(Duration::from_millis(20)).await;
    }
    (status, start.elapsed())
}

#[actix_web::test]
async fn connection_ends_within_two_seconds_of_an_answer_before_the_end_of_a_chunked_body() {
    let running = serve("", "").await;
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
    let running = serve("", "").await;
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
    let running = serve("", "").await;
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
    assert_eq!(
        metric(&running, "jetpay_wrong_paths_total").await,
        Some(4.0)
    );
    let log = log(&running);
    assert_eq!(log.matches("there is no such path").count(), 1, "{log}");
    assert!(log.contains("path=\"/kasp%1b\" peer=127.0.0.1"), "{log}");
}

#[actix_web::test]
async fn rejection_is_logged_with_its_sender_as_a_trusted_proxy_names_it() {
    let running = serve("trusted_proxies = [\"127.0.0.0/8\"]", "").await;
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
    let log = log(&running);
    assert!(
        log.contains("peer=127.0.0.1") && log.contains("peer=203.0.113.9"),
        "{log}"
    );
    assert!(!log.contains("6.6.6.6"), "{log}");
}

#[actix_web::test]
async fn flood_of_unsigned_messages_hides_no_line_about_a_signed_one() {
    let running = serve("", "").await;
    let mut connection = Raw::connect(running.folder.listen).await.unwrap();
    for _ in 0..100 {
        connection.post("/kaspi", b"{}").await.answer();
    }
    assert_eq!(
        connection
            .post("/callback", &callback("unknown", 1))
            .await
            .answer()
            .0,
        404
    );
    let log = log(&running);
    assert_eq!(log.matches("rejected").count(), 20, "{log}");
    assert!(log.contains("a callback names an unknown payment"), "{log}");
}

#[actix_web::test]
async fn captured_message_that_is_sent_again_and_again_hides_no_line_about_another() {
    let running = serve("", "").await;
    let mut connection = Raw::connect(running.folder.listen).await.unwrap();
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
    let log = log(&running);
    assert_eq!(log.matches("payment=captured").count(), 1, "{log}");
    assert!(log.contains("payment=another"), "{log}");
}

#[actix_web::test]
async fn outage_of_the_store_hides_no_line_about_a_signed_message() {
    let running = serve("", "").await;
    std::fs::rename(
        running.folder.path("jetpay.db"),
        running.folder.path("away"),
    )
    .unwrap();
    let mut connection = Raw::connect(running.folder.listen).await.unwrap();
    for number in 0..60 {
        let outage = callback(&format!("p{number}"), number);
        assert_eq!(connection.post("/callback", &outage).await.answer().0, 503);
    }
    let key = jetpay_core::signature::Key::new(running::SECRET).unwrap();
    let body = json!({"project_id": running::PROJECT, "type": "verify"}).to_string();
    let body = jetpay_core::signature::sign(body.as_bytes(), &key).unwrap();
    connection.post("/kaspi", &body).await.answer();
    let log = log(&running);
    assert!(log.contains("rejected: the field `customer_id`"), "{log}");
}

#[actix_web::test]
async fn id_of_a_signed_message_forges_no_field_of_the_log() {
    let running = serve("", "").await;
    let mut connection = Raw::connect(running.folder.listen).await.unwrap();
    for id in ["x operation=1 status=success", "\"x\" operation=\"1\""] {
        connection
            .post("/callback", &callback(id, 7))
            .await
            .answer();
    }
    let log = log(&running);
    assert!(
        log.contains("payment=\"x operation=1 status=success\" operation=7"),
        "{log}"
    );
    assert!(
        log.contains(r#"payment="\"x\" operation=\"1\"" operation=7"#),
        "{log}"
    );
}

/// Waits until the log has this part.
async fn logged(running: &Running, part: &str) {
    for _ in 0..100 {
        if log(running).contains(part) {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("the log lacks {part}:\n{}", log(running));
}

/// Adds this many alarms behind the back of the service.
fn add_alarms(running: &Running, count: usize) {
    let database = rusqlite::Connection::open(running.folder.path("jetpay.db")).unwrap();
    let sql = "INSERT INTO alarms (kind, project_id, payment_id, time) VALUES ('unknown_operation', 1234, 'p', 0)";
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    for _ in 0..count {
        database.execute(sql, []).unwrap();
    }
    database.execute_batch("COMMIT").unwrap();
}

#[actix_web::test]
async fn alarm_is_logged_with_its_number_and_those_beyond_twenty_are_counted_by_kind() {
    let mut running = serve("", "").await;
    add_alarms(&running, 150);
    logged(
        &running,
        "`jetpay alarms show 150` says what to do alarm=150 project=1234 payment=p",
    )
    .await;
    logged(&running, "more alarms: unknown_operation; `jetpay alarms list --kind unknown_operation` shows them alarms=130 after=0 up_to=130").await;
    let database = rusqlite::Connection::open(running.folder.path("jetpay.db")).unwrap();
    database
        .execute_batch("ALTER TABLE alarms RENAME TO away")
        .unwrap();
    logged(&running, "cannot read new alarms").await;
    database
        .execute_batch("ALTER TABLE away RENAME TO alarms")
        .unwrap();
    add_alarms(&running, 1);
    logged(&running, "alarm=151 project=1234").await;
    assert_eq!(
        log(&running)
            .matches("WARN jetpay_server::telemetry::alarms: alarm: unknown_operation: ")
            .count(),
        21
    );
    // Those of the last seconds are logged at the end, and counted by the next run.
    add_alarms(&running, 1);
    running.signal("-TERM");
    assert!(running.ended().success());
    assert!(log(&running).contains("alarm=152"), "{}", log(&running));
    let running = start(running.stop()).await;
    logged(&running, "shows them open=152").await;
}

#[actix_web::test]
async fn text_of_a_signed_message_is_escaped_in_the_log() {
    let running = serve("", "").await;
    let body = json!({
        "project_id": running::PROJECT, "payment": {"id": "p", "status": "odd\u{9b}31m\u{202e}\u{1b}[2J"},
    });
    let key = jetpay_core::signature::Key::new(running::SECRET).unwrap();
    let body = jetpay_core::signature::sign(body.to_string().as_bytes(), &key).unwrap();
    let mut connection = Raw::connect(running.folder.listen).await.unwrap();
    connection.post("/callback", &body).await.answer();
    let log = log(&running);
    assert!(
        log.contains("status=odd\\u{9b}31m\\u{202e}\\u{1b}[2J"),
        "{log}"
    );
    assert!(!log.contains(['\u{9b}', '\u{202e}', '\u{1b}']), "{log}");
}

#[actix_web::test]
async fn signals_that_are_not_for_the_end_are_logged_and_end_nothing() {
    let mut running = serve("", "").await;
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
    let log = log(&running);
    assert_eq!(log.matches("SIGHUP: took").count(), 2, "{log}");
    assert!(
        log.contains("SIGUSR1 is ignored") && log.contains("SIGUSR2 is ignored"),
        "{log}"
    );
}

/// Runs a command of the binary under a limit of the shell.
fn limited(folder: &Folder, limit: &str, command: &str) -> Output {
    Command::new("bash")
        .args([
            "-c",
            &format!("ulimit {limit}; exec \"$0\" {command}"),
            JETPAY,
        ])
        .current_dir(folder.path(""))
        .stdout(Stdio::null())
        .output()
        .unwrap()
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
        let ended = limited(&folder, limit, command);
        let error = text(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{limit} {command}: {error}");
        assert!(
            error.contains(part) && !error.contains("panicked"),
            "{limit} {command}: {error}"
        );
    }
}
