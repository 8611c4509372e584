//! The real binary in a new folder, on its own loopback ports.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    unused_macros,
    reason = "a module of tests: each binary of tests uses its part"
)]

pub mod raw;

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use jetpay_core::signature::Key;
use jetpay_core::{Currency, Money};
use jetpay_platform::messages::Callback;
use jetpay_platform::{CallbackKind, KASPI, MethodFacts, Platform, TopUp};
use jetpay_testing::free_port;
use reqwest::{Client, Method, RequestBuilder};
use serde::Serialize;
use serde_json::{Value, json};
use tempfile::TempDir;

pub const JETPAY: &str = env!("CARGO_BIN_EXE_jetpay");
pub const PROJECT: u64 = 1234;
pub const SECRET: &str = "a secret of tests";
pub const TOKEN: &str = "a token of tests, and long";
pub const CUSTOMER: &str = "7123456789";
pub const WALLET: &str = "9182221133";

/// The payee's personal data, which no output may contain.
pub const HIDDEN: [&str; 4] = ["203.0.113.9", "Aigerim", "Seitkali", "aigerim@example.com"];

/// A folder with a valid configuration.
pub struct Folder {
    place: TempDir,
    pub listen: u16,
    pub admin: u16,
}

impl Folder {
    pub fn new() -> Self {
        Self::with("", "sqlite://jetpay.db")
    }

    /// A folder with these lines in `[server]`.
    pub fn with_server(lines: &str) -> Self {
        Self::with(lines, "sqlite://jetpay.db")
    }

    /// A folder whose store has this URL.
    pub fn with_store(url: &str) -> Self {
        Self::with("", url)
    }

    fn with(lines: &str, url: &str) -> Self {
        let place = tempfile::tempdir().unwrap();
        let (listen, admin) = (free_port(), free_port());
        let folder = Self {
            place,
            listen,
            admin,
        };
        folder.write("secret", SECRET);
        folder.write("token", TOKEN);
        let config = format!(
            "[server]\nlisten = \"127.0.0.1:{listen}\"\n{lines}\n[admin]\nlisten = \"127.0.0.1:{admin}\"\ntoken_file = \"token\"\n\
             [store]\nurl = \"{url}\"\n[[project]]\nid = {PROJECT}\nsecret_file = \"secret\"\n\
             methods = [\"kaspi\", \"kassa24\", \"kassa24-bvu\", \"cashin-kz\", \"qiwi-kz\"]\n"
        );
        folder.write("jetpay.toml", config);
        folder
    }

    /// The folder with these lines at the end of its configuration.
    pub fn configured(self, lines: &str) -> Self {
        self.write("jetpay.toml", self.config() + lines);
        self
    }

    /// The folder with `[gate]` and these lines in it. No server listens at the Gate's address: payouts stay open.
    pub fn with_gate(self, lines: &str) -> Self {
        let url = format!("http://127.0.0.1:{}", free_port());
        self.configured(&format!("[gate]\nbase_url = \"{url}\"\n{lines}\n"))
    }

    pub fn config(&self) -> String {
        fs::read_to_string(self.path("jetpay.toml")).unwrap()
    }

