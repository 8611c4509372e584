//! The log on standard error: what a stranger wrote is made harmless in it, and how much a stranger can write is limited.

use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jetpay_ledger::{AlarmFilter, Error, Ledger, Millis};
use jetpay_platform::visible;
use tracing::field::Field;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::fmt::format::{Writer, debug_fn};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::alarm_text::summary;
use crate::environment::now;

/// The filter of a service: warnings, and the service's own information. The service limits its lines about answers with
/// 503, so the endpoints do not log them again.
pub const SERVICE: &str = "warn,jetpay_server=info,jetpay_actix=off";
/// The filter of the demo, which prints everything itself.
pub const DEMO: &str = "off";

/// Characters of a line's message, and of each of its fields. What is longer is cut.
const MAX_MESSAGE: usize = 1000;
const MAX_FIELD: usize = 200;
/// Replaces what is cut.
const CUT: char = '…';

/// Starts the log with the filter in the environment variable `JETPAY_LOG`, or else with this one.
pub fn start(filter: &str) {
    let wanted = std::env::var("JETPAY_LOG").ok();
    let wanted = wanted.and_then(|filter| filter.parse::<Targets>().ok());
    let filter = wanted.or_else(|| filter.parse().ok()).unwrap_or_default();
    let colours = std::io::stderr().is_terminal();
    let lines = fmt::layer()
        .compact()
        .fmt_fields(debug_fn(write_field).delimited(" "))
        .with_writer(std::io::stderr)
        .with_ansi(colours);
    let log = tracing_subscriber::registry()
        .with(lines)
        .with(LimitDependencies)
        .with(filter);
    // A second start, as in tests, keeps the first log.
    let _ = log.try_init();
}

/// Writes a field on one line, without what a terminal would obey.
fn write_field(writer: &mut Writer<'_>, field: &Field, value: &dyn Debug) -> std::fmt::Result {
    let (name, longest) = match field.name() {
        "message" => ("", MAX_MESSAGE),
        name => (name, MAX_FIELD),
    };
    if !name.is_empty() {
        write!(writer, "{name}=")?;
    }
    let mut text = format!("{value:?}");
    if name.is_empty() {
        return writer.write_str(&shown(&text, longest));
    }
    if is_ambiguous(&text) {
        text = format!("{text:?}");
    }
    let mut shown = shown(&text, longest);
    if text.starts_with('"') && shown.ends_with(CUT) {
        shown.push('"');
    }
    writer.write_str(&shown)
}

/// Whether a field's value could be taken for other fields: it has white space, `=` or a quote, and is not a quoted text already.
fn is_ambiguous(text: &str) -> bool {
    let quoted = text.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    let is_quoted = quoted.is_some_and(|inner| {
        let mut escaped = false;
        let mut ends = |character| {
            let ends = character == '"' && !escaped;
            escaped = character == '\\' && !escaped;
            ends
        };
        !inner.chars().any(&mut ends) && !escaped
    });
    !is_quoted && text.contains(|it: char| it.is_whitespace() || it == '=' || it == '"')
}

/// The text on one line, without control characters, and cut after so many of its characters.
fn shown(text: &str, longest: usize) -> String {
    let mut characters = text.chars();
    let mut shown: String = characters
        .by_ref()
        .take(longest)
        .map(visible::character)
        .collect();
    if characters.next().is_some() {
        shown.push(CUT);
    }
    shown
}

/// Limits the warnings and errors of other crates, such as those about broken connections.
struct LimitDependencies;

impl<S: Subscriber> Layer<S> for LimitDependencies {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        let metadata = event.metadata();
        metadata.target().starts_with("jetpay")
            || *metadata.level() > Level::WARN
            || DEPENDENCIES.take()
    }
}

/// How many lines of one kind the log gets.
pub(super) struct Budget {
    /// What the lines are about.
    about: &'static str,
    lines: u32,
    window: Duration,
    spent: Mutex<Spent>,
}

struct Spent {
    since: Option<Instant>,
    lines: u32,
    left_out: u64,
    /// What the lines of this window say, as hashes.
    said: Vec<u64>,
}

/// Messages that are not signed: anyone can send them.
pub(super) static UNSIGNED: Budget = Budget::new("messages without a good signature", 20, 10);
/// Signed messages, and what became of them. Strangers cannot use up these lines.
static SIGNED: Budget = Budget::new("signed messages", 20, 10);
/// Requests of the service to the Gate.
pub(super) static GATE: Budget = Budget::new("payouts", 20, 10);
/// Requests to the admin interface that were not let in.
pub(super) static DENIED: Budget = Budget::new("refused requests to the admin interface", 20, 10);
/// The store, when a message or the admin interface needs it.
pub(super) static STORE: Budget = Budget::new("the store", 20, 10);
/// Requests for a path that does not exist.
pub(super) static WRONG_PATHS: Budget = Budget::new("paths that do not exist", 1, 60);
/// Signals, one of which comes with every write to a file that is too large.
pub(super) static SIGNALS: Budget = Budget::new("signals", 20, 10);
/// Lines of other crates.
static DEPENDENCIES: Budget = Budget::new("connections", 20, 10);

