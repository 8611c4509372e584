//! Chromium without a window.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{fs, thread};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Set to `1` in CI, where a test without Chromium is a failure.
const REQUIRED: &str = "JETPAY_REQUIRE_CHROMIUM";

pub(crate) struct Browser {
    program: PathBuf,
}

/// What the browser did with a page.
pub(crate) struct Seen {
    /// The DOM after parsing.
    pub(crate) dom: String,
    /// The errors in the console.
    pub(crate) console: Vec<String>,
    /// The requests that the page would make.
    pub(crate) requests: Vec<String>,
    /// A screenshot, as PNG.
    pub(crate) picture: Vec<u8>,
}

impl Browser {
    /// The browser; `None` after a line on standard error if there is none. It must exist when [`REQUIRED`] is set.
    pub(crate) fn found_or_skip() -> Option<Self> {
        if let Some(program) = jetpay_testing::chromium() {
            return Some(Self { program });
        }
        let required = std::env::var(REQUIRED).is_ok_and(|value| value == "1");
        assert!(
            !required,
            "no chromium in PATH (on Debian: apt install chromium)"
        );
        let thread = thread::current();
        let test = thread.name().unwrap_or("a test");
        // A macro's output is hidden when the test passes.
        let _ = writeln!(
            std::io::stderr(),
            "\n!!! NOT RUN: {test}: no chromium in PATH"
        );
        None
    }

    /// Opens a page with scripts disabled and takes a screenshot. The page stays in the target folder for inspection.
    pub(crate) fn open(&self, name: &str, page: &str) -> Seen {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let file = folder.join(format!("{name}.html"));
        fs::write(&file, page).unwrap();
        let profile = without_scripts();
        let log = profile.path().join("net.json");
        let url = format!("file://{}", file.display());
        let net_log = format!("--log-net-log={}", log.display());
        let dumped = self.run(profile.path(), &["--dump-dom", &net_log, &url]);
        let picture = folder.join(format!("{name}.png"));
        let screenshot = format!("--screenshot={}", picture.display());
        self.run(
            profile.path(),
            &[&screenshot, "--window-size=1200,1600", &url],
        );
        let errors = String::from_utf8_lossy(&dumped.stderr);
        Seen {
            dom: String::from_utf8(dumped.stdout).unwrap(),
            console: errors
                .lines()
                .filter(|line| line.contains("CONSOLE"))
                .map(str::to_owned)
                .collect(),
            requests: requests(&log),
            picture: fs::read(picture).unwrap(),
        }
    }

    fn run(&self, profile: &Path, arguments: &[&str]) -> Output {
        let output = Command::new(&self.program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--enable-logging=stderr",
            ])
            .arg(format!("--user-data-dir={}", profile.display()))
            .args(arguments)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        output
    }
}

/// A browser profile with scripts disabled.
fn without_scripts() -> TempDir {
    let profile = tempfile::tempdir().unwrap();
    let scripts_are_blocked =
        json!({"profile": {"default_content_setting_values": {"javascript": 2}}});
    fs::create_dir(profile.path().join("Default")).unwrap();
    let preferences = profile.path().join("Default/Preferences");
    fs::write(preferences, scripts_are_blocked.to_string()).unwrap();
    profile
}

/// The requests of the page, from the browser's own log. Requests of the browser itself to its maker do not count.
fn requests(log: &Path) -> Vec<String> {
    let log: Value = serde_json::from_slice(&fs::read(log).unwrap()).unwrap();
    let mut urls: Vec<String> = log["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|event| event["params"]["url"].as_str())
        .filter(|url| url.starts_with("http") || url.starts_with("ws"))
        .filter(|url| !url.contains(".google.com/") && !url.contains(".googleapis.com/"))
        .map(str::to_owned)
        .collect();
    urls.dedup();
    urls
}