    /// Changes the configuration.
    pub fn change(&self, from: &str, to: &str) {
        let config = self.config();
        assert!(config.contains(from), "{config}");
        self.write("jetpay.toml", config.replacen(from, to, 1));
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// Writes a file that only its owner can read: else each start would warn of secrets that others can read.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// Opens the SQLite file behind the back of the service.
    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path("jetpay.db")).unwrap()
    }

    /// Carries out SQL in the SQLite file behind the back of the service.
    pub fn sql(&self, sql: &str) {
        self.database().execute_batch(sql).unwrap();
    }

    /// A command line of the binary, which has the secret in the variable `SECRET`. A text in single quotes is one word.
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(JETPAY);
        command.args(words(line)).current_dir(self.place.path());
        command.env("SECRET", SECRET);
        command
    }

    /// Runs a command line to its end.
    pub fn run(&self, line: &str) -> Said {
        Said::of(self.command(line).output().unwrap())
    }

    /// Runs a command line to its end, with this on standard input.
    pub fn piped(&self, line: &str, input: impl AsRef<[u8]>) -> Said {
        piped(&mut self.command(line), input)
    }

    /// Starts the service and waits until it is ready.
    pub async fn serve(self) -> Running {
        let running = self.begin();
        running.wait_until_ready().await;
        running
    }

    /// Starts the service, which may not be ready yet.
    pub fn begin(self) -> Running {
        let process = self.start();
        self.begun_by(process)
    }

    /// The service that runs as this process, and may not be ready yet.
    pub fn begun_by(self, process: Child) -> Running {
        Running {
            process,
            http: plain_client(),
            folder: self,
        }
    }

    fn start(&self) -> Child {
        self.logged(&mut self.command("serve"))
    }

    /// Starts a command whose standard error goes into the file `log`.
    pub fn logged(&self, command: &mut Command) -> Child {
        let log = File::options()
            .append(true)
            .create(true)
            .open(self.path("log"));
        command.stderr(log.unwrap()).spawn().unwrap()
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap()
    }
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split('\'').enumerate().flat_map(|(at, part)| {
        let bare = (at % 2 == 0).then(|| part.split_whitespace());
        let quoted = (at % 2 == 1).then_some(part);
        bare.into_iter().flatten().chain(quoted)
    })
}

/// The exit code and both outputs of a command.
#[derive(Debug, PartialEq)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The standard output of a command that succeeded.
    #[track_caller]
    pub fn good(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.out
    }

    /// The standard error of a command that failed.
    #[track_caller]
    pub fn bad(self) -> String {
        assert_eq!(self.code, Some(1), "{self:?}");
        self.err
    }

    /// Both outputs.
    pub fn all(&self) -> String {
        self.out.clone() + &self.err
    }

    /// The standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Runs a command to its end, with this on standard input.
pub fn piped(command: &mut Command, input: impl AsRef<[u8]>) -> Said {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = piped.stderr(Stdio::piped()).spawn().unwrap();
    // A command that fails at once does not read its input.
    let _ = process.stdin.take().unwrap().write_all(input.as_ref());
    Said::of(process.wait_with_output().unwrap())
}

/// Checks that a text has all these parts.
#[track_caller]
pub fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
}

/// An answer: its HTTP status, and its JSON body; `null` when the body is not JSON.
pub type Answer = (u16, Value);

/// Checks that an answer refuses this field. Returns the message.
#[track_caller]
pub fn refused((status, body): &Answer, field: &str) -> String {
    let error = &body["error"];
    assert_eq!((*status, &error["field"]), (422, &json!(field)), "{body}");
    assert_eq!(error["code"], "invalid", "{body}");
    message(body)
}

/// Checks that an answer is an error with this code. Returns the message.
#[track_caller]
pub fn failed((status, body): &Answer, expected: u16, code: &str) -> String {
    assert_eq!(
        (*status, &body["error"]["code"]),
        (expected, &json!(code)),
        "{body}"
    );
    message(body)
}

fn message(body: &Value) -> String {
    let message = body["error"]["message"].as_str().unwrap_or_default();
    assert!(!message.is_empty(), "{body}");
    message.to_owned()
}

/// The field `name` of each row of a list in an answer.
#[track_caller]
pub fn each(list: &Value, name: &str) -> Value {
    let rows = list
        .as_array()
        .unwrap_or_else(|| panic!("{list} is no list"));
    rows.iter().map(|row| row[name].clone()).collect()
}

/// A running service. The end of the test kills it.
pub struct Running {
    process: Child,
    http: Client,
    pub folder: Folder,
}

impl Running {
    pub fn platform(&self) -> Platform {
        let url = format!("http://127.0.0.1:{}", self.folder.listen);
        Platform::new(url, PROJECT, Key::new(SECRET).unwrap())
    }

    /// A request to the admin interface, with the token.
    pub fn admin(&self, method: Method, path: &str) -> RequestBuilder {
        self.without_token(method, path).bearer_auth(TOKEN)
    }

