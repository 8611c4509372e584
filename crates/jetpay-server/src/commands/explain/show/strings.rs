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
    let Some(string) = &explanation.string_to_sign else {
        return false;
    };
    let (lines, redact) = (explanation.lines.as_slice(), options.redact);
    // Always in natural order, which is the rule, also when the signature matches in byte order.
    let right = if lines.is_empty() && !redact {
        cells::of_text(string)
    } else {
        cells::of_lines(lines, redact)
    };
    let signed = explanation.signed.as_ref();
    let (mut known, mut shown) = (false, true);
    if let Some(compared) = &report.compared {
        if !add_pair(
            &right,
            COMPARED,
            &cells::of_string(compared, lines, redact),
            out,
        ) {
            let _ = writeln!(out, "\n  the sender's string is the string to sign");
        }
        known = add_signer(report, compared, out);
    } else if let Some(signed) = signed.filter(|signed| signed.string != *string) {
        match &signed.lines {
            Some(lines) => {
                add_pair(&right, SIGNED, &cells::of_lines(lines, redact), out);
            }
            None if redact => {
                let bytes = signed.string.len();
                let _ = writeln!(out, "\n  {SIGNED}: a JSON text of {bytes} bytes");
            }
            None => {
                add_pair(&right, SIGNED, &cells::of_text(&signed.string), out);
            }
        }
    } else if explanation.order == Some(Order::Byte) {
        add_pair(
            &right,
            SIGNED,
            &cells::of_string(string, lines, redact),
            out,
        );
    } else {
        shown = false;
    }
    if options.verbose {
        let _ = writeln!(
            out,
            "\n  {NAME}{RIGHT}, value by value{NAME:#} (joined with `;`)"
        );
        for line in lines {
            let cells = cells::of_lines(std::slice::from_ref(line), redact);
            let _ = writeln!(out, "    {}", cells::shown(&cells));
        }
    } else if !shown && explanation.verdict == Verdict::Mismatch {
        let _ = writeln!(out, "\n  {NAME}{RIGHT}{NAME:#}  {}", cut(&right));
    }
    known
}

/// Adds which secret made the signature over the sender's string. Returns whether one did.
fn add_signer(report: &Report<'_>, compared: &str, out: &mut String) -> bool {
    let canonical = Canonical::parse(&report.found.body).ok();
    let Some(signature) = canonical.and_then(|canonical| canonical.signature().decode().ok())
    else {
        return false;
    };
    let project = report.explanation.project;
    let signer = report.keys.signer_of(compared, &signature, project);
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

/// Adds the right string and another one, with a mark below their first difference. Returns whether there is one.
fn add_pair(right: &[Cell<'_>], name: &str, other: &[Cell<'_>], out: &mut String) -> bool {
    let both = right.iter().zip(other);
    let at = both
        .take_while(|(right, other)| right.text == other.text)
        .count();
    if at == right.len() && at == other.len() {
        return false;
    }
    let (before, cut) = before(&right[..at]);
    let names = RIGHT.width().max(name.width());
    let line = |name: &str, cells: &[Cell<'_>], style: anstyle::Style| {
        let (differing, after) = after(&cells[at..]);
        format!("  {name:<names$}  {cut}{before}{style}{differing}{style:#}{after}\n")
    };
    let indent = " ".repeat(names + 4 + cut.width() + before.width());
    let words = difference(right.get(at), other.get(at));
    *out += "\n";
    *out += &line(RIGHT, right, GOOD);
    *out += &line(name, other, BAD);
    let _ = writeln!(out, "{indent}{MARK}^ the first difference{words}{MARK:#}");
    true
}

/// Where the first difference is, by the first cells that differ.
fn difference(right: Option<&Cell<'_>>, other: Option<&Cell<'_>>) -> String {
    let path = |cell: &Cell<'_>| visible::line(cell.path);
    match (right.map(path), other.map(path)) {
        (Some(right), Some(other)) if right == other || other.is_empty() => {
            format!(", in `{right}`")
        }
        (Some(right), Some(other)) => format!(": `{other}` is where `{right}` belongs"),
        (Some(right), None) => format!(": it ends where `{right}` continues"),
        (None, Some(other)) => format!(": it continues with `{other}`"),
        (None, None) => String::new(),
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
