//! The examples of receivers, each in its language: signatures, repeats, a crash, look-ups.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jetpay_testing::free_port;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// The secret before the last rotation.
const EARLIER: &str = "whsec_c2VjcmV0IG9mIGVhcmxpZXIgdGltZXMhISE=";
const STRANGE: &str = "whsec_c2VjcmV0IG9mIG90aGVyIHJlY2VpdmVycyE=";
/// The customer of the examples.
const CUSTOMER: &str = "7123456789";

/// A receiver that runs until it is dropped.
struct Receiver {
    process: Child,
    port: u16,
    http: Client,
}

impl Receiver {
    /// Starts a command line in which `PORT` and `DIR`, the folder of the examples, are replaced.
    async fn start(command: &[&str], books: &TempDir) -> Self {
        let port = free_port();
        let process = Self::process(command, books, port);
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().no_proxy().build().unwrap();
        let receiver = Self {
            process,
            port,
            http,
        };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "{command:?} does not listen"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        receiver
    }

    fn process(command: &[&str], books: &TempDir, port: u16) -> Child {
        let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/receivers");
        let filled = |it: &&str| {
            it.replace("PORT", &port.to_string())
                .replace("DIR", examples)
        };
        Command::new(command[0])
            .args(command[1..].iter().map(filled))
            .env("WEBHOOK_SECRETS", format!(" {SECRET}  {EARLIER} "))
            .env("DATABASE", books.path().join("books"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Posts a body that was signed `age` seconds ago, with `sent` in its place.
    async fn post_other(
        &self,
        path: &str,
        secret: &str,
        age: i64,
        body: &str,
        sent: &str,
    ) -> Response {
        let time = jiff::Timestamp::now().as_second() - age;
        let webhook = Webhook::new(secret).unwrap();
        let id = if path == "/lookup" {
            "lookup_1"
        } else {
            "entry_1234_1_credit"
        };
        let signature = webhook.sign(id, time, body.as_bytes()).unwrap();
        let request = self
            .http
            .post(format!("http://127.0.0.1:{}{path}", self.port))
            .header("webhook-id", id)
            .header("webhook-timestamp", time.to_string())
            .header("webhook-signature", format!("v1,AAAA {signature}"));
        request.body(sent.to_owned()).send().await.unwrap()
    }

    async fn post(&self, path: &str, secret: &str, age: i64, body: &str) -> Response {
        self.post_other(path, secret, age, body, body).await
    }

    /// The status after a delivery that is signed with an empty secret, which is what an empty word in a list of secrets makes.
    async fn signed_with_nothing(&self, body: &str) -> u16 {
        let time = jiff::Timestamp::now().as_second();
        let empty = Webhook::from_bytes(Vec::new()).unwrap();
        let signature = empty.sign("x", time, body.as_bytes()).unwrap();
        let request = self
            .http
            .post(format!("http://127.0.0.1:{}/webhooks", self.port))
            .header("webhook-id", "x")
            .header("webhook-timestamp", time.to_string())
            .header("webhook-signature", signature);
        let answer = request.body(body.to_owned()).send().await.unwrap();
        answer.status().as_u16()
    }

    /// The first line of the answer to a request with this line among its headers.
    async fn status_line(&self, header: &[u8]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let head = b"POST /webhooks HTTP/1.1\r\nhost: x\r\nconnection: close\r\n";
        let request = [head, header, b"\r\n\r\n"].concat();
        stream.write_all(&request).await.unwrap();
        let mut answer = Vec::new();
        // A server may reset the connection after its answer.
        let _end = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        answer.lines().next().unwrap_or_default().to_owned()
    }

    /// The status and the JSON of the answer to a look-up.
    async fn look_up(&self, customer: &str) -> (u16, Value) {
        let body = json!({"customer_id": customer, "project_id": 1234, "method": "kaspi"});
        let answer = self.post("/lookup", SECRET, 0, &body.to_string()).await;
        let status = answer.status().as_u16();
        (
            status,
            serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap(),
        )
    }

    /// What the customer of the examples still owes, in minor units.
    async fn debt(&self) -> Value {
        let (status, json) = self.look_up(CUSTOMER).await;
        assert_eq!(
            (status, &json["contracts"][0]["id"]),
            (200, &json!(CUSTOMER))
        );
        json["contracts"][0]["payment"].clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _status = self.process.wait();
    }
}

/// The body of a delivery of 900.00.
fn credit() -> String {
    let data = json!({
        "seq": 1, "kind": "credit", "payment_id": "p-1", "operation_id": 1, "project_id": 1234, "method": "kaspi",
        "customer_id": CUSTOMER, "amount": 90_000, "currency": "KZT", "time": "2024-08-01T12:00:00Z",
    });
    json!({"type": "entry.credit", "timestamp": "2024-08-01T12:00:00Z", "data": data}).to_string()
}

async fn refuses_headers_that_are_no_numbers(receiver: &Receiver) {
    let mut timestamp = b"content-length: 0\r\nwebhook-timestamp: ".to_vec();
    timestamp.extend([b'1'; 5000]);
    let answered = receiver.status_line(&timestamp).await;
    assert!(answered.contains(" 401 "), "5000 digits: {answered:?}");
    let mut length = b"content-length: ".to_vec();
    for wrong in [&b"\xb2"[..], &[b'1'; 5000]] {
        length.truncate(16);
        length.extend(wrong);
        let answered = receiver.status_line(&length).await;
        let is_refused = answered.contains(" 400 ") || answered.contains(" 413 ");
        assert!(is_refused, "a length that is no number: {answered:?}");
    }
}

async fn refuses_what_is_wrong(receiver: &Receiver) {
    let credit = credit();
    let cheap = credit.replace("90000", "90001");
    let alarm = r#"{"type":"alarm.delivery_late","timestamp":"2024-08-01T12:00:00Z","data":{}}"#;
    let no_amount = credit.replace("90000", "\"90000\"");
    let beyond_64_bits = credit.replace("90000", "9223372036854775808");
    let no_currency = credit.replace("\"KZT\"", "[]");
    let long = " ".repeat(70_000);
    for (what, path, secret, age, signed, sent, status) in [
        ("tampered", "/webhooks", SECRET, 0, &*credit, &*cheap, 401),
        (
            "another secret",
            "/webhooks",
            STRANGE,
            0,
            &credit,
            &credit,
            401,
        ),
        (
            "an old time",
            "/webhooks",
            SECRET,
            301,
            &credit,
            &credit,
            401,
        ),
        (
            "a future time",
            "/webhooks",
            SECRET,
            -400,
            &credit,
            &credit,
            401,
        ),
        (
            "a look-up with another secret",
            "/lookup",
            STRANGE,
            0,
            "{}",
            "{}",
            401,
        ),
        ("not JSON", "/webhooks", SECRET, 0, "{", "{", 400),
        ("an array", "/webhooks", SECRET, 0, "[]", "[]", 400),
        (
            "no customer",
            "/webhooks",
            SECRET,
            0,
            r#"{"type":"entry.credit","data":{}}"#,
            r#"{"type":"entry.credit","data":{}}"#,
            400,
        ),
        (
            "an amount as a text",
            "/webhooks",
            SECRET,
            0,
            &no_amount,
            &no_amount,
            400,
        ),
        (
            "an amount beyond 64 bits",
            "/webhooks",
            SECRET,
            0,
            &beyond_64_bits,
            &beyond_64_bits,
            400,
        ),
        (
            "a list as the currency",
            "/webhooks",
            SECRET,
            0,
            &no_currency,
            &no_currency,
            400,
        ),
        ("too long", "/webhooks", SECRET, 0, &long, &long, 413),
        ("another path", "/x", SECRET, 0, &credit, &credit, 404),
        ("an alarm", "/webhooks", SECRET, 0, alarm, alarm, 200),
    ] {
        let answer = receiver.post_other(path, secret, age, signed, sent).await;
        assert_eq!(answer.status().as_u16(), status, "{what}");
        assert!(
            !answer.text().await.unwrap().contains("unknown_customer"),
            "{what}"
        );
        assert_eq!(receiver.debt().await, json!(125_000), "{what}");
    }
    assert_eq!(receiver.signed_with_nothing(&credit).await, 401);
    refuses_headers_that_are_no_numbers(receiver).await;
    assert_eq!(receiver.debt().await, json!(125_000));
}

async fn credits_once_what_is_signed(command: &[&str]) {
    let books = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(command, &books).await;
    assert_eq!(receiver.debt().await, json!(125_000));
    refuses_what_is_wrong(&receiver).await;
    let credit = credit();
    for secret in [SECRET, SECRET, EARLIER] {
        let answer = receiver.post("/webhooks", secret, 200, &credit).await;
        assert_eq!(answer.status().as_u16(), 200);
        assert_eq!(receiver.debt().await, json!(35_000));
    }
    second_start_leaves_the_books_alone(command, &books, receiver.port);
    drop(receiver);
    let receiver = Receiver::start(command, &books).await;
    assert_eq!(receiver.debt().await, json!(35_000), "after a kill");
    let answer = receiver.post("/webhooks", SECRET, 0, &credit).await;
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(
        receiver.debt().await,
        json!(35_000),
        "a repeat after a kill"
    );
    let (status, json) = receiver.look_up("72").await;
    assert_eq!(
        (status, &json["error"]["code"]),
        (404, &json!("unknown_customer"))
    );
}

/// The first process is in the middle of a write while a second one is started on its port by mistake.
fn second_start_leaves_the_books_alone(command: &[&str], books: &TempDir, port: u16) {
    let path = books.path().join("books");
    let before = std::fs::read(&path).unwrap();
    let is_appended_to = before.ends_with(b"\n");
    let mut during = before.clone();
    if is_appended_to {
        during.extend(b"{\"id\":\"entry_1234_2_cr");
        std::fs::write(&path, &during).unwrap();
    }
    let mut second = Receiver::process(command, books, port);
    assert!(!second.wait().unwrap().success());
    assert!(std::fs::read(&path).unwrap() == during, "{command:?}");
}

/// Whether a program can be run.
fn is_installed(program: &str) -> bool {
    let mut version = Command::new(program);
    version
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    version.status().is_ok_and(|status| status.success())
}

#[tokio::test]
async fn each_example_credits_once_what_is_signed() {
    for command in [
        &["python3", "DIR/python/receiver.py", "PORT"][..],
        &["node", "DIR/node/receiver.js", "PORT"],
        &["php", "-S", "127.0.0.1:PORT", "DIR/php/receiver.php"],
    ] {
        let said = if is_installed(command[0]) {
            credits_once_what_is_signed(command).await;
            "ran"
        } else {
            "did not run: the program is not installed"
        };
        // Not by `println!`, whose output of a test that passes is hidden.
        writeln!(
            std::io::stdout(),
            "examples/receivers, {}: {said}",
            command[0]
        )
        .unwrap();
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/receivers");
    let folders = folder
        .read_dir()
        .unwrap()
        .filter(|it| it.as_ref().unwrap().path().is_dir());
    assert_eq!(folders.count(), 3, "each folder is run above");
}
