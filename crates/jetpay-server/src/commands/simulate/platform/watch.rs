//! Shows the counters while the traffic runs.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use jetpay_platform::traffic::Counters;

/// The pause between two updates on a terminal.
const REDRAWN: Duration = Duration::from_millis(250);
/// The pause between two lines in a file.
const WRITTEN: Duration = Duration::from_secs(10);

/// Shows the counters until the task is aborted: one changing line on a terminal, or a line from time to time in a
/// file.
pub(super) async fn watch(counters: Counters) {
    if !std::io::stderr().is_terminal() {
        loop {
            actix_web::rt::time::sleep(WRITTEN).await;
            eprintln!("{}", counters.now().line());
        }
    }
    let line = Line(ProgressBar::new_spinner());
    let style = ProgressStyle::with_template("{spinner} {elapsed_precise}  {msg}");
    line.0
        .set_style(style.unwrap_or(ProgressStyle::default_spinner()));
    loop {
        line.0.set_message(counters.now().line());
        line.0.tick();
        actix_web::rt::time::sleep(REDRAWN).await;
    }
}

/// Removes the line at the end, because the table follows.
struct Line(ProgressBar);

impl Drop for Line {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
