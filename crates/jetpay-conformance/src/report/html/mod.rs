//! The report as one HTML file without scripts. It needs no network, and works on a screen, on a phone and on paper.

mod findings;
mod head;

use std::time::Duration;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Report;
use crate::check::Outcome;
use crate::row::Level;

/// The style sheet, which is not escaped and so contains nothing of the report.
const STYLE: &str = include_str!("report.css");
/// The page must load nothing and run nothing, whatever it contains.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

impl Report {
    /// The report as one HTML file.
    #[must_use]
    pub fn to_html(&self) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="referrer" content="no-referrer";
                    title { "Conformance of " (self.subject.endpoint()) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    (head::show(self))
                    main {
                        (findings::show_failures(self))
                        (findings::show_overview(self))
                        (findings::show_skipped(self))
                        (findings::show_chapters(self))
                    }
                    (foot(self))
                }
            }
        };
        page.into_string()
    }
}

fn foot(report: &Report) -> Markup {
    html! {
        footer {
            p {
                strong { "What this report is. " }
                "jetpay-conformance sent requests to the endpoint as the platform does, and compared the answers with the \
                 documents of the payment methods. The report shows what could be seen from outside on that day. A check that \
                 was not run or not observed proves nothing, and never counts as passed."
            }
            p {
                strong { "Must" } ": a document demands it, or money or security is lost without it. "
                strong { "Should" } ": our advice, where the documents say nothing"
                @if report.subject.strict { "; it counts in this run" }
                ". Secrets and signatures are removed from this report, and long texts end in “…”."
            }
            p { "jetpay-conformance " (report.subject.version) }
        }
    }
}

/// The word for an outcome, and its CSS class.
fn kind(outcome: &Outcome, level: Level) -> (&'static str, &'static str) {
    match (outcome, level) {
        (Outcome::Passed, _) => ("passed", "passed"),
        (Outcome::Failed { .. }, Level::Must) => ("failed", "failed"),
        (Outcome::Failed { .. }, Level::Should) => ("not as advised", "advice"),
        (Outcome::NotRun { .. }, _) => ("not run", "not-run"),
        (Outcome::NotObserved { .. }, _) => ("not observed", "unobserved"),
    }
}

fn sign(class: &str) -> &'static str {
    match class {
        "passed" => "✓",
        "failed" => "✗",
        "advice" => "!",
        "not-run" => "–",
        _ => "?",
    }
}

fn pill(outcome: &Outcome, level: Level) -> Markup {
    let (word, class) = kind(outcome, level);
    html! { span class={ "pill " (class) } { span aria-hidden="true" { (sign(class)) } " " (word) } }
}

/// `840 ms`, `3.2 s`.
fn time(took: Duration) -> String {
    match (took.as_secs(), took.subsec_millis() / 100) {
        (0, _) => format!("{} ms", took.as_millis()),
        (seconds, 0) => format!("{seconds} s"),
        (seconds, tenths) => format!("{seconds}.{tenths} s"),
    }
}

/// Makes a sentence of a text that begins with a small letter. A part in backticks becomes code.
fn sentence(text: &str) -> Markup {
    let first_word = text.split(' ').next().unwrap_or_default();
    // Names of fields and messages stay in lower case.
    let is_word = first_word.chars().all(char::is_alphabetic);
    let mut letters = text.chars();
    let first = letters.next().filter(|_| is_word);
    let text = first.map_or_else(
        || text.to_owned(),
        |first| first.to_uppercase().to_string() + letters.as_str(),
    );
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
        @if !text.ends_with(['.', '?', '!']) { "." }
    }
}

#[cfg(test)]
mod tests;