    /// A request to the admin interface, without the token.
    pub fn without_token(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("http://127.0.0.1:{}{path}", self.folder.admin);
        self.http.request(method, url)
    }

    pub async fn get(&self, path: &str) -> Answer {
        answer(self.admin(Method::GET, path)).await
    }

    pub async fn put_customer(&self, id: &str, body: &Value) -> Answer {
        let path = format!("/v1/customers/{id}");
        answer(self.admin(Method::PUT, &path).body(body.to_string())).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.admin(Method::POST, path).body(body.to_string())).await
    }

    /// The page for Prometheus.
    pub async fn metrics(&self) -> String {
        let page = self.without_token(Method::GET, "/metrics").send().await;
        page.unwrap().text().await.unwrap()
    }

    /// The value of a metric, by its name and labels.
    pub async fn metric(&self, name: &str) -> Option<f64> {
        let page = self.metrics().await;
        let line = page.lines().find_map(|line| line.strip_prefix(name));
        line.map(|value| value.trim().parse().unwrap())
    }

    /// The balance of a customer, in minor units.
    pub async fn balance(&self, customer: &str) -> i64 {
        let (_, shown) = self.get(&format!("/v1/customers/{customer}")).await;
        shown["balance"].as_i64().unwrap()
    }

    /// Announces a payment of the customer, and returns its id.
    pub async fn announced(&self, minor: i64) -> String {
        self.top_up(&TopUp::new(&KASPI, CUSTOMER, tenge(minor)))
            .await
    }

    /// Makes a top-up that is credited, and returns the payment's id.
    pub async fn paid(&self, method: &MethodFacts, minor: i64) -> String {
        self.top_up(&TopUp::new(method, CUSTOMER, tenge(minor)).then(CallbackKind::Success))
            .await
    }

    async fn top_up(&self, top_up: &TopUp<'_>) -> String {
        let steps = jetpay_platform::top_up(&self.platform(), top_up, |_| {}).await;
        let steps = steps.unwrap();
        assert!(steps.iter().all(|step| step.exchange.status == 200));
        steps[1].exchange.payment_id().unwrap().to_owned()
    }

    /// Delivers a callback, and returns the HTTP status of the answer.
    pub async fn deliver(&self, callback: &impl Serialize) -> u16 {
        let exchange = self.platform().call("/callback", callback).await;
        exchange.unwrap().status
    }

    /// Delivers a success of this payment by the operation with this id.
    pub async fn succeed(&self, payment_id: &str, minor: i64, operation_id: u64) -> u16 {
        let callback = success(payment_id, minor);
        self.deliver(&callback.with_operation_id(operation_id))
            .await
    }

    /// Makes a payout, waits until the service has tried to send it, and returns its id. The service is no longer sending it:
    /// an operator may resolve it.
    pub async fn payout(&self, key: &str, minor: i64) -> String {
        let (status, payout) = self.post("/v1/payouts", &payout_request(key, minor)).await;
        assert_eq!(status, 202, "{payout}");
        let id = payout["payment_id"].as_str().unwrap();
        self.wait_until_sent(id).await;
        id.to_owned()
    }

    /// Waits until the service has recorded the result of a send.
    pub async fn wait_until_sent(&self, id: &str) {
        for _ in 0..500 {
            let (_, payout) = self.get(&format!("/v1/payouts/{id}")).await;
            let steps = each(&payout["history"], "what");
            if steps.as_array().unwrap().contains(&json!("unknown")) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the service does not send payout {id}");
    }

    /// All payouts.
    pub async fn payouts(&self) -> Vec<Value> {
        let (status, list) = self.get("/v1/payouts?limit=1000").await;
        assert_eq!(status, 200, "{list}");
        list["payouts"].as_array().unwrap().clone()
    }

    pub async fn with_customer(self) -> Self {
        let body =
            json!({"contracts": [{"id": "12345", "number": "1234_ABC", "payment": 100_000}]});
        assert_eq!(self.put_customer(CUSTOMER, &body).await.0, 201);
        self
    }

    /// Runs a command line in the folder of the service.
    pub fn run(&self, line: &str) -> Said {
        self.folder.run(line)
    }

    pub fn log(&self) -> String {
        self.folder.log()
    }

    /// Waits until the log has this part, and returns the log.
    pub async fn until_logged(&self, part: &str) -> String {
        let begun = Instant::now();
        loop {
            let log = self.log();
            if log.contains(part) {
                return log;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "{part} is not in:\n{log}"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Sends a signal, waits for the end, and returns the exit status.
    pub fn end(mut self, signal: &str) -> ExitStatus {
        self.signal(signal);
        self.ended()
    }

    /// Starts the service again in the same folder.
    pub async fn start_again(&mut self) {
        self.process = self.folder.start();
        self.wait_until_ready().await;
    }

    /// Sends a signal to the process.
    pub fn signal(&self, signal: &str) {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for the end, and returns the exit status.
    pub fn ended(&mut self) -> ExitStatus {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(20) {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the service did not end within 20 seconds");
    }

    /// Kills the service and returns its folder.
    pub fn stop(mut self) -> Folder {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        std::mem::replace(&mut self.folder, Folder::new())
    }

    /// Kills the service, runs `work`, and starts the service again.
    pub async fn while_stopped<T>(&mut self, work: impl FnOnce(&Folder) -> T) -> T {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let done = work(&self.folder);
        self.start_again().await;
        done
    }

    /// The HTTP status of `/readyz`, if there is an answer.
    pub async fn readiness(&self) -> Option<u16> {
        let ready = self.without_token(Method::GET, "/readyz").send().await;
        ready.ok().map(|answer| answer.status().as_u16())
    }

    pub async fn wait_until_ready(&self) {
        self.wait_for_readiness(|status| status == Some(200)).await;
    }

    /// Waits until the service answers, ready or not.
    pub async fn wait_until_it_answers(&self) {
        self.wait_for_readiness(|status| status.is_some()).await;
    }

    async fn wait_for_readiness(&self, is: impl Fn(Option<u16>) -> bool) {
        for _ in 0..500 {
            if is(self.readiness().await) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!(
            "the service did not get ready within 10 seconds:\n{}",
            self.log()
        );
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An amount in tenge.
pub fn tenge(minor: i64) -> Money {
    Money::new(minor, Currency::KZT)
}

/// The callback that a payment by Kaspi succeeded.
pub fn success(payment_id: &str, minor: i64) -> Callback {
    CallbackKind::Success.callback(&KASPI, PROJECT.into(), payment_id, tenge(minor))
}

/// The body of a request for a payout, in minor units.
pub fn payout_request(key: &str, minor: i64) -> Value {
    let [ip_address, first_name, last_name, email] = HIDDEN;
    json!({
        "project_id": PROJECT,
        "customer": {"id": CUSTOMER, "ip_address": ip_address, "first_name": first_name, "last_name": last_name, "email": email},
        "account_number": WALLET, "amount": minor, "currency": "KZT", "idempotency_key": key,
    })
}

/// The status and the body of the answer.
pub async fn answer(request: RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.bytes().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

/// Makes a test for each store out of each function. `$serve` starts the service in a folder that names the store.
macro_rules! on_every_store {
    ($serve:expr; $($test:ident,)+) => {
        $(mod $test {
            use super::*;

            #[actix_web::test]
            async fn in_sqlite() {
                let running = $serve($crate::support::Folder::new()).await;
                super::$test(&running).await;
            }

            #[actix_web::test]
            async fn in_postgres() {
                use jetpay_testing::postgres::{database, require_or_skip};
                let Some(database) = require_or_skip(database()) else {
                    return;
                };
                let folder = $crate::support::Folder::with_store(database.url());
                let running = $serve(folder).await;
                super::$test(&running).await;
            }
        })+
    };
}

pub(crate) use on_every_store;

/// A client with explicit TLS settings: without them reqwest looks for a cryptography provider, and there is none here.
pub fn plain_client() -> Client {
    client_builder().build().unwrap()
}

/// The same, to be changed.
pub fn client_builder() -> reqwest::ClientBuilder {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        // The service closes idle connections: in a slow test a kept one may be closed when it is used again.
        .pool_max_idle_per_host(0)
}
