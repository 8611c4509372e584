//! The real binary in a new folder, on its own loopback ports.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "a module of tests: each test file uses its part"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use jetpay_core::signature::Key;
use jetpay_core::{Currency, Money};
use jetpay_platform::{KASPI, Platform, TopUp};
use jetpay_testing::free_port;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;

pub const JETPAY: &str = env!("CARGO_BIN_EXE_jetpay");
pub const PROJECT: u64 = 1234;
pub const SECRET: &str = "a secret of tests";
pub const TOKEN: &str = "a token of tests, and long";
pub const CUSTOMER: &str = "7123456789";

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
        for (name, text) in [("secret", SECRET), ("token", TOKEN)] {
            let path = place.path().join(name);
            fs::write(&path, text).unwrap();
            // Else each start would warn of secrets that others can read.
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        let config = format!(
            "[server]\nlisten = \"127.0.0.1:{listen}\"\n{lines}\n[admin]\nlisten = \"127.0.0.1:{admin}\"\ntoken_file = \"token\"\n\
             [store]\nurl = \"{url}\"\n[[project]]\nid = {PROJECT}\nsecret_file = \"secret\"\n\
             methods = [\"kaspi\", \"kassa24\", \"kassa24-bvu\", \"cashin-kz\", \"qiwi-kz\"]\n"
        );
        fs::write(place.path().join("jetpay.toml"), config).unwrap();
        Self {
            place,
            listen,
            admin,
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// Runs a command of the binary to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        Command::new(JETPAY)
            .args(arguments)
            .current_dir(self.place.path())
            .output()
            .unwrap()
    }

    /// Starts the service and waits until it is ready.
    pub async fn serve(self) -> Running {
        let process = self.start();
        self.served_by(process).await
    }

    /// The service that runs as this process. Waits until it is ready.
    pub async fn served_by(self, process: Child) -> Running {
        let running = self.begun_by(process);
        running.wait_until_ready().await;
        running
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
        Command::new(JETPAY)
            .args(["serve", "--config"])
            .arg(self.path("jetpay.toml"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }
}

/// A running service. The end of the test kills it.
pub struct Running {
    process: Child,
    http: Client,
    pub folder: Folder,
}

impl Running {
    pub fn platform(&self) -> Platform {
        Platform::new(
            format!("http://127.0.0.1:{}", self.folder.listen),
            PROJECT,
            Key::new(SECRET).unwrap(),
        )
    }

    /// A request to the admin interface, with the token.
    pub fn admin(&self, method: Method, path: &str) -> RequestBuilder {
        self.without_token(method, path).bearer_auth(TOKEN)
    }

    /// A request to the admin interface, without the token.
    pub fn without_token(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(
            method,
            format!("http://127.0.0.1:{}{path}", self.folder.admin),
        )
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.admin(Method::GET, path)).await
    }

    pub async fn put_customer(&self, id: &str, body: &Value) -> (u16, Value) {
        let path = format!("/v1/customers/{id}");
        answer(self.admin(Method::PUT, &path).body(body.to_string())).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        answer(self.admin(Method::POST, path).body(body.to_string())).await
    }

    /// The page for Prometheus.
    pub async fn metrics(&self) -> String {
        let page = self.without_token(Method::GET, "/metrics").send().await;
        page.unwrap().text().await.unwrap()
    }

    /// The balance of a customer, in minor units.
    pub async fn balance(&self, customer: &str) -> i64 {
        let (_, shown) = self.get(&format!("/v1/customers/{customer}")).await;
        shown["balance"].as_i64().unwrap()
    }

    /// Announces a payment of the customer, and returns its id.
    pub async fn announced(&self, minor: i64) -> String {
        let amount = Money::new(minor, Currency::KZT);
        let top_up = TopUp::new(&KASPI, CUSTOMER, amount);
        let steps = jetpay_platform::top_up(&self.platform(), &top_up, |_| {}).await;
        let answer = steps.unwrap().pop().unwrap().exchange.json.unwrap();
        answer["payment_id"].as_str().unwrap().to_owned()
    }

    pub async fn with_customer(self) -> Self {
        let body =
            json!({"contracts": [{"id": "12345", "number": "1234_ABC", "payment": 100_000}]});
        assert_eq!(self.put_customer(CUSTOMER, &body).await.0, 201);
        self
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Sends a signal, waits for the end, and returns the exit status.
    pub fn end(mut self, signal: &str) -> std::process::ExitStatus {
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
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Waits for the end, and returns the exit status.
    pub fn ended(&mut self) -> std::process::ExitStatus {
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
        self.process = self.folder.start();
        self.wait_until_ready().await;
        done
    }

    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// The HTTP status of `/readyz`, if there is an answer.
    pub async fn readiness(&self) -> Option<u16> {
        let ready = self.without_token(Method::GET, "/readyz").send().await;
        ready.ok().map(|answer| answer.status().as_u16())
    }

    pub async fn wait_until_ready(&self) {
        for _ in 0..500 {
            if self.readiness().await == Some(200) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the service did not get ready within 10 seconds");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The HTTP status and the JSON body of the answer; `null` when the body is not JSON.
pub async fn answer(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (
        status,
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default(),
    )
}

pub fn text(output: &[u8]) -> String {
    String::from_utf8(output.to_vec()).unwrap()
}

/// A client with explicit TLS settings: without them reqwest looks for a cryptography provider, and there is none here.
fn plain_client() -> Client {
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
        .build()
        .unwrap()
}
