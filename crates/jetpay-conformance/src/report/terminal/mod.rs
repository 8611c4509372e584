//! The report in a terminal: a table, the failures in full, and the counts.

mod findings;

use std::fmt::{self, Write};

use anstyle::{AnsiColor, Style};

use super::chapters::{Reason, checks};
use super::{Report, Verdict, visible};
use crate::check::Outcome;
use crate::row::Level;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const ADVICE: Style = AnsiColor::Yellow.on_default().bold();
const UNKNOWN: Style = AnsiColor::Cyan.on_default();
const FAINT: Style = Style::new().dimmed();
const NAME: Style = Style::new().bold();

/// The default width, in columns.
const WIDTH: usize = 100;
/// The minimum width, in columns.
const NARROWEST: usize = 40;

/// A report for a terminal, with colours. Print it with `anstream`, which removes the colours for other outputs.
#[derive(Debug, Clone, Copy)]
pub struct Terminal<'a> {
    report: &'a Report,
    width: usize,
    all: bool,
}

impl Report {
    /// The report for a terminal: every check on a line, the failures in full, and the counts.
    #[must_use]
    pub fn terminal(&self) -> Terminal<'_> {
        Terminal {
            report: self,
            width: WIDTH,
            all: true,
        }
    }
}

impl Terminal<'_> {
    /// Sets the width in columns. Default: 100.
    #[must_use]
    pub fn width(mut self, columns: usize) -> Self {
        self.width = columns.max(NARROWEST);
        self
    }

    /// Without the table of all checks.
    #[must_use]
    pub fn brief(mut self) -> Self {
        self.all = false;
        self
    }
}

impl fmt::Display for Terminal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.all {
            findings::write_table(f, self.report, self.width)?;
        }
        for finding in self.report.failed() {
            findings::write_failure(f, self.report, finding, self.width)?;
        }
        for reason in self.report.not_run() {
            skipped(f, "not run", &reason, self.width)?;
        }
        for reason in self.report.not_observed() {
            skipped(f, "not observed", &reason, self.width)?;
        }
        self.end(f)
    }
}

impl Terminal<'_> {
    fn end(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let summary = self.report.summary();
        let verdict = self.report.verdict();
        let style = match verdict {
            Verdict::NotObserved(_) => ADVICE,
            _ if self.report.is_good() => GOOD,
            _ => BAD,
        };
        let took = self.report.subject.took_ms;
        let (seconds, tenths) = (took.as_secs(), took.subsec_millis() / 100);
        let unseen = self.report.exactly_once().filter(|_| style == BAD);
        let unseen = unseen.map_or_else(String::new, |why| hanging(why, "", self.width));
        let verdict = hanging(&verdict.to_string(), "", self.width);
        let summary = format!("{summary} in {seconds}.{tenths} s");
        let summary = hanging(&summary, "", self.width);
        write!(f, "\n{style}{verdict}{style:#}{ADVICE}{unseen}{ADVICE:#}")?;
        write!(f, "{NAME}{summary}{NAME:#}")
    }
}

fn skipped(
    f: &mut fmt::Formatter<'_>,
    what: &str,
    reason: &Reason<'_>,
    width: usize,
) -> fmt::Result {
    let count = checks(reason.findings.len());
    let text = format!("{count} {what}: {}", visible::line(reason.why));
    f.write_char('\n')?;
    f.write_str(&hanging(&text, "", width))
}

/// The mark of an outcome, `✗ ! ↳ · ? ✓`, and its colour.
fn mark(outcome: &Outcome, level: Level) -> (char, Style) {
    match (outcome, level) {
        (Outcome::Passed, _) => ('✓', GOOD),
        (
            Outcome::Failed {
                follows: Some(_), ..
            },
            _,
        ) => ('↳', FAINT),
        (Outcome::Failed { .. }, Level::Must) => ('✗', BAD),
        (Outcome::Failed { .. }, Level::Should) => ('!', ADVICE),
        (Outcome::NotRun { .. }, _) => ('·', FAINT),
        (Outcome::NotObserved { .. }, _) => ('?', UNKNOWN),
    }
}

/// The text in lines of this width. All lines but the first one are indented.
fn hanging(text: &str, indent: &str, width: usize) -> String {
    let options = textwrap::Options::new(width).subsequent_indent(indent);
    let mut lines = textwrap::fill(text, options);
    lines.push('\n');
    lines
}

/// The text in lines that begin in this column. The caller has already written the part before the first line.
fn beside_name(text: &str, column: usize, width: usize) -> String {
    // An id is not cut at its hyphens.
    let options = textwrap::Options::new(width - column);
    let options = options.word_splitter(textwrap::WordSplitter::NoHyphenation);
    let lines = textwrap::wrap(text, options);
    let mut text = lines.join(&format!("\n{:column$}", ""));
    text.push('\n');
    text
}

/// The text, or its beginning if it is too wide.
fn cut(text: &str, width: usize) -> String {
    let text = visible::line(text);
    if textwrap::core::display_width(&text) <= width {
        return text;
    }
    let mut cut = String::new();
    for character in text.chars() {
        cut.push(character);
        if textwrap::core::display_width(&cut) >= width {
            cut.pop();
            break;
        }
    }
    cut + "…"
}

/// Without colours and without the table.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_styles(&self.terminal().brief().to_string()))
    }
}

fn without_styles(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn report_is_shown_with_every_outcome() {
        insta::assert_snapshot!(without_styles(&sample::report().terminal().to_string()));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in [40, 55, 72, 140] {
            let text = sample::report().terminal().width(width).to_string();
            for line in without_styles(&text).lines() {
                assert!(
                    textwrap::core::display_width(line) <= width,
                    "{width}: {line}"
                );
            }
        }
    }

    #[test]
    fn brief_report_shows_failures_and_not_what_passed() {
        let text = sample::report().to_string();
        assert!(text.contains("kaspi/callback-repeated"), "{text}");
        assert!(!text.contains("verify-known"), "{text}");
        assert!(text.ends_with(
            "1 passed, 1 failed, 1 that follow from these, 1 not as advised, 2 not run, 2 not observed in 3.2 s\n"
        ));
        assert!(!text.contains('\u{1b}'), "{text:?}");
    }

    #[test]
    fn escapes_of_the_endpoint_are_made_visible() {
        let text = sample::report().terminal().to_string();
        assert!(
            !text.contains("\u{1b}[31m\"") && !text.contains('\0') && !text.contains('\u{202e}')
        );
        assert!(text.contains("\\u{1b}[31m"), "{text}");
    }
}
