//! The log on standard error.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tracing_subscriber::EnvFilter;

/// What is logged by a service: warnings, and its own news.
pub const SERVICE: &str = "warn,jetpay_server=info";
/// What is logged beside a show that prints everything itself.
pub const DEMO: &str = "off";

/// Starts the log with this filter, or with what the environment variable `JETPAY_LOG` asks for.
pub fn start(filter: &str) {
    let filter = EnvFilter::try_from_env("JETPAY_LOG").unwrap_or_else(|_| EnvFilter::new(filter));
    let colours = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours);
    // A second start, as tests make it, keeps the first.
    let _ = log.compact().try_init();
}

/// The most lines that strangers can cause in one [`WINDOW`].
const LINES: u32 = 20;
const WINDOW: Duration = Duration::from_secs(10);

struct Window {
    since: Option<Instant>,
    lines: u32,
    dropped: u64,
}

static STRANGERS: Mutex<Window> = Mutex::new(Window {
    since: None,
    lines: 0,
    dropped: 0,
});

/// Writes a line that somebody from outside caused, unless there were too many of late; then it is counted.
pub(super) fn limited(write: impl FnOnce()) {
    let Ok(mut window) = STRANGERS.lock() else {
        return;
    };
    if window.since.is_none_or(|since| since.elapsed() > WINDOW) {
        if window.dropped > 0 {
            tracing::warn!(
                lines = window.dropped,
                "left out of the log: too many messages that were not served"
            );
        }
        *window = Window {
            since: Some(Instant::now()),
            lines: 0,
            dropped: 0,
        };
    }
    if window.lines < LINES {
        window.lines += 1;
        drop(window);
        write();
    } else {
        window.dropped += 1;
    }
}
