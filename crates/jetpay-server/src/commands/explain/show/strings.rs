//! The string to sign, alone or above the one that was signed.

use std::fmt::Write;

use jetpay_core::signature::{Canonical, Order};
use jetpay_explain::Verdict;

use super::cells::{self, Cell};
use super::difference::Pair;
use super::{Explain, NAME, Report};

/// Cells that are shown of a string without `--verbose`: its beginning and its end.
const BEGINNING: usize = 400;
const END: usize = 100;

const RIGHT: &str = "to be signed";
const SIGNED: &str = "was signed";
const COMPARED: &str = "the sender's";

/// Says whether `--compare` named what was signed: that is the reason, then.
pub(super) fn add(options: &Explain, report: &Report<'_>, out: &mut String) -> bool {
    let explanation = &report.explanation;
    let mut known = false;
    let Some(string) = &explanation.string_to_sign else {
        return known;
    };
    // In natural order, which is the rule, also where byte order matches.
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
            let _ = writeln!(
                out,
                "\n  the sender's string is the one that has to be signed"
            );
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
        Some(name) => writeln!(
            out,
            "  the signature is that of the sender's string, by {name}"
        ),
        None => writeln!(
            out,
            "  the signature is not that of the sender's string by any secret that was tried: the secret is another, \
             or the string is"
        ),
    };
    signer.is_some()
}

/// The beginning and the end of a long one.
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
