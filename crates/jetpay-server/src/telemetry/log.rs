//! The log on standard error, for people or as JSON: what a stranger wrote is made harmless in it.

use std::borrow::Cow;
use std::fmt::{self, Debug};
use std::io::IsTerminal;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use jetpay_platform::visible;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Registry;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::{Compact, Format, Writer, debug_fn};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, layer};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::reload;
use tracing_subscriber::util::SubscriberInitExt;

use super::limits::DEPENDENCIES;
use crate::config::LogConfig;

/// Characters of a line's message, and of each of its fields. What is longer is cut.
const MAX_MESSAGE: usize = 1000;
const MAX_FIELD: usize = 200;
/// Replaces what is cut.
const CUT: char = '…';

/// Whether each line is a JSON object.
static IS_JSON: AtomicBool = AtomicBool::new(false);
/// Changes which lines are written.
static FILTER: OnceLock<reload::Handle<Targets, Registry>> = OnceLock::new();

/// Starts the log: `None` writes nothing. The environment variable `JETPAY_LOG` overrides the level.
pub fn start(log: Option<LogConfig>) {
    let (filter, handle) = reload::Layer::new(filter(log));
    let lines = layer()
        .event_format(Lines(Format::default().compact()))
        .fmt_fields(debug_fn(write_field).delimited(" "))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let log = tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .with(LimitDependencies);
    // A second start, as in tests, keeps the first log.
    if log.try_init().is_ok() {
        let _ = FILTER.set(handle);
    }
}

/// Changes a log that was started.
pub fn set(log: LogConfig) {
    IS_JSON.store(log.is_json, Relaxed);
    if let Some(handle) = FILTER.get() {
        let _ = handle.reload(filter(Some(log)));
    }
}

/// The service's lines from this level on, and warnings of other crates. The service limits its lines about answers with 503,
/// so the endpoints do not log them again.
fn filter(log: Option<LogConfig>) -> Targets {
    let named = std::env::var("JETPAY_LOG").ok();
    let named = named.and_then(|text| text.parse().ok());
    named.unwrap_or_else(|| {
        let Some(LogConfig { level, .. }) = log else {
            return Targets::new();
        };
        Targets::new()
            .with_default(level.min(Level::WARN))
            .with_target("jetpay_server", level)
            .with_target("jetpay_actix", LevelFilter::OFF)
    })
}

/// Writes lines in the format of the moment.
struct Lines(Format<Compact, SystemTime>);

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if !IS_JSON.load(Relaxed) {
            return self.0.format_event(context, writer, event);
        }
        let (level, target) = (event.metadata().level(), event.metadata().target());
        writer.write_str("{\"time\":\"")?;
        SystemTime.format_time(&mut writer)?;
        write!(writer, "\",\"level\":\"{level}\",\"target\":\"{target}\"")?;
        let mut fields = JsonFields(&mut writer, Ok(()));
        event.record(&mut fields);
        fields.1?;
        writer.write_str("}\n")
    }
}

/// Writes each field as `,"name":value`.
struct JsonFields<'a, 'w>(&'a mut Writer<'w>, fmt::Result);

impl JsonFields<'_, '_> {
    fn add(&mut self, field: &Field, value: &dyn fmt::Display) {
        if self.1.is_ok() {
            self.1 = write!(self.0, ",\"{}\":{value}", field.name());
        }
    }
}

impl Visit for JsonFields<'_, '_> {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, &value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let shown = serde_json::Value::from(shown(value, longest(field)));
        self.add(field, &shown);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

fn longest(field: &Field) -> usize {
    match field.name() {
        "message" => MAX_MESSAGE,
        _ => MAX_FIELD,
    }
}

/// Writes a field on one line, without what a terminal would obey.
fn write_field(writer: &mut Writer<'_>, field: &Field, value: &dyn Debug) -> fmt::Result {
    let mut text = format!("{value:?}");
    if field.name() == "message" {
        return writer.write_str(&shown(&text, MAX_MESSAGE));
    }
    write!(writer, "{}=", field.name())?;
    if is_ambiguous(&text) {
        text = format!("{text:?}");
    }
    let shown = shown(&text, MAX_FIELD);
    writer.write_str(&shown)?;
    if text.starts_with('"') && shown.ends_with(CUT) {
        writer.write_char('"')?;
    }
    Ok(())
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
fn shown(text: &str, longest: usize) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    if text.len() <= longest && text.bytes().all(is_plain) {
        return text.into();
    }
    let mut characters = text.chars();
    let mut shown: String = characters
        .by_ref()
        .take(longest)
        .map(visible::character)
        .collect();
    if characters.next().is_some() {
        shown.push(CUT);
    }
    shown.into()
}

/// Limits the warnings and errors of other crates, such as those about broken connections.
struct LimitDependencies;

impl<S: Subscriber> Layer<S> for LimitDependencies {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        let metadata = event.metadata();
        metadata.target().starts_with("jetpay")
            || *metadata.level() > Level::WARN
            || DEPENDENCIES.take(None)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;

    /// Counts lines.
    pub(in crate::telemetry) struct Counted(pub(in crate::telemetry) Arc<AtomicUsize>);

    impl<S: Subscriber> Layer<S> for Counted {
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
            .with(Counted(Arc::clone(&count)))
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
}
