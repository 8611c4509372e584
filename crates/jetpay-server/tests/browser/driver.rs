//! Chromium without a window, and the chromedriver that drives it. The end of the test ends both, also after a
//! panic, and when the test is killed.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use jetpay_testing::{chromium, free_port, program};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

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

/// Starts chromedriver, and kills it and all that it started once nothing holds this shell's input any more: the system lets go
/// of it with the process of the test, however that ends.
const UNTIL_THE_TEST_ENDS: &str = r#"chromedriver "$@" & read _; kill -KILL 0"#;

/// A running chromedriver below a shell, in a process group of its own.
struct Driver {
    shell: Child,
    port: u16,
    /// Where the browser keeps its profile.
    _place: TempDir,
}

impl Driver {
    fn start() -> Self {
        let place = tempfile::tempdir().unwrap();
        let port = free_port();
        let mut shell = Command::new("sh");
        shell.args(["-c", UNTIL_THE_TEST_ENDS, "sh", &format!("--port={port}")]);
        shell.env("TMPDIR", place.path()).process_group(0);
        shell.stdin(Stdio::piped());
        shell.stdout(Stdio::null()).stderr(Stdio::null());
        Self {
            shell: shell.spawn().unwrap(),
            port,
            _place: place,
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// A browser, with what `WebDriver` does not have: the `DevTools` protocol and the console.
pub(crate) struct Browser {
    pub(crate) tab: Client,
    session: String,
    http: reqwest::Client,
    driver: Driver,
}

impl Browser {
    /// A browser of a person who reads English, and may forbid scripts.
    pub(crate) async fn open(scripts: bool) -> Self {
        let driver = Driver::start();
        let http = plain_client();
        let base = format!("http://127.0.0.1:{}", driver.port);
        until_ready(&http, &base).await;
        let options = json!({
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
                "--window-size=1280,900", "--lang=en",
            ],
            "binary": chromium().unwrap(),
            "prefs": {
                "intl.accept_languages": "en", "intl.selected_languages": "en",
                "profile.managed_default_content_settings.javascript": if scripts { 1 } else { 2 },
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

    /// Runs a script of the test in each page, which the policy of the page does not forbid.
    pub(crate) async fn has_in_each_page(&self, script: &str) {
        let source = json!({"source": script});
        self.devtools("Page.addScriptToEvaluateOnNewDocument", source)
            .await;
    }

    /// From now on another person uses it, who reads this language.
    pub(crate) async fn is_of(&self, lang: &str) {
        self.tab.delete_all_cookies().await.unwrap();
        let agent = self.run("return navigator.userAgent", Vec::new()).await;
        let parameters = json!({"userAgent": agent, "acceptLanguage": lang});
        self.devtools("Network.setUserAgentOverride", parameters)
            .await;
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

    /// A picture of the page, as PNG: the whole page, quickly, or the small file of the part of this size that begins at this height.
    pub(crate) async fn picture(&self, part: Option<(u32, u32, u32)>) -> Vec<u8> {
        use base64::Engine as _;
        let mut how = json!({"format": "png", "captureBeyondViewport": true});
        how["optimizeForSpeed"] = part.is_none().into();
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
