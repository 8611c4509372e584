//! The report in a terminal: a table, what failed in full, and the sum.

mod failure;
mod table;

use std::fmt::{self, Write};

use anstyle::{AnsiColor, Style};

use super::chapters::{Reason, checks};
use super::{Report, visible};
use crate::outcome::Outcome;
use crate::row::Level;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const ADVICE: Style = AnsiColor::Yellow.on_default().bold();
const UNKNOWN: Style = AnsiColor::Cyan.on_default();
const FAINT: Style = Style::new().dimmed();
const NAME: Style = Style::new().bold();

/// Columns, when nobody knows better.
const WIDTH: usize = 100;
/// Narrower than this nothing is readable.
const NARROWEST: usize = 40;

/// A report for a terminal, with colours: print it with `anstream`, which takes them out where they do not belong.
#[derive(Debug, Clone, Copy)]
pub struct Terminal<'a> {
    report: &'a Report,
    width: usize,
    all: bool,
}

impl Report {
    /// For a terminal: every check on a line, what failed in full, and the sum.
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
    /// So many columns wide; 100 unless told.
    #[must_use]
    pub fn width(mut self, columns: usize) -> Self {
        self.width = columns.max(NARROWEST);
        self
    }

    /// Without the table of all checks: only what was not as it should be.
    #[must_use]
    pub fn brief(mut self) -> Self {
        self.all = false;
        self
    }
}

impl fmt::Display for Terminal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.all {
            table::write(f, self.report, self.width)?;
        }
        for finding in self.report.failed() {
            failure::write(f, finding, self.width)?;
        }
        for (what, reasons) in [
            ("not run", self.report.not_run()),
            ("not observed", self.report.not_observed()),
        ] {
            reasons
                .iter()
                .try_for_each(|reason| skipped(f, what, reason, self.width))?;
        }
        self.end(f)
    }
}

impl Terminal<'_> {
    fn end(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let summary = self.report.summary();
        let style = if self.report.is_good() { GOOD } else { BAD };
        let took = self.report.subject.took_ms;
        let (seconds, tenths) = (took.as_secs(), took.subsec_millis() / 100);
        let verdict = hanging(&self.report.verdict().to_string(), "", self.width);
        let summary = hanging(
            &format!("{summary} in {seconds}.{tenths} s"),
            "",
            self.width,
        );
        write!(f, "\n{style}{verdict}{style:#}{NAME}{summary}{NAME:#}")
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

/// A failure, as `✗ ! · ? ✓` and its colour.
fn mark(outcome: &Outcome, level: Level) -> (char, Style) {
    match (outcome, level) {
        (Outcome::Passed, _) => ('✓', GOOD),
        (Outcome::Failed { .. }, Level::Must) => ('✗', BAD),
        (Outcome::Failed { .. }, Level::Should) => ('!', ADVICE),
        (Outcome::NotRun { .. }, _) => ('·', FAINT),
        (Outcome::NotObserved { .. }, _) => ('?', UNKNOWN),
    }
}

/// The text in lines of the width, all but the first one indented by this.
fn hanging(text: &str, indent: &str, width: usize) -> String {
    let options = textwrap::Options::new(width).subsequent_indent(indent);
    let mut lines = textwrap::fill(text, options);
    lines.push('\n');
    lines
}

/// The text in lines that all begin in this column; what stands before the first one is there.
fn beside_name(text: &str, column: usize, width: usize) -> String {
    let lines = textwrap::wrap(text, width - column);
    let mut text = lines.join(&format!("\n{:column$}", ""));
    text.push('\n');
    text
}

/// The text, or its begin when it is wider.
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

/// Without colours, and what passed only in the sum.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_styles(&self.terminal().brief().to_string()))
    }
}

fn without_styles(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    // A stranger's escapes were made visible before; these are ours, and each ends in `m`.
    while let Some((before, escape)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = escape.split_once('m').map_or("", |(_, after)| after);
    }
    plain + rest
}

#[cfg(test)]
mod tests;