impl Budget {
    /// So many lines in so many seconds.
    const fn new(about: &'static str, lines: u32, seconds: u64) -> Self {
        Self {
            about,
            lines,
            window: Duration::from_secs(seconds),
            spent: Mutex::new(Spent {
                since: None,
                lines: 0,
                left_out: 0,
                said: Vec::new(),
            }),
        }
    }

    /// Whether one more line may be written. If not, it is counted.
    fn take(&self) -> bool {
        self.take_once(None)
    }

    /// The same for a line that says this, unless a line of this window said it.
    fn take_once(&self, says: Option<u64>) -> bool {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent
            .since
            .is_none_or(|since| since.elapsed() > self.window)
        {
            spent.since = Some(Instant::now());
            spent.lines = 0;
            spent.said.clear();
        }
        let is_repeat = says.is_some_and(|says| spent.said.contains(&says));
        let left = !is_repeat && spent.lines < self.lines;
        if left {
            spent.lines += 1;
            spent.said.extend(says);
        } else {
            spent.left_out += 1;
        }
        left
    }

    /// Logs how many lines were left out in a window that is over.
    fn report(&self) {
        let left_out = {
            let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
            if spent
                .since
                .is_none_or(|since| since.elapsed() <= self.window)
            {
                return;
            }
            std::mem::take(&mut spent.left_out)
        };
        if left_out > 0 {
            tracing::warn!(
                lines = left_out,
                "the log left out lines: there were too many about {}",
                self.about
            );
        }
    }
}

/// Writes a line that a caller of the service caused. When there were too many of its kind of late, it counts the line instead.
pub(super) fn limited(budget: &Budget, write: impl FnOnce()) {
    if budget.take() {
        write();
    }
}

/// Writes a line about a signed message. A line that says the same as another in the window is counted instead: a captured
/// message can be sent again and again, and must not use up the lines about others.
pub(super) fn limited_signed(says: impl Hash, write: impl FnOnce()) {
    let mut hasher = DefaultHasher::new();
    says.hash(&mut hasher);
    if SIGNED.take_once(Some(hasher.finish())) {
        write();
    }
}

/// Logs how many lines were left out. Call it from time to time.
pub fn report_left_out() {
    for budget in [
        &UNSIGNED,
        &SIGNED,
        &GATE,
        &DENIED,
        &STORE,
        &WRONG_PATHS,
        &SIGNALS,
        &DEPENDENCIES,
    ] {
        budget.report();
    }
}

/// The alarms that one call of [`AlarmLog::log_new`] logs one by one at most. It counts the older ones.
const MAX_ALARMS: usize = 20;

/// Logs each alarm once, whatever raised it.
pub struct AlarmLog {
    /// The last one that was logged or existed before; `None` while the store has not said.
    last: Option<i64>,
    started: Millis,
}

impl AlarmLog {
    /// Begins with the alarms from now on, also when the store is not available yet.
    #[must_use]
    pub fn start() -> Self {
        Self {
            last: None,
            started: now(),
        }
    }

    /// Logs the alarms that were raised since the last call, oldest first.
    pub async fn log_new(&mut self, ledger: &Ledger) {
        let logged = match self.last {
            Some(last) => log_after(ledger, last).await,
            None => log_first(ledger, self.started).await,
        };
        match logged {
            Ok(last) => self.last = Some(last),
            Err(error) => limited(&STORE, || {
                tracing::error!("cannot read new alarms, and logs them later: {error}");
            }),
        }
    }
}

/// Logs how many alarms are open from before `started`, and those since; the number of the last alarm.
async fn log_first(ledger: &Ledger, started: Millis) -> Result<i64, Error> {
    let newest = AlarmFilter {
        limit: MAX_ALARMS,
        ..AlarmFilter::default()
    };
    let newest = ledger.alarms(newest).await?;
    let older = newest.iter().find(|alarm| alarm.time < started);
    let oldest = newest.last().map_or(0, |alarm| alarm.seq - 1);
    let last = older.map_or(oldest, |alarm| alarm.seq);
    let filter = AlarmFilter {
        resolved: Some(false),
        before: Some(last + 1),
        ..AlarmFilter::default()
    };
    let open = ledger.count_alarms(filter).await?;
    let open: i64 = open.iter().map(|of_kind| of_kind.count).sum();
    if open > 0 {
        tracing::warn!(
            open,
            "alarms of earlier runs wait for an operator: `jetpay alarms list` shows them"
        );
    }
    log_after(ledger, last).await
}

