//! The explanation for a person at a terminal.

mod advice;
mod cells;
mod difference;
mod strings;
mod width;

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use jetpay_core::signature::Order;
use jetpay_explain::{Explanation, Hint, Line, Verdict};
use jetpay_platform::visible;

use super::{Explain, Report};

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const MARK: Style = AnsiColor::Yellow.on_default().bold();
const NAME: Style = Style::new().bold();

/// The string to sign with lengths and types for values.
pub(super) fn redacted(lines: &[Line]) -> String {
    cells::shown(&cells::of_lines(lines, true))
}

/// The whole text, with colours; whoever writes it takes them out where they do not belong.
pub(super) fn report(options: &Explain, report: &Report<'_>) -> String {
    let explanation = &report.explanation;
    let mut out = String::new();
    let _ = writeln!(out, "{}", verdict(report));
    facts(options, report, &mut out);
    let known = strings::add(options, report, &mut out);
    for hint in &explanation.hints {
        if !(known && *hint == Hint::NoKnownReason) {
            advice::add(&mut out, hint);
        }
    }
    out
}

fn verdict(report: &Report<'_>) -> String {
    let explanation = &report.explanation;
    let refused = |hint: &Hint| matches!(hint, Hint::Refused(_));
    let (style, text) = match explanation.verdict {
        Verdict::Match if explanation.hints.iter().any(refused) => (
            MARK,
            "! the signature matches, but the message would be refused",
        ),
        Verdict::Match => (GOOD, "✓ the signature matches"),
        Verdict::Mismatch => (BAD, "✗ the signature does not match"),
        Verdict::Unreadable => (BAD, "✗ the body cannot be read"),
    };
    format!("{style}{text}{style:#}{}", by(report))
}

/// By whose secret, as far as that is known.
fn by(report: &Report<'_>) -> String {
    let explanation = &report.explanation;
    let name = |project, secret| report.keys.name(project, secret);
    if let Some(secret) = explanation.secret {
        let order = match explanation.order {
            Some(Order::Byte) => "byte",
            _ => "natural",
        };
        return format!(
            ": by {}, in {order} order",
            name(explanation.project, secret)
        );
    }
    match (&explanation.signed, explanation.project) {
        (Some(signed), Some(named)) if signed.project.is_some() => {
            format!(
                ": it is by {}, but the body names project {named}",
                name(signed.project, signed.secret)
            )
        }
        (Some(signed), named) => {
            let blank = if signed.trimmed {
                " without the white space at its ends"
            } else {
                ""
            };
            let differs = explanation.string_to_sign.as_ref() != Some(&signed.string);
            let other = if differs { ", over another string" } else { "" };
            format!(
                ": it is by {}{blank}{other}",
                name(signed.project.or(named), signed.secret)
            )
        }
        (None, _) => String::new(),
    }
}

fn facts(options: &Explain, report: &Report<'_>, out: &mut String) {
    let explanation = &report.explanation;
    let mut fact = |name: &str, value: &str| {
        let _ = writeln!(out, "  {NAME}{name:<10}{NAME:#} {value}");
    };
    fact("from", &report.found.place);
    for note in report.notes() {
        fact("note", &visible::line(&note));
    }
    if explanation.verdict == Verdict::Unreadable {
        return;
    }
    match explanation.project {
        Some(project) => fact("project", &format!("{project}, as the body says")),
        None => fact("project", "none that the body names"),
    }
    if explanation.verdict == Verdict::Mismatch {
        fact("tried", &report.keys.tried(explanation.project));
        if let Some(given) = &explanation.given {
            fact("given", &signature(options, given));
        }
    }
    if let Some(computed) = computed(options, explanation) {
        fact("computed", computed);
    }
}

/// The signature that came.
fn signature(options: &Explain, given: &str) -> String {
    const LONGEST: usize = 200;
    let length = given.chars().count();
    if options.redact {
        return format!("<text of {length}>");
    }
    let shown: String = given.chars().take(LONGEST).collect();
    let cut = if length > LONGEST { "…" } else { "" };
    visible::line(&shown) + cut
}

fn computed<'a>(options: &Explain, explanation: &'a Explanation) -> Option<&'a str> {
    let computed = explanation.computed.as_deref();
    computed.filter(|_| options.show_computed)
}
