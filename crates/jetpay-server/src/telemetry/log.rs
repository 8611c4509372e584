//! The log on standard error.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use jetpay_ledger::{AlarmFilter, Ledger};
use tracing_subscriber::EnvFilter;

/// The filter of a service: warnings, and the service's own information. The service limits its lines about answers with
/// 503, so the endpoints do not log them again.
pub const SERVICE: &str = "warn,jetpay_server=info,jetpay_actix=off";
/// The filter of the demo, which prints everything itself.
pub const DEMO: &str = "off";

/// Starts the log with the filter in the environment variable `JETPAY_LOG`, or else with this one.
pub fn start(filter: &str) {
    let filter = EnvFilter::try_from_env("JETPAY_LOG").unwrap_or_else(|_| EnvFilter::new(filter));
    let colours = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours);
    // A second start, as in tests, keeps the first log.
    let _ = log.compact().try_init();
}

/// The lines that callers of the service can cause in one [`WINDOW`].
const MAX_LINES: u32 = 20;
const WINDOW: Duration = Duration::from_secs(10);

struct Window {
    since: Option<Instant>,
    lines: u32,
    dropped: u64,
}

static LIMITED: Mutex<Window> = Mutex::new(Window {
    since: None,
    lines: 0,
    dropped: 0,
});

/// Writes a line that a caller of the service caused. When there were too many of late, it counts the line instead.
pub(super) fn limited(write: impl FnOnce()) {
    let Ok(mut window) = LIMITED.lock() else {
        return;
    };
    if window.since.is_none_or(|since| since.elapsed() > WINDOW) {
        if window.dropped > 0 {
            tracing::warn!(
                lines = window.dropped,
                "the log left out lines: there were too many about messages that were not served"
            );
        }
        *window = Window {
            since: Some(Instant::now()),
            lines: 0,
            dropped: 0,
        };
    }
    if window.lines < MAX_LINES {
        window.lines += 1;
        drop(window);
        write();
    } else {
        window.dropped += 1;
    }
}

/// The alarms that one call of [`AlarmLog::log_new`] logs at most. The admin interface has all of them.
const MAX_ALARMS: usize = 100;

/// Logs each alarm once, whatever raised it.
pub struct AlarmLog {
    last: i64,
}

impl AlarmLog {
    /// Starts after the alarms that already exist.
    #[must_use]
    pub async fn start(ledger: &Ledger) -> Self {
        let newest = ledger.alarms(newest(1)).await.unwrap_or_default();
        Self {
            last: newest.first().map_or(0, |alarm| alarm.seq),
        }
    }

    /// Logs the alarms that were raised since the last call, oldest first.
    pub async fn log_new(&mut self, ledger: &Ledger) {
        // An error of the store is ignored here: the requests that fail report it.
        let newest = ledger.alarms(newest(MAX_ALARMS)).await.unwrap_or_default();
        for alarm in newest.iter().rev().filter(|alarm| alarm.seq > self.last) {
            let payment = alarm.payment_id.as_ref().map(tracing::field::display);
            let operation = alarm.operation_id.map(tracing::field::display);
            tracing::error!(project = %alarm.project_id, payment, operation, "alarm: {}", alarm.kind);
        }
        self.last = newest.first().map_or(self.last, |alarm| alarm.seq);
    }
}

fn newest(limit: usize) -> AlarmFilter {
    AlarmFilter {
        limit,
        ..AlarmFilter::default()
    }
}