/// Logs the alarms after this one; the number of the last alarm.
async fn log_after(ledger: &Ledger, last: i64) -> Result<i64, Error> {
    let newest = AlarmFilter {
        after: Some(last),
        limit: MAX_ALARMS,
        ..AlarmFilter::default()
    };
    let new = ledger.alarms(newest).await?;
    let (Some(first), Some(newest)) = (new.last(), new.first()) else {
        return Ok(last);
    };
    if new.len() == MAX_ALARMS {
        let older = AlarmFilter {
            after: Some(last),
            before: Some(first.seq),
            ..AlarmFilter::default()
        };
        for older in ledger.count_alarms(older).await? {
            let kind = older.kind;
            tracing::warn!(
                alarms = older.count,
                after = last,
                up_to = older.last,
                "more alarms: {kind}; `jetpay alarms list --kind {kind}` shows them"
            );
        }
    }
    for alarm in new.iter().rev() {
        let payment = alarm.payment_id.as_ref().map(tracing::field::display);
        let operation = alarm.operation_id.map(tracing::field::display);
        tracing::warn!(
            alarm = alarm.seq, project = %alarm.project_id, payment, operation,
            "alarm: {}: {}; `jetpay alarms show {}` says what to do", alarm.kind, summary(alarm), alarm.seq
        );
    }
    Ok(newest.seq)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use jetpay_ledger::NewUnusable;

    use super::*;

    struct Lines(Arc<AtomicUsize>);

    impl<S: Subscriber> Layer<S> for Lines {
        fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    #[test]
    fn text_of_a_stranger_is_one_cut_line_without_control_characters() {
        let text = "a\nb\r\u{1b}[31m\u{9b}\u{202e}c";
        assert_eq!(shown(text, 99), r"a\nb\r\u{1b}[31m\u{9b}\u{202e}c");
        assert_eq!(shown("abcdef", 3), "abc…");
        assert_eq!(shown("abc", 3), "abc");
    }

    #[test]
    fn field_that_could_be_taken_for_others_is_quoted() {
        for (text, ambiguous) in [
            ("payment_47", false),
            ("127.0.0.1:8080", false),
            (r#""a b""#, false),
            (r#""a \" b""#, false),
            ("a b", true),
            ("a=b", true),
            ("a\u{2003}b", true),
            (r#"a"b"#, true),
            (r#""a" b="c""#, true),
            (r#""a b\""#, true),
            ("\"", true),
        ] {
            assert_eq!(is_ambiguous(text), ambiguous, "{text}");
        }
    }

    #[test]
    fn warnings_of_other_crates_are_limited_and_ours_are_not() {
        let count = Arc::new(AtomicUsize::new(0));
        let log = tracing_subscriber::registry()
            .with(Lines(Arc::clone(&count)))
            .with(LimitDependencies);
        tracing::subscriber::with_default(log, || {
            for _ in 0..100 {
                tracing::error!(target: "actix_http::h1::dispatcher", "stream error");
            }
            assert_eq!(count.swap(0, Relaxed), 20);
            for _ in 0..100 {
                tracing::error!("ours");
            }
            assert_eq!(count.load(Relaxed), 100);
        });
    }

    /// The first read may come late: the store can be away at the start.
    #[actix_web::test]
    async fn alarms_since_the_start_are_logged_once_and_older_ones_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        let lines = Arc::new(AtomicUsize::new(0));
        let log = tracing_subscriber::registry().with(Lines(Arc::clone(&lines)));
        let _log = tracing::subscriber::set_default(log);
        let mut alarms = AlarmLog::start();
        let started = alarms.started.0;
        for (number, time) in [started - 2, started - 1, started, started + 1]
            .iter()
            .enumerate()
        {
            let unusable = NewUnusable {
                project_id: 1234.into(),
                body: format!("{{\"signature\":\"{number}\"}}")
                    .into_bytes()
                    .into(),
                reason: number.to_string(),
                payment_id: None,
                operation_id: None,
                amount: None,
            };
            let raised = ledger.quarantine_unusable(unusable, Millis(*time));
            raised.await.unwrap();
        }
        for _ in 0..2 {
            alarms.log_new(&ledger).await;
            // One line counts the two older ones.
            assert_eq!(lines.load(Relaxed), 3);
        }
    }

    #[test]
    fn budget_gives_its_lines_once_a_window_and_counts_the_rest() {
        let budget = Budget::new("tests", 3, 3600);
        assert_eq!((0..10).filter(|_| budget.take()).count(), 3);
        assert_eq!(budget.spent.lock().unwrap().left_out, 7);
        let budget = Budget::new("tests", 3, 3600);
        let lines = [1, 1, 1, 2, 1, 3, 4].map(|says| budget.take_once(Some(says)));
        assert_eq!(lines, [true, false, false, true, false, true, false]);
    }
}
