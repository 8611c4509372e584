//! The counters while it runs.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use jetpay_platform::traffic::Counters;

/// How often they are drawn again where a person looks on.
const REDRAWN: Duration = Duration::from_millis(250);
/// How often a line is written where nobody does.
const WRITTEN: Duration = Duration::from_secs(10);

/// Shows the counters until it is aborted: in one line that changes, or line by line where that goes to a file.
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

/// Wiped when it is no longer watched: what follows is the table.
struct Line(ProgressBar);

impl Drop for Line {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
