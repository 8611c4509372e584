//! Chromium without a window, and the chromedriver that drives it. The end of the test ends both, also after a panic.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use jetpay_testing::{chromium, free_port, program};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

use crate::npm;
use crate::support::plain_client;

/// Set to `1` in CI, where a test without a browser is a failure.
const REQUIRED: &str = "JETPAY_REQUIRE_CHROMIUM";

/// Whether what these tests need is here. If not, a line on standard error says what is missing, or, with [`REQUIRED`], the
/// test fails.
pub(crate) fn is_here() -> bool {
    let Some(missing) = missing() else {
        return true;
    };
    let required = std::env::var(REQUIRED).is_ok_and(|value| value == "1");
    assert!(!required, "{missing}");
    let thread = thread::current();
    let test = thread.name().unwrap_or("a test");
    // A macro's output is hidden when the test passes.
    let _ = writeln!(std::io::stderr(), "\n!!! NOT RUN: {test}: {missing}");
    false
}

fn missing() -> Option<String> {
    if chromium().is_none() {
        return Some("no chromium in PATH (on Debian: apt install chromium)".to_owned());
    }
    if program("chromedriver").is_none() {
        return Some("no chromedriver in PATH (on Debian: apt install chromium-driver)".to_owned());
    }
    npm::missing()
}

/// One browser at a time: several at once are slower than one after the other on a machine with two cores.
static ONE: Mutex<()> = Mutex::const_new(());

/// A running chromedriver, in a process group of its own.
struct Driver {
    process: Child,
    port: u16,
    /// Where the browser keeps its profile.
    _place: TempDir,
}

impl Driver {
    fn start() -> Self {
        let place = tempfile::tempdir().unwrap();
        let port = free_port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).process_group(0);
        command.env("TMPDIR", place.path());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Self {
            process: command.spawn().unwrap(),
            port,
            _place: place,
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It closes its browsers, then itself.
        if let Ok(mut connection) = TcpStream::connect(("127.0.0.1", self.port)) {
            let _ = connection.set_read_timeout(Some(Duration::from_secs(5)));
            let request = "GET /shutdown HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
            let _ = connection.write_all(request.as_bytes());
            let _ = connection.read(&mut [0; 64]);
        }
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(5) {
            if self.process.try_wait().is_ok_and(|ended| ended.is_some()) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let group = format!("-{}", self.process.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.process.wait();
    }
}

/// A browser, with what `WebDriver` does not have: the `DevTools` protocol and the console.
pub(crate) struct Browser {
    pub(crate) tab: Client,
    session: String,
    http: reqwest::Client,
    driver: Driver,
    // The last field: the next browser starts when this driver has ended.
    _one: MutexGuard<'static, ()>,
}

/// What the settings of a browser are.
#[derive(Clone, Copy)]
pub(crate) struct Settings {
    /// What the person reads: the value of `Accept-Language`.
    pub(crate) lang: &'static str,
    pub(crate) scripts: bool,
}

impl Browser {
    pub(crate) async fn open(settings: Settings) -> Self {
        let one = ONE.lock().await;
        let driver = Driver::start();
        let http = plain_client();
        let base = format!("http://127.0.0.1:{}", driver.port);
        until_ready(&http, &base).await;
        let scripts = if settings.scripts { 1 } else { 2 };
        let lang = settings.lang;
        let options = json!({
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
                "--window-size=1280,900", format!("--lang={lang}"),
            ],
            "binary": chromium().unwrap(),
            "prefs": {
                "intl.accept_languages": lang, "intl.selected_languages": lang,
                "profile.managed_default_content_settings.javascript": scripts,
            },
        });
        let capabilities =
            json!({"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}});
        let Value::Object(capabilities) = capabilities else {
            unreachable!("it is an object")
        };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let tab = builder.capabilities(capabilities).connect(&base).await;
        let tab = tab.unwrap();
        let session = tab.session_id().await.unwrap().unwrap();
        Self {
            tab,
            session,
            http,
            driver,
            _one: one,
        }
    }

    /// A command of chromedriver's own.
    async fn own(&self, path: &str, body: Value) -> Value {
        let (port, session) = (self.driver.port, &self.session);
        let url = format!("http://127.0.0.1:{port}/session/{session}/{path}");
        let request = self.http.request(Method::POST, url).body(body.to_string());
        let answer = request.send().await.unwrap().bytes().await.unwrap();
        let mut answer: Value = serde_json::from_slice(&answer).unwrap();
        assert!(
            answer["value"]["error"].is_null(),
            "{path} {body}: {answer}"
        );
        answer["value"].take()
    }

    /// A command of the `DevTools` protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.own("goog/cdp/execute", body).await
    }

    /// What the console has had since the last call: errors, and what a content security policy forbade.
    pub(crate) async fn console(&self) -> Vec<String> {
        let log = self.own("se/log", json!({"type": "browser"})).await;
        let lines = log.as_array().unwrap().iter();
        // What it recommends to authors has a lower level.
        let bad = lines.filter(|line| line["level"] == "SEVERE" || line["level"] == "WARNING");
        let text = |line: &Value| line["message"].as_str().unwrap_or_default().to_owned();
        bad.map(text).collect()
    }

    /// Shows the page in this width, and in a dark theme or a light one.
    pub(crate) async fn look(&self, width: u32, dark: bool) {
        let screen =
            json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", screen)
            .await;
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        let media = json!({"media": "", "features": features});
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    /// A picture of the page, as PNG: the whole page, or the part of this size that begins at this height.
    pub(crate) async fn picture(&self, part: Option<(u32, u32, u32)>) -> Vec<u8> {
        use base64::Engine as _;
        let mut how = json!({"format": "png", "captureBeyondViewport": true});
        if let Some((top, width, height)) = part {
            how["clip"] = json!({"x": 0, "y": top, "width": width, "height": height, "scale": 1});
        }
        let shot = self.devtools("Page.captureScreenshot", how).await;
        let data = shot["data"].as_str().unwrap();
        base64::prelude::BASE64_STANDARD.decode(data).unwrap()
    }

    /// Runs a script of the test in the page.
    pub(crate) async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        let done = self.tab.execute(script, arguments).await;
        done.unwrap_or_else(|error| panic!("{error}: {script}"))
    }
}

async fn until_ready(http: &reqwest::Client, base: &str) {
    for _ in 0..500 {
        let status = http.get(format!("{base}/status")).send().await;
        if status.is_ok_and(|answer| answer.status().is_success()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("chromedriver did not get ready within 10 seconds");
}
