//! The string to sign, alone or above the string that was signed, with their first difference marked.

use std::fmt::Write;

use jetpay_core::signature::{Canonical, Order};
use jetpay_explain::Verdict;
use jetpay_platform::visible;
use unicode_width::UnicodeWidthStr;

use super::cells::{self, Cell};
use super::{BAD, Explain, GOOD, MARK, NAME, Report};

/// The cells at the beginning and at the end that are shown of a long string without `--verbose`.
const BEGINNING: usize = 400;
const END: usize = 100;

const RIGHT: &str = "to be signed";
const SIGNED: &str = "was signed";
const COMPARED: &str = "the sender's";

/// Adds the strings. Returns whether the `--compare` string is the one that was signed, which is then the reason.
pub(super) fn add(options: &Explain, report: &Report<'_>, out: &mut String) -> bool {
    let explanation = &report.explanation;
    let mut known = false;
    let Some(string) = &explanation.string_to_sign else {
        return known;
    };
    // Always in natural order, which is the rule, also when the signature matches in byte order.
    let right = || {
        if explanation.lines.is_empty() && !options.redact {
            cells::of_text(string)
        } else {
            cells::of_lines(&explanation.lines, options.redact)
        }
    };
    let mut shown = false;
    if let Some(compared) = &report.compared {
        shown = true;
        known = add_compared(options, report, compared, right(), out);
    } else if let Some(signed) = &explanation.signed
        && signed.string != *string
    {
        shown = true;
        match &signed.lines {
            Some(lines) => add_pair(
                right(),
                (SIGNED, cells::of_lines(lines, options.redact)),
                out,
            ),
            None if options.redact => {
                let bytes = signed.string.len();
                let _ = writeln!(out, "\n  {SIGNED}: a JSON text of {bytes} bytes");
            }
            None => add_pair(right(), (SIGNED, cells::of_text(&signed.string)), out),
        }
    } else if explanation.order == Some(Order::Byte) {
        shown = true;
        add_pair(
            right(),
            (
                SIGNED,
                cells::of_string(string, &explanation.lines, options.redact),
            ),
            out,
        );
    }
    if options.verbose {
        let _ = writeln!(
            out,
            "\n  {NAME}{RIGHT}, value by value{NAME:#} (joined with `;`)"
        );
        for line in &explanation.lines {
            let cells = cells::of_lines(std::slice::from_ref(line), options.redact);
            let _ = writeln!(out, "    {}", cells::shown(&cells));
        }
    } else if !shown && explanation.verdict == Verdict::Mismatch {
        let _ = writeln!(out, "\n  {NAME}{RIGHT}{NAME:#}  {}", cut(&right()));
    }
    known
}

fn add_pair<'a>(right: Vec<Cell<'a>>, other: (&'a str, Vec<Cell<'a>>), out: &mut String) {
    let pair = Pair {
        right: (RIGHT, right),
        other,
    };
    if let Some(marked) = pair.marked() {
        let _ = write!(out, "\n{marked}");
    }
}

fn add_compared<'a>(
    options: &Explain,
    report: &'a Report<'_>,
    compared: &'a str,
    right: Vec<Cell<'a>>,
    out: &mut String,
) -> bool {
    let explanation = &report.explanation;
    let cells = cells::of_string(compared, &explanation.lines, options.redact);
    let pair = Pair {
        right: (RIGHT, right),
        other: (COMPARED, cells),
    };
    match pair.marked() {
        Some(marked) => {
            let _ = write!(out, "\n{marked}");
        }
        None => {
            let _ = writeln!(out, "\n  the sender's string is the string to sign");
        }
    }
    let canonical = Canonical::parse(&report.found.body).ok();
    let Some(signature) = canonical.and_then(|canonical| canonical.signature().decode().ok())
    else {
        return false;
    };
    let signer = report
        .keys
        .signer_of(compared, &signature, explanation.project);
    let _ = match &signer {
        Some(name) => writeln!(out, "  {name} made the signature over the sender's string"),
        None => writeln!(
            out,
            "  no secret that was tried made the signature over the sender's string: the sender used another secret, or \
             another string"
        ),
    };
    signer.is_some()
}

/// The beginning and the end of a long string.
fn cut(cells: &[Cell<'_>]) -> String {
    if cells.len() <= BEGINNING + END {
        return cells::shown(cells);
    }
    let left_out = cells.len() - BEGINNING - END;
    format!(
        "{} […{left_out} more, see --verbose…] {}",
        cells::shown(&cells[..BEGINNING]),
        cells::shown(&cells[cells.len() - END..])
    )
}

/// The columns that are shown before and after the difference.
const CONTEXT: usize = 30;

/// Two strings with their names.
struct Pair<'a> {
    right: (&'a str, Vec<Cell<'a>>),
    other: (&'a str, Vec<Cell<'a>>),
}

impl Pair<'_> {
    /// The position of the first difference; `None` when the strings are equal.
    fn at(&self) -> Option<usize> {
        let (right, other) = (&self.right.1, &self.other.1);
        let same = right
            .iter()
            .zip(other)
            .take_while(|(right, other)| right.text == other.text)
            .count();
        (same < right.len() || same < other.len()).then_some(same)
    }

    /// Both strings and a mark below the difference. `None` when the strings are equal.
    fn marked(&self) -> Option<String> {
        let at = self.at()?;
        let (before, cut) = before(&self.right.1[..at]);
        let names = self.right.0.width().max(self.other.0.width());
        let line = |(name, cells): &(&str, Vec<Cell<'_>>), style: anstyle::Style| {
            let (differing, after) = after(&cells[at..]);
            format!("  {name:<names$}  {cut}{before}{style}{differing}{style:#}{after}\n")
        };
        let indent = " ".repeat(names + 4 + cut.width() + before.width());
        Some(
            [
                line(&self.right, GOOD),
                line(&self.other, BAD),
                format!("{indent}{MARK}^ {}{MARK:#}\n", self.words(at)),
            ]
            .concat(),
        )
    }

    fn words(&self, at: usize) -> String {
        let path = |cells: &[Cell<'_>]| cells.get(at).map(|cell| visible::line(cell.path));
        let (right, other) = (&self.right.1, &self.other.1);
        match (path(right), path(other)) {
            (Some(right), Some(other)) if right == other || other.is_empty() => {
                format!("the first difference, in `{right}`")
            }
            (Some(right), Some(other)) => {
                format!("the first difference: `{other}` is where `{right}` belongs")
            }
            (Some(right), None) => {
                format!("the first difference: it ends where `{right}` continues")
            }
            (None, Some(other)) => format!("the first difference: it continues with `{other}`"),
            (None, None) => "the first difference".to_owned(),
        }
    }
}

/// The end of the equal part, and a mark when its beginning is left out.
fn before(cells: &[Cell<'_>]) -> (String, &'static str) {
    let mut shown = String::new();
    for cell in cells.iter().rev() {
        let one = cell.shown();
        if shown.width() + one.width() > CONTEXT {
            return (shown, "…");
        }
        shown.insert_str(0, &one);
    }
    (shown, "")
}

/// The first differing cell, and the beginning of the text after it.
fn after(cells: &[Cell<'_>]) -> (String, String) {
    let Some((first, rest)) = cells.split_first() else {
        return (String::new(), String::new());
    };
    let mut shown = String::new();
    for cell in rest {
        let one = cell.shown();
        if shown.width() + one.width() > CONTEXT {
            shown.push('…');
            break;
        }
        shown.push_str(&one);
    }
    (first.shown(), shown)
}
