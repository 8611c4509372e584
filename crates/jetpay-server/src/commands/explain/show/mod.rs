//! The explanation as text for the terminal.

mod cells;
mod strings;

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use jetpay_core::signature::Order;
use jetpay_explain::{Explanation, Hint, Line, OtherRule, SecretForm, Verdict};
use jetpay_platform::visible;

use super::{Explain, Report};

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const MARK: Style = AnsiColor::Yellow.on_default().bold();
const NAME: Style = Style::new().bold();

/// The string to sign, with lengths and types instead of values.
pub(super) fn redacted(lines: &[Line]) -> String {
    cells::shown(&cells::of_lines(lines, true))
}

/// The whole text, with colours. The caller's writer removes them when the output is not a terminal.
pub(super) fn report(options: &Explain, report: &Report<'_>) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}", verdict(report));
    facts(options, report, &mut out);
    let known = strings::add(options, report, &mut out);
    for fault in report.faults() {
        add_hint(&mut out, &fault, &[]);
    }
    for hint in report.hints() {
        if !(known && *hint == Hint::NoKnownReason) {
            add_hint(&mut out, &hint.to_string(), more(hint));
        }
    }
    out
}

fn verdict(report: &Report<'_>) -> String {
    let explanation = &report.explanation;
    let refused = |hint: &Hint| matches!(hint, Hint::Refused(_));
    let is_past = |secret| report.keys.is_past(explanation.project, secret);
    let (style, text) = match report.verdict() {
        Verdict::Match
            if explanation.hints.iter().any(refused) || explanation.secret.is_some_and(is_past) =>
        {
            (
                MARK,
                "! the signature matches, but the message would be refused",
            )
        }
        Verdict::Match => (GOOD, "✓ the signature matches"),
        Verdict::Mismatch => (BAD, "✗ the signature does not match"),
        Verdict::Unreadable => (BAD, "✗ the body cannot be read"),
    };
    format!("{style}{text}{style:#}{}", by(report))
}

/// The secret that made the signature, when that is known.
fn by(report: &Report<'_>) -> String {
    let explanation = &report.explanation;
    if !report.found.faults.is_empty() {
        return String::new();
    }
    let name = |project, secret| report.keys.name(project, secret);
    if let Some(secret) = explanation.secret {
        let order = match explanation.order {
            Some(Order::Byte) => "byte",
            _ => "natural",
        };
        return format!(
            ": made with {}, in {order} order",
            name(explanation.project, secret)
        );
    }
    match (&explanation.signed, explanation.project) {
        (Some(signed), Some(named)) if signed.project.is_some() => {
            format!(
                ": {} made it, but the body names project {named}",
                name(signed.project, signed.secret)
            )
        }
        (Some(signed), named) => {
            let form = match signed.form {
                Some(SecretForm::Trimmed) => " without the white space at its ends",
                Some(_) => ", in another form,",
                None => "",
            };
            let differs = explanation.string_to_sign.as_ref() != Some(&signed.string);
            let other = if differs { ", over another string" } else { "" };
            format!(
                ": {}{form} made it{other}",
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
        None => fact("project", "the body names none"),
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

/// The signature in the body.
fn signature(options: &Explain, given: &str) -> String {
    const MAX_CHARACTERS: usize = 200;
    let length = given.chars().count();
    if options.redact {
        return format!("<text of {length}>");
    }
    let shown: String = given.chars().take(MAX_CHARACTERS).collect();
    let cut = if length > MAX_CHARACTERS { "…" } else { "" };
    visible::line(&shown) + cut
}

fn computed<'a>(options: &Explain, explanation: &'a Explanation) -> Option<&'a str> {
    let computed = explanation.computed.as_deref();
    computed.filter(|_| options.show_computed)
}

/// Adds a hint: what is wrong, what to do, and what is worth knowing about it.
fn add_hint(out: &mut String, hint: &str, more: &[&str]) {
    let text = visible::line(hint);
    // The last part of every hint is what to do.
    let (what, to_do) = text.rsplit_once("; ").unwrap_or((&text, ""));
    let _ = writeln!(out, "\n{MARK}→{MARK:#} {what}");
    if !to_do.is_empty() {
        let _ = writeln!(out, "  {NAME}what to do:{NAME:#} {to_do}");
    }
    for line in more {
        let _ = writeln!(out, "  {line}");
    }
}

fn more(hint: &Hint) -> &'static [&'static str] {
    match hint {
        Hint::NoKnownReason => &[
            "1. Is the secret that of this project, and of this environment (test or live)? Most often it is not.",
            "2. Are these exactly the bytes that were received? A proxy, a framework that parses JSON and writes it",
            "   anew, or a logger may have changed a value. Capture the request before they see it.",
            "3. Let the sender print the string that it signs, and give that string with --compare FILE.",
        ],
        Hint::NoSignature => {
            &["The command ignores headers: the platform puts the signature into the body."]
        }
        Hint::LegacySha1 => &[
            "The platform's old interface had such signatures. They never match here, with any secret.",
        ],
        Hint::WrongLength { bytes: 128 } => {
            &["128 bytes are often hexadecimal digits in base64: encode the 64 bytes themselves."]
        }
        Hint::WrongLength { bytes: 32 } => &["HMAC-SHA256 has 32 bytes."],
        Hint::WrongLength { bytes: 20 } => &["HMAC-SHA1 has 20 bytes."],
        Hint::SecretForm(SecretForm::Trimmed | SecretForm::LineEnd) => &[
            "Every character of the secret counts. `echo` adds a line end to the text that it writes into a file or a",
            "variable; `printf %s` does not.",
        ],
        Hint::SecretForm(SecretForm::Unquoted | SecretForm::Quoted) => &[
            "Docker's --env-file and some programs that read .env files keep the quotes around a value.",
        ],
        Hint::OtherRule(OtherRule::TextsAsWritten) => &[
            "PHP's json_encode writes `/` as `\\/`, and letters outside ASCII as `\\u0430`. Sign the texts, not their JSON.",
        ],
        Hint::ValueChanged { .. } => {
            &["Trust neither of the values before you know who changed it."]
        }
        Hint::OtherProject(_) => {
            &["The sender used the secret of one project and the id of another."]
        }
        Hint::UnknownProject => {
            &["The endpoint answers as for a wrong signature: it cannot know which secret to use."]
        }
        Hint::Reserialised(_) => &[
            "Every value becomes `path:value`, sorted by path and joined with `;`. That string is signed.",
        ],
        Hint::ValuesTrimmed => {
            &["Or a program between the sender and the endpoint added white space to a value."]
        }
        Hint::OtherRule(OtherRule::FloatsShortest | OtherRule::NumbersAsWritten) => &[
            "Amounts are whole numbers of minor units (1050 for 10.50), and every rule writes those alike.",
        ],
        Hint::OtherRule(OtherRule::Go) => &[
            "The Go SDK cuts fractions off, sorts by bytes, and does not double a `:` in nested keys.",
        ],
        Hint::OtherRule(OtherRule::NullsSkipped) => &["Or a proxy added the fields that are null."],
        Hint::OtherRule(OtherRule::LinesSorted) => {
            &["Sort by the path only: `address` comes before `address2`."]
        }
        Hint::ArraysReordered => {
            &["An array has an order, and its indexes are signed: do not use a set for it."]
        }
        Hint::CharacterSet => &["`Ã©` for `é` shows where it happens."],
        _ => &[],
    }
}
